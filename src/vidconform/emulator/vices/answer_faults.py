"""Vices of whole answers: codes, content types, broken bodies, other ids and contents that are no videos."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import (
    COMPLETED,
    CONTENT,
    FAILED,
    FIRST_READ,
    READ,
    READ_OF_CREATED,
    SECOND_READ,
    SECOND_ROUTE,
    TASK,
)
from vidconform.emulator.vices.vice import (
    CRASHED,
    NO_ROUTE,
    UNKNOWN_TASK,
    Act,
    changed,
    coded,
    provided,
    refused,
    said,
    typed,
    vice,
    vices,
)

_PAGE = said(b"<!doctype html><html><title>Loading</title></html>", content_type="text/html")
_ERROR = said({"code": "upstream_error", "message": "the upstream is busy", "data": None})
_ERROR_AS_VIDEO = said(b'{"error": {"message": "the upstream is busy"}}', content_type="video/mp4")
_PICTURE_AS_VIDEO = said(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64), content_type="video/mp4")
_BUSY = refused(502, "the upstream is busy", "bad_gateway")


def _altered_id(id: Any) -> Any:
    """Return an id of the same shape, whatever that is."""
    return id[:-1] + ("1" if id.endswith("0") else "0") if isinstance(id, str) else id + 1


# All that tell it in step, so that the id itself is the only fault.
_rename = changed(_altered_id, "id", "task-id", "detail-id", "pending-id", "moderation-task")


def _leading_nowhere(url: str) -> str:
    head, separator, tail = url.rpartition("/content")
    return f"{head}0{separator}{tail}" if separator else f"{tail}0"


def _with(**members: Any) -> Act:
    """Return the act that adds members to a task."""
    return lambda reply: reply.body.update(deepcopy(members))


vices(
    READ,
    ("json-as-html", "A task is sent as text/html.", typed("text/html; charset=utf-8")),
    ("json-with-charset", "A task is sent as application/json with a character set.",
     typed("application/json; charset=utf-8")),
    ("reads-as-202", "A task is shown with 202.", coded(202)),
    ("refuses-the-content-type-of-a-read", "A read that names a content type is answered with 415.",
     provided(lambda reply: "content-type" in reply.sent_headers,
              refused(415, "a read has no content", "unsupported_media_type"))),
)  # fmt: skip
vices(
    READ_OF_CREATED,
    ("another-id-than-the-creation-told", "A created task is shown with another id than the creation told.", _rename),
)
vices(
    SECOND_READ,
    ("html-with-200", "A page of HTML is sent with 200 at the second read.", _PAGE),
    ("error-with-200", "The second read of a task is answered with 200 and an error in its body.", _ERROR),
    ("loses-a-task-now-and-then", "A task that was read once is unknown at the second read.", UNKNOWN_TASK),
    ("reads-fail-now-and-then", "The second read of a task is answered with 500.", CRASHED),
    ("task-as-list", "A task is a list with one member at the second read.",
     lambda reply: setattr(reply, "body", [reply.body])),
    ("another-id-at-the-second-read", "A task has another id at the second read.", _rename),
)  # fmt: skip
vices(
    TASK,
    ("another-id-than-asked", "A task that existed from the start is shown with another id than was asked for.",
     provided(lambda reply: reply.task and reply.task.known, _rename)),
    ("members-nobody-asked-for", "A task has members that no document names.",
     _with(x_trace="7f3a", metadata={"url": "https://cdn.example/v.mp4"}, result_url=None)),
)  # fmt: skip
vices(
    FAILED,
    ("result-url-as-error-text", "A failed task tells its error as result_url, a member that no document names.",
     _with(result_url="the prompt was rejected")),
)  # fmt: skip
vices(
    COMPLETED,
    ("video-url-answers-404", "The address of a video leads nowhere.", changed(_leading_nowhere, "result")),
    ("address-under-another-name-too", "A completed task tells its address as url as well.",
     _with(url="https://cdn.example/video.mp4")),
)  # fmt: skip
vices(
    FIRST_READ,
    ("created-task-unknown-at-first", "The first read of a created task is answered with 404.", UNKNOWN_TASK),
)
vices(SECOND_ROUTE, ("second-route-as-404", "The second route answers with 404.", NO_ROUTE))
vices(
    CONTENT,
    ("content-empty", "The content is empty.", said(b"", content_type="video/mp4")),
    ("content-cut-short", "The content ends in the middle of the video.",
     lambda reply: setattr(reply, "body", reply.body[: len(reply.body) // 2])),
    ("content-as-json", "The content is JSON with the address of the video.",
     lambda reply: reply.say({"id": reply.asked, "url": "https://cdn.example/video.mp4"})),
    ("content-as-json-named-video", "The content is an error as JSON that calls itself a video.", _ERROR_AS_VIDEO),
    ("content-as-picture", "The content is a picture that calls itself a video.", _PICTURE_AS_VIDEO),
    ("content-as-text-html", "The content is sent as text/html.", typed("text/html")),
    ("content-as-octets", "The content is sent as application/octet-stream.", typed("application/octet-stream")),
    ("content-as-502", "The content of a completed task is answered with 502.", _BUSY),
)  # fmt: skip


@vice(SECOND_READ)
def broken_json(reply: ReplyContext) -> None:
    """The JSON of a task is cut off at the second read."""
    reply.body = json.dumps(reply.body).encode()[:-2]


@vice(SECOND_READ)
def json_with_a_member_twice(reply: ReplyContext) -> None:
    """The JSON of a task has its first member twice at the second read."""
    body = json.dumps(reply.body)
    reply.body = ("{" + body[1:].partition(",")[0] + "," + body[1:]).encode()


@vice(CONTENT)
def content_as_redirect(reply: ReplyContext) -> None:
    """The content is a redirect to a file."""
    if reply.file_url is not None:
        reply.say(b"", 302)
        reply.headers["location"] = reply.file_url("video")


@vice(COMPLETED)
def one_video_url_for_all(reply: ReplyContext) -> None:
    """All tasks have the address of one video."""
    if (field := reply.field("result")) is not None and reply.task is not None:
        bare = reply.known_ids[0].rpartition(":")[2] if reply.known_ids else "video_0"
        field.write(reply.body, field.read(reply.body).replace(reply.task.id.rpartition(":")[2], bare))


@vice(READ)
def reads_through_a_redirect(reply: ReplyContext) -> None:
    """A read is answered with a redirect to the same path with one parameter more, which serves the task."""
    if reply.task is not None and "again" not in reply.sent_query:
        # The redirect itself shows nobody the task.
        reply.task.reads -= 1
        reply.say(b"", 307)
        reply.headers["location"] = f"?{urlencode({**reply.sent_query, 'again': 1})}"


@vice(FAILED)
def progress_whole_at_failure(reply: ReplyContext) -> None:
    """A failed task that tells its progress is whole."""
    if (field := reply.field("progress")) is not None:
        field.write(reply.body, 1.0 if field.unit == "fraction" else type(field.read(reply.body))(100))
