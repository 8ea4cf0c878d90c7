"""Identifiers: one id in one life, the same that was asked for."""

from __future__ import annotations

from vidconform.laws import Task, expect, requires, shown


@requires("id-same-as-asked")
def test_the_id_is_the_one_asked_for(task: Task) -> None:
    for reading in shown(task.reads("id"), "a read that tells an id"):
        expect(reading.value("id") == reading.asked, repr(reading.asked), reading.raw("id"), reading, "id")


@test_the_id_is_the_one_asked_for.broken_by
def _(task: Task) -> None:
    task.append(id=f"{task.all[-1].raw('id')}x")


@requires("id-never-changes")
def test_a_task_keeps_its_id(task: Task) -> None:
    pairs = task.against_first("id")
    shown((later for _, later in pairs), "two reads of one task")
    for first, later in pairs:
        expect(later.value("id") == first.value("id"), repr(first.raw("id")), later.raw("id"), later, "id")


@test_a_task_keeps_its_id.broken_by
def _(task: Task) -> None:
    task.append(id=f"{task.all[-1].raw('id')}x")


@requires("id-and-task-id-agree")
def test_both_ids_agree(task: Task) -> None:
    for reading in shown(task.readings("id", "task-id"), "a reply with both ids"):
        agree = reading.value("task-id") == reading.value("id")
        expect(agree, repr(reading.raw("id")), reading.raw("task-id"), reading, "task-id")


@test_both_ids_agree.broken_by
def _(task: Task) -> None:
    task.alter(task_id="another")


@requires("detail-id-is-bare-id")
def test_the_detail_names_the_id_without_its_prefix(task: Task) -> None:
    prefixed = [r for r in task.readings("id", "detail-id") if ":" in r.value("id")]
    for reading in shown(prefixed, "a task with a prefixed id and its detail"):
        bare = reading.value("id").partition(":")[2]
        expect(reading.value("detail-id") == bare, repr(bare), reading.raw("detail-id"), reading, "detail-id")


@test_the_detail_names_the_id_without_its_prefix.broken_by
def _(task: Task) -> None:
    task.alter(detail_id="task_another")


def _expect_same(task: Task, one: str, other: str) -> None:
    for reading in shown(task.readings(one, other), f"a reply with {one} and {other}"):
        expect(reading.value(one) == reading.value(other), repr(reading.raw(other)), reading.raw(one), reading, one)


@requires("detail-status-same-as-status")
def test_the_detail_tells_the_same_status(task: Task) -> None:
    _expect_same(task, "detail-status", "status")


@test_the_detail_tells_the_same_status.broken_by
def _(task: Task) -> None:
    task.alter(detail_status="another")


@requires("pending-info-id-same-as-detail")
def test_the_pending_info_names_the_detail(task: Task) -> None:
    _expect_same(task, "pending-id", "detail-id")


@test_the_pending_info_names_the_detail.broken_by
def _(task: Task) -> None:
    task.alter(pending_id="task_another")


@requires("moderation-result-task-id-same-as-detail")
def test_the_moderation_names_the_detail(task: Task) -> None:
    _expect_same(task, "moderation-task", "detail-id")


@test_the_moderation_names_the_detail.broken_by
def _(task: Task) -> None:
    task.alter(moderation_task="task_another")
