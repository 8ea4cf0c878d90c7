"""Compressed content that nobody declared: gzip, zlib, bz2, xz and zip, unpacked within bounds wherever they begin."""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

_MOST_BYTES = 1 << 20
# A hostile body may consist of beginnings alone.
_MOST_STREAMS = 64
_BEGINNING = re.compile(
    rb"\x1f\x8b\x08|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x5d\0\0[\0-\xff]{2}\xff|PK\x03\x04|\x78[\x01\x5e\x9c\xda]", re.DOTALL
)
_ZIP_HEADER = struct.Struct("<4s5H3I2H")
_ZIP_METHODS: dict[int, Callable[[], Any]] = {
    8: lambda: zlib.decompressobj(-zlib.MAX_WBITS),
    12: bz2.BZ2Decompressor,
}


def unpacked(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield what each compressed stream in a content stands for, and where the stream begins and ends."""
    end, streams = 0, 0
    for found in _BEGINNING.finditer(content):
        if found.start() < end or streams == _MOST_STREAMS:
            continue
        streams += 1
        plain, end = _stream(content, found.start())
        if plain:
            yield plain, found.start(), end


def _stream(content: bytes, start: int) -> tuple[bytes, int]:
    head = content[start : start + 6]
    if head.startswith(b"\x1f\x8b"):
        return _inflated(zlib.decompressobj(16 + zlib.MAX_WBITS), content, start)
    if head.startswith(b"BZh"):
        return _inflated(bz2.BZ2Decompressor(), content, start)
    if head.startswith((b"\xfd7zXZ", b"\x5d")):
        return _inflated(lzma.LZMADecompressor(memlimit=1 << 26), content, start)
    if head.startswith(b"PK"):
        return _member(content, start)
    return _inflated(zlib.decompressobj(), content, start)


def _member(content: bytes, start: int) -> tuple[bytes, int]:
    """Return a member of a zip archive (APPNOTE.TXT 4.3.7)."""
    if len(content) < start + _ZIP_HEADER.size:
        return b"", start
    fields = _ZIP_HEADER.unpack_from(content, start)
    method, data = fields[3], start + _ZIP_HEADER.size + fields[9] + fields[10]
    return _inflated(_ZIP_METHODS[method](), content, data) if method in _ZIP_METHODS else (b"", start)


def _inflated(unpacker: Any, content: bytes, start: int) -> tuple[bytes, int]:
    """Return up to a bound what a stream stands for, and where it ends; of a broken one, what stands before."""
    plain, at = bytearray(), start
    try:
        while not unpacker.eof and at < len(content) and len(plain) < _MOST_BYTES:
            piece = content[at : at + 4096]
            at += len(piece)
            plain += unpacker.decompress(piece, _MOST_BYTES - len(plain))
    except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
        pass
    return bytes(plain), min(len(content), at - len(unpacker.unused_data if unpacker.eof else b""))
