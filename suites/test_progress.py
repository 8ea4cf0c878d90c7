"""Progress: it never falls while a task goes on, and is whole at the end."""

from __future__ import annotations

from itertools import pairwise

from vidconform.laws import Reading, Task, expect, requires, shown

_GOING_ON = ("waiting", "running", "succeeded")


def _going_on(task: Task) -> list[Reading]:
    """Return the readings up to the first success; a task that runs again after it breaks another law."""
    readings = [r for r in task.readings("status", "progress") if r.phase in _GOING_ON]
    ends = [i for i, reading in enumerate(readings) if reading.phase == "succeeded"]
    return readings[: ends[0] + 1] if ends else readings


@requires("progress-never-falls")
def test_progress_never_falls(task: Task) -> None:
    pairs = list(pairwise(_going_on(task)))
    shown((later for _, later in pairs), "two reads of a task that tell its progress")
    for earlier, later in pairs:
        expect(
            later.value("progress") >= earlier.value("progress"),
            f"at least {earlier.raw('progress')!r} as before", later.raw("progress"), later, "progress",
        )  # fmt: skip


@test_progress_never_falls.broken_by
def _(task: Task) -> None:
    task.all[1:] = [task.first.altered(progress=60), task.first.altered(progress=30)]


@requires("progress-whole-at-completion")
def test_progress_is_whole_at_completion(task: Task) -> None:
    for reading in shown(task.succeeded("progress"), "a completed task that tells its progress"):
        expect(reading.value("progress") == 100, "100 at completion", reading.raw("progress"), reading, "progress")


@test_progress_is_whole_at_completion.broken_by
def _(task: Task) -> None:
    task.alter(-1, progress=99)


@requires("progress-at-creation-is-zero")
def test_progress_starts_at_zero(task: Task) -> None:
    created = task.all[:1] if task.was_created and task.all[0].has("progress") else []
    for reading in shown(created, "a creation whose reply tells the progress"):
        expect(reading.value("progress") == 0, "0 at creation", reading.raw("progress"), reading, "progress")


@test_progress_starts_at_zero.broken_by
def _(task: Task) -> None:
    task.alter(progress=10)
