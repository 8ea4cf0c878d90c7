"""Content: the finished video as bytes of a video, with a content type of one."""

from __future__ import annotations

from vidconform.laws import (
    A_TEXT,
    Inconclusive,
    ReplyView,
    Subject,
    describe_reply,
    expect,
    require_observed,
    requires,
    what_is_no_video,
)

_MEDIA_TYPES = ("application/mp4", "application/octet-stream", "binary/octet-stream")


def _served(content: Subject) -> list[ReplyView]:
    return [view for view in content.all if view.reply.is_success]


@requires("content-is-video")
def test_content_has_a_video_content_type(content: Subject) -> None:
    for view in require_observed(_served(content), "the content of a finished task"):
        media_type = view.reply.media_type
        video = media_type.startswith("video/") or media_type in _MEDIA_TYPES
        expect(video, "a content type video/*", media_type or "no content type", view)


@test_content_has_a_video_content_type.broken_by
def _(content: Subject) -> None:
    content.alter(headers={"content-type": "application/json"})


@requires("content-has-bytes")
def test_content_holds_the_bytes_of_a_video(content: Subject) -> None:
    for view in require_observed(_served(content), "the content of a finished task"):
        if view.reply.unread_coding:
            raise Inconclusive(f"{view.exchange.request} was answered with {view.reply.json}")
        lack = what_is_no_video(view.reply.body, view.reply.cut)
        expect(
            lack is None, "the bytes of a video", f"{lack}: {describe_reply(view)}" if lack == A_TEXT else lack, view
        )


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=b'{"url": "https://cdn.example/video.mp4"}')


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=b"")


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=b"\x89PNG\r\n\x1a\n" + bytes(64))


@test_content_holds_the_bytes_of_a_video.broken_by
def _(content: Subject) -> None:
    content.alter(body=content.first.reply.body[:-1])
