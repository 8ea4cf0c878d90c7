"""Echo: what was sent comes back, and what came back once stays."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from vidconform.laws import FINISHED, ReplyView, Task, TaskField, altered, expect, require_observed, requires


def _expect_echo(task: Task, role: str) -> None:
    sent = task.all[0].sent_value(role) if task.was_created else None
    views = task.views(role) if sent is not None else []
    for view in require_observed(views, f"a created task that tells its {role}"):
        expect(view.value(role) == sent, f"{sent!r} as sent", view.raw(role), view, role)


@requires("model-is-echoed", role="create")
def test_the_model_comes_back_as_sent(task: Task) -> None:
    _expect_echo(task, "model")


test_the_model_comes_back_as_sent.broken_by(altered(-1, model="another-model"))


@requires("seconds-is-echoed", role="create")
def test_the_seconds_come_back_as_sent(task: Task) -> None:
    _expect_echo(task, "seconds")


test_the_seconds_come_back_as_sent.broken_by(altered(-1, seconds="59"))


@requires("size-is-echoed", role="create")
def test_the_size_comes_back_as_sent(task: Task) -> None:
    _expect_echo(task, "size")


test_the_size_comes_back_as_sent.broken_by(altered(-1, size="720x1280"))


def _expect_to_stay(task: Task, role: str) -> None:
    pairs = task.against_first(role)
    require_observed((later for _, later in pairs), f"two reads of one task that tell its {role}")
    for first, later in pairs:
        expect(later.value(role) == first.value(role), repr(first.raw(role)), later.raw(role), later, role)


@requires("input-prompt-stays")
def test_the_echoed_prompt_stays(task: Task) -> None:
    _expect_to_stay(task, "input-prompt")


test_the_echoed_prompt_stays.broken_by(altered(1, input_prompt="another prompt"))


@requires("input-model-stays")
def test_the_echoed_model_stays(task: Task) -> None:
    _expect_to_stay(task, "input-model")


test_the_echoed_model_stays.broken_by(altered(1, input_model="another-model"))


@requires("pending-info-prompt-same-as-input")
def test_the_pending_info_tells_the_same_prompt(task: Task) -> None:
    for view in require_observed(task.views("pending-prompt", "input-prompt"), "a pending task with its input"):
        same = view.value("pending-prompt") == view.value("input-prompt")
        expect(same, repr(view.raw("input-prompt")), view.raw("pending-prompt"), view, "pending-prompt")


test_the_pending_info_tells_the_same_prompt.broken_by(altered(pending_prompt="another prompt"))


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
