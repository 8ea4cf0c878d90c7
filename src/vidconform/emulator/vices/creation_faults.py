"""Vices of creations: bodies that should be refused are taken, and documented ones are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import ANY, CREATED, MADE, REMIXED
from vidconform.emulator.vices.vice import NO_ROUTE, UNKNOWN_TASK, Act, coded, provided, refused, replaced, vice, vices
from vidconform.exchange import decode_body


def _sent(reply: ReplyContext) -> dict[str, Any]:
    return decode_body(reply.sent_headers.get("content-type", ""), reply.sent_body)


def _takes(role: str, wrong: Callable[[ReplyContext], bool]) -> Act:
    """Return the act that creates a task although the body that was sent is wrong."""
    return lambda reply: reply.check == "body" and reply.role == role and wrong(reply) and reply.grant()


def _told(reply: ReplyContext, member: str) -> Any:
    contract = reply.described
    operation = contract.operation(reply.role) if contract is not None else None
    place = contract.sent_place(operation, member) if contract is not None and operation is not None else None
    return place.read(_sent(reply)) if place is not None else None


def _without(member: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: _told(reply, member) is None


def _mistyped(member: str, own: type = str) -> Callable[[ReplyContext], bool]:
    return lambda reply: (told := _told(reply, member)) is not None and not isinstance(told, own)


vices(
    ANY,
    ("creates-without-model", "A task is created without a model.", _takes("create", _without("model"))),
    ("creates-without-prompt", "A task is created without a prompt.", _takes("create", _without("prompt"))),
    ("remixes-without-prompt", "A task is remixed without a prompt.", _takes("remix", _without("prompt"))),
)
_MISTYPED = (
    ("takes-a-number-as-model", "for a model that is a number", _mistyped("model")),
    ("takes-a-list-as-prompt", "for a prompt that is a list", _mistyped("prompt")),
    ("takes-a-number-as-seconds", "for seconds that are a number", _mistyped("seconds")),
    ("takes-a-number-as-size", "for a size that is a number", _mistyped("size")),
    ("takes-a-number-as-image", "from an image that is a number", _mistyped("image")),
    ("takes-a-text-as-metadata", "for metadata that are a text", _mistyped("metadata", dict)),
)
vices(ANY, *((name, f"A task is created {words}.", _takes("create", wrong)) for name, words, wrong in _MISTYPED))


for _name in ("model", "prompt", "seconds", "size"):
    _refused = refused(400, f"{_name} is not supported", "invalid_request")
    vices(
        CREATED, (f"refuses-the-documented-{_name}", f"The documented creation is refused for its {_name}.", _refused)
    )
_NOT_SAID = "The documented creation is refused, and nothing says for which member."
vices(
    CREATED,
    ("refuses-the-documented-body", _NOT_SAID, refused(400, "bad request", "bad_request")),
    ("refuses-forms", "A creation that is sent as a form is answered with 415.",
     provided(lambda reply: "form" in reply.sent_headers.get("content-type", ""),
              refused(415, "the body is not JSON", "unsupported_media_type"))),
    ("create-as-404", "A creation is answered with 404.", NO_ROUTE),
    ("create-as-202", "A creation is answered with 202.", coded(202)),
    ("create-as-201-with-an-error", "A creation is answered with 201 and an error in its body.",
     refused(201, "the upstream is busy", "upstream_error")),
)  # fmt: skip
vices(
    REMIXED,
    ("remix-of-another-source", "A remix names another task than its source.", replaced("another", "source")),
    ("remix-as-404", "Every remix is answered with 404, as if its source did not exist.",
     UNKNOWN_TASK),
    ("remix-with-the-id-of-its-source", "A remix has the id of its source.",
     lambda reply: replaced(reply.asked, "id", "task-id")(reply)),
)  # fmt: skip


@vice(ANY)
def missing_model_as_500(reply: ReplyContext) -> None:
    """A creation without a model is answered with 500."""
    if reply.check == "body" and reply.role == "create" and "model" not in _sent(reply):
        reply.status = 500


@vice(MADE)
def one_id_for_all_creations(reply: ReplyContext) -> None:
    """Every creation tells the id of the first one."""
    body = reply.body
    reply.answer_without("own-id")
    told = {role: field.read(reply.body) for role in ("id", "task-id", "created") if (field := reply.field(role))}
    reply.body = body
    for role, value in told.items():
        replaced(value, role)(reply)
