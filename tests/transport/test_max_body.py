"""A reply beyond our own bound, over real HTTP: inconclusive and never unseen, and its beginning is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.live_cases import cases, live
from tests.support.processes import KEYS, judge
from vidconform.emulator.replies import ReplyContext
from vidconform.verdicts.verdict import Verdict

MIB = 1024 * 1024
# The bound of the user, and how many bytes of base64 stand in each task.
BEYOND = [("gptge", None, MIB), ("gptge", 5000, 6000), ("octopusx", 5000, 6000), ("opeai", 5000, 6000)]


def judged(provider: str, bound: int | None, video: int) -> tuple[Mapping[str, Verdict], Sequence[str]]:
    """Return the verdicts on an emulator that puts a video into each task, and why the run is incomplete."""

    def change(reply: ReplyContext) -> None:
        if reply.shows_task:
            reply.body["b64_json"] = "QUJD" * (video // 4)

    with live(provider, change=change, options={"max_body": bound}) as run:
        verdicts = [run.session.judge(case) for case in cases(run.session) if case.subject == "service"]
        return {v.requirement.id: v for v in verdicts}, run.session.why_incomplete()


@pytest.mark.parametrize(("provider", "bound", "video"), BEYOND)
def test_what_we_cannot_read_is_inconclusive_and_says_how_to_read_more(
    provider: str, bound: int | None, video: int
) -> None:
    found, incomplete = judged(provider, bound, video)
    sentence = f"is larger than {bound or MIB} bytes; --max-body=BYTES"
    hidden = {name: v.received for name, v in found.items() if v.outcome == "inconclusive"}
    assert {"id-present", "created-at-type", "terminal-status-is-final", "replies-are-json"} <= set(hidden)
    assert [said for said in hidden.values() if sentence not in said] == []
    assert [said for said in incomplete if sentence in said]
    unseen = [v.expected for v in found.values() if v.outcome == "unseen"]
    assert [hint for hint in unseen if "allow a creation" in hint or "--task-id" in hint] == []


def test_the_status_and_the_headers_of_what_we_cannot_read_are_judged() -> None:
    found, _ = judged("gptge", None, MIB)
    for row in ("retrieve-route", "retrieve-status-code", "retrieve-accepts-key", "unknown-task-is-refused"):
        assert found[row].outcome == "met"


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "bound", "video"), [("gptge", 3 * MIB, 2 * MIB), ("octopusx", 9000, 6000)])
def test_a_larger_bound_reads_it_all(provider: str, bound: int, video: int) -> None:
    found, incomplete = judged(provider, bound, video)
    assert {v.outcome.value for v in found.values()} <= {"met", "unseen"}
    assert incomplete == []


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["0", "-1"])
def test_a_bound_that_would_read_nothing_is_refused(wrong: str, tmp_path: Any) -> None:
    run = judge(tmp_path, "--provider=gptge", "--live", f"--max-body={wrong}", **KEYS)
    assert run.code == 4
    assert "--max-body" in run.err
    assert "a number of bytes, 1 or more" in run.err
