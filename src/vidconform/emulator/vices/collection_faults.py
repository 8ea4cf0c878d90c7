"""Vices of lists, deletions, cancellations and variants: of all that is more than one task, or a task's early end."""

from __future__ import annotations

from operator import not_

from vidconform.emulator.lives import cancelled_word
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import ANY, CANCELLED, DELETED, LISTED, UNKNOWN_DELETION, VARIANT
from vidconform.emulator.vices.vice import NO_ROUTE, changed, granted, replaced, said, typed, vice, vices, without

vices(
    LISTED,
    ("list-as-404", "A list is answered with 404.", NO_ROUTE),
    ("list-ignores-its-limit", "A list is as long as it gets, whatever limit is asked for.", without("limit")),
    ("list-ignores-its-order", "A list has one order, whatever order is asked for.", without("order")),
    ("list-ignores-its-cursor", "A list begins at its first task, whatever page is asked for.",
     without("after", "page", "offset")),
    ("lists-deleted-tasks", "A list holds what was deleted.", without("gone")),
    ("list-tells-the-opposite-of-more", "A list says that there is more where there is none, and the other way round.",
     changed(not_, "has-more")),
    ("list-with-other-ends", "A list names other tasks as its ends.", replaced("another", "first-id", "last-id")),
)  # fmt: skip
vices(
    DELETED,
    ("delete-as-404", "A deletion is answered with 404.", NO_ROUTE),
    ("deletion-of-another-id", "A deletion tells another id than the task's.", replaced("another", "id")),
)
vices(
    CANCELLED,
    ("cancel-as-404", "A cancellation is answered with 404.", NO_ROUTE),
    ("deletes-what-it-cancels", "A task that is cancelled is deleted.", without("kept")),
)
vices(UNKNOWN_DELETION, ("deletes-any-id", "The deletion of an unknown id is answered with 200.", said({})))
vices(
    VARIANT,
    ("variants-as-404", "There is no variant of a content but the video.", NO_ROUTE),
    ("variants-as-octets", "A variant is sent as application/octet-stream.", typed("application/octet-stream")),
    ("one-content-for-all-variants", "Every variant is the video.", without("variant")),
)
vices(
    ANY,
    ("serves-deleted-tasks", "A deleted task can still be read.",
     granted("gone", "retrieve")),
    ("cancels-what-has-ended", "A task that has ended can be cancelled, which changes nothing.",
     granted("ended")),
)  # fmt: skip


@vice(LISTED)
def list_without_tasks(reply: ReplyContext) -> None:
    """A list is empty."""
    if (field := reply.place("tasks")) is None:
        reply.body = []
    else:
        field.write(reply.body, [])


@vice(CANCELLED)
def cancelled_tasks_go_on(reply: ReplyContext) -> None:
    """A cancellation is accepted, and the task goes on to its end."""
    if reply.task is not None:
        reply.task.ended = None
        reply.answer_without("end")


@vice(ANY)
def cancels_what_has_ended_in_secret(reply: ReplyContext) -> None:
    """The cancellation of a task that has ended is refused, and the task is cancelled all the same."""
    if reply.check == "ended" and reply.task is not None and reply.described is not None:
        reply.task.cancel(cancelled_word(reply.described))
