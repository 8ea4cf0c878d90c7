"""The end of a task by its owner's will: what is deleted is gone, what is cancelled ends, what has ended stays."""

from __future__ import annotations

from vidconform.laws import (
    ACCOUNT_CODES,
    CANCEL_AGAIN,
    FINISHED,
    Cancellation,
    Deletion,
    ReplyView,
    altered,
    came_too_late,
    describe_ids,
    describe_reply,
    each_altered,
    expect,
    listed_ids,
    require_observed,
    requires,
)


@requires("deleted-task-is-gone")
def test_a_deleted_task_is_not_served(deletion: Deletion) -> None:
    for view in require_observed(deletion.after("deleted-read"), "a read of a task that was deleted"):
        expect(view.reply.is_refusal, "a refusal with 4xx", describe_reply(view), view)


test_a_deleted_task_is_not_served.broken_by(each_altered(code=200))


@requires("deleted-task-leaves-the-list")
def test_a_deleted_task_is_not_listed(deletion: Deletion) -> None:
    listed = [view for view in deletion.after("deleted-list") if view.reply.is_success]
    for view in require_observed(listed, "a list after a task was deleted"):
        ids = listed_ids(deletion.contract, view.exchange)
        expect(view.asked not in ids, f"a list without {view.asked}", describe_ids(ids), view)


@test_a_deleted_task_is_not_listed.broken_by
def _(deletion: Deletion) -> None:
    each_altered("list", tasks=[{"id": deletion.first.asked}])(deletion)


@requires("deletion-names-the-task")
def test_a_deletion_names_the_task(deletion: Deletion) -> None:
    told = [view for view in deletion.after("delete") if view.has("id")]
    for view in require_observed(told, "a deletion whose reply tells an id"):
        expect(view.value("id") == view.asked, repr(view.asked), view.raw("id"), view, "id")


test_a_deletion_names_the_task.broken_by(altered(id="another"))


@requires("cancelled-task-ends", probe="cancel")
def test_a_cancelled_task_ends_cancelled(cancellation: Cancellation) -> None:
    done = [view for view in cancellation.of("cancel") if view.reply.is_success]
    ends = [view for view in cancellation.reads("cancel") if view.phase in FINISHED] if done else []
    for view in require_observed(ends, "the end of a task whose cancellation was accepted"):
        expect(view.phase == "cancelled", "a cancelled task", view.status, view, "status")


@test_a_cancelled_task_ends_cancelled.broken_by
def _(cancellation: Cancellation) -> None:
    word = next(word for word in cancellation.contract.words if cancellation.contract.phase(word) == "succeeded")
    each_altered(status=word)(cancellation)


@requires("waiting-task-is-cancelled", probe="cancel")
def test_a_waiting_task_is_cancelled(cancellation: Cancellation) -> None:
    told = [view for view in _of_the_task(cancellation.of("cancel")) if not came_too_late(view)]
    asked = told if cancellation.before("cancel") == "waiting" else []
    for view in require_observed(asked, "the cancellation of a task that waits"):
        expect(view.reply.is_success, "the task to be cancelled", describe_reply(view), view)
    for view in cancellation.reads("cancel")[-1:]:
        expect(view.phase == "cancelled", "a cancelled task", view.status, view, "status")


test_a_waiting_task_is_cancelled.broken_by(each_altered("cancel", code=409))


@test_a_waiting_task_is_cancelled.broken_by
def _(cancellation: Cancellation) -> None:
    each_altered("retrieve", status=cancellation.contract.words[0])(cancellation)


@requires("cancelled-task-is-kept", probe="cancel")
def test_a_cancelled_task_is_served(cancellation: Cancellation) -> None:
    is_done = any(view.reply.is_success for view in cancellation.of("cancel"))
    later = _of_the_task(cancellation.later("cancel"))
    # What is served later was kept, and not to be seen for a moment.
    for view in require_observed(later[-1:] if is_done else [], "a read of a task whose cancellation was accepted"):
        expect(view.reply.is_success, "the task", describe_reply(view), view)


test_a_cancelled_task_is_served.broken_by(each_altered("retrieve", code=404))


@requires("repeated-cancel-is-refused", probe="cancel")
def test_a_cancelled_task_is_not_cancelled_again(cancellation: Cancellation) -> None:
    judged = _of_the_task(cancellation.of(CANCEL_AGAIN))
    for view in require_observed(judged, "a second cancellation of a task that was cancelled"):
        expect(view.reply.is_refusal, "a refusal with 4xx", describe_reply(view), view)


test_a_cancelled_task_is_not_cancelled_again.broken_by(each_altered(code=200, body={}))


@requires("late-cancel-is-refused", probe=("create", "late-cancel"))
def test_a_task_that_has_ended_is_not_cancelled(cancellation: Cancellation) -> None:
    for view in require_observed(cancellation.of("late-cancel"), "a cancellation of a task that has ended"):
        expect(view.reply.is_refusal, "a refusal with 4xx", describe_reply(view), view)


test_a_task_that_has_ended_is_not_cancelled.broken_by(each_altered(code=200, body={}))


@requires("late-cancel-changes-nothing", probe=("create", "late-cancel"))
def test_a_late_cancellation_changes_nothing(cancellation: Cancellation) -> None:
    before = [view for view in cancellation.all if view.exchange.step == "reread" and view.evidence.probe == "create"]
    later = cancellation.reads("late-cancel") if before else []
    for view in require_observed(later, "a task that is read before and after it was cancelled too late"):
        expect(view.phase == before[-1].phase, str(before[-1].status), view.status, view, "status")


@test_a_late_cancellation_changes_nothing.broken_by
def _(cancellation: Cancellation) -> None:
    cancellation.alter(-1, status=cancellation.contract.words[0])


def _of_the_task(views: list[ReplyView]) -> list[ReplyView]:
    """Leave out what says something of the account instead."""
    return [view for view in views if view.reply.status not in ACCOUNT_CODES]
