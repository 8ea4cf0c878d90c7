"""Times: they keep their order and their unit, and a creation has one time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile

from vidconform.laws import FINISHED, ReplyView, Task, TaskField, altered, expect, require_observed, requires

# created_at is whole seconds; a clock that rounds up may stand one ahead.
_ROUNDING = 1
# Seconds by which two machines of one service may differ; the nearest time zone is half an hour away.
_SKEW = 300
# The rows that are about a creation time alone.
_KEPT, _ON_TIME = "created-at-never-changes", "created-at-agrees-with-clock"


@requires("created-at-never-changes")
def test_the_creation_time_never_changes(task: Task) -> None:
    pairs = task.against_first("created")
    hint = task.hint("two reads of one task that tell its creation time", "created")
    require_observed((later for _, later in pairs), hint)
    for first, later in pairs:
        same = later.value("created") == first.value("created")
        expect(same, repr(first.raw("created")), later.raw("created"), later, "created")


@test_the_creation_time_never_changes.broken_by
def _(task: Task) -> None:
    task.append(created=task.all[-1].raw("created") + 1)


@requires("completed-after-created", member="completed", other="created")
@requires("expires-after-completed", member="expires", other="completed")
@requires("update-time-not-before-creation", member="updated", other="created")
@requires("update-time-not-before-pending-creation", member="updated", other="pending-created")
def test_a_time_is_not_before_what_it_follows(task_field: TaskField) -> None:
    earlier, later = task_field.other, task_field.role
    hint = task_field.hint(f"a reply with the times {earlier} and {later}", earlier, later)
    for view in require_observed(_of_one_creation(task_field, task_field.views(earlier, later)), hint):
        in_order = view.value(later) >= view.value(earlier) - (_ROUNDING if later == "updated" else 0)
        # What has not come yet is wrong by itself, whatever follows it.
        is_to_come = _is_to_come(view, earlier)
        wrong, order, right = (earlier, "before", later) if is_to_come else (later, "after", earlier)
        expected = f"{wrong} at or {order} {right} ({_moment(view, right)})"
        expect(in_order, expected, _moment(view, wrong), view, wrong, quoted=False)


@test_a_time_is_not_before_what_it_follows.broken_by
def _(task_field: TaskField) -> None:
    later, earlier = task_field.role, task_field.other
    index, view = next((i, one) for i, one in enumerate(task_field.all) if one.has(later, earlier))
    task_field.alter(index, **{later: _in_unit_of(view, later, int(view.value(earlier)) - 5)})


def _is_to_come(view: ReplyView, role: str) -> bool:
    return view.replied_at is not None and view.value(role) > view.replied_at + _SKEW


def _of_one_creation(task: Task, views: list[ReplyView]) -> list[ReplyView]:
    """Return the replies whose creation time no other row says is wrong: it changed, or has not come yet."""
    rows, told = task.contract.requirements, task.views("created")
    changed = [view for view in told if view.value("created") != told[0].value("created")]
    ahead = [view for view in told if _is_to_come(view, "created")]
    apart = [*(changed if _KEPT in rows else []), *(ahead if _ON_TIME in rows else [])]
    return [view for view in views if view not in apart]


@requires("completed-at-only-when-finished")
def test_an_unfinished_task_has_no_completion_time(task: Task) -> None:
    unfinished = [view for view in task.unfinished() if view.raw("completed") is None or not view.is_odd("completed")]
    for view in require_observed(unfinished, "an unfinished task"):
        completed = view.raw("completed")
        expect(completed is None, "no completion time yet", completed, view, "completed")


test_an_unfinished_task_has_no_completion_time.broken_by(altered(completed=1762010700))


@requires("update-time-never-goes-back")
def test_the_update_time_never_goes_back(task: Task) -> None:
    pairs = list(task.pairs("updated"))
    hint = task.hint("two reads of one task that tell its last update", "updated")
    require_observed((later for _, later in pairs), hint)
    for earlier, later in pairs:
        forward = later.value("updated") >= earlier.value("updated")
        expect(forward, f"{earlier.raw('updated')} or later", later.raw("updated"), later, "updated")


@test_the_update_time_never_goes_back.broken_by
def _(task: Task) -> None:
    task.append(updated=task.all[-1].raw("updated") - 1000)


def _may_be_one_second(view: ReplyView) -> bool:
    """Whether the next status may have begun in the very second that a reply tells as its last update."""
    if _unit(view, "updated") == "milliseconds" and view.raw("updated") % 1000:
        return False
    # A Date is cut to whole seconds (RFC 9110 section 5.6.7).
    return view.replied_at is None or view.replied_at - view.value("updated") < _ROUNDING + 1


@requires("update-time-moves-with-status")
def test_the_update_time_moves_with_the_status(task: Task) -> None:
    # What follows an end has a law of its own.
    going_on = takewhile(lambda pair: pair[0].phase not in FINISHED, task.pairs("status", "updated"))
    changes = [(a, b) for a, b in going_on if a.status != b.status and not _may_be_one_second(a)]
    hint = task.hint("two reads that tell another status and the last update", "updated")
    require_observed((later for _, later in changes), hint)
    for earlier, later in changes:
        moved = later.value("updated") != earlier.value("updated")
        expected = f"another time than {earlier.raw('updated')}, at which the status was {earlier.status!r}"
        expect(moved, expected, later.raw("updated"), later, "updated")


@test_the_update_time_moves_with_the_status.broken_by
def _(task: Task) -> None:
    words = [word for word, phase in task.contract.task.phases.items() if phase not in FINISHED]
    later = next(word for word in task.contract.task.phases if word != words[0])
    task.alter(status=words[0], updated=1762010621323)
    task.all[1:] = [task.first.altered(status=later)]


@requires("created-at-agrees-with-clock", member="created")
@requires("update-time-agrees-with-clock", member="updated")
@requires("completed-at-agrees-with-clock", member="completed")
def test_a_time_agrees_with_the_services_own_clock(task_field: TaskField) -> None:
    role, earliest = task_field.role, task_field.created_after
    dated = ((view, view.replied_at) for view in task_field.views(role))
    told = [(view, replied_at) for view, replied_at in dated if replied_at is not None]
    hint = task_field.hint(f"a reply that has its own Date and tells the time {role}", role)
    require_observed((view for view, _ in told), hint)
    for view, replied_at in told:
        date = view.reply.header("date")
        expect(
            view.value(role) <= replied_at + _SKEW,
            f"a time that has come by the Date, {date}",
            _moment(view, role),
            view,
            role,
            quoted=False,
        )
        made_now = earliest is None or view.value(role) >= earliest - _SKEW
        expected = f"a time since the creation, which is of this run, by the Date, {date}"
        expect(made_now, expected, _moment(view, role), view, role, quoted=False)


def _moment(view: ReplyView, role: str) -> str:
    """Return a time as it stands and as a date: two that are in different units cannot be compared by eye."""
    moment = datetime.fromtimestamp(view.value(role), UTC)
    return f"{view.raw(role)!r}, which is {moment:%a, %d %b %Y %H:%M:%S} GMT"


@test_a_time_agrees_with_the_services_own_clock.broken_by
def _(task_field: TaskField) -> None:
    _shift(task_field, 86_400)


@test_a_time_agrees_with_the_services_own_clock.broken_by
def _(task_field: TaskField) -> None:
    _shift(task_field, 8 * 3_600 if task_field.created_after is None else -8 * 3_600)


def _shift(task_field: TaskField, seconds: int) -> None:
    role, view = task_field.role, task_field.all[-1]
    time = int(view.replied_at or 0) + seconds
    task_field.append(**{role: _in_unit_of(view, role, time)})


def _unit(view: ReplyView, role: str) -> str:
    # A reply tells every time in seconds.
    return "seconds" if view.value(role) == view.raw(role) else "milliseconds"


def _in_unit_of(view: ReplyView, role: str, seconds: int) -> int:
    return seconds if _unit(view, role) == "seconds" else seconds * 1000


@requires("time-units-agree")
def test_all_times_have_one_unit(examples: Task) -> None:
    units = {role: _unit(r, role) for r in examples.all for role in ("created", "completed", "updated") if r.has(role)}
    require_observed(examples.all if len(units) > 1 else [], "examples with two times")
    told = ", ".join(f"{role} in {unit}" for role, unit in units.items())
    expect(len(set(units.values())) == 1, "one unit for all times", told, examples.first)


test_all_times_have_one_unit.broken_by(altered(created=1762010621, updated=1762010621323))
