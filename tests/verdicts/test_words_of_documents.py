"""A verdict is as strong as the document's own words: over real HTTP, by the contracts of this project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.live_cases import cases, live
from vidconform.emulator.replies import ReplyContext

GONE = object()
Change = Callable[[ReplyContext], None]


def readings(provider: str, change: Change, *rows: str) -> dict[str, str]:
    """Return how rows of a provider read, by contract and row."""
    with live(provider, change=change, options={"max_creations": 0}) as run:
        found = [case for case in cases(run.session) if case.requirement.id in rows and case.subject == "service"]
        return {f"{case.contract.name} {case.requirement.id}": run.session.judge(case).label for case in found}


def shows(status: str, **members: Any) -> Change:
    """Return a change of each task that has a status."""

    def change(reply: ReplyContext) -> None:
        if reply.shows_task and reply.body.get("status") == status:
            reply.body.update(members)
            reply.body = {name: value for name, value in reply.body.items() if value is not GONE}

    return change


def refuses_in_html(reply: ReplyContext) -> None:
    if reply.status >= 400:
        reply.say(b"<html>no</html>", reply.status, "text/html")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("provider", "row", "label"),
    [
        ("octopusx", "refusals-are-json", "deviates"),
        ("gptge", "refusals-are-json", "deviates"),
        ("chainhub", "refusals-are-json", "deviates"),
        ("opeai", "refusals-are-json", "deviates"),
        ("opeai", "unknown-task-refusal-is-json", "fails"),
    ],
)
def test_a_refusal_in_html_fails_only_where_the_document_shows_one_in_json(provider: str, row: str, label: str) -> None:
    found = readings(provider, refuses_in_html, row)
    assert set(found.values()) == {label}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "error", [None, {}, "", "  ", [], GONE], ids=["null", "object", "empty", "blank", "list", "gone"]
)
def test_a_failed_task_whose_error_says_nothing_does_not_carry_its_error(error: Any) -> None:
    found = readings("octopusx", shows("failed", error=error), "error-on-failure")
    assert found == {"videos error-on-failure": "fails"}


@pytest.mark.parametrize("error", [{"code": "moderation"}, {"message": ""}])
def test_a_failed_task_whose_error_is_an_object_carries_it(error: Any) -> None:
    found = readings("octopusx", shows("failed", error=error), "error-on-failure", "error-type")
    assert set(found.values()) == {"conforms"}


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("status", "members", "row", "label"),
    [
        ("pending", {"enhanced_prompt": None}, "enhanced-prompt-type", "fails"),
        ("completed", {"enhanced_prompt": None}, "enhanced-prompt-type", "fails"),
        ("pending", {"enhanced_prompt": GONE}, "enhanced-prompt-present", "not offered"),
        ("pending", {"enhanced_prompt": GONE}, "enhanced-prompt-type", "conforms"),
        ("pending", {"status_update_time": None}, "update-time-type", "fails"),
        ("pending", {"status_update_time": GONE}, "update-time-present-while-pending", "fails"),
        ("completed", {"status_update_time": GONE}, "update-time-present-while-pending", "conforms"),
        ("completed", {"status_update_time": GONE}, "update-time-present", "not offered"),
        ("completed", {"video_url": 7}, "result-type", "deviates"),
    ],
)
def test_a_required_member_is_excused_only_where_an_example_does_without(
    status: str, members: dict[str, Any], row: str, label: str
) -> None:
    assert readings("chainhub", shows(status, **members), row) == {f"videos {row}": label}
