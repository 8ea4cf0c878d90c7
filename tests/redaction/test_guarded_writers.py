"""Whoever writes an artefact refuses to write a known secret, and says which file would have held it."""

from __future__ import annotations

import ast
import base64
import json
import re
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.live_cases import live
from tests.support.processes import KEYS, PLANTED, copy_of, judge_inside, validator
from tests.support.processes import live as options_of
from tests.support.report_runs import sight, verdict, write_run
from vidconform.cli import main
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.contracts.secret_variables import known_secrets
from vidconform.emulator.server import running
from vidconform.errors.run_errors import SecretRefused
from vidconform.exchange.evidence import Evidence, RedactedEvidence
from vidconform.exchange.messages import Exchange, RedactedExchange, Reply
from vidconform.exchange.requests import Request
from vidconform.ledger.creations_file import CreationsFile
from vidconform.redaction.guard import Guard
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.run_report import write_beside
from vidconform.report.pages.site import write_site
from vidconform.report.results_reader import find_results, read_run
from vidconform.report.results_writer import ResultsWriter
from vidconform.run.known_deviations import describe_entries
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.store.cassettes import cassette_path, load_cassette, save_cassette
from vidconform.store.journal import Journal
from vidconform.store.observer import Observer
from vidconform.text import Redacted

pytest_plugins = ["pytester"]

MEGABYTE = 1 << 20

VARIABLE, SECRET = "OCTOPUSX_API_KEY", KEYS["OCTOPUSX_API_KEY"]
SPELLED = {
    "plain": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 within a text": base64.b64encode(f"ab:{SECRET}:c".encode()).decode(),
    "JSON of PHP": SECRET.replace("/", "\\/"),
}


def guard() -> Guard:
    return Guard({"GPTGE_API_KEY": KEYS["GPTGE_API_KEY"], VARIABLE: SECRET})


@pytest.mark.parametrize("spelling", SPELLED)
def test_a_file_with_a_secret_is_not_written_and_is_named_without_it(spelling: str, tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text("of yesterday")
    with pytest.raises(SecretRefused) as refused:
        guard().write(path, f"# Report\n\n{SPELLED[spelling]}\n")
    assert (refused.value.path, refused.value.variable, path.read_text()) == (path, VARIABLE, "of yesterday")
    assert str(refused.value).startswith(f"{path}: not written: it would hold the value of {VARIABLE}; ")
    assert "Zq7" not in str(refused.value) + repr(refused.value)
    with pytest.raises(SecretRefused):
        guard().append(path, SPELLED[spelling])
    assert path.read_text() == "of yesterday"


def test_what_holds_no_secret_is_written_as_it_is(tmp_path: Path) -> None:
    text = "sk-octopusx-Zq7 and 9tLw, \ud800 ü\r\n"
    guard().write(tmp_path / "a", text)
    guard().append(tmp_path / "a", text)
    assert (tmp_path / "a").read_bytes() == text.encode("utf-8", "backslashreplace") * 2


@pytest.mark.parametrize("value", ["", "a", "test", "key-123", "emulator", "recorded", "changeme", "12345678"])
def test_a_key_that_ordinary_text_holds_blocks_nothing(value: str, tmp_path: Path) -> None:
    Guard({VARIABLE: value}).write(tmp_path / "a", f"the {value} of the latest emulator at 1234567890, recorded")


@pytest.mark.parametrize("value", ["sk-12345", "abcdefghijklmnopqrstuvwx", "12345678901234567890", "/////+++++"])
def test_what_looks_like_a_key_is_one(value: str, tmp_path: Path) -> None:
    with pytest.raises(SecretRefused):
        Guard({VARIABLE: value}).write(tmp_path / "a", f"it is {value}.")


@pytest.mark.slow
def test_megabytes_are_searched_in_a_moment() -> None:
    text, searching = json.dumps(verdict("fails")) * 10_000, guard()
    started = time.process_time()
    assert searching.variable_in(text.encode()) is None
    assert time.process_time() - started < 1.0 * len(text) / 1_000_000, f"for {len(text)} bytes"


# A piece that stands in one artefact alone shows that this one is looked at, whatever refuses the others.
ARTEFACTS = {
    "report.html": 'charset="utf-8"',
    "report.md": "\n# Compatibility",
    "ctrf.json": '"reportFormat": "CTRF"',
    "results.sarif": '"runs": [{"tool"',
    "matrix.csv": "concern,requirement,contract",
    "badges/acme.json": '"schemaVersion": 1',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ARTEFACTS)
def test_no_artefact_beside_the_results_is_written_with_a_secret(name: str, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("fails"), verdict("conforms", "status-type")])
    assert write_beside(tmp_path) == f"report: {tmp_path / 'report.html'}"
    marker = ARTEFACTS[name] if name != "report.md" else (tmp_path / name).read_text().splitlines()[0]
    assert marker in (tmp_path / name).read_text()
    (tmp_path / name).unlink()
    watching = Guard({VARIABLE: marker})
    refused = write_beside(tmp_path, guard=watching)
    assert refused == f"report: {watching.refused[0]}"
    assert watching.refused[0].startswith(f"{tmp_path / name}: not written: it would hold the value of {VARIABLE}")
    assert not (tmp_path / name).exists()


