"""Vices of lists, models, cancellations, polling addresses and of several credentials at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.emulator.lives import whole_life
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.auth_faults import credentials, opens
from vidconform.emulator.vices.triggers import ANY, CANCELLED, CREATED, LISTED, MODELS, READ
from vidconform.emulator.vices.vice import Act, coded, refused, vices

_NO_ROUTE = refused(404, "there is no such route", "not_found")
_SHUT = refused(401, "the key is not valid", "invalid_api_key")


def _write(reply: ReplyContext, role: str, change: Callable[[Any], Any]) -> None:
    """Change what stands in the place that a reply has for a role."""
    place = reply.described.field(role, reply.role, reply.status) if reply.described else None
    if place is not None and place.read(reply.body) is not None:
        place.write(reply.body, change(place.read(reply.body)))


def _polled_nowhere(reply: ReplyContext) -> None:
    _write(reply, "polling-url", lambda address: f"{address}0")


def _lacks_a_model(reply: ReplyContext) -> None:
    _write(reply, "models", lambda models: models[:-1])


def _empty(reply: ReplyContext) -> None:
    _write(reply, "tasks", lambda tasks: [])


def _unfiltered(reply: ReplyContext) -> None:
    if reply.again is not None:
        reply.body = reply.again(frozenset({"filter"}))[0].body


def _goes_on(reply: ReplyContext) -> None:
    if reply.task is not None and reply.described is not None:
        reply.task.life = whole_life(reply.described)


def _cancelled_late(reply: ReplyContext) -> None:
    if reply.check == "ended":
        reply.grant()


def _cancels_all(reply: ReplyContext) -> None:
    if reply.role == "cancel" and reply.check == "owner":
        reply.say({"id": reply.asked, "status": "cancelled"})


def _cancels(*, without: bool) -> Act:
    """Return the act that cancels for a stranger, what has ended as well."""
    opened = opens("cancel", without=without)

    def act(reply: ReplyContext) -> None:
        if opened(reply):
            _cancelled_late(reply)

    return act


def _opens_with_one(reply: ReplyContext) -> None:
    if reply.check == "key" and credentials(reply):
        reply.grant()


def _second_refused(reply: ReplyContext) -> None:
    operation = reply.described.operation(reply.role) if reply.described else None
    first = operation.choices[0] if operation is not None and operation.choices else ()
    if not all(scheme.header in reply.sent_headers for scheme in first):
        reply.refuse(403, "the credential is not enough", "forbidden")


vices(
    CREATED,
    ("polling-address-leads-nowhere", "The address that a creation tells serves no task.", _polled_nowhere),
    breaks="polling-url-serves-the-task",
)
vices(CREATED, ("has-no-creation", "There is no way to create.", _NO_ROUTE), breaks="create-route")
vices(
    MODELS,
    ("lacks-a-documented-model", "A model that a creation may name is not listed.", _lacks_a_model),
    breaks="documented-models-are-listed",
)
vices(MODELS, ("has-no-models", "There is no list of models.", _NO_ROUTE), breaks="models-route models-needs-no-key")
vices(MODELS, ("models-as-203", "The models are listed with 203.", coded(203)), breaks="models-status-code")
vices(
    MODELS,
    ("models-need-a-key", "The models are not listed without a key.", lambda r: credentials(r) or _SHUT(r)),
    breaks="models-needs-no-key",
)
vices(
    MODELS, ("refuses-the-key-for-models", "The key that reads tasks is refused for models.", _SHUT),
    breaks="models-accepts-key",
)  # fmt: skip
vices(
    ANY,
    ("lists-models-without-key", "The models are listed without a key.", opens("models", without=True)),
    breaks="models-without-key-is-refused",
)
vices(
    ANY,
    ("lists-models-for-any-key", "The models are listed for a key that is none.", opens("models", without=False)),
    breaks="models-with-wrong-key-is-refused",
)
vices(LISTED, ("has-no-list", "There is no list.", _NO_ROUTE), breaks="list-route")
vices(LISTED, ("list-is-empty", "A list holds no task.", _empty), breaks="list-contains-the-task list-honours-filter")
vices(LISTED, ("list-ignores-the-filter", "A list holds whatever there is.", _unfiltered), breaks="list-honours-filter")
vices(
    CANCELLED, ("has-no-cancel", "There is no way to cancel.", _NO_ROUTE),
    breaks="cancel-route waiting-task-is-cancelled",
)  # fmt: skip
vices(CANCELLED, ("cancel-as-203", "A task is cancelled with 203.", coded(203)), breaks="cancel-status-code")
vices(
    CANCELLED, ("cancelled-task-goes-on", "A cancelled task goes on.", _goes_on),
    breaks="cancelled-task-ends waiting-task-is-cancelled",
)  # fmt: skip
vices(
    CANCELLED, ("refuses-the-key-for-cancels", "The key that creates tasks cancels none.", _SHUT),
    breaks="cancel-accepts-key",
)  # fmt: skip
vices(
    ANY, ("cancels-what-has-ended", "A task that has ended can be cancelled.", _cancelled_late),
    breaks="late-cancel-is-refused",
)  # fmt: skip
vices(ANY, ("cancels-any-id", "An unknown id can be cancelled.", _cancels_all), breaks="unknown-cancel-is-refused")
vices(
    ANY, ("cancels-without-key", "A task is cancelled without a key.", _cancels(without=True)),
    breaks="cancel-without-key-is-refused",
)  # fmt: skip
vices(
    ANY, ("cancels-for-any-key", "A task is cancelled for a key that is none.", _cancels(without=False)),
    breaks="cancel-with-wrong-key-is-refused",
)  # fmt: skip
vices(ANY, ("opens-with-one-credential", "One of the credentials that are asked for is enough.", _opens_with_one))
vices(
    READ, ("refuses-the-second-credential", "One of two credentials reads no task.", _second_refused),
    breaks="retrieve-accepts-each-credential",
)  # fmt: skip
