"""Status: the words move forward along the document's own vocabulary, and an end is an end."""

from __future__ import annotations

from itertools import pairwise

from vidconform.laws import FINISHED, Task, expect, require_observed, requires


@requires("terminal-status-is-final")
def test_a_finished_task_stays_finished(task: Task) -> None:
    views = task.since_finished()
    for view in require_observed(views[1:], "a finished task that is read again"):
        end = views[0].status
        expect(view.status == end, f"the status {end!r} again", view.status, view, "status")


@test_a_finished_task_stays_finished.broken_by
def _(task: Task) -> None:
    words = (word for word in task.contract.words if task.contract.phase(word) not in FINISHED)
    task.append(status=next(words, "processing"))


@requires("status-moves-forward")
def test_the_status_moves_forward(task: Task) -> None:
    ranks = task.contract.task.ranks
    known = [r for r in task.views("status") if r.status in ranks]
    steps = [(a, b) for a, b in pairwise(known) if a.phase not in FINISHED]
    require_observed((later for _, later in steps), "two reads, with words of the document, of a task before its end")
    for earlier, later in steps:
        expect(
            ranks[later.status] >= ranks[earlier.status],
            f"no step back from {earlier.status!r}", later.status, later, "status",
        )  # fmt: skip


@test_the_status_moves_forward.broken_by
def _(task: Task) -> None:
    del task.all[1:]
    words = [word for word, phase in task.contract.task.phases.items() if phase in ("waiting", "running")]
    task.alter(status=words[-1])
    task.append(status=words[0])


@requires("success-word")
def test_success_has_the_documented_word(task: Task) -> None:
    documented = [word for word, phase in task.contract.task.phases.items() if phase == "succeeded"]
    for view in require_observed(task.succeeded(), "a task that has succeeded"):
        expect(view.status in documented, " or ".join(map(repr, documented)), view.status, view, "status")


@test_success_has_the_documented_word.broken_by
def _(task: Task) -> None:
    task.alter(-1, status="SUCCESS")
