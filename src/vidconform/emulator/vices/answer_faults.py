"""Vices of whole answers: codes, content types, broken bodies, other ids and contents that are no videos."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import (
    COMPLETED,
    CONTENT,
    CREATED,
    DELETED,
    FAILED,
    FAILED_CONTENT,
    FIRST_READ,
    LISTED,
    READ,
    REMIXED,
    SECOND_READ,
    SECOND_ROUTE,
    TASK,
    UNKNOWN,
)
from vidconform.emulator.vices.vice import coded, refused, said, typed, vice, vices

_PAGE = said(b"<!doctype html><html><title>Loading</title></html>", content_type="text/html")
_ERROR = said({"code": "upstream_error", "message": "the upstream is busy", "data": None})
_ERROR_AS_VIDEO = said(b'{"error": {"message": "the upstream is busy"}}', content_type="video/mp4")
_PICTURE_AS_VIDEO = said(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64), content_type="video/mp4")
_UNKNOWN = refused(404, "video not found", "video_not_found")
_NO_ROUTE = refused(404, "there is no such route", "not_found")
_FAILED = refused(500, "the server failed", "internal_error")
_BUSY = refused(502, "the upstream is busy", "bad_gateway")

vices(
    READ,
    ("json-as-html", "A task is sent as text/html.", typed("text/html; charset=utf-8")),
    ("reads-as-202", "A task is shown with 202.", coded(202)),
)
vices(
    SECOND_READ,
    ("html-with-200", "A page of HTML is sent with 200 at the second read.", _PAGE),
    ("error-with-200", "The second read of a task is answered with 200 and an error in its body.", _ERROR),
    ("loses-a-task-now-and-then", "A task that was read once is unknown at the second read.", _UNKNOWN),
    ("reads-fail-now-and-then", "The second read of a task is answered with 500.", _FAILED),
)
vices(
    FIRST_READ,
    ("created-task-unknown-at-first", "The first read of a created task is answered with 404.", _UNKNOWN),
)
vices(SECOND_ROUTE, ("second-route-as-404", "The second route answers with 404.", _NO_ROUTE))
vices(
    CONTENT,
    ("content-empty", "The content is empty.", said(b"", content_type="video/mp4")),
    ("content-as-json-named-video", "The content is an error as JSON that calls itself a video.", _ERROR_AS_VIDEO),
    ("content-as-picture", "The content is a picture that calls itself a video.", _PICTURE_AS_VIDEO),
    ("content-as-text-html", "The content is sent as text/html.", typed("text/html")),
    ("content-as-octets", "The content is sent as application/octet-stream.", typed("application/octet-stream")),
    ("content-as-502", "The content of a completed task is answered with 502.", _BUSY),
)


def _otherwise(reply: ReplyContext) -> None:
    """Answer with a code that means as much and is not documented."""
    operation = reply.described.operation(reply.role) if reply.described is not None else None
    documented = operation.answers if operation is not None else {}
    codes = (202, 203, 206) if reply.status < 400 else (409, 402, 418)
    reply.status = next(code for code in codes if str(code) not in documented)


vices(
    UNKNOWN,
    (
        "unknown-id-with-another-refusal",
        "An unknown id is refused with a code that the document does not have.",
        _otherwise,
    ),
)
_SERVED = {READ: "read", CREATED: "create", REMIXED: "remix", LISTED: "list", DELETED: "deletion"}
for _when, _name in _SERVED.items():
    _sentence = f"The status code{_when.words} is one of success that the document does not have."
    vices(_when, (f"{_name}-with-another-success", _sentence, _otherwise))


@vice(SECOND_READ)
def broken_json(reply: ReplyContext) -> None:
    """The JSON of a task is cut off at the second read."""
    reply.body = json.dumps(reply.body).encode()[:-2]


@vice(SECOND_READ)
def json_with_a_member_twice(reply: ReplyContext) -> None:
    """The JSON of a task has its first member twice at the second read."""
    body = json.dumps(reply.body)
    reply.body = ("{" + body[1:].partition(",")[0] + "," + body[1:]).encode()


@vice(READ)
def json_with_charset(reply: ReplyContext) -> None:
    """A task is sent as application/json with a character set."""
    reply.headers["content-type"] = "application/json; charset=utf-8"


@vice(SECOND_READ)
def task_as_list(reply: ReplyContext) -> None:
    """A task is a list with one member at the second read."""
    reply.body = [reply.body]


@vice(READ)
def refuses_the_content_type_of_a_read(reply: ReplyContext) -> None:
    """A read that names a content type is answered with 415."""
    if "content-type" in reply.sent_headers:
        reply.refuse(415, "a read has no content", "unsupported_media_type")


@vice()
def another_id_than_asked(reply: ReplyContext) -> None:
    """A task that existed from the start is shown with another id than was asked for."""
    if reply.task is not None and reply.task.known:
        _rename(reply)


@vice(SECOND_READ)
def another_id_at_the_second_read(reply: ReplyContext) -> None:
    """A task has another id at the second read."""
    _rename(reply)


@vice(READ)
def another_id_than_the_creation_told(reply: ReplyContext) -> None:
    """A created task is shown with another id than the creation told."""
    if reply.task is not None and not reply.task.known:
        _rename(reply)


def _rename(reply: ReplyContext) -> None:
    # All that tell it in step, so that the id itself is the only fault.
    for role in ("id", "task-id", "detail-id", "pending-id", "moderation-task"):
        if (field := reply.field(role)) is not None:
            field.write(reply.body, _another(field.read(reply.body)))


def _another(id: str) -> str:
    """Return an id of the same shape, whatever that is."""
    return id[:-1] + ("1" if id.endswith("0") else "0")


@vice(CONTENT)
def content_as_json(reply: ReplyContext) -> None:
    """The content is JSON with the address of the video."""
    reply.say({"id": reply.asked, "url": "https://cdn.example/video.mp4"})


@vice(CONTENT)
def content_cut_short(reply: ReplyContext) -> None:
    """The content ends in the middle of the video."""
    reply.body = reply.body[: len(reply.body) // 2]


@vice(CONTENT)
def content_as_redirect(reply: ReplyContext) -> None:
    """The content is a redirect to a file."""
    if reply.file_url is not None:
        reply.say(b"", 302)
        reply.headers["location"] = reply.file_url("video")


@vice(COMPLETED)
def video_url_answers_404(reply: ReplyContext) -> None:
    """The address of a video leads nowhere."""
    if (field := reply.field("result")) is not None:
        head, separator, tail = field.read(reply.body).rpartition("/content")
        field.write(reply.body, f"{head}0{separator}{tail}" if separator else f"{tail}0")


@vice(COMPLETED)
def one_video_url_for_all(reply: ReplyContext) -> None:
    """All tasks have the address of one video."""
    if (field := reply.field("result")) is not None and reply.task is not None:
        bare = reply.known_ids[0].rpartition(":")[2] if reply.known_ids else "video_0"
        field.write(reply.body, field.read(reply.body).replace(reply.task.id.rpartition(":")[2], bare))


@vice(FAILED_CONTENT)
def content_of_a_failed_task(reply: ReplyContext) -> None:
    """The content of a failed task is handed out."""
    reply.grant()


@vice(READ)
def reads_through_a_redirect(reply: ReplyContext) -> None:
    """A read is answered with a redirect to the same path with one parameter more, which serves the task."""
    if reply.task is not None and "again" not in reply.sent_query:
        # The redirect itself shows nobody the task.
        reply.task.reads -= 1
        reply.say(b"", 307)
        reply.headers["location"] = f"?{urlencode({**reply.sent_query, 'again': 1})}"


@vice(TASK)
def members_nobody_asked_for(reply: ReplyContext) -> None:
    """A task has members that no document names."""
    reply.body.update({"x_trace": "7f3a", "metadata": {"url": "https://cdn.example/v.mp4"}, "result_url": None})


@vice(FAILED)
def result_url_as_error_text(reply: ReplyContext) -> None:
    """A failed task tells its error as result_url, a member that no document names."""
    reply.body["result_url"] = "the prompt was rejected"


@vice(FAILED)
def progress_whole_at_failure(reply: ReplyContext) -> None:
    """A failed task that tells its progress is whole."""
    if (field := reply.field("progress")) is not None:
        field.write(reply.body, 1.0 if field.unit == "fraction" else type(field.read(reply.body))(100))


@vice(COMPLETED)
def address_under_another_name_too(reply: ReplyContext) -> None:
    """A completed task tells its address as url as well."""
    reply.body["url"] = "https://cdn.example/video.mp4"
