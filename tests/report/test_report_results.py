"""Results are read back whole, truncated and said so, or refused; several runs become one picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.report_runs import NOW, sight, verdict, write_run
from vidconform.errors.error_types import ResultsRefused
from vidconform.report.formats.shields import badges
from vidconform.report.merged_runs import merge_files
from vidconform.report.nightly.history import as_json
from vidconform.report.pages.costs import costs
from vidconform.report.pages.run_report import write_beside
from vidconform.report.report_model import ReportModel
from vidconform.report.results_reader import find_results, read_run


def _merged(*paths: Path) -> ReportModel:
    return merge_files(find_results(paths))


def test_a_whole_run_is_read_back_as_written(tmp_path: Path) -> None:
    run = read_run(
        write_run(
            tmp_path, [verdict(), verdict("fails", "status-type")], cost={"acme": {"requests": 5, "creations": 1}}
        )
    )
    assert [line["reading"] for line in run.lines] == ["conforms", "fails"]
    assert not run.is_truncated
    assert run.cost["acme"].creations == 1


def test_a_run_without_an_end_is_truncated(tmp_path: Path) -> None:
    assert read_run(write_run(tmp_path, [verdict()], ended=False)).is_truncated


def test_a_line_cut_in_writing_is_left_out_and_the_run_truncated(tmp_path: Path) -> None:
    path = write_run(tmp_path, [verdict(), verdict("fails", "status-type")], ended=False)
    path.write_text(path.read_text()[:-40])
    run = read_run(path)
    assert run.is_truncated
    assert len(run.lines) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: [], "is empty"),
        (lambda lines: lines[1:], "begins with a provider line instead of the run's"),
        (lambda lines: [*lines, lines[2]], "line 5 comes after the end of the run"),
        (lambda lines: [lines[0], *lines], "line 2 begins a second run"),
        (lambda lines: [lines[0], lines[1], lines[3]], "its end counts 1 verdicts, but it holds 0"),
        (lambda lines: ["<html>", *lines], "line 1 is no JSON"),
        (lambda lines: [lines[0].replace("results@1", "results@9"), *lines[1:]], "line 1 is not vidconform/results@1"),
        (lambda lines: [*lines[:2], lines[2].replace('"conforms"', '"fine"'), lines[3]], "line 3 is not vidconform"),
        (lambda lines: [lines[0].replace('"started_at": "2', '"started_at": "x2'), *lines[1:]], "is no time"),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused_with_one_sentence(
    tmp_path: Path, change: Callable[[list[str]], list[str]], sentence: str
) -> None:
    path = write_run(tmp_path, [verdict()])
    lines = change(path.read_text().splitlines())
    path.write_text("".join(line + "\n" for line in lines))
    with pytest.raises(ResultsRefused) as refused:
        read_run(path)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsRefused, match=r"holds no results\.jsonl"):
        find_results([tmp_path])


def test_the_newest_verdict_counts_and_knows_since_when(tmp_path: Path) -> None:
    for night, label in enumerate(["conforms", "fails", "fails"]):
        write_run(tmp_path / str(night), [verdict(label)], started_at=NOW - timedelta(days=3 - night))
    merged = _merged(tmp_path)
    entry = merged.cells["acme/videos", "id-type"].observed
    assert entry is not None
    assert entry.label == "fails"
    assert merged.runs[entry.since].started_at == NOW - timedelta(days=2)
    assert [label for _, label in entry.history] == ["conforms", "fails", "fails"]


def test_the_order_in_which_files_are_given_changes_nothing(tmp_path: Path) -> None:
    paths = [
        write_run(tmp_path / str(night), [verdict(label)], started_at=NOW - timedelta(days=9 - night))
        for night, label in enumerate(["conforms", "fails", "unseen"])
    ]
    assert as_json(_merged(*paths)) == as_json(_merged(*reversed(paths)))


def test_an_emulator_never_speaks_for_a_vendor_that_was_seen(tmp_path: Path) -> None:
    write_run(tmp_path / "live", [verdict("fails")], started_at=NOW - timedelta(days=5))
    write_run(tmp_path / "recorded", [verdict("conforms", evidence=[sight("emulated")])], mode="recorded")
    observed = _merged(tmp_path).cells["acme/videos", "id-type"].observed
    assert observed is not None
    assert (observed.label, observed.origin) == ("fails", "live")


def test_unseen_beside_emulated_evidence_is_emulated_too(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict(evidence=[sight("emulated")]), verdict("unseen", "result-type")])
    observed = _merged(tmp_path).cells["acme/videos", "result-type"].observed
    assert observed is not None
    assert observed.origin == "emulated"


@pytest.mark.parametrize(("days", "stale"), [(29, False), (31, True)])
def test_evidence_grows_old_after_thirty_days(tmp_path: Path, days: int, stale: bool) -> None:
    write_run(tmp_path, [verdict(evidence=[sight(at=NOW - timedelta(days=days))])])
    merged = _merged(tmp_path)
    entry = merged.cells["acme/videos", "id-type"].observed
    assert entry is not None
    assert merged.is_stale(entry) is stale


@pytest.mark.parametrize(
    ("verdicts", "ended", "color"),
    [
        ([verdict()], True, "green"),
        ([verdict("fails")], True, "lightgrey"),
        ([verdict(), verdict("fails", "status-type")], True, "red"),
        ([verdict(), verdict("deviates", "status-type")], True, "orange"),
        ([verdict()], False, "lightgrey"),
        ([verdict("unseen")], True, "lightgrey"),
        ([verdict(), verdict("inconclusive", "status-type")], True, "lightgrey"),
        ([verdict(evidence=[sight("emulated")])], True, "lightgrey"),
        ([verdict(evidence=[sight(at=NOW - timedelta(days=40))])], True, "lightgrey"),
    ],
)
def test_a_badge_is_green_only_for_a_whole_run_of_the_vendor_itself(
    tmp_path: Path, verdicts: list[dict[str, object]], ended: bool, color: str
) -> None:
    write_run(tmp_path, verdicts, ended=ended)
    assert badges(_merged(tmp_path))["acme"]["color"] == color


def test_a_run_of_the_suite_can_be_read_without_the_newer_members(tmp_path: Path) -> None:
    path = write_run(tmp_path, [verdict()])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        for newer in ("concern", "decided_by", "request", "title", "creation_price", "editions"):
            line.pop(newer, None)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert _merged(path).lines[0].concern == "other"


@pytest.mark.parametrize("label", ["errored", "inconclusive"])
def test_a_badge_is_not_green_where_a_verdict_could_not_be_given(tmp_path: Path, label: str) -> None:
    write_run(tmp_path, [verdict(), verdict(label, "status-type")])
    assert badges(_merged(tmp_path))["acme"] == {
        "schemaVersion": 1, "label": "acme", "message": "incomplete: 1 conforms", "color": "lightgrey",
    }  # fmt: skip


@pytest.mark.parametrize(("price", "money"), [(0.4, 1.2), (0.0, 0.0), (None, None)])
def test_a_run_cost_its_creations_at_the_provider_s_price(
    tmp_path: Path, price: float | None, money: float | None
) -> None:
    write_run(tmp_path, [verdict()], cost={"acme": {"requests": 50, "creations": 3}}, price=price)
    (cost,) = costs(_merged(tmp_path))
    assert (cost.provider, cost.requests, cost.creations, cost.money) == ("acme", 50, 3, money)


def test_nothing_is_paid_to_an_emulator(tmp_path: Path) -> None:
    shown = [verdict(evidence=[sight("emulated")]), verdict("contradicts itself", subject="document")]
    write_run(tmp_path, shown, cost={"acme": {"requests": 50, "creations": 3}}, price=0.4)
    (cost,) = costs(_merged(tmp_path))
    assert (cost.creations, cost.money) == (3, 0)
    write_beside(tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "3 creations, $1.20 (emulated: not the vendor, nothing paid)" in page


def test_a_truncated_run_says_nothing_of_what_it_cost(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()], ended=False, price=0.4)
    (cost,) = costs(_merged(tmp_path))
    assert (cost.requests, cost.creations, cost.seconds, cost.money) == (None, None, None, None)
