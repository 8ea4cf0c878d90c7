"""Times: they keep their order and their unit, and a creation has one time."""

from __future__ import annotations

from vidconform.laws import ReplyView, Task, expect, require_observed, requires

# created_at is whole seconds; a clock that rounds up may stand one ahead.
_ROUNDING = 1


@requires("created-at-never-changes")
def test_the_creation_time_never_changes(task: Task) -> None:
    pairs = task.against_first("created")
    require_observed((later for _, later in pairs), "two reads of one task that tell its creation time")
    for first, later in pairs:
        same = later.value("created") == first.value("created")
        expect(same, repr(first.raw("created")), later.raw("created"), later, "created")


@test_the_creation_time_never_changes.broken_by
def _(task: Task) -> None:
    task.append(created=task.all[-1].raw("created") + 1)


def _expect_order(task: Task, earlier: str, later: str, slack: int = 0) -> None:
    for view in require_observed(task.views(earlier, later), f"a reply with the times {earlier} and {later}"):
        in_order = view.value(later) >= view.value(earlier) - slack
        expect(in_order, f"{later} at or after {earlier} ({view.raw(earlier)})", view.raw(later), view, later)


@requires("completed-after-created")
def test_completion_follows_creation(task: Task) -> None:
    _expect_order(task, "created", "completed")


@test_completion_follows_creation.broken_by
def _(task: Task) -> None:
    task.alter(-1, completed=task.all[-1].raw("created") - 1)


@requires("expires-after-completed")
def test_expiry_follows_completion(task: Task) -> None:
    _expect_order(task, "completed", "expires")


@test_expiry_follows_completion.broken_by
def _(task: Task) -> None:
    task.alter(-1, expires=task.all[-1].raw("completed") - 1)


@requires("completed-at-only-when-finished")
def test_an_unfinished_task_has_no_completion_time(task: Task) -> None:
    for view in require_observed(task.unfinished(), "an unfinished task"):
        completed = view.raw("completed")
        expect(completed is None, "no completion time yet", completed, view, "completed")


@test_an_unfinished_task_has_no_completion_time.broken_by
def _(task: Task) -> None:
    task.alter(completed=1762010700)


@requires("update-time-never-goes-back")
def test_the_update_time_never_goes_back(task: Task) -> None:
    pairs = list(task.pairs("updated"))
    require_observed((later for _, later in pairs), "two reads of one task that tell its last update")
    for earlier, later in pairs:
        forward = later.value("updated") >= earlier.value("updated")
        expect(forward, f"{earlier.raw('updated')} or later", later.raw("updated"), later, "updated")


@test_the_update_time_never_goes_back.broken_by
def _(task: Task) -> None:
    task.append(updated=task.all[-1].raw("updated") - 1000)


@requires("update-time-not-before-creation")
def test_an_update_follows_creation(task: Task) -> None:
    _expect_order(task, "created", "updated", slack=_ROUNDING)


@test_an_update_follows_creation.broken_by
def _(task: Task) -> None:
    task.alter(updated=task.all[0].raw("created") * 1000 - 5000)


@requires("update-time-not-before-pending-creation")
def test_an_update_follows_the_pending_creation(task: Task) -> None:
    _expect_order(task, "pending-created", "updated", slack=_ROUNDING)


@test_an_update_follows_the_pending_creation.broken_by
def _(task: Task) -> None:
    task.alter(updated=1000000000000)


def _unit(view: ReplyView, role: str) -> str:
    # A reply tells every time in seconds.
    return "seconds" if view.value(role) == view.raw(role) else "milliseconds"


@requires("time-units-agree")
def test_all_times_have_one_unit(examples: Task) -> None:
    units = {role: _unit(r, role) for r in examples.all for role in ("created", "completed", "updated") if r.has(role)}
    require_observed(examples.all if len(units) > 1 else [], "examples with two times")
    told = ", ".join(f"{role} in {unit}" for role, unit in units.items())
    expect(len(set(units.values())) == 1, "one unit for all times", told, examples.first)


@test_all_times_have_one_unit.broken_by
def _(examples: Task) -> None:
    examples.alter(created=1762010621, updated=1762010621323)
