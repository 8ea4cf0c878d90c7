"""The exchanges of a run stand beside its results: each once, redacted, cut, and there even when the run is killed."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import law_of
from tests.support.processes import KEYS, judge, judge_inside, live
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.server import running
from vidconform.exchange.evidence import Evidence, RedactedEvidence
from vidconform.exchange.messages import Exchange, Hop, Reply
from vidconform.exchange.requests import Request
from vidconform.report.pages.exchange_view import LONGEST_TEXT, Body, Kept, percent, read_evidence
from vidconform.run.cases import law_cases
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.store.journal import Journal
from vidconform.store.journal_lines import read_journal

pytest_plugins = ["pytester"]


def _lines(report: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (report / "evidence.jsonl").read_text("utf-8").splitlines()]


def _keys(report: Path) -> list[tuple[str, str, int]]:
    return [(x["contract"], x["probe"], x["index"]) for x in _lines(report) if x["kind"] == "exchange"]


def test_every_pointer_of_a_run_leads_to_an_exchange(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=octopusx")
    kept = _keys(run.report)
    assert len(kept) == len(set(kept)), "each exchange once"
    pointed = {(c, s["probe"], s["exchange"]) for (c, _, _), row in run.verdicts.items() for s in row["evidence"]}
    assert pointed <= set(kept)
    assert {contract for contract, _, _ in kept} == {"octopusx/query", "octopusx/videos"}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_workers_write_what_one_process_writes(tmp_path_factory: pytest.TempPathFactory) -> None:
    serial = judge(tmp_path_factory.mktemp("serial"), "--provider=gptge")
    spread = judge(tmp_path_factory.mktemp("spread"), "--provider=gptge", "-n", "2")
    assert spread.code == serial.code == 0, spread.ran()
    assert sorted(_keys(spread.report)) == sorted(_keys(serial.report))


@pytest.mark.slow
def test_a_second_run_leaves_nothing_of_the_first(pytester: pytest.Pytester) -> None:
    judge_inside(pytester, "--provider=gptge")
    second = judge_inside(pytester, "--provider=opeai")
    assert {contract for contract, _, _ in _keys(second.report)} == {"opeai/videos"}


@pytest.mark.slow
def test_a_run_that_judges_leaves_no_evidence_of_an_earlier_one(pytester: pytest.Pytester) -> None:
    first = {line["probe"] for line in _lines(judge_inside(pytester, "--provider=gptge").report)[1:]}
    second = judge_inside(pytester, "--provider=gptge", "-k", "terminal-status-is-final")
    assert {line["probe"] for line in _lines(second.report)[1:]} == {"observe"} < first


def test_a_live_run_keeps_requests_replies_and_states_without_keys(pytester: pytest.Pytester) -> None:
    with running("gptge") as emulator:
        run = judge_inside(pytester, *live(emulator), **KEYS)
    lines = [line for line in _lines(run.report) if line["kind"] == "exchange"]
    assert {line["origin"] for line in lines} == {"emulated", "documented"}
    assert "completed" in {line["state"]["status"] for line in lines if line["state"]}
    written = "".join(path.read_text("utf-8") for path in run.report.rglob("*") if path.is_file())
    for secret in KEYS.values():
        assert secret not in written
    assert "Bearer REDACTED" in written


@pytest.mark.slow
def test_a_run_without_report_imports_no_page_maker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    assert not {'jinja2', 'vidconform.report.pages'} & set(sys.modules)\n"
    )
    import subprocess

    without = ["-p", "no:schemathesis", "-p", "no:hypothesispytest"]
    what = ["--provider=gptge", "-k", "id-type or test_it", "--pyargs", "vidconform.suites", "test_it.py"]
    command = [sys.executable, "-m", "pytest", "-q", *without, *what]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def contract() -> Any:
    return load_contracts(find_provider("gptge"))[0]


def _exchange(body: bytes) -> Exchange:
    request = Request("GET", "https://x.example", "/v1", (("A", "b" * 5000),) * 100)
    hop = Hop("GET", "https://y.example/v1", 302, (("Location", "/v2"),))
    reply = Reply(200, (), body, hops=(hop,))
    return Exchange("poll", "retrieve", "id", "key", request, reply, "2026-01-01T00:00:00Z", 0.1, "live")


def _write(contract: Any, folder: Path, body: bytes) -> Evidence:
    evidence = Evidence(contract.id, "observe", (_exchange(body),), (), "live", "", {"task_ids": ["id"]}, kind="life")
    journal = Journal(folder)
    for _ in range(2):
        journal.keep(contract, RedactedEvidence(evidence))
    journal.close()
    return evidence


def _shown(contract: Any, folder: Path, body: bytes) -> Kept:
    _write(contract, folder, body)
    (kept,) = read_evidence(folder / "results.jsonl")[contract.id].exchanges.values()
    return kept


def test_a_long_body_is_shown_up_to_a_whole_character(contract: Any, tmp_path: Path) -> None:
    shown = _shown(contract, tmp_path, "€".encode() * 10_000)
    assert shown.received == Body("€" * (LONGEST_TEXT // 3), "", 30_000, True)


@pytest.mark.parametrize("body", [b"\0\0\0\x18ftypmp42" * 9000, b"\xff\xfe", b"text with \0"])
def test_bytes_are_told_by_size_and_a_few_of_them(contract: Any, tmp_path: Path, body: bytes) -> None:
    shown = _shown(contract, tmp_path, body).received
    assert (shown.size, shown.text) == (len(body), None)
    assert len(shown.base64) <= 128


def test_of_thousands_of_exchanges_the_first_and_the_wanted_are_shown_and_the_others_counted(
    contract: Any, tmp_path: Path
) -> None:
    small = replace(_exchange(b"{}"), request=Request("GET", "https://x.example", "/v1"))
    evidence = Evidence(contract.id, "observe", (small,) * 1000, (), "live", small.at, kind="life")
    journal = Journal(tmp_path)
    journal.keep(contract, RedactedEvidence(evidence))
    journal.close()
    found = read_evidence(tmp_path / "results.jsonl", {(contract.id, "observe", 977)})[contract.id]
    assert [index for _, index in found.exchanges] == [*range(400), 977]
    assert found.left_out == 599


def test_a_flood_of_headers_is_not_shown(contract: Any, tmp_path: Path) -> None:
    headers = _shown(contract, tmp_path, b"{}").sent_headers
    assert len(headers) == 64
    assert {len(value) for _, value in headers} == {1024}


def test_redirects_are_shown(contract: Any, tmp_path: Path) -> None:
    assert _shown(contract, tmp_path, b"{}").hops == (("GET", "https://y.example/v1", 302),)


@pytest.mark.parametrize("body", ["€".encode() * 10_000, b"\0\0\0\x18ftypmp42" * 9000, b""])
def test_what_is_written_can_be_judged_again(contract: Any, tmp_path: Path, body: bytes) -> None:
    evidence = _write(contract, tmp_path, body)
    assert read_journal(tmp_path) == [evidence]
    (probe,) = [line for line in _lines(tmp_path) if line["kind"] == "probe"]
    assert probe["spec"] == contract.sha256


@pytest.mark.parametrize("progress", [[1], {"a": 1}, None, True, "9" * 9999])
def test_a_progress_that_is_no_number_keeps_the_state(contract: Any, tmp_path: Path, progress: Any) -> None:
    _write(contract, tmp_path, json.dumps({"status": "completed", "progress": progress}).encode())
    (line,) = [line for line in _lines(tmp_path) if line["kind"] == "exchange"]
    assert line["state"]["phase"] == "succeeded"
    assert len(str(line["state"]["progress"])) <= 20


@pytest.mark.parametrize(
    ("told", "number"),
    [
        (50, 50.0), ("50", 50.0), ("50%", 50.0), (0.5, 50.0), (1, 1.0), (250, 100.0), (-5, 0.0), ("half", None),
        (None, None), ("nan", None), (True, None),
    ],
)  # fmt: skip
def test_progress_is_a_percentage_or_nothing(told: Any, number: float | None) -> None:
    assert percent(told) == number


def test_damaged_evidence_is_left_out_line_by_line(contract: Any, tmp_path: Path) -> None:
    _write(contract, tmp_path, b"{}")
    with (tmp_path / "evidence.jsonl").open("a") as file:
        file.write('[1]\n{"kind": "exchange"}\nnull\n{"kind": "excha')
    assert len(read_evidence(tmp_path / "results.jsonl")[contract.id].exchanges) == 1


def test_evidence_of_another_format_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "evidence.jsonl").write_text('{"kind": "evidence", "format": "other"}\n{"kind": "gap"}\n')
    assert read_evidence(tmp_path / "results.jsonl") == {}


def test_exchanges_are_on_disk_before_the_run_ends(tmp_path: Path) -> None:
    session = prepare(RunOptions(providers=["gptge"], report=tmp_path), {})
    session.judge(next(law_cases(session, law_of("id-same-as-asked"))))
    assert ("gptge/videos", "observe", 0) in _keys(tmp_path), "a run killed now has them"
    session.close()