def test_the_step_summary_is_not_written_with_a_secret(tmp_path: Path) -> None:
    write_run(tmp_path / PLANTED, [verdict("fails", received=f"{SECRET} at /id")])
    summary = tmp_path / PLANTED / "summary.md"
    write_beside(tmp_path / PLANTED, str(summary), guard())
    assert not summary.exists()
    write_beside(tmp_path / PLANTED, str(summary))
    assert SECRET in summary.read_text(), "without a guard it would stand there"


def test_results_from_elsewhere_with_a_key_in_them_make_no_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / PLANTED, [verdict("fails", received=f"{SECRET} at /id")])
    monkeypatch.setenv(VARIABLE, SECRET)
    assert main(["report", str(tmp_path / PLANTED), "-o", str(tmp_path / "site")]) == 4
    said = capsys.readouterr().err
    assert said.startswith(f"vidconform: {tmp_path / 'site'}/")
    assert f": not written: it would hold the value of {VARIABLE}; " in said
    assert "Traceback" not in said
    assert not any(SECRET in file.read_text() for file in (tmp_path / "site").rglob("*") if file.is_file())


COMMANDS = (["diff", "--json"], ["diff"], ["history", "--json"], ["notice", "--json", "--provider=acme"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_prints_no_key_that_older_results_hold(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / PLANTED / "old", tmp_path / PLANTED / "new"
    write_run(old, [verdict("conforms", f"a-{SECRET}")])
    write_run(new, [verdict("fails", f"a-{SECRET}")])
    results = [str(old), str(new)]
    assert main([command[0], *results, *command[1:]]) in (0, 1)
    assert SECRET in capsys.readouterr().out, "without the key in the environment it would be printed"
    monkeypatch.setenv(VARIABLE, SECRET)
    assert main([command[0], *results, *command[1:]]) == 4
    printed = capsys.readouterr()
    assert printed.err.startswith(f"vidconform: standard output: not written: it would hold the value of {VARIABLE}; ")
    assert SECRET not in printed.out + printed.err


def _of_one_page(text: str, others: list[str]) -> str:
    """Return a piece of a page of which the other pages hold no run that would give a secret away."""
    pieces = (text[at : at + 14] for at in range(len(text) - 14))
    # What HTML or a URL would write otherwise is no piece that a secret could be.
    plain = (piece for piece in pieces if re.fullmatch(r"[\w .,:;()-]+", piece) and len(set(piece)) > 8)
    return next(p for p in plain if not any(p[at : at + 12] in other for other in others for at in range(3)))


@pytest.mark.slow
@pytest.mark.exhaustive
def test_every_page_of_a_site_is_looked_at(tmp_path: Path) -> None:
    write_run(tmp_path / "run", [verdict("fails", received="a text\x7f"), verdict("unseen", "status-type")])
    merged = merge_files(find_results([tmp_path / "run"]))
    write_site(merged, tmp_path / "site", with_documents=True)
    for page in (tmp_path / "site").glob("*.html"):
        text = page.read_text()
        others = [other.read_text() for other in (tmp_path / "site").glob("*.html") if other != page]
        alone = _of_one_page(text, others)
        with pytest.raises(SecretRefused) as refused:
            write_site(merged, tmp_path / "again", with_documents=True, guard=Guard({VARIABLE: alone}))
        assert Path(refused.value.path).name == page.name


def test_a_verdict_with_a_secret_is_kept_without_it(tmp_path: Path) -> None:
    watching = guard()
    writer = ResultsWriter(tmp_path, watching)
    writer.start("live")
    writer.provider("acme", "https://acme.example", {"acme/videos": {"document": "Acme"}})
    writer.verdict(verdict("fails", received=f"{SPELLED['percent-encoded']} at /id", evidence=[sight(pointer="/id")]))
    writer.verdict(verdict("conforms", "status-type"))
    writer.end({}, 6)
    run = read_run(tmp_path / "results.jsonl")
    assert [line["reading"] for line in run.lines] == ["fails", "conforms"]
    assert run.lines[0]["received"] == f"not written: it would hold the value of {VARIABLE}"
    assert [line["pointer"] for line in run.lines[0]["evidence"]] == ["/id"]
    (sentence,) = watching.refused
    assert sentence.startswith(
        f"{tmp_path / 'results.jsonl'}: a text in it was not written: it would hold the value of"
    )
    for line in (tmp_path / "results.jsonl").read_text().splitlines():
        validator().validate(json.loads(line))


def test_a_line_that_cannot_be_cleaned_is_left_out_and_not_counted(tmp_path: Path) -> None:
    watching = Guard({VARIABLE: "12345678901234567890"})
    writer = ResultsWriter(tmp_path, watching)
    writer.start("live")
    writer.verdict(verdict("conforms", observations=12345678901234567890))
    writer.verdict(verdict("conforms", "status-type"))
    writer.end({}, 6)
    assert [line["requirement"] for line in read_run(tmp_path / "results.jsonl").lines] == ["status-type"]
    assert len(watching.refused) == 1


def evidence(contract: str = "octopusx/videos", probe: str = "observe") -> Evidence:
    """Return evidence as it never should be: with a key in it."""
    request = Request("GET", "http://127.0.0.1:1", "/v1/videos/x", (("Accept", "*/*"),))
    body = json.dumps({"id": "x", "status": "queued", SECRET: SECRET}).encode()
    reply = Reply(200, (("Content-Type", "application/json"), ("X-Echo", SECRET)), body)
    at = "2026-11-23T00:00:00.000+00:00"
    exchanges = (Exchange("poll", "retrieve", "x", "key", request, reply, at, 0.1, "live"),)
    return Evidence(contract, probe, exchanges, (), "live", at, kind="life")


def test_an_exchange_with_a_secret_is_kept_without_it(tmp_path: Path) -> None:
    contract = next(c for c in load_contracts(find_provider("octopusx")) if c.id == "octopusx/videos")
    watching = guard()
    journal, observer = Journal(tmp_path, watching), Observer(tmp_path, (), watching)
    journal.keep(contract, RedactedEvidence(evidence()))
    observer.keep(contract, RedactedEvidence(evidence()))
    journal.close()
    (kept,) = [json.loads(line) for line in (tmp_path / "evidence.jsonl").read_text().splitlines()[2:]]
    assert (kept["task_id"], kept["reply"]["status"]) == ("x", 200)
    assert kept["reply"]["body"]["text"] == f"not written: it would hold the value of {VARIABLE}"
    assert json.loads((tmp_path / "observed.json").read_text())["format"] == "vidconform/observed@1"
    assert {sentence.partition(": ")[0] for sentence in watching.refused} == {
        str(tmp_path / "evidence.jsonl"), str(tmp_path / "observed.json"),
    }  # fmt: skip
    assert not any(SECRET in file.read_text() for file in tmp_path.iterdir())


def test_a_paid_task_is_not_lost_for_a_secret_in_its_reply(tmp_path: Path) -> None:
    watching = guard()
    creations = CreationsFile(tmp_path, guard=watching)
    (exchange,) = evidence().exchanges
    number = creations.sent("octopusx/videos", "create", exchange.request)
    creations.created(number, Redacted("task_7"), RedactedExchange(exchange))
    creations.close(True)
    assert [created.task_id for created in CreationsFile(tmp_path).left] == ["task_7"]
    assert SECRET not in creations.path.read_text()
    assert len(watching.refused) == 1


@pytest.mark.parametrize("note", ["created", "accepted"])
def test_a_paid_task_is_not_lost_for_a_reply_that_cannot_be_written_at_all(note: str, tmp_path: Path) -> None:
    watching = guard()
    creations = CreationsFile(tmp_path, guard=watching)
    (exchange,) = evidence().exchanges
    # Nothing in it is a secret, and all of it together is.
    spread = replace(exchange, reply=Reply(200, ((SECRET[:15], SECRET[15:]),), b"{}"))
    number = creations.sent("octopusx/videos", "create", exchange.request)
    getattr(creations, note)(number, Redacted("task_7"), RedactedExchange(spread))
    creations.close(True)
    (found,) = CreationsFile(tmp_path).earlier.values()
    assert (found.state, found.task_id) == ("lost", "task_7")
    assert len(watching.refused) == 1


def test_a_recording_with_a_secret_is_not_written_and_the_old_one_stays(tmp_path: Path) -> None:
    contract = load_contracts(find_provider(str(copy_of("octopusx", tmp_path / PLANTED))))[1]
    path = cassette_path(contract, "observe")
    before = path.read_bytes()
    with pytest.raises(SecretRefused) as refused:
        save_cassette(contract, RedactedEvidence(evidence()), "http://127.0.0.1:1", guard())
    assert (refused.value.path, path.read_bytes()) == (path, before)
    save_cassette(contract, RedactedEvidence(evidence()), "http://127.0.0.1:1")
    assert load_cassette(contract, "observe").exchanges


def test_a_probe_whose_recording_is_refused_is_judged_all_the_same(tmp_path: Path) -> None:
    folder = copy_of("octopusx", tmp_path, cassettes=False)
    with live("octopusx", folder=folder, options={"record_mode": "rewrite"}) as run:
        source = run.session.provider_runs[0].store.source
        source.guard = Guard({VARIABLE: '"status": "completed"'})  # type: ignore[attr-defined]  # it is a LiveSource
        run.session.guard = source.guard  # type: ignore[attr-defined]
        assert run.bring("query", "observe").exchanges
        assert [s for s in run.session.why_incomplete() if "observe.yaml: not written: it would hold" in s]
    assert not list(folder.rglob("observe.yaml"))


def test_entries_of_deviations_with_a_secret_are_not_written(tmp_path: Path) -> None:
    path, rows = tmp_path / "deviations.toml", [verdict("fails", contract="octopusx/query", received=SECRET)]
    contracts = load_contracts(find_provider("octopusx"))
    (told,) = describe_entries(path, rows, contracts, guard())
    assert told.startswith(f"{path}: not written: it would hold the value of {VARIABLE}; ")
    assert not path.exists()


@pytest.mark.slow
def test_a_run_that_refused_to_write_is_not_green_and_says_why(pytester: pytest.Pytester) -> None:
    # No service says this: the ledger does, and so does the line of a verdict.
    key = "query?id={task_id}"
    with running("octopusx", environ={**KEYS, VARIABLE: key}) as emulator:
        run = judge_inside(pytester, *options_of(emulator), "-k", "octopusx/query", **{VARIABLE: key})
    told = f"{run.report / 'results.jsonl'}: a text in it was not written: it would hold the value of {VARIABLE}; "
    assert run.code == 6, run.ran()
    assert f"incomplete: {told}" in run.out
    assert run.end["exit"] == 6
    assert all(key not in file.read_text() for file in run.report.rglob("*") if file.is_file())
    assert run.verdicts["octopusx/query", "status-vocabulary", "service"]["reading"] == "conforms"


def test_the_keys_of_a_run_guard_what_it_writes() -> None:
    with live("opeai") as run:
        assert {"OPEAI_API_KEY", "OPEAI_TOKEN", "OPEAI_ADMIN_TOKEN"} <= set(run.session.guard._forms)


def test_a_recorded_run_looks_for_nothing() -> None:
    assert not prepare(RunOptions(providers=["opeai"], fuzz=0), KEYS).guard._forms


def test_the_keys_of_known_providers_are_found_by_name() -> None:
    other = {"OCTOPUSX_OTHER_API_KEY": "b", "ACME_API_KEY": "c", "ACME_TOKEN": "d", "HOME": "/", "GPTGE_BASE_URL": "e"}
    found = known_secrets({**KEYS, **other, "CHAINHUB_API_KEY": ""})
    assert set(found) == {*KEYS, "OCTOPUSX_OTHER_API_KEY"} - {"CHAINHUB_API_KEY"}
    assert set(known_secrets(other, ["acme"])) == {"OCTOPUSX_OTHER_API_KEY", "ACME_API_KEY", "ACME_TOKEN"}


SOURCE = Path(__file__).resolve().parents[2] / "src" / "vidconform"
# They write the lines that a guard made, each flushed; the claim writes the number of a process alone.
WRITERS = {
    "redaction/guard.py", "redaction/regular_files.py", "report/results_writer.py", "store/journal.py",
    "store/observer.py", "store/claim.py", "ledger/creations_file.py",
    # A bundle is looked through before it is packed; what is unpacked to be judged lies in a folder that goes again.
    "catalogue/packing.py", "catalogue/bundle_files.py",
    # Takes what was written there into a store, and the name of the process that holds an OUT.
    "catalogue/object_storage.py",
    # Where a worker's traceback goes that nobody is to read: the device that keeps nothing.
    "catalogue/units.py",
    # What a client of the user's prints, who has no key of a vendor's.
    "client/against_vices/client_process.py",
    # Sees whether Python can open what the environment has it write to, and writes nothing there.
    "transport/environment.py",
}  # fmt: skip


def _writes(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [a.value for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Constant)]
    opens = any(isinstance(mode, str) and len(mode) < 4 and set(mode) & set("wax+") for mode in modes)
    return name in ("write_text", "write_bytes", "write_whole", "pipe_file") or (
        name in ("open", "open_regular") and opens
    )


def test_nobody_else_writes_files() -> None:
    writing = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _writes(node)
    }
    assert writing == WRITERS


@pytest.mark.sampled(6)
@pytest.mark.parametrize("wide", [b"%41", b"\xff", "🎬".encode(), b"\0", b"\\", b'"a":'])
def test_what_is_long_as_json_is_looked_through_in_little_memory(wide: bytes, tmp_path: Path) -> None:
    # A part of a megabyte: each byte that is taken is traced, and the need grows in proportion.
    text = (wide * (MEGABYTE // 8 // len(wide))).decode("utf-8", "replace")
    tracemalloc.start()
    try:
        assert Guard(KEYS).line(tmp_path / "x", {"body": text})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 << 17
