"""A history judged again: what moved, why, and nothing that the service did is blamed on us or the reverse."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.catalogue.test_bundle import contents_of, packed, signed
from tests.support.processes import copy_of
from tests.support.rejudging import written
from vidconform.catalogue.earlier_runs import EarlierRun
from vidconform.catalogue.judged_again import JudgedAgain, Rejudging
from vidconform.catalogue.nights import judge_night
from vidconform.cli import main
from vidconform.report import Run

MOVED = "gptge/videos", "object-is-video"


@pytest.fixture
def history(nights: Path, tmp_path: Path) -> Path:
    """Return a copy of the nights that a test may damage."""
    return Path(shutil.copytree(nights, tmp_path / "nights"))


@pytest.fixture
def rejudge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Return what judges a folder again into OUT, with the object that it prints and its exit code."""

    def again(*arguments: str | Path) -> dict[str, Any]:
        code = main(["rejudge", *map(str, arguments), "-o", str(tmp_path / "out"), "--jobs=1", "--json"])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {**found, "exit": code}

    return again


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def results(folder: Path, day: str) -> list[dict[str, Any]]:
    path = folder / day / "report" / "results.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], str]:
    """Return the readings of a run by question."""
    told = [row for row in rows if row["kind"] == "verdict"]
    return {(row["contract"], row["requirement"], row["subject"]): row["reading"] for row in told}


Rejudge = Callable[..., dict[str, Any]]


