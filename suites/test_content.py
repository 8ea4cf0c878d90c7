"""Content: the finished video as bytes of a video, with a content type of one."""

from __future__ import annotations

from vidconform.laws import Reading, Subject, expect, requires, shown, told

_MEDIA_TYPES = ("application/mp4", "application/octet-stream", "binary/octet-stream")


def _served(content: Subject) -> list[Reading]:
    return [reading for reading in content.all if reading.reply.is_success]


@requires("content-is-video")
def test_content_has_a_video_content_type(content: Subject) -> None:
    for reading in shown(_served(content), "the content of a finished task"):
        media_type = reading.reply.media_type
        video = media_type.startswith("video/") or media_type in _MEDIA_TYPES
        expect(video, "a content type video/*", media_type or "no content type", reading)


@test_content_has_a_video_content_type.broken_by
def _(content: Subject) -> None:
    content.alter(headers={"content-type": "application/json"})


@requires("content-has-bytes")
def test_content_holds_the_bytes_of_a_video(content: Subject) -> None:
    for reading in shown(_served(content), "the content of a finished task"):
        body = reading.reply.body
        received = f"a text: {told(reading)}" if body else "an empty body"
        expect(not _is_text(body), "the bytes of a video", received, reading)


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=b'{"url": "https://cdn.example/video.mp4"}')


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=b"")


def _is_text(body: bytes) -> bool:
    """Whether all first bytes are printable text: every container of video starts with lengths or magic numbers."""
    try:
        start = body[:512].decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may go through a character.
        start = body[: error.start].decode("utf-8") if error.start > 500 else "\0"
    return all(character.isprintable() or character.isspace() for character in start)
