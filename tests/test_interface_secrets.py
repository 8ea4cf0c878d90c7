"""A key reaches nothing that a run writes or prints, whatever a service makes of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from processes import KEYS, Run, copy_of, judge, judge_inside, live

from vidconform.emulator import ReplyContext, Running, running

pytest_plugins = ["pytester"]

SECRET = KEYS["OCTOPUSX_API_KEY"]
FORMS = {
    "plain": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "as a path": quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "JSON of PHP": SECRET.replace("/", "\\/"),
    # What is the key's alone between the characters that it shares with its neighbours.
    "base64 within a text": base64.b64encode(f"a:{SECRET}".encode()).decode()[3:-4],
}
TALKATIVE = ("-v", "-rA", "--showlocals", "--tb=long", "--log-level=DEBUG", "-o", "junit_logging=all")


def indiscreet(reply: ReplyContext) -> None:
    """Echo the key wherever a service may: in errors, headers and fields, some of which break the contract."""
    reply.headers |= {
        "x-request-key": SECRET,
        "set-cookie": f"session={FORMS['base64']}",
        "x-trace": FORMS["percent-encoded"],
    }
    if reply.status >= 400:
        basic = base64.b64encode(f"a:{SECRET}".encode()).decode()
        reply.body = {"error": {"message": " ".join([*list(FORMS.values())[:-1], basic]), "code": SECRET}}
    elif isinstance(reply.body, dict):
        reply.body |= {"created_at": SECRET, "progress": FORMS["base64"], "owner": {SECRET: FORMS["as a path"]}}


@contextmanager
def service() -> Iterator[Running]:
    with running("octopusx", environ=KEYS, change=indiscreet) as emulator:
        yield emulator


def traces(folder: Path, run: Run) -> list[str]:
    """Return where any form of the key stands in what a run wrote and printed."""
    found = [f"{form} in what it printed" for form, text in FORMS.items() if text in run.out + run.err]
    for file in folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        found += [f"{form} in {file}" for form, text in FORMS.items() if text.encode() in content or text in file.name]
    return found


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp("judged")
    junit = f"--junit-xml={folder}/report/junit.xml"
    with service() as emulator:
        return folder, judge(folder, *live(emulator), *TALKATIVE, junit, "--fuzz=4", "-p", "cacheprovider", **KEYS)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp("recorded")
    provider = copy_of("octopusx", folder, cassettes=False)
    with service() as emulator:
        _, _, *arguments = live(emulator)
        options = ("--record-mode=rewrite", *arguments, "--fuzz=4", "-v")
        return folder, judge(folder, f"--provider={provider}", *options, **KEYS)


def test_a_live_run_leaves_no_trace_of_the_key(judged: tuple[Path, Run]) -> None:
    folder, run = judged
    assert run.code == 1, run.ran()
    assert traces(folder, run) == []


def test_the_run_wrote_all_that_could_hold_one(judged: tuple[Path, Run]) -> None:
    folder, run = judged
    written = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert written > {"report/results.jsonl", "report/junit.xml", ".pytest_cache/v/cache/lastfailed"}
    assert run.verdicts["octopusx/query", "progress-type", "service"]["reading"] == "conforms"
    echoed = [row for row in run.verdicts.values() if "REDACTED" in row["received"]]
    assert echoed, "no verdict quotes what the service echoed"
    assert "$OCTOPUSX_API_KEY" in run.out


def test_a_recording_leaves_no_trace_of_the_key(recorded: tuple[Path, Run]) -> None:
    folder, run = recorded
    assert run.code == 1, run.ran()
    assert traces(folder, run) == []


def test_the_recording_holds_what_the_service_said_beside_the_key(recorded: tuple[Path, Run]) -> None:
    folder, run = recorded
    cassettes = {str(file.relative_to(folder)) for file in folder.rglob("cassettes/**/*.yaml")}
    assert len(cassettes) > 20
    observed = (folder / "my-octopusx" / "cassettes" / "query" / "observe.yaml").read_text("utf-8")
    assert "Bearer REDACTED" in observed
    assert "sora-2:task_01k9008rhbefnt3rb1g9szxdwr" in observed
    assert "origin: emulated" in observed
    assert "vidconform: octopusx: recording, http://127.0.0.1" in run.out


def test_what_was_recorded_is_judged_as_it_was_live(recorded: tuple[Path, Run], pytester: pytest.Pytester) -> None:
    folder, run = recorded
    again = judge_inside(pytester, f"--provider={folder / 'my-octopusx'}")
    assert again.code == run.code == 1, again.ran()
    assert {key: row["outcome"] for key, row in again.verdicts.items()} == {
        key: row["outcome"] for key, row in run.verdicts.items()
    }


def test_the_search_would_find_a_trace(tmp_path: Path) -> None:
    for name, text in FORMS.items():
        (tmp_path / name).write_text(f"x{text}x")
    assert {trace.partition(" in ")[0] for trace in traces(tmp_path, Run(0, "", "", tmp_path))} == set(FORMS)
