"""Two versions of one service are two columns, and a comparison holds one against the other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.report_runs import NOW, verdict, write_run
from vidconform.cli import main
from vidconform.report.merged_runs import merge_files
from vidconform.report.nightly.comparison import differences, remarks
from vidconform.report.nightly.night_faults import night
from vidconform.report.nightly.versions import between
from vidconform.report.pages.html import Pages
from vidconform.report.report_model import ReportModel
from vidconform.report.results_reader import find_results

OLD, NEW = "gate@1.0/videos", "gate@2.0/videos"


def merged(*paths: Path) -> ReportModel:
    return merge_files(find_results(paths))


def run(folder: Path, name: str, contract: str, age: int, **labels: str) -> Path:
    lines = [verdict(label, requirement, contract) for requirement, label in labels.items()]
    return write_run(folder / name, lines, started_at=NOW - timedelta(days=age))


def told(old: ReportModel, new: ReportModel) -> set[tuple[str, str, str]]:
    return {(found.kind, found.contract, found.requirement) for found in differences(old, new)}


def test_two_versions_are_two_columns(tmp_path: Path) -> None:
    run(tmp_path, "old", OLD, 2, id="fails")
    run(tmp_path, "new", NEW, 1, id="conforms")
    both = merged(tmp_path)
    assert list(both.columns) == [OLD, NEW]
    assert (both.tally(OLD)["fails"], both.tally(NEW)["fails"]) == (1, 0)


def test_a_version_is_compared_with_the_one_before(tmp_path: Path) -> None:
    old = merged(run(tmp_path, "old", OLD, 2, id="fails", error="conforms", list="fails"))
    new = merged(run(tmp_path, "new", NEW, 1, id="conforms", error="fails", list="fails"))
    assert told(old, new) == {("better", NEW, "id"), ("worse", NEW, "error")}
    assert list(remarks(old, new)) == [f"{NEW} is compared with {OLD}: a difference is that of two versions."]


def test_a_version_that_both_sides_have_is_compared_with_itself(tmp_path: Path) -> None:
    run(tmp_path / "old", "one", OLD, 3, id="fails")
    run(tmp_path / "old", "two", NEW, 2, id="conforms")
    new = merged(run(tmp_path, "new", NEW, 1, id="conforms"))
    old = merged(tmp_path / "old")
    assert told(old, new) == set()
    assert list(remarks(old, new)) == [f"{OLD} stands in OLD alone, and is left out: NEW has another version."]


def test_of_several_versions_the_newest_is_compared(tmp_path: Path) -> None:
    run(tmp_path / "old", "one", "gate@0.9/videos", 3, id="fails")
    run(tmp_path / "old", "two", OLD, 2, id="conforms")
    new = merged(run(tmp_path, "new", NEW, 1, id="conforms"))
    assert told(merged(tmp_path / "old"), new) == set()


def test_a_service_of_another_name_is_another_service(tmp_path: Path) -> None:
    old = merged(run(tmp_path, "old", "gateway@1.0/videos", 2, id="fails"))
    new = merged(run(tmp_path, "new", NEW, 1, id="fails"))
    assert {kind for kind, _, _ in told(old, new)} == {"appeared", "vanished"}


def test_a_night_after_a_release_hears_of_what_got_worse(tmp_path: Path) -> None:
    run(tmp_path / "nights", "one", OLD, 2, id="conforms", list="fails")
    run(tmp_path, "newest", NEW, 1, id="fails", list="fails")
    found = night("gate@2.0", tmp_path / "nights", tmp_path / "newest").faults([])
    assert {(fault.requirement, fault.word) for fault in found} == {("id", "fails"), ("list", "fails")}


def test_a_page_repeats_a_verdict_of_a_version(tmp_path: Path) -> None:
    page = Pages(merged(run(tmp_path, "new", NEW, 1, id="fails"))).one()
    assert "--provider=gate@2.0 -k &#39;2.0/videos-id]&#39;" in page


def test_two_versions_are_compared_by_what_both_were_asked(tmp_path: Path) -> None:
    old = merged(run(tmp_path, "old", OLD, 2, id="conforms", gone="fails"))
    new = merged(run(tmp_path, "new", NEW, 1, id="fails", later="fails"))
    assert told(old, new) == {("worse", NEW, "id")}
    assert list(remarks(old, new))[1:] == ["left out, because one side alone was asked: gone, later."]


OTHER = "gateway@7.1/videos"


def test_two_services_are_compared_where_somebody_names_them(tmp_path: Path) -> None:
    run(tmp_path, "old", OLD, 2, id="conforms", list="fails", gone="fails")
    run(tmp_path, "other", OTHER, 1, id="fails", list="conforms")
    run(tmp_path, "more", "gate@1.0/query", 1, id="fails")
    both = merged(tmp_path)
    old, new = between(both, both, ["gate@1.0", "gateway@7.1"])
    assert told(old, new) == {("worse", OTHER, "id"), ("better", OTHER, "list")}
    assert list(remarks(old, new)) == [
        f"{OTHER} is compared with {OLD}: a difference is that of two services.",
        "left out, because one side alone was asked: gone.",
        "gate@1.0/query stands in OLD alone, and is left out: gateway@7.1 has no such contract.",
    ]
    back = told(*between(both, both, ["gateway@7.1", "gate@1.0"]))
    assert back == {("better", OLD, "id"), ("worse", OLD, "list")}


def test_two_versions_of_one_folder_are_compared_where_somebody_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "old", OLD, 2, id="conforms")
    run(tmp_path, "new", NEW, 1, id="fails")
    assert main(["diff", str(tmp_path), str(tmp_path), "--between", "gate@1.0", "gate@2.0"]) == 1
    out = capsys.readouterr().out
    assert f"note: {NEW} is compared with {OLD}: a difference is that of two versions.\n" in out
    assert f"got worse: 1\n  {NEW}  id  [MUST]: conforms -> fails\n" in out


def test_a_service_that_was_not_judged_is_refused_with_those_that_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "old", OLD, 2, id="conforms")
    assert main(["diff", str(tmp_path), str(tmp_path), "--between", "gate@1.0", "gate@3.0"]) == 4
    said = "vidconform: --between=gate@3.0: expected one that was judged: gate@1.0 [VC-101]\n"
    assert capsys.readouterr().err == said
