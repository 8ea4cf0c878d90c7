"""Vices of refusals: what should be turned down is served, or is turned down in the wrong way."""

from __future__ import annotations

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.small_media import SMALL_MP4
from vidconform.emulator.vices.triggers import (
    CANCELLED,
    CREATED,
    DELETED,
    EARLY_CONTENT,
    FAILED_CONTENT,
    LISTED,
    MODELS,
    NO_SUCH_METHOD,
    READ,
    REFUSED,
    REMIXED,
    UNKNOWN,
    UNKNOWN_CONTENT,
    UNKNOWN_REMIX,
    UNKNOWN_SECOND,
    WITHOUT_ID,
)
from vidconform.emulator.vices.vice import coded, said, vice, vices

_HTML = b"<!doctype html><html><title>Error</title><h1>Error</h1></html>"
_PLAIN = said(b"404 page not found\n", 404, "text/plain; charset=utf-8")
_GATEWAYS = said({"code": "task_not_exist", "message": "task_not_exist", "data": None}, 400)
_NEW_TASK = {"object": "video", "status": "unknown", "progress": 0, "created_at": 0}
_REMIX = said({"id": "video_5eed", "task_id": "video_5eed", "object": "video", "status": "queued", "progress": 0})


def _otherwise(reply: ReplyContext) -> None:
    """Answer with a code that means as much and is not documented."""
    documented = reply.operation.answers if reply.operation is not None else {}
    codes = (202, 203, 206) if reply.status < 400 else (409, 402, 418)
    reply.answer_with(next(code for code in codes if str(code) not in documented))


_SUCCESSES = {
    READ: "read", CREATED: "create", REMIXED: "remix", LISTED: "list", DELETED: "deletion", CANCELLED: "cancel",
    MODELS: "models",
}  # fmt: skip
for _when, _name in _SUCCESSES.items():
    _sentence = f"The status code{_when.words or ' of a read'} is one of success that the document does not have."
    vices(_when, (f"{_name}-with-another-success", _sentence, _otherwise))
vices(
    UNKNOWN,
    ("unknown-id-with-another-refusal", "An unknown id is refused with a code that no document has.", _otherwise),
    ("unknown-id-as-200-with-nothing", "An unknown id is answered with 200 and an empty object.", said({})),
    ("unknown-id-as-200-with-an-error", "An unknown id is answered with 200 and the error in its body.", coded(200)),
    ("unknown-id-as-500", "An unknown id is answered with 500.", coded(500)),
    ("unknown-id-as-html", "An unknown id is answered with a page of HTML.",
     lambda reply: reply.say(_HTML, reply.status if reply.status >= 400 else 404, "text/html")),
    ("unknown-id-as-plain-text", "An unknown id is answered with a plain text.", _PLAIN),
    ("unknown-id-as-400", "An unknown id is answered with 400 and the documented envelope.", coded(400)),
    ("unknown-id-as-400-with-code-and-message",
     "An unknown id is answered with 400 and code, message and data instead of an error object.", _GATEWAYS),
    ("unknown-id-as-a-new-task", "An unknown id is answered with a task that has just begun.",
     lambda reply: reply.say({"id": reply.asked, **_NEW_TASK})),
    ("refusal-as-list", "The refusal of an unknown id is a list.",
     lambda reply: reply.say([reply.body], reply.status)),
)  # fmt: skip
vices(
    REFUSED,
    ("refusals-as-broken-json", "A refusal's JSON is cut off.",
     lambda reply: reply.say(b'{"error": {"message": "vid', reply.status)),
)  # fmt: skip
vices(
    UNKNOWN_SECOND,
    ("unknown-id-as-200-on-the-second-route",
     "The second route answers an unknown id with 200 and an empty object.", said({})),
)  # fmt: skip
vices(
    WITHOUT_ID,
    ("no-id-as-200", "A query without an id is answered with 200 and an empty object.", said({})),
    ("no-id-as-500", "A query without an id is answered with 500.", coded(500)),
)
vices(NO_SUCH_METHOD, ("any-method-will-do", "A method that no route has is answered with 200.", said({})))
vices(UNKNOWN_CONTENT, ("content-of-any-id", "An unknown id has content.", said(SMALL_MP4, content_type="video/mp4")))
vices(
    EARLY_CONTENT,
    ("content-before-completion", "The content is served before the task is completed.", ReplyContext.grant),
    ("early-content-as-500", "Content that is asked for too early is answered with 500.", coded(500)),
)
vices(FAILED_CONTENT, ("content-of-a-failed-task", "The content of a failed task is handed out.", ReplyContext.grant))
vices(UNKNOWN_REMIX, ("remix-of-any-id", "An unknown id can be remixed.", _REMIX))


@vice(EARLY_CONTENT)
def early_content_as_409(reply: ReplyContext) -> None:
    """Content that is asked for too early is answered with 409 and the seconds to wait."""
    reply.status, reply.headers["retry-after"] = 409, "1"


@vice(REFUSED)
def refusals_by_their_status_code(reply: ReplyContext) -> None:
    """A refusal comes with the status code that its body stands for."""
    reply.tells_by_status = True
