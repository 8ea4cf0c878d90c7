"""Creation: the documented body is accepted, and the task it makes can be read at once."""

from __future__ import annotations

from vidconform.laws import (
    ACCOUNT_CODES,
    Creation,
    Task,
    Unseen,
    altered,
    describe_reply,
    expect,
    misses_what_was_sent,
    of_request,
    require_observed,
    requires,
)

_REFUSED_BODY = (400, 415, 422)


@of_request("body")
@requires("accepts-model", member="model")
@requires("accepts-prompt", member="prompt")
@requires("accepts-seconds", member="seconds")
@requires("accepts-size", member="size")
def test_the_documented_body_is_accepted(creation: Creation) -> None:
    of_the_body = (r for r in creation.all if r.reply.status in _REFUSED_BODY or misses_what_was_sent(r))
    refused = (r for r in of_the_body if creation.may_be_about(r))
    judged = [*(r for r in creation.all if r.reply.is_success), *refused]
    for view in require_observed(judged, f"a creation that is answered for its {creation.member}"):
        expect(view.reply.is_success, "the documented body to be accepted", describe_reply(view), view)


test_the_documented_body_is_accepted.broken_by(altered(code=400, body={}))


@requires("created-task-can-be-read", role="create")
def test_a_created_task_can_be_read(task: Task) -> None:
    if not task.was_created:
        raise Unseen("a task that the run creates")
    reads = [r for r in task.all[1:] if r.reply.status not in ACCOUNT_CODES]
    for view in require_observed(reads, "a read of a created task"):
        expect(view.reply.is_success, "the created task", describe_reply(view), view)


test_a_created_task_can_be_read.broken_by(altered(1, code=404))


@requires("creation-starts-waiting", role="create")
def test_a_created_task_waits_first(task: Task) -> None:
    created = task.all[:1] if task.was_created and task.all[0].has("status") else []
    for view in require_observed(created, "a creation whose reply tells the status"):
        expect(view.phase == "waiting", "a waiting task", view.status, view, "status")


@test_a_created_task_waits_first.broken_by
def _(task: Task) -> None:
    task.alter(status=task.contract.words[-1])
