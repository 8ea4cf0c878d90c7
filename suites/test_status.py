"""Status: the words move forward along the document's own vocabulary, and an end is an end, and comes in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from vidconform.laws import FINISHED, ReplyView, Task, Unseen, altered, expect, require_observed, requires


@requires("terminal-status-is-final")
def test_a_finished_task_stays_finished(task: Task) -> None:
    views = task.since_finished()
    for view in require_observed(views[1:], "a finished task that is read again"):
        end, state = task.state(views[0]), task.state(view)
        expect(state == end, f"the status {end!r} again", state, view, "status")


@test_a_finished_task_stays_finished.broken_by
def _(task: Task) -> None:
    words = (word for word in task.contract.words if task.contract.phase(word) not in FINISHED)
    task.append(status=next(words, "processing"))


@requires("status-moves-forward")
def test_the_status_moves_forward(task: Task) -> None:
    ranked = [(view, view.vocabulary.ranks.get(view.status)) for view in task.views("status")]
    apart = task.creation_beyond_waiting
    known = [(view, rank) for view, rank in ranked if rank is not None and view not in apart]
    steps = [(a, b) for a, b in pairwise(known) if a[0].phase not in FINISHED]
    require_observed(
        (later for _, (later, _) in steps), "two reads, with words of the document, of a task before its end"
    )
    for (earlier, before), (later, rank) in steps:
        expect(rank >= before, f"no step back from {earlier.status!r}", later.status, later, "status")


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


test_success_has_the_documented_word.broken_by(altered(-1, status="SUCCESS"))


@requires("status-words-of-one-set")
def test_a_task_keeps_to_one_set_of_words(task: Task) -> None:
    left = task.contract.task.word_sets
    told = [view for view in task.views("status") if view.vocabulary is task.contract.task]
    known = [view for view in told if any(words.is_valid(view.status) for words in left)]
    require_observed(known[1:], "two replies of a task with words of the document")
    for view in known:
        fitting = [words for words in left if words.is_valid(view.status)]
        before = known[max(known.index(view) - 1, 0)].status
        expect(fitting, f"a word of the set that {before!r} belongs to", view.status, view, "status")
        left = fitting


@test_a_task_keeps_to_one_set_of_words.broken_by
def _(task: Task) -> None:
    first, words = task.all[-1].status, task.contract.task.word_sets
    own = [one for one in words if one.is_valid(first)]
    task.append(status=next(word for word in task.contract.words if not any(one.is_valid(word) for one in own)))


def _at(view: ReplyView) -> datetime:
    return datetime.fromisoformat(view.exchange.at)


def _limit(task: Task) -> float | None:
    """Return the seconds within which the document lets a task end that this run created."""
    # An example of the document was seen at no time.
    is_seen = task.was_created and bool(task.all[0].exchange.at)
    created = task.contract.operation(task.all[0].exchange.role) if is_seen else None
    return created.ends_within if created is not None else None


@requires("task-ends-in-time")
def test_a_created_task_ends_in_time(task: Task) -> None:
    limit = _limit(task)
    if limit is None:
        raise Unseen("a task that the run creates")
    ages = [(view, (_at(view) - _at(task.all[0])).total_seconds()) for view in task.views("status")]
    # Between the last read of a task that goes on and the first of one that has ended nobody knows.
    late = [(view, age) for view, age in ages if view.phase not in FINISHED and age > limit]
    ended = [view for view, age in ages if view.phase in FINISHED and age <= limit]
    require_observed(
        [*ended, *(view for view, _ in late)], f"a read within {limit:g} s of the creation that shows the end"
    )
    for view, age in late:
        expect(False, f"the end of the task within {limit:g} s", f"{view.status!r} after {age:.1f} s", view, "")


@test_a_created_task_ends_in_time.broken_by
def _(task: Task) -> None:
    words = [word for word, phase in task.contract.task.phases.items() if phase not in FINISHED]
    view = task.all[-1].altered(status=words[0])
    after = _at(task.all[0]) + timedelta(seconds=(_limit(task) or 0) + 1)
    late = replace(view.exchange, at=after.isoformat(timespec="milliseconds"))
    task.all[1:] = [ReplyView(view.contract, view.evidence, view.index, late)]
