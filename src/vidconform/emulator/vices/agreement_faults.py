"""Vices of members that should agree: with what was sent, with each other, with an earlier read."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import findings
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import COMPLETED, CREATED_TASK, SECOND_ROUTE, TASK, UNFINISHED
from vidconform.emulator.vices.vice import Act, moved, replaced, vice, vices

# Of each type, so that one of them is what the document allows.
_OTHERS: tuple[Any, ...] = ("sora-2-pro", "1024x1792", "720x1280", "12", "4", 12, 4, "queued")


def _telling_otherwise(role: str) -> Act:
    """Return the act that tells another value that the document allows."""

    def change(reply: ReplyContext) -> None:
        if (field := reply.field(role)) is None:
            return
        own, errors = field.read(reply.body), _errors(reply)
        for value in [*(other for other in _OTHERS if other != own and type(other) is type(own)), own]:
            field.write(reply.body, value)
            if _errors(reply) <= errors:
                return

    return change


def _errors(reply: ReplyContext) -> int:
    return sum(bool(found.errors) for found in findings(reply.schema, reply.body)) if reply.schema is not None else 0


def _changing(name: str) -> Act:
    def change(reply: ReplyContext) -> None:
        # In step, so that the change itself is the only fault.
        for field in filter(None, (reply.field(f"input-{name}"), reply.field(f"pending-{name}"))):
            field.write(reply.body, f"{field.read(reply.body)} {reply.task.reads if reply.task else ''}")

    return change


for _name in ("model", "seconds", "size"):
    _sentence = f"A created task tells another {_name} than was sent."
    vices(CREATED_TASK, (f"echoes-another-{_name}", _sentence, _telling_otherwise(_name)))
vices(
    TASK,
    ("ids-that-differ", "The two ids of a task are not the same.", replaced("another", "task-id")),
    ("detail-status-of-its-own", "The detail tells another status than the task.", _telling_otherwise("detail-status")),
    (
        "pending-prompt-of-its-own",
        "The prompt of the pending info is another one.",
        replaced("another", "pending-prompt"),
    ),
    ("pending-id-of-its-own", "The id of the pending info is another one.", replaced("another", "pending-id")),
    ("moderation-task-of-its-own", "The moderation names another task.", replaced("another", "moderation-task")),
    ("input-prompt-changes", "The echoed prompt changes with every read.", _changing("prompt")),
    ("input-model-changes", "The echoed model changes with every read.", _changing("model")),
)
vices(
    UNFINISHED,
    ("detail-with-another-id", "The detail, and all that names it, has another id than the task.",
     replaced("task_another", "detail-id", "pending-id", "moderation-task")),
)  # fmt: skip


@vice(COMPLETED)
def success_in_another_word(reply: ReplyContext) -> None:
    """A completed task has a word for it that the document does not have."""
    words = reply.described.task.phases if reply.described is not None else {}
    other = next(word for word in ("succeeded", "completed", "finished") if word not in words)
    reply.alter("status", lambda _: other)


@vice(SECOND_ROUTE)
def second_route_of_another_task(reply: ReplyContext) -> None:
    """The second route tells another creation time and another model than the first one."""
    moved(-60, "created")(reply)
    replaced("another", "model")(reply)


@vice(UNFINISHED)
def progress_falls_while_pending(reply: ReplyContext) -> None:
    """A pending task tells its progress, which falls from one read to the next."""
    if reply.task is not None and (field := reply.place("progress")) is not None:
        share = 90 - 10 * reply.task.reads
        told = {"fraction": share / 100, "percent": f"{share}%"}.get(field.unit or "", share)
        field.write(reply.body, str(told) if isinstance(field.read(reply.body), str) else told)


@vice(UNFINISHED)
def nested_progress_falls(reply: ReplyContext) -> None:
    """The progress inside the detail of a pending task falls from one read to the next."""
    if reply.task is not None and (field := reply.place("pending-progress")) is not None:
        field.write(reply.body, 0.9 - reply.task.reads / 10)
