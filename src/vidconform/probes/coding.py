"""Content codings (RFC 9110 section 8.4.1), undone within a bound: a few kilobytes may stand for gigabytes."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_WINDOWS = {"gzip": (_GZIP_OR_ZLIB,), "x-gzip": (_GZIP_OR_ZLIB,), "deflate": (_GZIP_OR_ZLIB, _RAW)}


def decoded(body: bytes, coding: str, most: int, *, whole: bool) -> bytes | None:
    """Return up to `most` bytes of a coded body; None where it is not what its coding says.

    `whole` says that no byte of the body is missing. Many senders of `deflate` leave out the zlib wrapper.
    """
    for window in _WINDOWS.get(coding.strip().lower(), ()):
        content = _inflated(body, window, most, whole)
        if content is not None:
            return content
    return None


def _inflated(body: bytes, window: int, most: int, whole: bool) -> bytes | None:
    inflater = zlib.decompressobj(window)
    try:
        content = inflater.decompress(body, most)
    except zlib.error:
        return None
    ended = inflater.eof or len(content) == most
    return content if ended or not whole else None
