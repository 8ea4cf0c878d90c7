"""Vices that only odd requests show: ids and bodies that no client sends by itself."""

from __future__ import annotations

import json

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import ANY, Trigger
from vidconform.emulator.vices.vice import vice

_LONG, _SHORT = 64, 20
UNKNOWN_ID = Trigger("", lambda reply: reply.role in ("retrieve", "second-retrieve") and reply.check == "owner")


def _asked(reply: ReplyContext) -> str:
    return reply.asked or ""


@vice(ANY, generated=True)
def crashes_on_a_quote(reply: ReplyContext) -> None:
    """An id with a quote is answered with 500."""
    if "'" in _asked(reply):
        reply.refuse(500, "the server failed", "internal_error")


@vice(ANY, generated=True)
def crashes_on_a_body_that_is_no_object(reply: ReplyContext) -> None:
    """A creation whose body is JSON, not empty and no object is answered with 500."""
    if reply.role == "create" and reply.sent_body in (b'"x"', b"[1]", b"1", b"true"):
        reply.refuse(500, "the server failed", "internal_error")


@vice(UNKNOWN_ID, generated=True)
def serves_long_ids(reply: ReplyContext) -> None:
    """A long id that no task has is answered with 200 and an empty object."""
    if len(_asked(reply)) > _LONG:
        reply.say({})


@vice(UNKNOWN_ID, generated=True)
def long_ids_as_html(reply: ReplyContext) -> None:
    """A long id that no task has is answered with a page of HTML."""
    if len(_asked(reply)) > _LONG:
        reply.say(b"<!doctype html><html><title>Not Found</title></html>", 404, "text/html")


@vice(UNKNOWN_ID, generated=True)
def serves_ids_near_a_known_one(reply: ReplyContext) -> None:
    """An id that begins with a task's own is served as that task."""
    begun = [known for known in reply.known_ids if _asked(reply).startswith(known)]
    if begun:
        reply.say({"id": begun[0], "object": "video", "status": "unknown", "progress": 0})


@vice(ANY, generated=True)
def takes_null_as_model(reply: ReplyContext) -> None:
    """A task is created for a model that is null."""
    if reply.check == "body" and reply.role == "create" and json.loads(reply.sent_body).get("model", "") is None:
        reply.grant()


@vice(UNKNOWN_ID, generated=True)
def short_ids_as_400(reply: ReplyContext) -> None:
    """A short id that no task has is answered with 400."""
    if len(_asked(reply)) < _SHORT:
        reply.status = 400


@vice(UNKNOWN_ID, generated=True)
def foreign_ids_without_envelope(reply: ReplyContext) -> None:
    """An id of another shape than the documented one is refused with an error that is a text."""
    if not _asked(reply).startswith("video_"):
        reply.say({"error": "video not found"}, 404)
