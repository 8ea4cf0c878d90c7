"""Vices of refusals: what should be turned down is served, or is turned down in the wrong way."""

from __future__ import annotations

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.small_media import small_mp4
from vidconform.emulator.vices.triggers import (
    EARLY_CONTENT,
    NO_SUCH_METHOD,
    REFUSED,
    UNKNOWN,
    UNKNOWN_CONTENT,
    UNKNOWN_REMIX,
    UNKNOWN_SECOND,
    WITHOUT_ID,
)
from vidconform.emulator.vices.vice import coded, said, vice, vices

_HTML = b"<!doctype html><html><title>Error</title><h1>Error</h1></html>"
_PLAIN = said(b"404 page not found\n", 404, "text/plain; charset=utf-8")


vices(
    UNKNOWN,
    ("unknown-id-as-200-with-nothing", "An unknown id is answered with 200 and an empty object.", said({})),
    ("unknown-id-as-200-with-an-error", "An unknown id is answered with 200 and the error in its body.", coded(200)),
    ("unknown-id-as-500", "An unknown id is answered with 500.", coded(500)),
    ("unknown-id-as-html", "An unknown id is answered with a page of HTML.", said(_HTML, 404, "text/html")),
    ("unknown-id-as-plain-text", "An unknown id is answered with a plain text.", _PLAIN),
    ("unknown-id-as-400", "An unknown id is answered with 400 and the documented envelope.", coded(400)),
)


@vice(UNKNOWN)
def unknown_id_as_a_new_task(reply: ReplyContext) -> None:
    """An unknown id is answered with a task that has just begun."""
    reply.say({"id": reply.asked, "object": "video", "status": "unknown", "progress": 0, "created_at": 0})


@vice(REFUSED)
def refusals_as_broken_json(reply: ReplyContext) -> None:
    """A refusal's JSON is cut off."""
    reply.say(b'{"error": {"message": "vid', reply.status)


@vice(UNKNOWN)
def refusal_as_list(reply: ReplyContext) -> None:
    """The refusal of an unknown id is a list."""
    reply.body = [reply.body]


@vice(UNKNOWN)
def unknown_id_as_400_with_code_and_message(reply: ReplyContext) -> None:
    """An unknown id is answered with 400 and code, message and data instead of an error object."""
    reply.say({"code": "task_not_exist", "message": "task_not_exist", "data": None}, 400)


@vice(UNKNOWN_SECOND)
def unknown_id_as_200_on_the_second_route(reply: ReplyContext) -> None:
    """The second route answers an unknown id with 200 and an empty object."""
    reply.say({})


vices(
    WITHOUT_ID,
    ("no-id-as-200", "A query without an id is answered with 200 and an empty object.", said({})),
    ("no-id-as-500", "A query without an id is answered with 500.", coded(500)),
)


@vice(NO_SUCH_METHOD)
def any_method_will_do(reply: ReplyContext) -> None:
    """A method that no route has is answered with 200."""
    reply.say({})


@vice(UNKNOWN_CONTENT)
def content_of_any_id(reply: ReplyContext) -> None:
    """An unknown id has content."""
    reply.say(small_mp4(), content_type="video/mp4")


vices(
    EARLY_CONTENT,
    ("content-before-completion", "The content is served before the task is completed.", ReplyContext.grant),
    ("early-content-as-500", "Content that is asked for too early is answered with 500.", coded(500)),
)


@vice(EARLY_CONTENT)
def early_content_as_409(reply: ReplyContext) -> None:
    """Content that is asked for too early is answered with 409 and the seconds to wait."""
    reply.status, reply.headers["retry-after"] = 409, "1"


@vice(UNKNOWN_REMIX)
def remix_of_any_id(reply: ReplyContext) -> None:
    """An unknown id can be remixed."""
    reply.say({"id": "video_5eed", "task_id": "video_5eed", "object": "video", "status": "queued", "progress": 0})
