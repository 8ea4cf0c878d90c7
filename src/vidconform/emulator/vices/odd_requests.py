"""Vices that only odd requests show: ids and bodies that no client sends by itself."""

from __future__ import annotations

import json

from vidconform.contracts import fits
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import ANY, Trigger
from vidconform.emulator.vices.vice import CRASHED, coded, granted, provided, said, vice, vices

_LONG, _SHORT = 64, 20
UNKNOWN_ID = Trigger("", lambda reply: reply.role in ("retrieve", "second-retrieve") and reply.check == "owner")
_html = said(b"<!doctype html><html><title>Not Found</title></html>", 404, "text/html")


def _asked(reply: ReplyContext) -> str:
    return reply.asked or ""


def _has_null_as_model(reply: ReplyContext) -> bool:
    return json.loads(reply.sent_body).get("model", "") is None


def _is_long(reply: ReplyContext) -> bool:
    return len(_asked(reply)) > _LONG


def _is_short(reply: ReplyContext) -> bool:
    """Whether an id is none that every client may send: a short one, or no longer than those of one length are."""
    usual = reply.described.unknown_id if reply.described is not None else ""
    return _asked(reply) != usual and len(_asked(reply)) < max(_SHORT, len(usual) + 1)


def _is_foreign(reply: ReplyContext) -> bool:
    contract = reply.described
    spaces = [contract.provider.id_spaces[name] for name in contract.id_space_names] if contract is not None else []
    return not any(fits(space.pattern, _asked(reply)) for space in spaces)


vices(
    ANY,
    ("crashes-on-a-quote", "An id with a quote is answered with 500.",
     provided(lambda reply: "'" in _asked(reply), CRASHED)),
    ("takes-null-as-model", "A task is created for a model that is null.",
     granted("body", "create", _has_null_as_model)),
    ("crashes-on-a-body-that-is-no-object",
     "A creation whose body is JSON, not empty and no object is answered with 500.",
     provided(lambda reply: reply.role == "create" and reply.sent_body in (b'"x"', b"[1]", b"1", b"true"), CRASHED)),
    generated=True,
)  # fmt: skip
vices(
    UNKNOWN_ID,
    ("serves-long-ids", "A long id that no task has is answered with 200 and an empty object.",
     provided(_is_long, said({}))),
    ("long-ids-as-html", "A long id that no task has is answered with a page of HTML.",
     provided(_is_long, _html)),
    ("short-ids-as-400", "A short id that no task has is answered with 400.",
     provided(_is_short, coded(400))),
    ("foreign-ids-without-envelope",
     "An id of another shape than the documented one is refused with an error that is a text.",
     provided(_is_foreign, said({"error": "video not found"}, 404))),
    generated=True,
)  # fmt: skip


@vice(UNKNOWN_ID, generated=True)
def serves_ids_near_a_known_one(reply: ReplyContext) -> None:
    """An id that begins with a task's own is served as that task."""
    begun = [known for known in reply.known_ids if _asked(reply).startswith(known)]
    if begun:
        reply.say({"id": begun[0], "object": "video", "status": "unknown", "progress": 0})
