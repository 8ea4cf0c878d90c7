"""Why some bytes cannot be a video; containers that are not known here get the benefit of the doubt."""

from __future__ import annotations

from collections.abc import Iterator

# The first bytes of what vendors send in a video's place: pictures, archives, documents.
_OTHERS = {
    b"\x89PNG\r\n\x1a\n": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive",
    b"%PDF-": "a PDF",
}
A_TEXT = "a text"

# ISO/IEC 14496-12 section 8: what holds the samples, or tells where they are.
_MEDIA = (b"mdat", b"moov", b"moof")


def why_no_video(body: bytes, cut: bool) -> str | None:
    """Return why a body cannot be a video, as words, or None; `cut` says that we kept its beginning alone."""
    if not body:
        return "an empty body"
    if _is_text(body):
        return A_TEXT
    if not any(body[:65536]):
        return "nothing but zeros"
    other = next((name for start, name in _OTHERS.items() if body.startswith(start)), None)
    if other is not None:
        return other
    return _mp4_defect(body) if body[4:8] == b"ftyp" and not cut else None


def _is_text(body: bytes) -> bool:
    """Whether all first bytes are printable text: every container of video starts with lengths or magic numbers."""
    try:
        start = body[:512].decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may go through a character.
        start = body[: error.start].decode("utf-8") if error.start > 500 else "\0"
    return all(character.isprintable() or character.isspace() for character in start)


def _mp4_defect(body: bytes) -> str | None:
    boxes = list(_boxes(body))
    if boxes[-1][1] > len(body):
        return f"an MP4 cut off in its box {boxes[-1][0].decode('latin-1')}"
    return None if any(kind in _MEDIA for kind, _ in boxes) else "an MP4 without a box of media"


def _boxes(body: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the kind and the end of each box of an MP4 (ISO/IEC 14496-12 section 4.2)."""
    at = 0
    # What is left behind the last box and is too short for one is no part of a video, and harms none.
    while at + 8 <= len(body):
        size, kind = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(body[at + 8 : at + 16])
        # A box of size 0 goes on to the end of the file; one below its own head is none.
        at = len(body) if size == 0 else at + max(size, 8)
        yield kind, at
