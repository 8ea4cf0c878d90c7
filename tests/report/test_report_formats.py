"""What other programs read of a run keeps their published formats."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from markdown_it import MarkdownIt

from tests.support.chromium import needed
from tests.support.processes import judge_inside
from tests.support.report_runs import NOW, sight, verdict, write_evidence, write_run
from vidconform.cli import main
from vidconform.locations import data_folder
from vidconform.redaction import Guard
from vidconform.report.pages.run_report import write_beside

pytest_plugins = ["pytester"]

# shields.io/badges/endpoint-badge: the schema of the answer, as that page lists it.
SHIELDS = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["green", "orange", "red", "lightgrey"]},
    },
}
READINGS = ("conforms", "fails", "deviates", "not offered", "unseen", "refused", "inconclusive", "errored")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("formats")
    lines = [verdict(label, f"requirement-{number}") for number, label in enumerate(READINGS)]
    lines.append(verdict("contradicts itself", "requirement-0", subject="document"))
    lines.append(verdict("deviates", "status-vocabulary", "octopusx/query"))
    write_run(made, lines)
    write_beside(made)
    return made


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_ctrf_keeps_its_published_schema(folder: Path) -> None:
    schema = _read(needed("ctrf/dist/ctrf-schema-0.0.json", "ctrf"))
    Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).validate(_read(folder / "ctrf.json"))


def test_ctrf_passes_nothing_but_what_conforms(folder: Path) -> None:
    results = _read(folder / "ctrf.json")["results"]
    passed = [test["rawStatus"] for test in results["tests"] if test["status"] == "passed"]
    assert passed == ["conforms"]
    assert results["summary"]["tests"] == len(READINGS) + 2
    assert results["summary"]["failed"] == 1


def test_sarif_keeps_the_part_of_the_specification_that_it_uses(folder: Path) -> None:
    schema = _read(Path(__file__).parent / "sarif-2.1.0.schema.json")
    log = _read(folder / "results.sarif")
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(log)
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in log["runs"][0]["results"])
    assert len(rules) == len(set(rules))


def test_sarif_points_at_the_ledger_row_and_the_schema_node(folder: Path) -> None:
    results = _read(folder / "results.sarif")["runs"][0]["results"]
    found = next(result for result in results if result["ruleId"] == "octopusx/query/status-vocabulary")
    ledger, node = (location["physicalLocation"] for location in found["locations"])
    line = (
        (data_folder("specs") / "octopusx/query/requirements.toml")
        .read_text()
        .splitlines()[ledger["region"]["startLine"] - 1]
    )
    assert line == 'id = "status-vocabulary"'
    assert node["artifactLocation"]["uri"] == "specs/octopusx/query/task.schema.json"


def test_sarif_names_what_breaks_an_error_and_what_deviates_a_warning(folder: Path) -> None:
    results = _read(folder / "results.sarif")["runs"][0]["results"]
    levels = {result["properties"]["reading"]: result["level"] for result in results}
    assert levels["fails"] == "error"
    assert levels["deviates"] == levels["contradicts itself"] == "warning"
    assert levels["unseen"] == "none"
    assert "conforms" not in levels


def test_each_badge_keeps_the_form_of_a_shields_endpoint(folder: Path) -> None:
    badges = sorted((folder / "badges").iterdir())
    assert [badge.name for badge in badges] == ["acme.json", "octopusx.json"]
    for badge in badges:
        Draft202012Validator(SHIELDS).validate(_read(badge))


def test_the_step_summary_is_the_markdown_report_added_to_what_is_there(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    write_run(tmp_path, [verdict("fails")])
    write_beside(tmp_path, str(summary))
    text = summary.read_text()
    assert text == "before\n" + (tmp_path / "report.md").read_text()
    assert "<table>" in MarkdownIt("commonmark").enable("table").render(text)


def test_a_step_summary_that_cannot_be_written_spoils_no_run(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()])
    write_beside(tmp_path, "/proc/nowhere/summary")
    assert (tmp_path / "report.md").is_file()


def test_a_truncated_run_is_told_in_every_format(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()], ended=False)
    write_beside(tmp_path)
    assert "Truncated run" in (tmp_path / "report.md").read_text()
    assert "Truncated run" in (tmp_path / "report.html").read_text()
    assert _read(tmp_path / "badges" / "acme.json")["message"].startswith("truncated run")
    assert not _read(tmp_path / "results.sarif")["runs"][0]["invocations"][0]["executionSuccessful"]
    assert _read(tmp_path / "ctrf.json")["results"]["summary"]["extra"]["truncated"] != []


def test_diff_exits_1_when_something_got_worse_and_0_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "old", [verdict()])
    write_run(tmp_path / "new", [verdict("fails")])
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 1
    assert "id-type  [MUST]: conforms -> fails\n    expected type string, received 7 at /id" in capsys.readouterr().out
    assert main(["diff", str(tmp_path / "new"), str(tmp_path / "old")]) == 0
    assert "got better: 1" in capsys.readouterr().out


def test_diff_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "old", [verdict()])
    write_run(tmp_path / "new", [verdict("unseen")])
    assert main(["diff", "--json", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(d["kind"], d["old"], d["new"]) for d in told["differences"]] == [("unseen", "conforms", "unseen")]


def test_history_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for night, label in enumerate(["conforms", "fails"]):
        write_run(tmp_path / str(night), [verdict(label)], started_at=NOW - timedelta(days=2 - night))
    assert main(["history", "--json", str(tmp_path)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert [beat["reading"] for beat in told["readings"]] == ["conforms", "fails"]
    assert told["since"] == (NOW - timedelta(days=1)).isoformat()


@pytest.mark.parametrize("command", [["report", "X", "-o", "SITE"], ["diff", "X", "X"], ["history", "X"]])
def test_what_is_no_result_gets_one_sentence_and_exit_code_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (tmp_path / "results.jsonl").write_text("{}\n")
    places = {"X": str(tmp_path / "results.jsonl"), "SITE": str(tmp_path / "site")}
    assert main([places.get(word, word) for word in command]) == 4
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "site").exists()


def test_report_writes_a_site_with_the_documents_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(
        tmp_path / "run", [verdict("contradicts itself", "time-units-agree", "octopusx/query", subject="document")]
    )
    write_evidence(tmp_path / "run", [])
    assert main(["report", str(tmp_path / "run"), "-o", str(tmp_path / "site"), "--documents"]) == 0
    page = (tmp_path / "site" / "documents.html").read_text("utf-8")
    assert "processing (running)" in page
    assert "string or integer" in page
    assert "creation times are held to seconds" in page, "the reading chosen"


def test_junit_carries_requirement_level_and_document(pytester: pytest.Pytester) -> None:
    from xml.etree import ElementTree

    run = judge_inside(
        pytester, "--provider=gptge", "-k", "id-type", "--junit-xml=junit.xml", "-o", "junit_family=xunit1"
    )
    case = next(ElementTree.parse(pytester.path / "junit.xml").iter("testcase"))
    told = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert {"requirement", "level", "source", "contract", "reading"} <= set(told), run.ran()
    assert str(told["source"]).startswith("Query Video Status: ")


def test_stale_evidence_is_told_by_badge(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict(evidence=[sight(at=NOW - timedelta(days=31))])])
    write_beside(tmp_path)
    assert _read(tmp_path / "badges" / "acme.json")["message"].startswith("old: ")


def test_a_run_that_judged_nothing_still_makes_a_report(tmp_path: Path) -> None:
    lines = write_run(tmp_path, [verdict()]).read_text().splitlines()
    end = {**json.loads(lines[3]), "verdicts": 0}
    (tmp_path / "results.jsonl").write_text("\n".join([*lines[:2], json.dumps(end)]) + "\n")
    assert write_beside(tmp_path).endswith("report.html")
    assert _read(tmp_path / "badges" / "acme.json")["message"] == "incomplete: nothing seen"


def test_trouble_with_the_report_is_a_sentence_and_no_crash(tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()])
    (tmp_path / "report.html").mkdir()
    told = Guard()
    assert write_beside(tmp_path, guard=told).startswith("report: not written: ")
    assert [sentence.partition(": cannot")[0] for sentence in told.refused] == [str(tmp_path / "report.html")]


def test_one_of_a_thing_is_told_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path / "nights" / "1", [verdict()])
    assert main(["history", str(tmp_path / "nights")]) == 0
    assert capsys.readouterr().out.startswith("1 run, oldest first: ")
    assert main(["report", str(tmp_path / "nights"), "-o", str(tmp_path / "site")]) == 0
    assert ": 1 contract, 1 run, " in capsys.readouterr().out
    write_run(tmp_path / "nights" / "2", [verdict(contract="acme/query")])
    assert main(["history", str(tmp_path / "nights")]) == 0
    assert capsys.readouterr().out.startswith("2 runs, oldest first: ")
    assert main(["report", str(tmp_path / "nights"), "-o", str(tmp_path / "site")]) == 0
    assert ": 2 contracts, 2 runs, " in capsys.readouterr().out
