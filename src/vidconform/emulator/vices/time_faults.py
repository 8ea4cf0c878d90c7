"""Vices of what stands and of clocks: facts of a finished task that change, and times that have not come yet."""

from __future__ import annotations

from typing import Any

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import COMPLETED, OF_A_FAILURE, READ_AGAIN, TASK, UNFINISHED
from vidconform.emulator.vices.vice import Act, vice, vices

_CENTURY = 100 * 365 * 86_400
_ZONE = 8 * 3600


def _another(role: str, value: Any) -> Act:
    def change(reply: ReplyContext) -> None:
        field = reply.described.field(role) if reply.described else None
        if isinstance(value, int):
            reply.move(role, value)
        elif field is not None and (reply.field(role) or (role == "source" and field.path[-1] in reply.body)):
            field.write(reply.body, value)

    return change


_ROLES = {"completed_at": "completed", "expires_at": "expires", "remixed_from_video_id": "source"}

vices(
    READ_AGAIN,
    *(
        (f"{name.replace('_', '-')}-changes-after-the-end", f"The {name} of a finished task changes once.", change)
        for name, change in (
            (name, _another(_ROLES.get(name, name), value))
            for name, value in (
                ("model", "sora-2-pro"),
                ("size", "1024x1792"),
                ("seconds", "8"),
                ("prompt", "another prompt"),
                ("completed_at", 1),
                ("expires_at", 1),
                ("remixed_from_video_id", "video_another"),
            )
        )
    ),
)


@vice()
def update_time_stays_while_the_status_changes(reply: ReplyContext) -> None:
    """The time of the last update is that of the first status for ever."""
    if reply.task is not None:
        reply.move("updated", (reply.task.life[0].since_ms - reply.task.step.since_ms) / 1000)


@vice(UNFINISHED)
def nested_progress_falls(reply: ReplyContext) -> None:
    """The progress inside the detail of a pending task falls from one read to the next."""
    if reply.task is not None and (field := reply.place("pending-progress")) is not None:
        field.write(reply.body, 0.9 - reply.task.reads / 10)


@vice(OF_A_FAILURE)
def created_at_ahead_of_the_clock(reply: ReplyContext) -> None:
    """The creation time of a task that fails has not come yet."""
    reply.move("created", _CENTURY)


@vice(COMPLETED)
def completed_at_ahead_of_the_clock(reply: ReplyContext) -> None:
    """The completion time of a completed task has not come yet, and what counts from it neither."""
    for role in ("completed", "expires"):
        reply.move(role, _CENTURY)


@vice(COMPLETED)
def times_of_a_completed_task_ahead_of_the_clock(reply: ReplyContext) -> None:
    """The creation and the completion time of a completed task have not come yet."""
    for role in ("created", "completed"):
        reply.move(role, _CENTURY)


@vice()
def update_time_ahead_of_the_clock(reply: ReplyContext) -> None:
    """The time of the last update has not come yet."""
    if reply.task is not None:
        reply.move("updated", _CENTURY)


@vice(TASK)
def created_at_in_local_time(reply: ReplyContext) -> None:
    """The creation time of a new task is that of a clock eight hours behind."""
    if reply.task is not None and not reply.task.known:
        reply.move("created", -_ZONE)


@vice(TASK)
def created_at_a_day_ahead(reply: ReplyContext) -> None:
    """The creation time of a new task is a day ahead."""
    if reply.task is not None and not reply.task.known:
        reply.move("created", 86_400)
