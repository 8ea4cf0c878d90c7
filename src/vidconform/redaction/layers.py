"""What stands inside a content: the same with escapes undone, bases decoded, archives unpacked, each place known."""

from __future__ import annotations

import base64
import html
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator

from vidconform.redaction.archives import unpacked

# No quantifier gives anything back, and no run is tried from its middle, so that the time is linear. Each alternative
# begins with a character, and looks behind after it: so `re` passes over all others at once.
_ESCAPE = re.compile(
    rb"%u(?P<unicode>[0-9a-fA-F]{4})|%(?P<percent>[0-9a-fA-F]{2})"
    rb"|\\(?<!\\\\)\\*+(?:u(?P<json>[0-9a-fA-F]{4})|x(?P<hex>[0-9a-fA-F]{2})|u\{(?P<brace>[0-9a-fA-F]{1,6})\}"
    rb"|(?P<octal>[0-3][0-7]{2})|(?P<short>[nrtbf\"'/]))"
    rb"|&#(?:(?P<decimal>\d{1,7})|[xX](?P<number>[0-9a-fA-F]{1,6}));|(?P<named>&[A-Za-z]{2,8};)"
    rb"|0(?<!\w0)[xX](?P<literal>[0-9a-fA-F]{2})\b"
)
_BASES = {"octal": 8, "decimal": 10}
_BYTES = ("percent", "hex", "octal", "literal")
_WHITE = bytes.maketrans(b"nrtbf", b"\n\n\n\n\n")
_QUOTED_PRINTABLE = re.compile(rb"=(?:([0-9a-fA-F]{2})|\r?\n)")
# The name of a member, of a parameter, of a line: what remains are the values, one behind the other.
_NAME = re.compile(rb"\"[^\"\\]{0,80}+\"\s{0,8}+:|[&?;\n][\w.\[\]-]{1,40}+(?:=|: )")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}+(?:\r?\n[ \t]?[A-Za-z0-9+/_-]++)*+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}+")
_CODES = re.compile(rb"\d(?<!\d\d)\d{0,2}[,\s]{1,3}+(?:\d{1,3}[,\s]{1,3}+){10,}+(?:\d{1,3})?")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_EBCDIC = bytes(range(256)).decode("cp037").encode("latin-1")
_BETWEEN = b"\0\n\0"


class Layer:
    """A content that stands inside another; `of` tells which bytes of the other one some of it come from.

    Of one that is `last`, nothing inside it is asked for.
    """

    def __init__(self, last: bool = False) -> None:
        self.last = last
        self.content = bytearray()
        # Arrays, for a megabyte may hold a million escapes. Of what is copied the end is not kept.
        self._starts, self._sources, self._ends = array("q"), array("q"), array("q")

    def add(self, piece: bytes, start: int, end: int, *, copied: bool = False) -> None:
        """Add a piece made of the other content from a place to another; `copied` says that each byte stands there."""
        if piece:
            self._starts.append(len(self.content))
            self._sources.append(start)
            self._ends.append(-1 if copied else end)
            self.content += piece

    def of(self, start: int, end: int) -> tuple[int, int]:
        """Return the places in the other content where a run of this one begins and ends."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        index = bisect_right(self._starts, at) - 1
        start, end = self._sources[index], self._ends[index]
        inside = at - self._starts[index]
        return (start, end) if end >= 0 else (start + inside, start + inside + 1)


def layers_of(content: bytes) -> Iterator[Layer]:
    """Yield the contents inside a content."""
    if any(mark in content for mark in (b"%", b"\\", b"&", b"0x", b"0X")):
        yield from _replaced(content, _ESCAPE, _character)
    if b"=" in content:
        yield from _replaced(content, _QUOTED_PRINTABLE, lambda found: bytes.fromhex((found[1] or b"").decode()))
    yield from _replaced(content, _NAME, lambda _: b"", last=True)
    yield from _found(content, _BASE64, _decoded)
    yield from _found(content, _HEXADECIMAL, lambda run: bytes.fromhex(run.decode()))
    yield from _found(content, _CODES, _by_codes)
    if _NOT_ASCII.search(content):
        layer = Layer(last=True)
        layer.add(content.translate(_EBCDIC), 0, len(content), copied=True)
        yield layer
        layer = Layer()
        for plain, start, end in unpacked(content):
            layer.add(plain + _BETWEEN, start, end)
        yield from [layer] if layer.content else []


def _replaced(
    content: bytes, pattern: re.Pattern[bytes], plain: Callable[[re.Match[bytes]], bytes], last: bool = False
) -> Iterator[Layer]:
    """Yield a content in which what matches a pattern is replaced, if anything does."""
    layer, end = Layer(last), 0
    for found in pattern.finditer(content):
        layer.add(content[end : found.start()], end, found.start(), copied=True)
        layer.add(plain(found), found.start(), found.end())
        end = found.end()
    if end:
        layer.add(content[end:], end, len(content), copied=True)
        yield layer


def _found(content: bytes, pattern: re.Pattern[bytes], decode: Callable[[bytes], bytes]) -> Iterator[Layer]:
    """Yield what the runs of a content that match a pattern stand for, if any does."""
    layer = Layer()
    for found in pattern.finditer(content):
        layer.add(decode(found[0]) + _BETWEEN, found.start(), found.end())
    if layer.content:
        yield layer


def _character(found: re.Match[bytes]) -> bytes:
    kind = found.lastgroup or ""
    digits = found[kind]
    if kind == "named":
        return html.unescape(digits.decode()).encode()
    if kind == "short":
        return digits.translate(_WHITE)
    code = int(digits, _BASES.get(kind, 16))
    if kind in _BYTES:
        return bytes([code])
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b""


def _by_codes(run: bytes) -> bytes:
    return bytes(code for digits in re.findall(rb"\d+", run) if (code := int(digits)) < 256)


def _decoded(run: bytes) -> bytes:
    """Return what base64 (RFC 4648) stands for; one character too many stands behind it."""
    plain = run.translate(_URL_SAFE, b"\r\n\t ")
    whole = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))
