"""Identifiers: one id in one life, the same that was asked for."""

from __future__ import annotations

from vidconform.laws import Subject, Task, altered, expect, require_observed, requires


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


@requires("id-and-task-id-agree")
def test_both_ids_agree(task: Task) -> None:
    for view in require_observed(task.views("id", "task-id"), "a reply with both ids"):
        agree = view.value("task-id") == view.value("id")
        expect(agree, repr(view.raw("id")), view.raw("task-id"), view, "task-id")


test_both_ids_agree.broken_by(altered(task_id="another"))


@requires("detail-id-is-bare-id")
def test_the_detail_names_the_id_without_its_prefix(task: Task) -> None:
    prefixed = [r for r in task.views("id", "detail-id") if ":" in r.value("id")]
    for view in require_observed(prefixed, "a task with a prefixed id and its detail"):
        bare = view.value("id").partition(":")[2]
        expect(view.value("detail-id") == bare, repr(bare), view.raw("detail-id"), view, "detail-id")


test_the_detail_names_the_id_without_its_prefix.broken_by(altered(detail_id="task_another"))


def _expect_same(task: Task, one: str, other: str) -> None:
    for view in require_observed(task.views(one, other), f"a reply with {one} and {other}"):
        expect(view.value(one) == view.value(other), repr(view.raw(other)), view.raw(one), view, one)


@requires("detail-status-same-as-status")
def test_the_detail_tells_the_same_status(task: Task) -> None:
    _expect_same(task, "detail-status", "status")


test_the_detail_tells_the_same_status.broken_by(altered(detail_status="another"))


@requires("pending-info-id-same-as-detail")
def test_the_pending_info_names_the_detail(task: Task) -> None:
    _expect_same(task, "pending-id", "detail-id")


test_the_pending_info_names_the_detail.broken_by(altered(pending_id="task_another"))


@requires("moderation-result-task-id-same-as-detail")
def test_the_moderation_names_the_detail(task: Task) -> None:
    _expect_same(task, "moderation-task", "detail-id")


test_the_moderation_names_the_detail.broken_by(altered(moderation_task="task_another"))
