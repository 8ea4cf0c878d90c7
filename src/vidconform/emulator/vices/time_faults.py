"""Vices of what stands and of clocks: facts of a task that change, and times that are not what they can be."""

from __future__ import annotations

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import (
    COMPLETED,
    CREATED_TASK,
    OF_A_FAILURE,
    READ_AGAIN,
    SECOND_READ,
    TASK,
    UNFINISHED,
)
from vidconform.emulator.vices.vice import Act, moved, provided, vice, vices

_DAY = 86_400
_DECADE, _CENTURY = 10 * 365 * _DAY, 100 * 365 * _DAY


def _changed_once(role: str, value: str | int) -> Act:
    def change(reply: ReplyContext) -> None:
        field = reply.place(role)
        if isinstance(value, int):
            moved(value, role)(reply)
        elif field is not None and (reply.field(role) or (role == "source" and field.path[-1] in reply.body)):
            field.write(reply.body, value)

    return change


def _go_back(reply: ReplyContext) -> None:
    field = reply.field("updated")
    tick = 0.001 if field is not None and field.unit == "milliseconds" else 1
    # The first read that sees the end tells it right.
    moved(-tick * max(0, reply.task.reads - len(reply.task.life)) if reply.task else 0, "updated")(reply)


_STANDS: tuple[tuple[str, str, str | int], ...] = (
    ("model", "model", "sora-2-pro"), ("size", "size", "1024x1792"), ("seconds", "seconds", "8"),
    ("prompt", "prompt", "another prompt"), ("completed_at", "completed", 1), ("expires_at", "expires", 1),
    ("remixed_from_video_id", "source", "video_another"),
)  # fmt: skip
for _name, _role, _value in _STANDS:
    _sentence = f"The {_name} of a finished task changes once."
    vices(READ_AGAIN, (f"{_name.replace('_', '-')}-changes-after-the-end", _sentence, _changed_once(_role, _value)))

vices(
    SECOND_READ, ("created-at-moves", "The creation time is a second earlier at the second read.", moved(-1, "created"))
)
vices(
    OF_A_FAILURE,
    (
        "created-at-ahead-of-the-clock",
        "The creation time of a task that fails has not come yet.",
        moved(_CENTURY, "created"),
    ),
)
vices(
    CREATED_TASK,
    ("created-at-in-local-time", "The creation time of a new task is that of a clock eight hours behind.",
     moved(-8 * 3600, "created")),
    ("created-at-a-day-ahead", "The creation time of a new task is a day ahead.", moved(_DAY, "created")),
)  # fmt: skip
vices(
    COMPLETED,
    ("completed-at-ahead-of-the-clock",
     "The completion time of a completed task has not come yet, and what counts from it neither.",
     moved(_CENTURY, "completed", "expires")),
    ("times-of-a-completed-task-ahead-of-the-clock",
     "The creation and the completion time of a completed task have not come yet.",
     moved(_CENTURY, "created", "completed")),
    ("completed-at-before-creation", "A task is completed before it is created.", moved(-_DECADE, "completed")),
    ("expires-at-before-completion", "A task expires before it is completed.", moved(-_DECADE, "expires")),
    ("created-at-moves-with-every-read", "The creation time of a completed task moves by a second with every read.",
     lambda reply: moved(-(reply.task.reads if reply.task else 0), "created")(reply)),
)  # fmt: skip
vices(
    TASK,
    ("update-time-ahead-of-the-clock", "The time of the last update has not come yet.", moved(_CENTURY, "updated")),
    ("update-time-before-creation", "The last update lies before the creation.", moved(-120, "updated")),
    ("update-time-goes-back", "The time of the last update of a finished task goes back a little with every read.",
     provided(lambda reply: reply.task and reply.task.finished, _go_back)),
)  # fmt: skip
vices(
    UNFINISHED,
    ("update-time-before-the-pending-creation",
     "The last update lies before the creation that the pending info tells.", moved(-120, "updated")),
)  # fmt: skip


@vice()
def update_time_stays_while_the_status_changes(reply: ReplyContext) -> None:
    """The time of the last update is that of the first status for ever."""
    if reply.task is not None:
        moved((reply.task.life[0].since_ms - reply.task.step.since_ms) / 1000, "updated")(reply)


@vice(UNFINISHED)
def completed_at_while_unfinished(reply: ReplyContext) -> None:
    """A task that is not finished has a completion time."""
    field, created = reply.place("completed"), reply.field("created")
    if field is not None and created is not None:
        field.write(reply.body, created.read(reply.body))
