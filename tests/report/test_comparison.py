"""A comparison and a history call a change by its name, and an outage never mended nor broken."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.report_runs import NOW, sight, verdict, write_run
from vidconform.cli import main
from vidconform.report.merged_runs import merge_files
from vidconform.report.nightly.comparison import KINDS, Difference, differences, remarks
from vidconform.report.nightly.diff_text import as_text
from vidconform.report.nightly.history import as_json, describe_since
from vidconform.report.nightly.history import as_text as history_text
from vidconform.report.pages.run_report import write_beside
from vidconform.report.report_model import Entry, ReportModel
from vidconform.report.results_reader import find_results
from vidconform.verdicts.labels import NOT_JUDGED, NOT_SEEN, Label

CAUSE = "GET /v1/videos/task_1 got no answer (connection refused)"
DOWN = {"received": CAUSE}


def _merged(*paths: Path) -> ReportModel:
    return merge_files(find_results(paths))


def _night(folder: Path, number: int, lines: Sequence[dict[str, Any]], **more: Any) -> Path:
    """Write the run of one night; night 1 is nine days ago."""
    return write_run(folder / f"night-{number}", lines, started_at=NOW - timedelta(days=10 - number), **more)


def _nights(folder: Path, labels: Iterable[str | None]) -> Path:
    """Write a run a reading about one requirement, beside one that always conforms; None: nobody asked."""
    folder.mkdir(exist_ok=True)
    for number, label in enumerate(labels, 1):
        _night(folder, number, [verdict("conforms", "other"), *([verdict(label)] if label else [])])
    return folder


def _compared(old: Path, new: Path) -> list[Difference]:
    return differences(_merged(old), _merged(new))


def _entry(folder: Path) -> tuple[ReportModel, Entry]:
    merged = _merged(folder)
    return merged, merged.shown["acme/videos", "id-type", "service"]


def _date(number: int) -> str:
    return (NOW - timedelta(days=10 - number)).date().isoformat()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("conforms", "fails", "worse"),
        ("conforms", "deviates", "worse"),
        ("deviates", "fails", "worse"),
        ("unseen", "fails", "worse"),
        ("refused", "fails", "worse"),
        ("conforms", "not offered", "worse"),
        ("fails", "conforms", "better"),
        ("unseen", "conforms", "better"),
        ("conforms", "unseen", "unseen"),
        ("conforms", "refused", "unseen"),
        ("unseen", "not offered", "changed"),
        (None, "fails", "appeared"),
        ("fails", None, "vanished"),
        ("conforms", "inconclusive", "not judged"),
        ("fails", "inconclusive", "not judged"),
        ("unseen", "inconclusive", "not judged"),
        ("conforms", "errored", "not judged"),
        (None, "inconclusive", "not judged"),
        ("inconclusive", "conforms", "judged again"),
        ("errored", "not offered", "judged again"),
        ("inconclusive", "fails", "worse"),
        ("inconclusive", "deviates", "judged again"),
        ("inconclusive", "unseen", "changed"),
    ],
)
def test_a_change_of_reading_has_one_name(tmp_path: Path, old: str | None, new: str | None, kind: str) -> None:
    found = _compared(_nights(tmp_path / "old", [old]), _nights(tmp_path / "new", [new]))
    assert [(difference.kind, difference.requirement) for difference in found] == [(kind, "id-type")]


@pytest.mark.parametrize(
    ("old", "new"), [("inconclusive", "errored"), ("unseen", "refused"), ("refused", "unseen"), ("fails", "fails")]
)
def test_what_says_the_same_is_no_change(tmp_path: Path, old: str, new: str) -> None:
    assert _compared(_nights(tmp_path / "old", [old]), _nights(tmp_path / "new", [new])) == []


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (["conforms", "inconclusive"], "conforms", []),
        (["conforms", "inconclusive", "errored"], "fails", ["worse"]),
        (["fails", "inconclusive"], "fails", []),
        (["fails", "inconclusive"], "conforms", ["better"]),
        (["fails", "conforms", "inconclusive"], "conforms", []),
        (["conforms", "unseen", "inconclusive"], "unseen", []),
    ],
)
def test_a_night_without_an_answer_leaves_standing_what_was_known_before(
    tmp_path: Path, old: list[str], new: str, kinds: list[str]
) -> None:
    found = _compared(_nights(tmp_path / "old", old), _nights(tmp_path / "new", [new]))
    assert [difference.kind for difference in found] == kinds


def test_an_older_answer_of_the_new_side_never_hides_that_tonight_there_was_none(tmp_path: Path) -> None:
    new = _nights(tmp_path / "new", ["fails", "inconclusive"])
    found = _compared(_nights(tmp_path / "old", ["conforms"]), new)
    assert [(d.kind, d.old, d.new) for d in found] == [("not judged", "conforms", "inconclusive")]


def test_what_nobody_could_judge_is_said_of_both_sides(tmp_path: Path) -> None:
    old, new = (_merged(_nights(tmp_path / name, ["inconclusive"])) for name in ("old", "new"))
    assert list(remarks(old, new)) == ["acme/videos: 1 requirement was judged on neither side."]


def test_a_provider_that_is_down_takes_one_line_and_exit_code_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"requirement-{number}" for number in range(59)]
    _night(tmp_path / "old", 1, [verdict("conforms" if n else "fails", name) for n, name in enumerate(names)])
    _night(tmp_path / "new", 2, [verdict("inconclusive", name, **DOWN) for name in names])
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    assert f"not judged: acme/videos: 59 requirements: {CAUSE}" in capsys.readouterr().out.splitlines()
    assert main(["diff", "--json", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    told = json.loads(capsys.readouterr().out)["differences"]
    assert [(one["kind"], one["received"]) for one in told] == [("not judged", CAUSE)] * 59


def test_what_needs_a_task_is_not_unseen_when_nobody_answered(tmp_path: Path) -> None:
    _night(tmp_path / "old", 1, [verdict("conforms", "id-type"), verdict("conforms", "result-type")])
    _night(tmp_path / "new", 2, [verdict("inconclusive", "id-type", **DOWN), verdict("unseen", "result-type")])
    assert {d.kind for d in _compared(tmp_path / "old", tmp_path / "new")} == {"not judged"}
    _night(tmp_path / "new", 3, [verdict("conforms", "id-type"), verdict("unseen", "result-type")])
    assert [d.kind for d in _compared(tmp_path / "old", tmp_path / "new")] == ["unseen"]


def test_an_outage_of_our_emulator_is_no_word_of_the_vendor(tmp_path: Path) -> None:
    emulated: dict[str, Any] = {"evidence": [sight("emulated")]}
    _night(tmp_path, 1, [verdict("fails", **emulated)])
    _night(tmp_path, 2, [verdict("inconclusive", **DOWN)])
    merged, entry = _entry(tmp_path)
    assert (entry.origin, describe_since(merged, entry)) == (
        "emulated", f"not judged on {_date(2)}; fails since {_date(1)} before it",
    )  # fmt: skip
    _night(tmp_path, 3, [verdict("fails", **emulated)])
    merged, entry = _entry(tmp_path)
    assert (entry.origin, describe_since(merged, entry)) == ("emulated", f"fails since {_date(1)}")
    assert list(remarks(_merged(tmp_path / "night-1"), _merged(tmp_path / "night-2"))) == []


def test_a_run_that_was_cut_off_makes_nothing_worse_better_or_vanish(tmp_path: Path) -> None:
    old = [verdict(label, f"is-{label}") for label in ("conforms", "fails", "unseen", "inconclusive")]
    _night(tmp_path / "old", 1, old)
    path = _night(tmp_path / "new", 2, [verdict("conforms", "other")], ended=False)
    found = _compared(tmp_path / "old", tmp_path / "new")
    assert {(d.requirement, d.kind) for d in found} == {
        ("other", "appeared"), ("is-conforms", "not judged"), ("is-fails", "not judged"), ("is-unseen", "not judged"),
    }  # fmt: skip
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    found = _compared(tmp_path / "old", tmp_path / "new")
    assert {d.kind for d in found} == {"not judged"}
    assert any("NEW is truncated" in said for said in remarks(_merged(tmp_path / "old"), _merged(tmp_path / "new")))


def test_what_a_whole_run_no_longer_asks_has_vanished(tmp_path: Path) -> None:
    _night(tmp_path / "old", 1, [verdict("conforms"), verdict("conforms", "other")])
    _night(tmp_path / "new", 2, [verdict("conforms")])
    assert [d.kind for d in _compared(tmp_path / "old", tmp_path / "new")] == ["vanished"]


EXPECTED = {"state": "expected", "reason": "They count in halves", "since": "2026-10-01", "ticket": "ACME-7"}


def test_a_fault_that_somebody_listed_is_told_and_calls_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _night(tmp_path / "old", 1, [verdict("unseen"), verdict("conforms", "other")])
    _night(tmp_path / "new", 2, [verdict("fails", deviation=EXPECTED), verdict("conforms", "other")])
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "changed: 1" in out
    assert "known since 2026-10-01: They count in halves, ACME-7" in out
    _night(tmp_path / "new", 3, [verdict("fails", deviation={**EXPECTED, "state": "expired"})])
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 1


def test_a_report_counts_what_is_known_apart_and_gives_the_reason(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("fails", deviation=EXPECTED), verdict("fails", "other"), verdict("conforms", "b")])
    write_beside(tmp_path)
    markdown, page = ((tmp_path / name).read_text("utf-8") for name in ("report.md", "report.html"))
    assert "| 2, 1 known |" in markdown
    assert "## What breaks: 1" in markdown
    assert "## What is known: 1" in markdown
    assert "known since 2026-10-01: They count in halves, ACME-7" in markdown
    assert "known since 2026-10-01: They count in halves, ACME-7" in page


def test_a_report_tells_of_an_entry_that_is_met(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("conforms", deviation={**EXPECTED, "state": "stale", "file": "mine.toml"})])
    write_beside(tmp_path)
    markdown = (tmp_path / "report.md").read_text("utf-8")
    assert "## What is listed but met: 1" in markdown
    assert "mine.toml lists this as deviating since 2026-10-01, and it is met now; remove the entry" in markdown


def test_what_was_not_paid_for_is_shown_as_refused(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("refused", expected="--max-cost=1.0 or more"), verdict("conforms", "other")])
    write_beside(tmp_path)
    assert "## What was not paid for: 1" in (tmp_path / "report.md").read_text("utf-8")
    assert '"rawStatus": "refused"' in (tmp_path / "ctrf.json").read_text("utf-8")
    assert "refused" in (tmp_path / "report.html").read_text("utf-8")
    assert "1 refused" in (tmp_path / "badges" / "acme.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("labels", "letters", "since"),
    [
        (["conforms", "unseen", "fails"], "._F", "fails since NIGHT-3"),
        (["conforms", "conforms", "fails", "inconclusive", "fails"], "..F?F", "fails since NIGHT-3"),
        (["fails", "inconclusive"], "F?", "not judged on NIGHT-2; fails since NIGHT-1 before it"),
        (["conforms", "fails", "fails", "inconclusive", "errored"], ".FF?E",
         "not judged since NIGHT-4; fails since NIGHT-2 before it"),
        (["inconclusive", "inconclusive"], "??", "not judged since NIGHT-1"),
        (["inconclusive", "conforms", "inconclusive", "conforms"], "?.?.", "conforms since NIGHT-2"),
        (["fails", "conforms", "inconclusive", "fails"], "F.?F", "fails since NIGHT-4"),
        (["conforms", "refused"], ".r", "refused since NIGHT-2"),
    ],
)  # fmt: skip
def test_since_when_counts_over_the_nights_that_could_not_be_judged(
    tmp_path: Path, labels: list[str], letters: str, since: str
) -> None:
    _nights(tmp_path, labels)
    for night in range(1, 6):
        since = since.replace(f"NIGHT-{night}", _date(night))
    assert f"  {letters}  id-type: {since} (live)" in history_text(_merged(tmp_path))


def test_the_history_for_programs_keeps_the_night_and_what_was_known_before(tmp_path: Path) -> None:
    _nights(tmp_path, ["conforms", "fails", "fails", "inconclusive"])
    (told,) = [one for one in as_json(_merged(tmp_path)) if one["requirement"] == "id-type"]
    assert [label["reading"] for label in told["readings"]] == ["conforms", "fails", "fails", "inconclusive"]
    assert (told["reading"], told["since"][:10]) == ("inconclusive", _date(4))
    last = told["last_judged"]
    assert (last["reading"], last["since"][:10], last["at"][:10]) == ("fails", _date(2), _date(3))


NIGHTS_WITH_AN_OUTAGE = {
    "broke": ["conforms", "inconclusive", "fails"],
    "stays": ["fails", "inconclusive", "fails"],
    "hidden": ["conforms", "inconclusive", "unseen"],
    "down": ["inconclusive", "inconclusive", "inconclusive"],
}


def test_a_history_of_what_changed_leaves_out_what_only_an_outage_hid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for night in range(3):
        rows = [verdict(labels[night], name) for name, labels in NIGHTS_WITH_AN_OUTAGE.items()]
        write_run(tmp_path / str(night), rows, started_at=NOW - timedelta(days=3 - night))
    assert main(["history", str(tmp_path), "--changed"]) == 0
    _, contract, *lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert (contract, [line.split(":")[0] for line in lines]) == ("acme/videos", ["  .?F  broke", "  .?_  hidden"])
    assert main(["history", str(tmp_path), "--changed", "--json"]) == 0
    assert [one["requirement"] for one in json.loads(capsys.readouterr().out)] == ["broke", "hidden"]


def test_a_history_in_which_nothing_changed_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _nights(tmp_path, ["fails", "inconclusive", "fails"])
    assert main(["history", str(tmp_path), "--changed"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["nothing changed"]


def test_what_did_not_change_is_not_told(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("fails")])
    assert as_text(_compared(tmp_path, tmp_path), []) == ["nothing changed"]


def test_a_diff_says_when_one_side_is_truncated_or_emulated(tmp_path: Path) -> None:
    write_run(tmp_path / "old", [verdict(evidence=[sight("emulated")])], mode="recorded")
    write_run(tmp_path / "new", [verdict()], ended=False)
    said = " ".join(remarks(_merged(tmp_path / "old"), _merged(tmp_path / "new")))
    assert "NEW is truncated" in said
    assert "emulator's replies" in said


WEEKS = st.lists(st.sampled_from((*Label, None)), min_size=1, max_size=6)
OPPOSITE = {"worse": "better", "better": "worse", "appeared": "vanished", "vanished": "appeared"}


@pytest.mark.slow
@given(WEEKS)
@settings(max_examples=40, deadline=None)
def test_a_picture_compared_with_itself_shows_no_change_of_the_service(week: list[str | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = _compared(_nights(Path(folder), week), Path(folder))
    assert {difference.kind for difference in found} <= {"not judged"}
    assert not found or next(label for label in reversed(week) if label) in NOT_JUDGED


@pytest.mark.slow
@given(WEEKS, WEEKS)
@settings(max_examples=60, deadline=None)
def test_an_outage_is_never_worse_or_better_and_swapped_sides_say_the_opposite(
    before: list[str | None], after: list[str | None]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old, new = _nights(Path(folder) / "old", before), _nights(Path(folder) / "new", after)
        there, back = _compared(old, new), _compared(new, old)
    newest = next((label for label in reversed(after) if label), None)
    kinds = [difference.kind for difference in there]
    assert set(kinds) <= set(KINDS)
    if newest in NOT_JUDGED:
        assert set(kinds) <= {"not judged"}
    silent = {*NOT_JUDGED, *NOT_SEEN}
    if kinds and kinds[0] in OPPOSITE and not silent & {*before, *after}:
        assert [difference.kind for difference in back] == [OPPOSITE[kinds[0]]]


def test_what_was_unseen_for_a_night_has_neither_got_worse_nor_better(tmp_path: Path) -> None:
    for number, label in enumerate(("deviates", "unseen"), 1):
        _night(tmp_path / "old" / str(number), number, [verdict(label, level="SHOULD")])
    _night(tmp_path / "new", 3, [verdict("deviates", level="SHOULD")])
    old, new = (merge_files(find_results([tmp_path / name])) for name in ("old", "new"))
    assert differences(old, new) == []
