"""Where a content gives a secret away: by a run of bytes that is the secret's own, in whatever it is wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from struct import Struct

from vidconform.redaction.layers import layers_of
from vidconform.redaction.secret_pieces import GRAM, STRIDE, SecretForm, common_beginning, telling_forms

Span = tuple[int, int]

_DEPTH = 4
# What is decoded of a content is longer than it by no more than this, all layers together.
_TIMES, _MORE = 8, 2 << 20
_LETTERS = bytes(range(48, 58)) + bytes(range(65, 91)) + bytes(range(97, 123))
# The grams of a block of a content, at each multiple of STRIDE.
_BLOCK = Struct(f"{GRAM}s{STRIDE - GRAM}x" * 64)
_ALPHABETS = (_LETTERS + b"_./+=~-", _LETTERS)
"""What a key is made of; what stands between the parts of one that is split has none of it, or no letter of it."""


class Windows:
    """Looks for pieces of some secrets, of which each is long enough to give it away."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = list(secrets)
        self._plain = _index(tuple((secret, common_beginning(secret)) for secret in known))
        self._squeezed = [_Squeezed(known, alphabet) for alphabet in _ALPHABETS]

    def spans(self, content: bytes) -> list[Span]:
        """Return the places of a content that give a secret away, in order and apart from each other."""
        if not (self._plain or any(squeezed.index for squeezed in self._squeezed)):
            return []
        return _joined(self._within(content, _DEPTH, [_TIMES * len(content) + _MORE]))

    def _within(self, content: bytes, depth: int, left: list[int]) -> Iterator[Span]:
        left[0] -= len(content)
        plain = content.lower()
        yield from self._plain.spans(plain)
        for squeezed in self._squeezed:
            yield from squeezed.spans(plain)
        if depth == 0 or len(content) < GRAM:
            return
        for layer in layers_of(content):
            inside = bytes(layer.content)
            if len(inside) <= left[0]:
                for start, end in self._within(inside, 0 if layer.last else depth - 1, left):
                    yield layer.of(start, end)


class _Index:
    """The pieces of some secrets by the grams in them."""

    def __init__(self, secrets: Iterable[tuple[str, int]]) -> None:
        self._grams: dict[bytes, list[tuple[SecretForm, int]]] = {}
        for secret, common in dict.fromkeys(secrets):
            for form in telling_forms(secret, common):
                for offset in range(len(form.form) - GRAM + 1):
                    self._grams.setdefault(form.form[offset : offset + GRAM], []).append((form, offset))

    def __bool__(self) -> bool:
        return bool(self._grams)

    def spans(self, content: bytes) -> Iterator[Span]:
        """Yield the runs of a content in small letters that give a secret away."""
        for begin in range(0, len(content), _BLOCK.size):
            end = begin + _BLOCK.size
            # Most blocks hold nothing of any secret, and that is told without a loop of Python's.
            if end > len(content) or not self._grams.keys().isdisjoint(_BLOCK.unpack_from(content, begin)):
                yield from self._runs(content, range(begin, min(end, len(content) - GRAM + 1), STRIDE))

    def _runs(self, content: bytes, places: range) -> Iterator[Span]:
        grams, done = self._grams, 0
        for place in places:
            if content[place : place + GRAM] in grams and place + GRAM > done:
                for form, offset in grams[content[place : place + GRAM]]:
                    run = form.run_at(content, place, offset)
                    if run is not None:
                        done = max(done, run[1])
                        yield run


# What writes and what shows look for the same secrets, and most of them have nothing that could be squeezed out.
@lru_cache(maxsize=64)
def _index(secrets: tuple[tuple[str, int], ...]) -> _Index:
    return _Index(secrets)


class _Squeezed:
    """The pieces of some secrets without what may stand between the parts of one that is split."""

    def __init__(self, secrets: Iterable[str], alphabet: bytes) -> None:
        self._others = bytes(set(range(256)) - set(alphabet))
        self._run = re.compile(b"[" + re.escape(alphabet) + b"]+")
        kept = str.maketrans(dict.fromkeys(map(chr, self._others), ""))
        squeeze = {secret: secret.encode("ascii", "ignore").decode().translate(kept) for secret in secrets}
        # What is common to keys is found with what separates its words.
        self.index = _index(
            tuple((short, len(secret[: common_beginning(secret)].translate(kept))) for secret, short in squeeze.items())
        )

    def spans(self, content: bytes) -> Iterator[Span]:
        """Yield what gives a secret away of a content in small letters, with what stands between its parts."""
        found = list(self.index.spans(content.translate(None, self._others)))
        if found:
            places = [place for run in self._run.finditer(content) for place in range(*run.span())]
            yield from ((places[start], places[end - 1] + 1) for start, end in found)


def replaced(content: bytes, spans: Iterable[Span], by: bytes) -> bytes:
    """Return a content in which each of some spans is replaced."""
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [content[end:start], by]
        end = stop
    return b"".join([*pieces, content[end:]])


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch as one."""
    found: list[Span] = []
    for start, end in sorted(set(spans)):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
