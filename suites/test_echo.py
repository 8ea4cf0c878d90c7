"""Echo: what was sent comes back, and what came back once stays."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from vidconform.laws import FINISHED, ReplyView, TaskField, expect, require_observed, requires

# Of the types and forms that documents have for them.
_OTHERS = {"model": "another-model", "seconds": "59", "size": "720x1280"}


@requires("model-is-echoed", role="create", member="model")
@requires("seconds-is-echoed", role="create", member="seconds")
@requires("size-is-echoed", role="create", member="size")
def test_what_was_sent_comes_back(task_field: TaskField) -> None:
    role = task_field.role
    sent = task_field.all[0].sent_value(role) if task_field.was_created else None
    views = task_field.views(role) if sent is not None else []
    for view in require_observed(views, f"a created task that tells its {role}"):
        expect(view.value(role) == sent, f"{sent!r} as sent", view.raw(role), view, role)


@test_what_was_sent_comes_back.broken_by
def _(task_field: TaskField) -> None:
    task_field.alter(-1, **{task_field.role: _OTHERS[task_field.role]})


@requires("input-prompt-stays", member="input-prompt")
@requires("input-model-stays", member="input-model")
def test_what_is_told_of_the_input_stays(task_field: TaskField) -> None:
    role = task_field.role
    pairs = task_field.against_first(role)
    require_observed((later for _, later in pairs), f"two reads of one task that tell its {role}")
    for first, later in pairs:
        expect(later.value(role) == first.value(role), repr(first.raw(role)), later.raw(role), later, role)


@test_what_is_told_of_the_input_stays.broken_by
def _(task_field: TaskField) -> None:
    task_field.alter(1, **{task_field.role: "another"})


def _expect_all_alike(task_field: TaskField, views: Iterable[ReplyView]) -> None:
    role = task_field.role
    told = [view for view in views if view.tells(role)]
    hint = task_field.hint(f"two reads of one finished task that tell its {role}", role)
    for view in require_observed(told[1:], hint):
        first = told[0].raw(role)
        expect(view.raw(role) == first, f"{first!r} as before", view.raw(role), view, role)


def _append_another(task_field: TaskField) -> None:
    told = task_field.all[-1].raw(task_field.role)
    task_field.append(**{task_field.role: told + 1 if isinstance(told, int) else "another"})


@requires("model-stays", member="model")
@requires("size-stays", member="size")
@requires("seconds-stays", member="seconds")
@requires("prompt-stays", member="prompt")
@requires("remixed-from-stays", member="source")
def test_what_a_finished_task_tells_stays(task_field: TaskField) -> None:
    _expect_all_alike(task_field, task_field.since_finished())


@test_what_a_finished_task_tells_stays.broken_by
def _(task_field: TaskField) -> None:
    _append_another(task_field)


@requires("completed-at-stays", member="completed")
@requires("expires-at-stays", member="expires")
def test_the_times_of_an_end_stay(task_field: TaskField) -> None:
    # A task that goes on again ends at another time, and is told by its status.
    _expect_all_alike(task_field, takewhile(lambda view: view.phase in FINISHED, task_field.since_finished()))


@test_the_times_of_an_end_stay.broken_by
def _(task_field: TaskField) -> None:
    _append_another(task_field)
