"""Vices of members that should agree: with what was sent, with each other, with the order of times."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import findings
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import COMPLETED, SECOND_ROUTE, TASK, UNFINISHED
from vidconform.emulator.vices.vice import Act, vice, vices

_DECADE = 10 * 365 * 86_400
# Of each type, so that one of them is what the document allows.
_OTHERS: tuple[Any, ...] = ("sora-2-pro", "1024x1792", "720x1280", "12", "4", 12, 4, "queued")


def _another(role: str, *, created: bool = False) -> Act:
    """Return the act that tells another value that the document allows."""

    def change(reply: ReplyContext) -> None:
        field, task = reply.field(role), reply.task
        if field is None or (created and (task is None or task.known)):
            return
        own, errors = field.read(reply.body), _errors(reply)
        for value in [other for other in _OTHERS if other != own and type(other) is type(own)]:
            field.write(reply.body, value)
            if _errors(reply) <= errors:
                return
        field.write(reply.body, own)

    return change


def _errors(reply: ReplyContext) -> int:
    schema = reply.described.reply_schema(reply.role, reply.status) if reply.described is not None else None
    return sum(bool(finding.errors) for finding in findings(schema, reply.body)) if schema is not None else 0


vices(
    TASK,
    *(
        (f"echoes-another-{name}", f"A created task tells another {name} than was sent.", _another(name, created=True))
        for name in ("model", "seconds", "size")
    ),
    ("ids-that-differ", "The two ids of a task are not the same.", lambda reply: reply.replace("task-id", "another")),
    ("detail-status-of-its-own", "The detail tells another status than the task.", _another("detail-status")),
    *(
        (f"{role}-of-its-own", f"The {words} is another one.", lambda reply, role=role: reply.replace(role, "another"))
        for role, words in (
            ("pending-prompt", "prompt of the pending info"),
            ("pending-id", "id of the pending info"),
            ("moderation-task", "task that the moderation names"),
        )
    ),
)
vices(
    COMPLETED,
    (
        "completed-at-before-creation",
        "A task is completed before it is created.",
        lambda r: r.move("completed", -_DECADE),
    ),
    ("expires-at-before-completion", "A task expires before it is completed.", lambda r: r.move("expires", -_DECADE)),
)


@vice(UNFINISHED)
def completed_at_while_unfinished(reply: ReplyContext) -> None:
    """A task that is not finished has a completion time."""
    field, created = reply.place("completed"), reply.field("created")
    if field is not None and created is not None:
        field.write(reply.body, created.read(reply.body))


@vice(COMPLETED)
def success_in_another_word(reply: ReplyContext) -> None:
    """A completed task has a word for it that the document does not have."""
    words = reply.described.task.phases if reply.described is not None else {}
    reply.replace("status", next(word for word in ("succeeded", "completed") if word not in words))


@vice(SECOND_ROUTE)
def second_route_of_another_task(reply: ReplyContext) -> None:
    """The second route tells another creation time and another model than the first one."""
    reply.move("created", -60)
    reply.replace("model", "another")
