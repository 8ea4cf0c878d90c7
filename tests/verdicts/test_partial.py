"""What is met while trouble hid the rest of a probe neither ends a fault nor makes a known one stale."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.live_cases import Live, cases, live
from tests.support.reply_views import BY_ID, evidence, exchange
from tests.support.report_runs import NOW, verdict, write_run
from vidconform.contracts.deviations import Deviation
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.evidence import Gap
from vidconform.laws.law import Inconclusive, require_observed, requires
from vidconform.laws.subjects import Subject
from vidconform.report.merged_runs import merge_files
from vidconform.report.nightly.comparison import differences
from vidconform.report.nightly.history import describe_since
from vidconform.report.results_reader import find_results
from vidconform.report.results_writer import SCHEMA
from vidconform.run.bindings import schema_of
from vidconform.text import Redacted
from vidconform.verdicts.case import Case
from vidconform.verdicts.deviation_status import KnownDeviations
from vidconform.verdicts.judging import judge
from vidconform.verdicts.verdict import Outcome, Verdict

GPTGE = BY_ID["gptge/videos"]
TASK = {"id": GPTGE.unknown_id, "status": "queued"}
READS = [exchange(TASK, asked="1"), exchange(TASK, asked="2")]
CUT = Gap("inconclusive", Redacted("GET /x got no answer: connection reset"))
IN_PART = "met by what was seen of it, and trouble hid the rest"
PARTIAL = verdict(partial=True)


def looks(task: Subject) -> None:
    require_observed(task.all, "a task")


def judged(check: Any, *gaps: Gap) -> Verdict:
    """Judge two tasks by a law or a schema, with gaps beside them."""
    requirement = GPTGE.requirements["status-type"]
    found = {"observe": evidence(GPTGE, "observe", *READS, gaps=gaps)}
    return judge(Case(GPTGE, requirement, "service", check), found, {})


def cut(*gaps: Gap) -> Verdict:
    return judged(requires("status-type")(looks), *gaps)


def test_what_is_met_while_trouble_hid_the_rest_is_met_in_part() -> None:
    assert (cut(CUT).outcome, cut(CUT).label, cut(CUT).partial) == (Outcome.MET, "conforms", True)
    assert [
        cut(*gaps).partial
        for gaps in ((), (Gap("unseen", Redacted("a task")),), (Gap("refused", Redacted("too dear")),))
    ] == [False] * 3
    assert judged(schema_of(GPTGE, "status-type"), CUT).partial


def test_a_law_that_could_judge_one_task_of_two_is_met_in_part() -> None:
    def first_alone(task: Subject) -> None:
        if task.first.asked == "2":
            raise Inconclusive("the second task was lost")
        looks(task)

    assert judged(requires("status-type")(first_alone)).partial


def test_a_fault_that_was_found_counts_whatever_was_hidden() -> None:
    def breaks(task: Subject) -> None:
        raise AssertionError

    verdict = judged(requires("status-type")(breaks), CUT)
    assert (verdict.outcome, verdict.partial) == (Outcome.UNMET, False)


def test_the_row_says_so_only_where_it_is_so() -> None:
    assert cut(CUT).shown(Redacted).as_dict()["partial"] is True
    assert "partial" not in cut().shown(Redacted).as_dict()
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    validator.validate(cut(CUT).shown(Redacted).as_dict())
    assert not validator.is_valid({**cut(CUT).shown(Redacted).as_dict(), "partial": False})


def test_a_known_deviation_that_is_met_in_part_is_not_stale() -> None:
    entry = Deviation("status-type", "service", "why", date(2026, 1, 1), Path("deviations.toml"))
    known = KnownDeviations([entry], date(2026, 2, 1))
    assert known.mark(cut(CUT)).known is None
    stale = known.mark(cut()).known
    assert stale is not None
    assert stale["state"] == "stale"


def run_of(folder: Path, lines: Sequence[dict[str, Any]]) -> Path:
    """Write a run a line, a day each."""
    for number, line in enumerate(lines):
        night = folder / str(number)
        write_run(night, [verdict("conforms", "other"), line], started_at=NOW - timedelta(days=9 - number))
    return folder


def kinds(old: Path, new: Path) -> list[tuple[str, str | None, str]]:
    before, after = (merge_files(find_results([folder])) for folder in (old, new))
    return [(found.kind, found.old, found.received) for found in differences(before, after)]


@pytest.mark.parametrize("view", ["fails", "deviates", "contradicts itself", "not offered"])
def test_a_fault_is_not_better_by_what_was_met_in_part(view: str, tmp_path: Path) -> None:
    old, new = run_of(tmp_path / "old", [verdict(view)]), run_of(tmp_path / "new", [PARTIAL])
    assert kinds(old, new) == [("not judged", view, IN_PART)]


@pytest.mark.parametrize("view", ["conforms", "inconclusive", "unseen"])
def test_where_nothing_was_wrong_what_is_met_in_part_is_met(view: str, tmp_path: Path) -> None:
    old, new = run_of(tmp_path / "old", [verdict(view)]), run_of(tmp_path / "new", [PARTIAL])
    assert "not judged" not in {kind for kind, _, _ in kinds(old, new)}


def test_a_night_in_part_in_between_neither_mends_nor_breaks(tmp_path: Path) -> None:
    old = run_of(tmp_path / "old", [verdict("fails"), PARTIAL, PARTIAL])
    assert kinds(old, run_of(tmp_path / "bad", [verdict("fails")])) == []
    assert kinds(old, run_of(tmp_path / "good", [verdict()])) == [("better", "fails", "")]


SINCE = [
    ((verdict("fails"), PARTIAL), "not judged on {1}; fails since {0} before it"),
    ((verdict("fails"), PARTIAL, verdict("fails")), "fails since {0}"),
    ((verdict("fails"), PARTIAL, verdict()), "conforms since {2}"),
    ((verdict(), PARTIAL, verdict()), "conforms since {0}"),
    ((PARTIAL, verdict()), "conforms since {0}"),
    ((verdict("fails"), verdict("inconclusive"), PARTIAL), "not judged since {1}; fails since {0} before it"),
]


@pytest.mark.parametrize(("lines", "told"), SINCE)
def test_since_is_counted_over_a_night_in_part(lines: Sequence[dict[str, Any]], told: str, tmp_path: Path) -> None:
    merged = merge_files(find_results([run_of(tmp_path, lines)]))
    entry = merged.shown["acme/videos", "id-type", "service"]
    days = [(NOW - timedelta(days=9 - number)).date() for number in range(len(lines))]
    assert describe_since(merged, entry) == told.format(*days)
    assert entry.is_judged != told.startswith("not judged")


# --- Trouble beside the main thread of a probe


def content_is_busy(reply: ReplyContext) -> None:
    if reply.role == "content" and reply.status != 200:
        reply.refuse(503, "the upstream is busy", "busy")


def views(run: Live) -> dict[str, tuple[str, bool]]:
    found = [run.session.judge(case) for case in cases(run.session) if case.contract.name == "videos"]
    return {v.requirement.id: (v.label, v.partial) for v in found if v.subject == "service"}


@pytest.mark.slow
def test_content_that_asked_for_time_too_early_hides_nothing_but_its_own_refusal() -> None:
    with live("octopusx", [], change=content_is_busy) as run:
        judged = views(run)
        assert judged["early-content-is-refused"] == ("inconclusive", False)
        assert judged["refusals-are-json"] == ("conforms", True)
        assert {judged[name][0] for name in ("error-on-failure", "error-type", "error-has-details")} == {"unseen"}
        assert judged["status-type"] == judged["create-route"] == ("conforms", False)
        assert any("/content was answered with 503" in sentence for sentence in run.session.why_incomplete())
