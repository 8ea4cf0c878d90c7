"""The command `vidconform client`: each outcome by name, and nothing left running whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import environment
from vidconform.cli import main

PATIENCE = 60.0
# Reads a task to its end and keeps what it tells; what it does beside that is said by its argument.
CLIENT = """
import http.client, json, os, subprocess, sys, time
what = sys.argv[1]
def read():
    connection = http.client.HTTPConnection(os.environ["GPTGE_BASE_URL"].removeprefix("http://"))
    headers = {"authorization": "Bearer " + os.environ["GPTGE_API_KEY"]}
    connection.request("GET", "/v1/videos/" + os.environ["VIDCONFORM_TASK_ID"], headers=headers)
    return json.load(connection.getresponse())
if what == "never asks":
    sys.exit()
if what == "fails":
    sys.exit("one\\n\\nthe last words")
if what.startswith("leaves"):
    child = subprocess.Popen(["sleep", "600"])
    with open(what.partition(" ")[2], "a") as file:
        print(os.getpid(), child.pid, file=file)
task = read()
while task["status"] != "completed":
    time.sleep(0.005)
    task = read()
if what == "says":
    print("took", time.perf_counter_ns())
    print(task["model"], task["created_at"])
    open("size", "w").write(str(task.get("size")))
"""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "client.py"
    path.write_text(CLIENT)
    return path


def arguments(*options: str, says: str = "says") -> list[str]:
    return ["client", "--provider=gptge", *options, "--", sys.executable, "-S", "client.py", says]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


CHOSEN = {
    "model-as-null": ("silently different", True),
    "size-missing": ("silently different", True),
    "never-ends": ("never ended", True),
    "progress-as-text": ("unaffected", True),
    "needs-no-key": ("unaffected", False),
    "status-as-null": ("unaffected", True),
    "id-missing": ("unaffected", True),
    "broken-json": ("noticed", True),
}


@pytest.mark.slow
def test_each_vice_is_told_by_what_it_does(client: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(arguments("--timeout=4", "--json=found.json", "--html=found.html", "--vices", *CHOSEN))
    found = json.loads(Path("found.json").read_text())
    assert {one["vice"]: (one["outcome"], one["shown"]) for one in found["vices"]} == CHOSEN
    assert (code, found["format"], found["timeout"]) == (1, "vidconform/client@1", 4.0)
    remark = "the client tells another thing at each run, so that this is not compared: stdout line 1"
    assert found["baseline"]["remarks"] == [remark]
    shown = capsys.readouterr()
    assert shown.err.splitlines()[0] == f"vidconform: {remark}"
    headings = [line.partition(":")[0] for line in shown.out.splitlines() if line and line[0] != " "]
    assert headings[:-1] == ["silently different", "never ended", "unaffected", "never met", "noticed"]
    assert "file size line 1: 'None' instead of" in shown.out
    page = Path("found.html").read_text()
    assert all(name in page for name in CHOSEN)


def test_a_client_that_sees_every_fault_it_meets_ends_with_0(client: Path) -> None:
    assert main(arguments("--vices", "broken-json")) == 0


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("fails", "ended with exit code 1 although the emulator has no fault, so that no fault can be told by it; "
                  "its last words were: one | the last words [VC-702]"),
        ("never asks", "sent the emulator no request; its address is in GPTGE_BASE_URL, and --env names another "
                       "[VC-703]"),
    ],
)  # fmt: skip
def test_a_client_that_cannot_be_tried_says_why(
    client: Path, capsys: pytest.CaptureFixture[str], says: str, expected: str
) -> None:
    assert main(arguments(says=says)) == 7
    assert capsys.readouterr().err == f"vidconform: the client {expected}\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--", "true"], "--provider: expected a folder, or one of "),
        (["--provider=gptge"], "--: expected the client's command behind it"),
        (["--provider=gptge", "--"], "--: expected the client's command behind it"),
        (["--provider=nobody", "--", "true"], "there is no emulator of 'nobody'; there are: "),
        (
            ["--provider=gptge", "--vices", "progres-*", "--", "true"],
            "gptge has no vice 'progres-*'; near it: progress",
        ),
        (
            ["--provider=gptge", "--", "no-such-client"],
            "'no-such-client': there is no such command; expected a program",
        ),
        (["--provider=gptge", "--", "./client.py"], "'./client.py': this is not executable; expected a program"),
        (
            ["--provider=gptge", "--", "./empty"],
            "/empty': this cannot be started (Exec format error); expected a program",
        ),
        (["--provider=gptge", "--jobs=0", "--", "true"], "--jobs=0: expected a number from 1"),
        (["--provider=gptge", "--timeout=nan", "--", "true"], "--timeout=nan: expected a number of seconds above 0"),
        (["--provider=gptge", "--env=URL", "--", "true"], "--env=URL: expected NAME=VALUE"),
        (["--provider=gptge", "--env=U={uri}", "--", "true"], "--env={uri}: expected one of {url}, {key}, {task}"),
    ],
)
def test_what_is_wrong_with_a_call_is_one_sentence(
    client: Path, capsys: pytest.CaptureFixture[str], given: list[str], expected: str
) -> None:
    Path("empty").touch(0o755)
    assert main(["client", *given]) == 4
    said = capsys.readouterr().err
    assert said.startswith("vidconform: ")
    assert expected in said
    assert said.count("\n") == 1
    assert said.endswith("]\n")


@pytest.mark.slow
def test_what_a_client_starts_ends_with_it(client: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    main(arguments("--timeout=4", "--vices", "never-ends", "broken-json", says=f"leaves {pids}"))
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 8
    assert [pid for pid in started if alive(pid)] == []


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_no_process(client: Path, tmp_path: Path, number: int, code: int) -> None:
    pids = tmp_path / "pids"
    command = [sys.executable, "-m", "vidconform", *arguments("--vices", "never-ends", says=f"leaves {pids}")]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + PATIENCE
        # Two lines for the baseline, and one for the client that is interrupted.
        while len(pids.read_text().splitlines() if pids.exists() else []) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert "Traceback" not in said
    assert [pid for pid in map(int, pids.read_text().split()) if alive(pid)] == []


def found(provider: str, name: str, vices: list[str], folder: Path, *env: str) -> dict[str, Any]:
    """Run one of the clients that come with the tests, and return what was found by vice."""
    path = Path(__file__).parents[2] / "clients" / f"{name}.py"
    told = ("VIDEO_URL={url}", "VIDEO_KEY={key}", "VIDEO_POLL_SECONDS=0.01", "VIDEO_PATIENCE_SECONDS=2", *env)
    options = [f"--provider={provider}", "--timeout=20", *(f"--env={one}" for one in told), "--json", f"{folder}/found"]
    main(["client", *options, "--vices", *vices, "--", sys.executable, str(path)])
    return {one["vice"]: one["outcome"] for one in json.loads((folder / "found").read_text())["vices"]}


HARD = {
    "content-as-json": "noticed", "content-cut-short": "noticed", "status-succeeded-for-completed": "noticed",
    "never-ends": "noticed", "broken-json": "noticed", "another-id-than-asked": "noticed",
    "reads-fail-now-and-then": "unaffected", "error-as-empty-placeholder": "unaffected",
    "progress-as-null": "unaffected",
    "content-as-redirect": "unaffected", "created-task-unknown-at-first": "unaffected",
}  # fmt: skip


@pytest.mark.slow
def test_the_careful_client_has_the_video_or_says_why_not(client: Path, tmp_path: Path) -> None:
    assert found("octopusx", "careful", list(HARD), tmp_path) == HARD


@pytest.mark.slow
def test_the_naive_client_believes_what_it_is_told(client: Path, tmp_path: Path) -> None:
    wrong = {
        "content-as-json": "silently different",
        "content-empty": "silently different",
        "progress-as-null": "silently different",
    }
    assert found("octopusx", "naive", list(wrong), tmp_path) == wrong


@pytest.mark.slow
# Loading it here would hide whether this project does.
@pytest.mark.skipif(find_spec("openai") is None, reason="needs the extra vidconform[sdk]")
@pytest.mark.exhaustive
def test_the_official_sdk_is_run_as_any_client(client: Path, tmp_path: Path) -> None:
    wrong = dict.fromkeys(("content-empty", "progress-as-null"), "silently different")
    seen = found("openai", "official_sdk", list(wrong), tmp_path, "OPENAI_BASE_URL={url}/v1")
    assert seen == wrong
