"""Vices of lists, deletions, cancellations and variants: of all that is more than one task, or a task's early end."""

from __future__ import annotations

from vidconform.emulator.lives import cancelled_word
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import (
    ANY,
    CANCELLED,
    DELETED,
    LISTED,
    UNKNOWN_DELETION,
    VARIANT,
)
from vidconform.emulator.vices.vice import Act, refused, said, typed, vice, vices

_NO_ROUTE = refused(404, "there is no such route", "not_found")


def _ignoring(*checks: str) -> Act:
    """Return the act that answers as if nothing had been asked for."""
    return lambda reply: [reply.answer_without(check) for check in checks]


vices(
    LISTED,
    ("list-as-404", "A list is answered with 404.", _NO_ROUTE),
    ("list-ignores-its-limit", "A list is as long as it gets, whatever limit is asked for.", _ignoring("limit")),
    ("list-ignores-its-order", "A list has one order, whatever order is asked for.", _ignoring("order")),
    (
        "list-ignores-its-cursor",
        "A list begins at its first task, whatever page is asked for.",
        _ignoring("after", "page"),
    ),
    ("lists-deleted-tasks", "A list holds what was deleted.", _ignoring("gone")),
)
vices(DELETED, ("delete-as-404", "A deletion is answered with 404.", _NO_ROUTE))
vices(CANCELLED, ("cancel-as-404", "A cancellation is answered with 404.", _NO_ROUTE))
vices(UNKNOWN_DELETION, ("deletes-any-id", "The deletion of an unknown id is answered with 200.", said({})))
vices(
    VARIANT,
    ("variants-as-404", "There is no variant of a content but the video.", _NO_ROUTE),
    ("variants-as-octets", "A variant is sent as application/octet-stream.", typed("application/octet-stream")),
    ("one-content-for-all-variants", "Every variant is the video.", _ignoring("variant")),
)


@vice(LISTED)
def list_without_tasks(reply: ReplyContext) -> None:
    """A list is empty."""
    if (field := reply.place("tasks")) is None:
        reply.body = []
    else:
        field.write(reply.body, [])


@vice(LISTED)
def list_tells_the_opposite_of_more(reply: ReplyContext) -> None:
    """A list says that there is more where there is none, and the other way round."""
    if (field := reply.field("has-more")) is not None:
        field.write(reply.body, not field.read(reply.body))


@vice(LISTED)
def list_with_other_ends(reply: ReplyContext) -> None:
    """A list names other tasks as its first and last one."""
    for role in ("first-id", "last-id"):
        reply.replace(role, "another")


@vice(DELETED)
def deletion_of_another_id(reply: ReplyContext) -> None:
    """A deletion tells another id than the task's."""
    reply.replace("id", f"{reply.asked}0")


@vice(ANY)
def serves_deleted_tasks(reply: ReplyContext) -> None:
    """A deleted task can still be read."""
    if reply.role == "retrieve" and reply.check == "gone":
        reply.grant()


@vice(CANCELLED)
def cancelled_tasks_go_on(reply: ReplyContext) -> None:
    """A cancellation is accepted, and the task goes on to its end."""
    if reply.task is not None:
        reply.task.ended = None
        reply.answer_without("end")


@vice(ANY)
def cancels_what_has_ended(reply: ReplyContext) -> None:
    """A task that has ended can be cancelled, which changes nothing."""
    if reply.check == "ended":
        reply.grant()


@vice(ANY)
def cancels_what_has_ended_in_secret(reply: ReplyContext) -> None:
    """The cancellation of a task that has ended is refused, and the task is cancelled all the same."""
    if reply.check == "ended" and reply.task is not None and reply.described is not None:
        reply.task.cancel(cancelled_word(reply.described))
