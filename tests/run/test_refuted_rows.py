"""A statement that was refuted by observation is judged, told with what was seen, and fails no run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.small_provider import TASK, answers, operation, verdicts, write
from vidconform.cli import main
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts import fails
from vidconform.verdicts.verdict import Verdict

SEEN = 'refuted = {date = 2026-11-20, observed = "The id is a number."}'


def refuted(folder: Path, row: str = SEEN) -> Path:
    """Write a provider whose document says that an id is a text, which was seen to be a number."""
    found = write(
        folder, {"/v1/videos/{id}": {"get": operation("retrieve", answers(("200", "task.schema.json")))}}, {}, {}
    )
    ledger = found / "videos" / "requirements.toml"
    ledger.write_text(ledger.read_text("utf-8").replace('id = "id-type"\n', f'id = "id-type"\n{row}\n'), "utf-8")
    return found


def judged(folder: Path, id: Any) -> Verdict:
    found, _ = verdicts(refuted(folder), lambda asked: (200, {**TASK, "id": id}))
    verdict: Verdict = found["id-type"]
    return verdict


@pytest.mark.parametrize(("id", "label"), [(7, "fails"), ("video_1", "conforms")])
def test_what_was_observed_is_told_whatever_is_seen_now_and_fails_no_run(id: Any, label: str, tmp_path: Path) -> None:
    verdict = judged(tmp_path, id)
    known = {"state": "refuted", "reason": "The id is a number.", "since": "2026-11-20", "file": "requirements.toml"}
    assert (verdict.label, verdict.known) == (label, known)
    assert not fails(verdict, "should")


def test_another_row_of_the_same_reply_fails_as_ever(tmp_path: Path) -> None:
    found, _ = verdicts(refuted(tmp_path), lambda asked: (200, {"id": 7, "status": 7}))
    assert fails(found["status-type"], "must")
    assert found["status-type"].known is None


def test_the_list_shows_the_statement_and_what_was_observed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(refuted(tmp_path))
    assert main(["list", folder]) == 0
    assert "refuted by observation on 2026-11-20: The id is a number." in capsys.readouterr().out
    assert main(["list", folder, "--json"]) == 0
    rows = {row["requirement"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["id-type"]["refuted"] == {"date": "2026-11-20", "observed": "The id is a number."}
    assert "refuted" not in rows["status-type"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('refuted = {date = 2026-11-20, observed = "x", seen = 1}', "'seen'"),
        ("refuted = {date = 2026-11-20}", "observed"),
        ('refuted = {date = "2026-13-40", observed = "x"}', "'id-type': date is '2026-13-40'; expected a date like"),
    ],
)
def test_a_refutation_that_is_not_understood_is_refused_by_the_list_as_by_a_run(
    row: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(refuted(tmp_path, row))
    with pytest.raises(DataFileProblem) as problem:
        prepare(RunOptions([folder]), {})
    assert told in problem.value.problem
    assert main(["list", folder]) == 4
    assert str(problem.value) in capsys.readouterr().err


def broken(folder: Path, kind: str) -> str:
    """Write a provider with a fault that only a run used to tell."""
    found = refuted(folder, "")
    videos = found / "videos"
    if kind == "row":
        ledger = videos / "requirements.toml"
        ledger.write_text(ledger.read_text("utf-8").replace('"id-type"', '"id-kind"'), "utf-8")
    elif kind == "law":
        ledger = videos / "requirements.toml"
        text = ledger.read_text("utf-8")
        ledger.write_text(
            text + text[text.index("[[") :].replace('"id-type"', '"x"').partition('[[requirement]]\nid = "status')[0]
        )
    elif kind == "schema":
        (videos / "task.schema.json").write_text('{"type": 7}', "utf-8")
    else:
        (found / "deviations.toml").write_text('[[deviation]]\nrequirement = "x"\nreason = "r"\nsince = 2026-01-01\n')
    return str(found)


@pytest.mark.parametrize("kind", ["row", "law", "schema", "deviation"])
def test_the_list_refuses_what_a_run_refuses_with_the_same_sentence(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken(tmp_path, kind)
    assert find_provider(folder).name == "small"
    with pytest.raises(DataFileProblem) as problem:
        prepare(RunOptions([folder]), {})
    assert main(["list", folder]) == 4
    assert str(problem.value) in capsys.readouterr().err
