"""A video, and a picture of it, small enough to send a thousand times."""

from __future__ import annotations

import struct
from base64 import b64decode

SMALL_WEBP = b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
"""A picture of one pixel."""


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def _header() -> bytes:
    """Returns a movie header: one second, timescale 1000, identity matrix, no track yet."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    times = struct.pack(">5I", 0, 0, 0, 1000, 1000)
    rate = struct.pack(">IH10x", 0x10000, 0x0100)
    return _box(b"mvhd", times + rate + matrix + bytes(24) + struct.pack(">I", 1))


def small_mp4() -> bytes:
    """Returns a file type box, a movie box and a few bytes of media data."""
    brands = b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41"
    media = bytes(number % 251 for number in range(256))
    return _box(b"ftyp", brands) + _box(b"moov", _header()) + _box(b"mdat", media)
