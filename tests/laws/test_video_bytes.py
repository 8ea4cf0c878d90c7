"""What cannot be a video, by its bytes: texts, pictures, zeros and broken MP4s; what nobody knows may be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidconform.emulator.small_media import SMALL_MP4 as MP4
from vidconform.laws.video_bytes import why_no_video

FTYP = MP4[: int.from_bytes(MP4[:4])]


def box(kind: bytes, payload: bytes = b"", size: int | None = None) -> bytes:
    return (8 + len(payload) if size is None else size).to_bytes(4) + kind + payload


def large(kind: bytes, payload: bytes, more: int = 0) -> bytes:
    return box(kind, (16 + len(payload) + more).to_bytes(8) + payload, size=1)


@pytest.mark.parametrize(
    "body",
    [
        MP4,
        MP4 + b"\r\n",
        MP4 + b"\xff" * 7,
        FTYP + box(b"moof") + box(b"mdat", b"\1" * 9),
        FTYP + box(b"free", b"\0" * 9) + box(b"moov"),
        FTYP + box(b"mdat", b"\1" * 9, size=0),
        FTYP + large(b"mdat", b"\1" * 9),
        FTYP + box(b"free", size=3) + box(b"moov"),
        b"\x1a\x45\xdf\xa3 a WebM begins so",
        b"RIFF\x24\0\0\0AVI LIST",
        b"G@\x11\x10" + b"\xff" * 184,
        b"\0\0\0\1",
    ],
)
def test_what_may_be_a_video_is_left_in_peace(body: bytes) -> None:
    assert why_no_video(body, cut=False) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"),
        (b'{"url": "https://cdn.example/v.mp4"}', "a text"),
        (b"\0" * 4000, "nothing but zeros"),
        (b"\0", "nothing but zeros"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"GIF89a\1\0\1\0", "a GIF picture"),
        (b"\x1f\x8b\x08\0\xff", "a gzip archive"),
        (b"PK\x03\x04\xff", "a zip archive"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (FTYP, "an MP4 without a box of media"),
        (FTYP + box(b"free", b"\0" * 9), "an MP4 without a box of media"),
        (MP4[:-1], "an MP4 cut off in its box mdat"),
        (MP4[: len(FTYP) + 20], "an MP4 cut off in its box moov"),
        (FTYP[:-1], "an MP4 cut off in its box ftyp"),
        (FTYP + large(b"mdat", b"\1" * 9, more=1), "an MP4 cut off in its box mdat"),
        (FTYP + large(b"mdat", b"\1" * 9, more=1 << 56), "an MP4 cut off in its box mdat"),
        (FTYP + box(b"mdat")[:6], "an MP4 without a box of media"),
    ],
)
def test_what_is_no_video_is_told_by_its_name(body: bytes, said: str) -> None:
    assert why_no_video(body, cut=False) == said


def test_of_a_video_that_we_cut_ourselves_the_beginning_will_do() -> None:
    assert why_no_video(MP4[:-1], cut=True) is None
    assert why_no_video(b"\0" * 9, cut=True) == "nothing but zeros"


def test_a_video_may_begin_with_many_zeros() -> None:
    assert why_no_video(bytes(65_536) + b"\1", cut=False) == "nothing but zeros"
    assert why_no_video(bytes(65_535) + b"\1", cut=False) is None


def test_a_picture_is_one_at_its_beginning_alone() -> None:
    assert why_no_video(b"\1\x89PNG\r\n\x1a\n", cut=False) is None


@given(st.binary(max_size=80).map(FTYP.__add__))
def test_whatever_follows_a_file_type_is_walked_to_its_end(body: bytes) -> None:
    assert why_no_video(body, cut=False) is None or "MP4" in str(why_no_video(body, cut=False))
