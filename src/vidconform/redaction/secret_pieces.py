"""Which pieces of a secret give it away: runs of its characters that stand in no other text."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise

from vidconform.redaction.secret_encodings import encodings, in_base64

WINDOW = 12
"""So many characters of a secret in a row, that are its own, give it away."""
GRAM = 6
STRIDE = WINDOW - GRAM + 1
"""A run of WINDOW bytes holds a gram at a place of a content that is a multiple of it."""

_PLAIN_FROM = 20
# A window that goes on so little behind what is common tells too little.
_FEWEST = 4
# So many characters of a window of one form are as many of the secret: 12 bytes in base64, once and twice.
_IN_BASE64, _IN_BASE64_TWICE = 14, 18
# What keys of one vendor, and tokens of one kind, begin with: words, each with its separator; a header of JSON (RFC
# 7519) with the first brace and name behind it.
_COMMON = re.compile(r"(?:[a-z]{2,12}[-_.:]|[A-Z][a-z]{1,11}[-_.: ])+")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.(?:eyJ.{5})?")


def common_beginning(secret: str) -> int:
    """Return how many characters of a secret other secrets begin with too."""
    return max((found.end() for kind in (_COMMON, _JWT) if (found := kind.match(secret))), default=0)


def own_starts(secret: str, common: int) -> list[bool]:
    """Return for each place whether a window that begins there is the secret's own; `common` characters are not."""
    if secret.isalpha() and (secret.islower() or secret.isupper()) and len(secret) < _PLAIN_FROM:
        return []
    places = range(len(secret) - WINDOW + 1)
    return [_is_telling(secret[max(i, common) : i + WINDOW]) for i in places]


def _is_telling(run: str) -> bool:
    """Whether a run of characters does not stand anywhere, as 0123456789, abcdef, aaaa and ---- do."""
    steps = [ord(after) - ord(before) for before, after in pairwise(run)]
    in_order = max(sum(step == one for step in steps) for one in (-1, 0, 1))
    distinct = len(set(run.lower()))
    return len(run) >= _FEWEST and 2 * in_order < len(steps) + 1 and distinct > len(run) // 3


class SecretForm:
    """One encoding of a secret in lower case, and which windows of it only this secret has."""

    def __init__(self, form: bytes, own: list[bool], window: int = WINDOW) -> None:
        self.form, self._window = form, window
        self._owned = list(accumulate(own, initial=0))

    def run_at(self, content: bytes, place: int, offset: int) -> tuple[int, int] | None:
        """Return the run around a gram at a place of a content that gives the secret away, or None."""
        start, end, ahead = offset, offset + GRAM, place - offset
        while start > 0 and ahead + start > 0 and content[ahead + start - 1] == self.form[start - 1]:
            start -= 1
        longest = min(len(self.form), len(content) - ahead)
        while end < longest and content[ahead + end] == self.form[end]:
            end += 1
        last = min(end - self._window + 1, len(self._owned) - 1)
        if last <= start or self._owned[last] == self._owned[start]:
            return None
        return ahead + start, ahead + end


def telling_forms(secret: str, common: int) -> list[SecretForm]:
    """Return the forms of a secret of which a part gives it away: plain, in base64, in hexadecimal."""
    own = own_starts(secret, common)
    if not any(own):
        return []
    found = [_scaled(raw.lower(), own, WINDOW) for raw in dict.fromkeys(encodings(secret))]
    cased = dict.fromkeys((secret, secret.lower(), secret.upper(), secret.title()))
    for raw in [raw for one in cased for raw in dict.fromkeys(encodings(one))]:
        found.append(_scaled(raw.hex().encode(), own, 2 * WINDOW))
        for once in in_base64(raw):
            found.append(_scaled(once.lower(), own, _IN_BASE64))
            found += [_scaled(twice.lower(), own, _IN_BASE64_TWICE) for twice in in_base64(once)]
    return found


def _scaled(form: bytes, own: list[bool], window: int) -> SecretForm:
    """Return a form in which as large a part of the windows is own as in the secret itself."""
    places = max(len(form) - window + 1, 0)
    scale = (len(own) - 1) / max(places - 1, 1)
    return SecretForm(form, [own[round(i * scale)] for i in range(places)], window)
