"""Identifiers: one id in one life, the same that was asked for; and whatever else is told twice is told alike."""

from __future__ import annotations

from vidconform.laws import Subject, Task, TaskField, altered, expect, require_observed, requires


@requires("id-same-as-asked")
def test_the_id_is_the_one_asked_for(task: Task) -> None:
    for view in require_observed(task.reads("id"), "a read that tells an id"):
        expect(view.value("id") == view.asked, repr(view.asked), view.raw("id"), view, "id")


@test_the_id_is_the_one_asked_for.broken_by
def _(task: Task) -> None:
    task.append(id=f"{task.all[-1].raw('id')}x")


@requires("id-never-changes")
def test_a_task_keeps_its_id(task: Task) -> None:
    pairs = task.against_first("id")
    require_observed((later for _, later in pairs), "two reads of one task")
    for first, later in pairs:
        expect(later.value("id") == first.value("id"), repr(first.raw("id")), later.raw("id"), later, "id")


@test_a_task_keeps_its_id.broken_by
def _(task: Task) -> None:
    task.append(id=f"{task.all[-1].raw('id')}x")


@requires("tasks-have-ids-of-their-own")
def test_each_task_has_an_id_of_its_own(creations: Subject) -> None:
    told = [view for view in creations.all if view.has("id")]
    for index, view in enumerate(require_observed(told if len(told) > 1 else [], "two creations that tell their ids")):
        earlier = [other.value("id") for other in told[:index]]
        expect(view.value("id") not in earlier, "an id that no other task has", view.raw("id"), view, "id")


@test_each_task_has_an_id_of_its_own.broken_by
def _(creations: Subject) -> None:
    creations.alter(-1, id=creations.first.raw("id"))


@requires("detail-id-is-bare-id")
def test_the_detail_names_the_id_without_its_prefix(task: Task) -> None:
    prefixed = [r for r in task.views("id", "detail-id") if ":" in r.value("id")]
    for view in require_observed(prefixed, "a task with a prefixed id and its detail"):
        bare = view.value("id").partition(":")[2]
        expect(view.value("detail-id") == bare, repr(bare), view.raw("detail-id"), view, "detail-id")


test_the_detail_names_the_id_without_its_prefix.broken_by(altered(detail_id="task_another"))


@requires("id-and-task-id-agree", member="task-id", other="id")
@requires("detail-status-same-as-status", member="detail-status", other="status")
@requires("pending-info-id-same-as-detail", member="pending-id", other="detail-id")
@requires("moderation-result-task-id-same-as-detail", member="moderation-task", other="detail-id")
@requires("pending-info-prompt-same-as-input", member="pending-prompt", other="input-prompt")
def test_what_is_told_twice_is_the_same(task_field: TaskField) -> None:
    one, other = task_field.role, task_field.other
    for view in require_observed(task_field.views(one, other), f"a reply with {one} and {other}"):
        expect(view.value(one) == view.value(other), repr(view.raw(other)), view.raw(one), view, one)


@test_what_is_told_twice_is_the_same.broken_by
def _(task_field: TaskField) -> None:
    task_field.alter(0, **{task_field.role: f"{task_field.first.raw(task_field.role)}x"})
