"""Progress: it never falls while a task goes on, and is whole at the end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from vidconform.laws import ReplyView, Task, TaskField, altered, expect, require_observed, requires

_GOING_ON = ("waiting", "running", "succeeded")


def _going_on(task: Task, role: str) -> list[ReplyView]:
    """Return the replies up to the first success; a task that runs again after it breaks another law."""
    views = [r for r in task.views("status", role) if r.phase in _GOING_ON]
    ends = [i for i, view in enumerate(views) if view.phase == "succeeded"]
    return views[: ends[0] + 1] if ends else views


@requires("progress-never-falls", member="progress")
@requires("pending-info-progress-pct-never-falls", member="pending-progress")
def test_progress_never_falls(task_field: TaskField) -> None:
    role = task_field.role
    pairs = list(pairwise(_going_on(task_field, role)))
    hint = task_field.hint(f"two reads of a task that tell its {role}", role)
    require_observed((later for _, later in pairs), hint)
    for earlier, later in pairs:
        risen = later.value(role) >= earlier.value(role)
        expect(risen, f"at least {earlier.raw(role)!r} as before", later.raw(role), later, role)


@test_progress_never_falls.broken_by
def _(task_field: TaskField) -> None:
    role, whole = task_field.role, 100 if task_field.role == "progress" else 1
    told: list[dict[str, Any]] = [{role: share * whole} for share in (0.6, 0.3)]
    task_field.all[1:] = [task_field.first.altered(**each) for each in told]


@requires("progress-whole-at-completion")
def test_progress_is_whole_at_completion(task: Task) -> None:
    for view in require_observed(
        task.succeeded("progress"), task.hint("a completed task that tells its progress", "progress")
    ):
        expect(view.value("progress") == 100, "100 at completion", view.raw("progress"), view, "progress")


test_progress_is_whole_at_completion.broken_by(altered(-1, progress=99))


@requires("progress-at-creation-is-zero", role="create")
def test_progress_starts_at_zero(task: Task) -> None:
    created = task.all[:1] if task.was_created and task.all[0].has("progress") else []
    for view in require_observed(created, "a creation whose reply tells the progress"):
        expect(view.value("progress") == 0, "0 at creation", view.raw("progress"), view, "progress")


test_progress_starts_at_zero.broken_by(altered(progress=10))