def test_what_nothing_changed_in_reads_as_it_did_and_is_not_judged_twice(
    history: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    first, second = rejudge(history), rejudge(history)
    assert (first["judged"], first["unchanged"], first["moved"], first["exit"]) == (2, 0, [], 0)
    assert (second["judged"], second["unchanged"], second["moved"]) == (0, 2, [])
    for day in ("01", "02"):
        old, new = results(history, day), results(tmp_path / "out", day)
        assert read(old) == read(new)
        assert old[0] == new[0]
        assert sorted(map(str, old[2:-1])) == sorted(map(str, new[2:-1]))


def test_results_that_are_not_as_they_were_written_are_judged_again(
    history: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    rejudge(history)
    file = tmp_path / "out/01/report/results.jsonl"
    right = file.read_bytes()
    for wrong in (right[:-20], right.replace(b"conforms", b"deviates", 1)):
        file.write_bytes(wrong)
        found = rejudge(history)
        assert (found["judged"], found["unchanged"]) == (1, 1)
        assert file.read_bytes() == right
    file.unlink()
    assert rejudge(history)["judged"] == 1


def test_a_mended_schema_moves_what_it_decides_and_history_says_that_the_service_did_not(
    history: Path, rejudge: Rejudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = copy_of("gptge", tmp_path, cassettes=False)
    assert rejudge(history, "--provider", specs)["moved"] == []
    edit(specs / "videos/task.schema.json", '{"const": "video", ', '{"enum": ["video", "video.task"], ')
    found = rejudge(history, "--provider", specs)
    assert found["judged"] == 2
    (move,) = found["moved"]
    assert (move["contract"], move["requirement"]) == MOVED
    assert (move["was"], move["now"], move["cause"], len(move["runs"])) == ("deviates", "conforms", "schema", 1)
    assert "video.task" in move["why"]
    main(["history", str(tmp_path / "out")])
    told = next(line for line in capsys.readouterr().out.splitlines() if "object-is-video:" in line)
    assert "..  object-is-video: conforms since" in told
    assert "judged again: deviates in 1 run before (schema)" in told


@pytest.mark.slow
def test_the_site_of_a_history_that_was_judged_again_tells_what_our_reading_changed(
    history: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    specs = copy_of("gptge", tmp_path, cassettes=False)
    edit(specs / "videos/task.schema.json", '{"const": "video", ', '{"enum": ["video", "video.task"], ')
    rejudge(history, "--provider", specs)
    again, told = tmp_path / "out", "judged again: deviates in 1 run before (schema)"
    for runs, name, times in ((again, "both", 1), (again / "02", "newest", 1), (history, "as-they-were", 0)):
        assert main(["report", str(runs), "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name / "gptge-videos.html").read_text("utf-8").count(told) == times, name


def test_another_level_in_the_ledger_moves_a_reading_and_no_outcome(
    history: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    specs = copy_of("gptge", tmp_path, cassettes=False)
    ledger = specs / "videos/requirements.toml"
    before, row, after = ledger.read_text("utf-8").partition('id = "object-is-video"')
    ledger.write_text(before + row + after.replace('level = "SHOULD"', 'level = "MUST"', 1), "utf-8")
    (move,) = rejudge(history, "--provider", specs)["moved"]
    assert (move["was"], move["now"], move["cause"]) == ("deviates", "fails", "level")
    assert move["why"] == "SHOULD then, MUST now"


def of_another_judge(results: Path) -> None:
    """Make of some results those of another law, which had found a fault."""
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    lines[0]["judging"] = "0" * 64
    row = next(line for line in lines if line.get("decided_by", "").startswith("law:") and line["subject"] == "service")
    row.update(outcome="unmet", reading="fails", expected="what it expected", received="what came")
    results.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def test_a_mended_law_is_told_from_a_changed_service(history: Path, rejudge: Rejudge) -> None:
    of_another_judge(history / "01/report/results.jsonl")
    (move,) = rejudge(history)["moved"]
    assert (move["was"], move["now"], move["cause"]) == ("fails", "conforms", "law")
    assert "then expected what it expected, received what came" in move["why"]


def test_what_redaction_or_damage_took_is_evidence_and_only_that_night_is_judged_again(
    history: Path, rejudge: Rejudge
) -> None:
    rejudge(history)
    evidence = history / "01/report/evidence.jsonl"
    lines = evidence.read_text("utf-8").splitlines(True)
    evidence.write_text("".join(line for line in lines if json.loads(line).get("index") != 1), "utf-8")
    edit(history / "02/report/evidence.jsonl", '\\"object\\": \\"video.task\\"', '\\"object\\": \\"REDACTED\\"')
    found = rejudge(history)
    assert {move["cause"] for move in found["moved"]} == {"evidence"}
    assert {move["now"] for move in found["moved"]} == {"inconclusive"}
    assert "redaction took a part of what is judged" in [move["why"] for move in found["moved"]]
    edit(history / "02/report/evidence.jsonl", '\\"object\\": \\"REDACTED\\"', '\\"object\\": \\"video.task\\"')
    assert rejudge(history)["judged"] == 1


def test_a_run_whose_results_find_no_room_is_told_and_judged_by_the_next_call(history: Path, rejudge: Rejudge) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
    try:
        found = rejudge(history)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert (found["judged"], found["exit"]) == (0, 6)
    assert ["File too large" in problem for problem in found["problems"]] == [True, True]
    assert rejudge(history)["judged"] == 2


def test_a_folder_of_bundles_comes_to_what_their_runs_do_and_is_judged_once(
    nights: Path, bundles: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    assert rejudge(nights)["judged"] == 2
    right = written(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    first, second = rejudge(bundles / "00"), rejudge(bundles / "00")
    assert (first["judged"], first["exit"], second["judged"], second["unchanged"]) == (2, 0, 0, 2)
    assert written(tmp_path / "out") == right
    assert rejudge(bundles / "00/01/report.vidconform")["runs"] == 1


def test_a_bundle_that_claims_what_is_not_so_is_told_by_its_own_name_and_the_others_are_judged(
    bundles: Path, rejudge: Rejudge, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(bundles / "00", tmp_path / "bundles"))
    contents = contents_of(folder / "02/report.vidconform")
    other = signed(contents, contracts={"gptge/videos": "0" * 64})
    packed(folder / "02/report.vidconform", other)
    (folder / "none.vidconform").write_text("no zip at all")
    found = rejudge(folder)
    assert (found["judged"], found["exit"]) == (1, 6)
    assert [told.startswith(f"{folder}/") for told in found["problems"]] == [True, True]
    told = "".join(found["problems"])
    assert "02/report.vidconform: its manifest says contracts" in told
    assert "none.vidconform: is no whole zip" in told
    assert {name.split("/")[0] for name in written(tmp_path / "out")} == {"01"}


def test_a_run_and_a_bundle_that_would_be_written_to_one_place_are_refused(
    history: Path, bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(bundles / "00/01/report.vidconform", history / "01/report.vidconform")
    assert main(["rejudge", str(history), "-o", str(tmp_path / "out")]) == 4
    said = capsys.readouterr().err
    assert f"NIGHTS={history / '01/report.vidconform'}: expected each run once; {history / '01/report'} would" in said
    assert not (tmp_path / "out").exists()


class Tripping(Rejudging):
    """Judges nothing: it meets what nobody foresaw."""

    def judge(self, run: Path, old: Run | None) -> JudgedAgain:
        raise KeyError(run.name)


def test_a_night_that_trips_what_judges_is_told_with_its_place_and_ends_nothing_else(
    history: Path, tmp_path: Path
) -> None:
    night = EarlierRun(history / "01/report", tmp_path / "out")
    told = judge_night(Tripping([], {}), night)
    assert told.problem.startswith(f"{night.folder}: an error of our own: KeyError at test_rejudge.py:")
    assert "[VC-90" in told.problem
    assert judge_night(Rejudging([], {}), night).problem == ""


def test_evidence_is_never_written_over(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rejudge", str(history), "-o", str(history)]) == 4
    assert "keeps no evidence" in capsys.readouterr().err
    assert main(["rejudge", str(history / "none"), "-o", str(history)]) == 4


def test_a_night_of_a_provider_that_nobody_knows_is_told_and_the_others_are_judged(
    history: Path, rejudge: Rejudge
) -> None:
    evidence = history / "01/report/evidence.jsonl"
    evidence.write_text(evidence.read_text("utf-8").replace("gptge/videos", "nobody/videos"), "utf-8")
    found = rejudge(history)
    assert (found["judged"], found["exit"]) == (1, 6)
    (problem,) = found["problems"]
    assert "no such provider" in problem


@pytest.mark.slow
def test_two_processes_find_what_one_finds(nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(10):
        shutil.copytree(nights, tmp_path / "nights" / f"{number:02}")
        of_another_judge(tmp_path / "nights" / f"{number:02}" / "01/report/results.jsonl")
    told = []
    for jobs in (1, 2):
        assert main(["rejudge", str(tmp_path / "nights"), "-o", str(tmp_path / f"{jobs}"), f"--jobs={jobs}"]) == 0
        told.append(capsys.readouterr().out.partition(":")[2])
    assert told[0] == told[1]
    assert "10 runs" in told[0]
