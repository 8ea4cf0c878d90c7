"""The shape of replies of one kind: names and types, never a value that a vendor or a user chose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract, json_type, member_pointer, status_word
from vidconform.exchange import Exchange, Headers
from vidconform.redaction import Redactor

MOST_POINTERS = 300
LONGEST_NAME = 80
_MOST_NODES = 5_000
_MOST_HEADERS = 100
_MOST_WORDS = 40
_MOST_MEDIA_TYPES = 20
# Of the connection and not of the reply (RFC 9110 section 7.6.1), or of each reply alone.
_PASSING = (
    "connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding",
    "upgrade", "age", "content-length", "date",
)  # fmt: skip
# A name that holds a time or an id is a key, and there is another one tomorrow.
_KEY = re.compile(r"\A(?=.{16})(?:\D*\d){5}|\d{6}")
# A word of a header's name that holds a digit may be one: x-amz-meta-111, x-req-8f3a.
_NUMBERED = re.compile(r"[^_-]*[0-9][^_-]*")
# What is no word may be anything, a prompt included.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_. -]{0,39}")
_NO_WORD = "(not a word)"
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")

ObservationKey = tuple[str, str, str | None, str | None, str]
"""Role, status class, phase of the task, probe (of a reply that is no success) and origin."""


@dataclass(frozen=True)
class MemberNames:
    """What may be written down of a reply: what the document names, and other names short and without secrets."""

    documented: frozenset[str]
    redactors: Sequence[Redactor] = ()

    def place(self, pointer: str, name: str) -> str:
        """Return the pointer of a member, `*` for one that is a key and no name."""
        below = member_pointer(pointer, name)
        if below in self.documented:
            return below
        return f"{pointer}/*" if _KEY.search(name) else member_pointer(pointer, self._redacted(name)[:LONGEST_NAME])

    def word(self, word: str) -> str:
        """Return a status word."""
        return self._redacted(word) if _WORD.fullmatch(word) else _NO_WORD

    def _redacted(self, text: str) -> str:
        # A body's bytes are without secrets; escaped as no program escapes, one may come to light when it is decoded.
        for redactor in self.redactors:
            text = redactor.text(text)
        return text


@dataclass
class Observation:
    """The shape of the replies of one key; `more` says that there was more than is kept."""

    key: ObservationKey
    exchanges: int = 0
    types: dict[str, set[str]] = field(default_factory=dict)
    undocumented: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    media_types: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    more: bool = False

    def add(self, exchange: Exchange, word: str | None, names: MemberNames) -> None:
        """Take in one reply; `word` is the status that its body tells."""
        self.exchanges += 1
        self.headers |= set(_headers(exchange.reply.headers)) if len(self.headers) < _MOST_HEADERS else set()
        if len(self.media_types) < _MOST_MEDIA_TYPES:
            self.media_types.add(_media_type(exchange.reply.media_type))
        if word is not None and len(self.words) < _MOST_WORDS:
            self.words.add(names.word(word))
        if exchange.reply.is_json:
            self._add_body(exchange.reply.json, names)

    def _add_body(self, body: Any, names: MemberNames) -> None:
        for count, (pointer, value) in enumerate(_places(body, names)):
            if count == _MOST_NODES or (pointer not in self.types and len(self.types) == MOST_POINTERS):
                self.more = True
                return
            self.types.setdefault(pointer, set()).add(json_type(value))
            if pointer and pointer not in names.documented and not pointer.endswith("/*"):
                self.undocumented.add(pointer)

    def as_dict(self, contract: Contract) -> dict[str, Any]:
        """Return it as an entry of observed.json (format vidconform/observed@1)."""
        role, status, phase, probe, origin = self.key
        documented = self.words & set(map(str, contract.words))
        return {
            "role": role,
            "status": status,
            "phase": phase,
            "probe": probe,
            "origin": origin,
            "exchanges": self.exchanges,
            "types": {pointer: sorted(self.types[pointer]) for pointer in sorted(self.types)},
            "undocumented": sorted(self.undocumented),
            "headers": sorted(self.headers),
            "media_types": sorted(self.media_types),
            "words": {"documented": sorted(documented), "undocumented": sorted(self.words - documented)},
            "more": self.more,
        }


def key_of(contract: Contract, probe: str, exchange: Exchange) -> tuple[ObservationKey, str | None]:
    """Return what a reply is compared by, and its status word.

    Which request was refused decides what the refusal says, so that a probe's refusals are a kind of their own.
    """
    reply = exchange.reply
    word = status_word(contract.value("status", reply.json)) if reply.is_success else None
    own_probe = None if reply.is_success else probe
    key = exchange.role, f"{reply.status // 100}xx", contract.phase(word), own_probe, exchange.origin
    return key, None if word is None else str(word)


def _media_type(text: str) -> str:
    return text if _MEDIA_TYPE.fullmatch(text) else "(not a media type)" if text else "(none)"


def _headers(headers: Headers) -> list[str]:
    names = [_NUMBERED.sub("*", name.lower()[:LONGEST_NAME]) for name, _ in headers[:_MOST_HEADERS]]
    return [name for name in names if name not in _PASSING]


def _places(body: Any, names: MemberNames) -> Iterator[tuple[str, Any]]:
    """Yield every value with its pointer, the shallow ones first, so that a bound cuts what lies deepest."""
    level: Iterable[tuple[str, Any]] = [("", body)]
    while True:
        above = []
        for place in level:
            yield place
            if isinstance(place[1], list | dict):
                above.append(place)
        if not above:
            return
        level = (below for pointer, value in above for below in _below(pointer, value, names))


def _below(pointer: str, value: Any, names: MemberNames) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{pointer}/*", inner) for inner in value)
    else:
        yield from ((names.place(pointer, name), inner) for name, inner in value.items())
