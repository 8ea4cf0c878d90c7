"""What a service may not change or say of times, over real HTTP: facts of a finished task, updates, clocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

import pytest

from tests.support.live_cases import cases, live
from vidconform.emulator.replies import ReplyContext
from vidconform.proof.trial import run_trial

HOUR = 3600
Change = Callable[[ReplyContext], None]


def found(provider: str, change: Change, *ids: str, contract: str = "", **behaviour: Any) -> dict[str, str]:
    """Return how these requirements are met by an emulator whose replies are changed."""
    with live(provider, change=change, **behaviour) as run:
        chosen = [c for c in cases(run.session) if c.requirement.id in ids and c.contract.id.endswith(contract)]
        verdicts = [run.session.judge(case) for case in chosen if case.subject == "service"]
    return {verdict.requirement.id: verdict.outcome.value for verdict in verdicts}


def faithful(reply: ReplyContext) -> None:
    """Change nothing."""


def once_more(reply: ReplyContext) -> bool:
    """Whether a task that existed is read again after its end."""
    task = reply.task
    return reply.role == "retrieve" and task is not None and task.known and task.reads > len(task.life)


def later(name: str, value: Any) -> Change:
    def change(reply: ReplyContext) -> None:
        if once_more(reply) and name in reply.body:
            reply.body[name] = value

    return change


STANDS = [
    ("gptge", "model", "sora-2-hd", "model-stays"),
    ("gptge", "size", "1280x720", "size-stays"),
    ("gptge", "seconds", "12", "seconds-stays"),
    ("gptge", "completed_at", 1760592507, "completed-at-stays"),
    ("gptge", "expires_at", 1760599999, "expires-at-stays"),
    ("gptge", "remixed_from_video_id", "video_0", "remixed-from-stays"),
    ("opeai", "prompt", "a cat", "prompt-stays"),
    ("octopusx", "size", "small", "size-stays"),
    ("chainhub", "completed_at", 1761622386, "completed-at-stays"),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("provider", "member", "value", "row"), STANDS)
def test_a_fact_of_a_finished_task_that_changes_is_a_fault(provider: str, member: str, value: Any, row: str) -> None:
    assert found(provider, faithful, row)[row] == "met"
    assert found(provider, later(member, value), row)[row] == "unmet"


@pytest.mark.parametrize(("provider", "member"), [("gptge", "model"), ("gptge", "size"), ("opeai", "size")])
def test_a_fact_that_settles_before_the_end_stands(provider: str, member: str) -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and reply.task is not None and not reply.task.finished:
            reply.body[member] = f"auto-{reply.task.reads}"

    assert found(provider, change, f"{member}-stays") == {f"{member}-stays": "met"}


@pytest.mark.parametrize(("provider", "contract"), [("octopusx", "query"), ("chainhub", "videos")])
def test_an_update_time_that_stays_while_the_status_changes_is_a_fault(provider: str, contract: str) -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and "status_update_time" in reply.body and reply.task is not None:
            reply.body["status_update_time"] = reply.task.since_ms(reply.task.life[0])

    row = "update-time-moves-with-status"
    assert found(provider, faithful, row, contract=contract) == {row: "met"}
    assert found(provider, change, row, contract=contract) == {row: "unmet"}


def test_two_states_within_one_second_may_have_one_update_time() -> None:
    # Ahead, so that it is no second old however long the run takes.
    told = int(time.time()) + 60

    def change(reply: ReplyContext) -> None:
        if reply.shows_task and "status_update_time" in reply.body:
            reply.body["status_update_time"] = told

    row = "update-time-moves-with-status"
    assert found("octopusx", change, row, contract="query") == {row: "unseen"}


@pytest.mark.slow
def test_a_nested_progress_that_falls_is_a_fault() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and "detail" in reply.body and reply.task is not None:
            reply.body["detail"]["pending_info"]["progress_pct"] = 0.9 - reply.task.reads / 10

    row = "pending-info-progress-pct-never-falls"
    assert found("chainhub", faithful, row) == {row: "met"}
    assert found("chainhub", change, row) == {row: "unmet"}


def shifted(seconds: int) -> Change:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and reply.task is not None and not reply.task.known:
            reply.body["created_at"] += seconds

    return change


@pytest.mark.sampled(5)
@pytest.mark.parametrize("seconds", [8 * HOUR, -8 * HOUR, 24 * HOUR, 2 * HOUR, -5 * HOUR - HOUR // 2])
def test_a_creation_time_of_this_run_that_is_hours_off_is_a_fault(seconds: int) -> None:
    assert found("octopusx", shifted(seconds), *CLOCK, contract="videos") == dict.fromkeys(CLOCK, "unmet")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seconds", [0, 120, -120])
def test_minutes_of_difference_are_no_fault(seconds: int) -> None:
    assert found("octopusx", shifted(seconds), *CLOCK, contract="videos") == dict.fromkeys(CLOCK, "met")


CLOCK: Collection[str] = ("created-at-agrees-with-clock",)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [-72 * HOUR, 72 * HOUR])
def test_only_the_services_own_date_is_compared(seconds: int) -> None:
    clock = {"clock": lambda: time.time() + seconds}
    assert found("octopusx", faithful, *CLOCK, contract="videos", **clock) == dict.fromkeys(CLOCK, "met")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("date", ["", "soon", "Mon, 32 Nov 2026 00:00:00 GMT"])
def test_without_a_date_of_its_own_nothing_is_said_of_a_clock(date: str) -> None:
    def change(reply: ReplyContext) -> None:
        reply.headers["date"] = date
        shifted(8 * HOUR)(reply)

    assert found("octopusx", change, *CLOCK, contract="videos") == dict.fromkeys(CLOCK, "unseen")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("provider", "contract", "member", "row"),
    [
        ("octopusx", "query", "status_update_time", "update-time-agrees-with-clock"),
        ("chainhub", "videos", "status_update_time", "update-time-agrees-with-clock"),
        ("gptge", "videos", "completed_at", "completed-at-agrees-with-clock"),
        ("gptge", "videos", "created_at", "created-at-agrees-with-clock"),
        ("opeai", "videos", "created_at", "created-at-agrees-with-clock"),
    ],
)
def test_a_time_that_has_not_come_yet_is_a_fault(provider: str, contract: str, member: str, row: str) -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and reply.body.get(member) is not None:
            tomorrow = int(time.time()) + 24 * HOUR
            reply.body[member] = tomorrow * (1000 if member == "status_update_time" else 1)

    assert found(provider, faithful, row, contract=contract) == {row: "met"}
    assert found(provider, change, row, contract=contract) == {row: "unmet"}


def test_two_times_of_different_units_are_told_as_moments() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task:
            reply.body |= {"created_at": 1762039421, "status_update_time": 1762010621323}

    row = "update-time-not-before-creation"
    with live("octopusx", change=change) as run:
        chosen = [case for case in cases(run.session) if case.requirement.id == row and case.subject == "service"]
        (verdict,) = [run.session.judge(case) for case in chosen]
    assert verdict.expected == "updated at or after created (1762039421, which is Sat, 01 Nov 2025 23:23:41 GMT)"
    assert verdict.received == "1762010621323, which is Sat, 01 Nov 2025 15:23:41 GMT"


# --- what is really missing

SEEN_AS = [
    ("octopusx", "query", "created_at", 1762010621323, "created-at-never-changes", "/created_at is 1762010621323"),
    ("gptge", "videos", "created_at", "2026-11-23", "created-at-never-changes", "/created_at is '2026-11-23'"),
    ("gptge", "videos", "completed_at", 1760592506.5, "completed-after-created", "/completed_at is 1760592506.5"),
    ("chainhub", "videos", "status_update_time", 1762010621, "update-time-never-goes-back", "is 1762010621"),
    ("gptge", "videos", "progress", [50], "progress-never-falls", "/progress is [50]"),
]


@pytest.mark.parametrize(("provider", "contract", "member", "value", "row", "told"), SEEN_AS)
def test_a_field_in_another_form_is_not_said_to_be_missing(
    provider: str, contract: str, member: str, value: Any, row: str, told: str
) -> None:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and member in reply.body:
            reply.body[member] = value

    with live(provider, change=change) as run:
        chosen = [c for c in cases(run.session) if c.requirement.id == row and c.contract.name == contract]
        (verdict,) = [run.session.judge(case) for case in chosen if case.subject == "service"]
    assert verdict.outcome == "unseen"
    assert verdict.expected.endswith(told)
    assert "in its documented form; " in verdict.expected


def test_a_task_that_goes_on_again_and_ends_later_is_told_by_that_alone() -> None:
    assert run_trial("gptge", "reopens-after-completion").broken_rows == {("gptge/videos", "terminal-status-is-final")}
