"""Content codings (RFC 9110 section 8.4), undone within a bound: a few kilobytes may stand for gigabytes."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_WINDOWS = {"gzip": (_GZIP_OR_ZLIB,), "x-gzip": (_GZIP_OR_ZLIB,), "deflate": (_GZIP_OR_ZLIB, _RAW)}
# Nobody codes more often, and a body may consist of the smallest members that there are.
_MOST_CODINGS = 3
_MOST_MEMBERS = 10_000
_MEMBER = b"\x1f\x8b"
# What lies behind the end of a member is copied each time.
_PIECE = 4096


def without_coding(body: bytes, codings: str, most: int, *, whole: bool) -> bytes | None:
    """Return up to `most` bytes of a body; None where it is not what its list of codings says.

    `whole` says that no byte of the body is missing. What is between two codings has the same bound, and is whole.
    """
    applied = [coding for name in codings.lower().split(",") if (coding := name.strip()) not in ("", "identity")]
    if not 0 < len(applied) <= _MOST_CODINGS:
        return None
    content: bytes | None = body
    # The last one was applied last.
    for number, coding in enumerate(reversed(applied)):
        if content is None or (number > 0 and len(content) == most):
            return None
        content = _undone(content, coding, most, whole)
    return content


def _undone(body: bytes, coding: str, most: int, whole: bool) -> bytes | None:
    """Return a body without one coding; many senders of `deflate` leave out the zlib wrapper."""
    found = (_inflated(body, window, most, whole) for window in _WINDOWS.get(coding, ()))
    return next((content for content in found if content is not None), None)


def _inflated(body: bytes, window: int, most: int, whole: bool) -> bytes | None:
    """Return the members of a body one after the other (RFC 1952 section 2.2)."""
    content, at = bytearray(), 0
    for _ in range(_MOST_MEMBERS):
        try:
            at, ended = _add_member(content, body, at, window, most)
        except zlib.error:
            return None
        if len(content) == most or not (ended and body.startswith(_MEMBER, at)):
            return bytes(content) if ended or len(content) == most or not whole else None
    return None


def _add_member(content: bytearray, body: bytes, at: int, window: int, most: int) -> tuple[int, bool]:
    """Add a member to a content, and return where the next one begins and whether this one came to its end."""
    inflater = zlib.decompressobj(window)
    while not inflater.eof and at < len(body) and len(content) < most:
        piece = body[at : at + _PIECE]
        content += inflater.decompress(piece, most - len(content))
        at += len(piece) - len(inflater.unused_data) - len(inflater.unconsumed_tail)
    return at, inflater.eof
