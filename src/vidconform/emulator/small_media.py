"""A video, and a picture of it, small enough to send a thousand times."""

from __future__ import annotations

from base64 import b64decode

SMALL_WEBP = b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
"""A picture of one pixel."""

SMALL_MP4 = b64decode(
    "AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAB0bW9vdgAAAGxtdmhkAAAAAAAAAAAAAAAAAAAD6AAAA+gAAQAAAQAAAAAAAAAAAAAA"
    "AAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAQhtZGF0"
) + bytes([*range(251), *range(5)])
"""A file type box, a movie box of one second without a track, and a box with 256 bytes of media data."""
