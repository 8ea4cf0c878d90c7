"""How a secret may be spelled: plain, in base64, in hexadecimal, and escaped as in URLs, JSON, HTML and messages."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from vidconform.contracts import grouped

# Shorter values would take ordinary text with them ("a", "key") and are no secrets.
SHORTEST = 4
_SHORTEST_IN_ANOTHER_CASE = 8

_URL_SAFE = str.maketrans("+/", "-_")
# What no way of escaping touches.
_UNTOUCHED = re.compile(rb"[A-Za-z0-9._-]+")

# A text of JSON three times inside another has so many before a quote; more would take a hostile megabyte hours.
_MOST_BACKSLASHES = 8
_BACKSLASHES = rf"\\{{1,{_MOST_BACKSLASHES}}}"

_SHORT = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


# What writes and what shows look for the same secrets.
@lru_cache(64)
def encoded_forms(secret: str) -> frozenset[str]:
    """Return the texts by which programs write a secret, one inside another up to twice."""
    once = {escape(form) for form in {secret, *_in_another_case(secret), *_base64(secret)} for escape in _ESCAPES}
    # A text of JSON inside a text of JSON, a URL inside HTML.
    return frozenset(once | {escape(form) for form in once for escape in _ESCAPES} | _in_hexadecimal(secret))


def encodings(form: str) -> Iterator[bytes]:
    """Yield the bytes of a spelling."""
    yield form.encode("utf-8", "surrogatepass")
    if all(ord(character) < 256 for character in form):
        yield form.encode("latin-1")


def by_core(forms: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return encodings by their longest piece that no escaping touches: few are looked for in place of many."""
    return grouped(forms, lambda form: max(_UNTOUCHED.findall(form), key=len, default=b""))


def character_by_character(secret: str) -> str:
    """Return a pattern for a secret of which any character may be escaped for JSON, a URL or HTML, needlessly too.

    No text can be matched by it in two ways: each would be tried, twice as many with each character of the secret.
    """
    pieces = re.findall(r"\\+|[^\\]", secret)
    behind = [False, *(piece.startswith("\\") for piece in pieces)]
    return "".join(map(_piece, pieces, behind))


def _piece(piece: str, is_behind: bool) -> str:
    """Return the pattern of a run of backslashes or of another character; `is_behind` says that such a run precedes."""
    if not piece.startswith("\\"):
        return _character(piece, is_behind)
    # A run takes the backslashes that escape what follows it too, all but the last.
    longest, numbers = len(piece) * (_MOST_BACKSLASHES + 1) + _MOST_BACKSLASHES, "|".join(_numbers(piece[0]))
    return rf"(?:\\(?:u005[cC]|x5[cC])?|{numbers}){{{len(piece)},{longest}}}"


# Secrets share their characters, and none is told by what is kept here.
@lru_cache(1024)
def _character(character: str, is_behind: bool) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    before = r"\\" if is_behind else _BACKSLASHES
    escaped = [
        "".join(rf"{before if i == 0 else _BACKSLASHES}u{_hexadecimal(unit)}" for i, unit in enumerate(units)),
        *_numbers(character),
        *([rf"{before}x{_hexadecimal(f'{ord(character):02x}')}"] if ord(character) < 256 else []),
        *([before + _SHORT[character]] if character in _SHORT else []),
    ]
    misread = character.encode("utf-8", "surrogatepass").decode("latin-1")
    plain = "|".join(dict.fromkeys((re.escape(character), re.escape(misread))))
    # A letter behind a backslash is another character.
    behind = "" if character.isalnum() or is_behind else f"|{_BACKSLASHES}(?:{plain})"
    return f"(?:{plain}{behind}|{'|'.join(escaped)})"


def _numbers(character: str) -> list[str]:
    """Return the patterns of a character by its number, for a URL and for HTML."""
    raw, code = character.encode("utf-8", "surrogatepass"), ord(character)
    return [
        "".join(rf"%(?:25){{0,2}}{_hexadecimal(f'{byte:02x}')}" for byte in raw),
        rf"&#(?:0{{0,4}}{code}|[xX]0{{0,4}}{_hexadecimal(f'{code:x}')});",
    ]


def _hexadecimal(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit > "9" else digit for digit in digits)


def _in_another_case(secret: str) -> set[str]:
    """Return a secret in small and in capital letters, if no ordinary word is lost with it."""
    return {secret.lower(), secret.upper()} if len(secret) >= _SHORTEST_IN_ANOTHER_CASE else set()


def _in_hexadecimal(secret: str) -> set[str]:
    digits = secret.encode("utf-8", "surrogatepass").hex()
    return {digits, digits.upper()}


def _base64(secret: str) -> Iterator[str]:
    """Yield a secret in base64 (RFC 4648 sections 4 and 5), alone and inside a longer text at each alignment."""
    raw = secret.encode("utf-8", "surrogatepass")
    alone = base64.b64encode(raw).decode()
    for form in (alone, alone.rstrip("="), *(inside.decode() for inside in in_base64(raw))):
        yield from (form, form.translate(_URL_SAFE))


def in_base64(raw: bytes) -> list[bytes]:
    """Return what bytes become in base64 (RFC 4648) at each place inside a longer text, without their neighbours."""
    shared = ((0, 0), (1, 2), (2, 3))
    return [base64.b64encode(bytes(lead) + raw)[start : (lead + len(raw)) * 8 // 6] for lead, start in shared]


def _json(form: str) -> str:
    return json.dumps(form)[1:-1]


def _upper(form: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}", lambda escaped: "\\u" + escaped[0][2:].upper(), _json(form))


def _script_safe(form: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if c in "<>&" else c for c in _json(form))


_ESCAPES: tuple[Callable[[str], str], ...] = (
    str,
    lambda form: quote(form, safe="", errors="surrogatepass"),
    lambda form: quote(form, errors="surrogatepass"),
    lambda form: quote_plus(form, errors="surrogatepass"),
    lambda form: re.sub("%..", lambda escaped: escaped[0].lower(), quote(form, safe="", errors="surrogatepass")),
    _json,
    _upper,
    _script_safe,
    lambda form: _json(form).replace("/", "\\/"),
    lambda form: json.dumps(form, ensure_ascii=False)[1:-1],
    lambda form: repr(form)[1:-1],
    lambda form: repr(form.encode("utf-8", "surrogatepass"))[2:-1],
    html.escape,
    lambda form: html.escape(form, quote=False),
    # As templates of Jinja do.
    lambda form: html.escape(form, quote=False).replace('"', "&#34;").replace("'", "&#39;"),
    # A member's name in a JSON Pointer (RFC 6901 section 3).
    lambda form: form.replace("~", "~0").replace("/", "~1"),
)
"""How programs write a text into a URL, JSON, a message or HTML."""
