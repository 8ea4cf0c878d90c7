"""No key and no signature reaches anything that a run or a command writes or prints, whatever a service makes of it."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.processes import KEYS, PLANTED, Run, copy_of, environment, judge, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running

pytest_plugins = ["pytester"]

SECRET = KEYS["OCTOPUSX_API_KEY"]
SIGNATURE = "5up3r53cr3t51gn4tur3"
SIGNED = f"https://store.example/v.mp4?X-Amz-Expires=60&X-Amz-Signature={SIGNATURE}&response-content-type=video%2Fmp4"
FORMS = {
    "plain": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "as a path": quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "JSON of PHP": SECRET.replace("/", "\\/"),
    # What is the key's alone between the characters that it shares with its neighbours.
    "base64 within a text": base64.b64encode(f"a:{SECRET}".encode()).decode()[3:-4],
    "JSON Pointer": SECRET.replace("/", "~1"),
    "signature": SIGNATURE,
}
TALKATIVE = ("-v", "-rA", "--showlocals", "--tb=long", "--log-level=DEBUG", "-o", "junit_logging=all")


def indiscreet(reply: ReplyContext) -> None:
    """Echo the key, and sign URLs, wherever a service may: in errors, headers and fields, some against the contract."""
    reply.headers |= {
        "x-request-key": SECRET,
        "set-cookie": f"session={FORMS['base64']}",
        "x-trace": FORMS["percent-encoded"],
        "link": f"<{SIGNED}>; rel=video",
    }
    if reply.status >= 400:
        basic = base64.b64encode(f"a:{SECRET}".encode()).decode()
        said = [*list(FORMS.values())[:-3], basic, SIGNED, f"/go?to={quote(SIGNED, safe='')}"]
        reply.body = {"error": {"message": " ".join(said), "code": SECRET}}
    elif isinstance(reply.body, dict):
        reply.body |= {"created_at": SECRET, "progress": FORMS["base64"], "owner": {SECRET: FORMS["as a path"]}}
        reply.body |= {"video_url": SIGNED, "model": SIGNED}


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
    files = (f"--junit-xml={folder}/report/junit.xml", f"--write-deviations={folder}/deviations.toml")
    variables = {**KEYS, "GITHUB_STEP_SUMMARY": f"{folder}/summary.md"}
    with service() as emulator:
        run = judge(folder, *live(emulator), *TALKATIVE, *files, "--fuzz=4", "-p", "cacheprovider", **variables)
        for name, words in commands(emulator).items():
            _keep(folder, name, words)
    return folder, run


def commands(emulator: Running) -> dict[str, list[str]]:
    """Return the commands that look at a service or at a run of it."""
    vidconform = ["vidconform"]
    options = [word for word in live(emulator) if word != "--live"]
    return {
        "report": [*vidconform, "report", "report", "-o", "site", "--documents"],
        "diff": [*vidconform, "diff", "report", "report", "--json"],
        "history": [*vidconform, "history", "report", "--json"],
        "notice": [*vidconform, "notice", "report", "report", "--provider=octopusx", "--json"],
        "doctor": [*vidconform, "doctor", "octopusx", f"--provider-url={emulator.url}"],
        "plan": ["pytest", "--plan", "-p", "no:cacheprovider", *options],
    }


def _keep(folder: Path, name: str, words: list[str]) -> None:
    """Run a command in a folder and leave what it prints there."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=folder, env=environment(**KEYS), capture_output=True, text=True, timeout=120, check=False
    )
    (folder / "printed").mkdir(exist_ok=True)
    (folder / "printed" / name).write_text(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp("recorded")
    provider = copy_of("octopusx", folder, cassettes=False)
    with service() as emulator:
        _, _, *arguments = live(emulator)
        options = ("--record-mode=rewrite", *arguments, "--fuzz=4", "-v")
        return folder, judge(folder, f"--provider={provider}", *options, **KEYS)


@pytest.mark.slow
def test_a_live_run_leaves_no_trace_of_the_key(judged: tuple[Path, Run]) -> None:
    folder, run = judged
    assert run.code == 1, run.ran()
    assert traces(folder, run) == []


@pytest.mark.slow
def test_the_run_wrote_all_that_could_hold_one(judged: tuple[Path, Run]) -> None:
    folder, run = judged
    written = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert written > {"report/results.jsonl", "report/junit.xml", ".pytest_cache/v/cache/lastfailed"}
    assert written > {
        f"report/{name}" for name in ("evidence.jsonl", "observed.json", "creations.jsonl", "report.html")
    }
    assert written > {"deviations.toml", "summary.md", "site/index.html", "site/ctrf.json", "site/matrix.csv"}
    exits = {file.name: file.read_text().split()[1] for file in (folder / "printed").iterdir()}
    assert exits == {"report": "0", "diff": "0", "history": "0", "notice": "0", "doctor": exits["doctor"], "plan": "0"}
    assert run.verdicts["octopusx/query", "progress-type", "service"]["reading"] == "conforms"
    echoed = [row for row in run.verdicts.values() if "REDACTED" in row["received"]]
    assert echoed, "no verdict quotes what the service echoed"
    assert "$OCTOPUSX_API_KEY" in run.out


@pytest.mark.slow
def test_a_recording_leaves_no_trace_of_the_key(recorded: tuple[Path, Run]) -> None:
    folder, run = recorded
    assert run.code == 1, run.ran()
    assert traces(folder, run) == []


@pytest.mark.slow
def test_a_recording_run_says_first_where_it_writes(recorded: tuple[Path, Run]) -> None:
    folder, run = recorded
    told = f"vidconform: octopusx: recordings are written to {folder / 'my-octopusx' / 'cassettes'}\n"
    assert run.out.count(told) == 1, run.ran()


@pytest.mark.slow
def test_the_recording_holds_what_the_service_said_beside_the_key(recorded: tuple[Path, Run]) -> None:
    folder, run = recorded
    cassettes = {str(file.relative_to(folder)) for file in folder.rglob("cassettes/**/*.yaml")}
    assert len(cassettes) > 20
    observed = (folder / "my-octopusx" / "cassettes" / "query" / "observe.yaml").read_text("utf-8")
    assert "Bearer REDACTED" in observed
    assert "X-Amz-Signature=REDACTED&" in observed
    assert "sora-2:task_01k9008rhbefnt3rb1g9szxdwr" in observed
    assert "origin: emulated" in observed
    assert "vidconform: octopusx: recording, http://127.0.0.1" in run.out


@pytest.mark.slow
def test_what_was_recorded_is_judged_as_it_was_live(recorded: tuple[Path, Run], pytester: pytest.Pytester) -> None:
    folder, run = recorded
    again = judge_inside(pytester, f"--provider={folder / 'my-octopusx'}")
    assert again.code == run.code == 1, again.ran()
    assert {key: row["outcome"] for key, row in again.verdicts.items()} == {
        key: row["outcome"] for key, row in run.verdicts.items()
    }


def test_the_search_would_find_a_trace(tmp_path: Path) -> None:
    (tmp_path / PLANTED).mkdir()
    for name, text in FORMS.items():
        (tmp_path / PLANTED / name).write_text(f"x{text}x")
    assert {trace.partition(" in ")[0] for trace in traces(tmp_path, Run(0, "", "", tmp_path))} == set(FORMS)
