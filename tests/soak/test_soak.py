"""The soak in a short form, and the soak itself held to wrongs that it must notice."""

from __future__ import annotations

import base64
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.soak.episode_checks import Ended, faults_of_run, leaks_below
from tests.soak.key_echoes import ECHOES
from tests.soak.key_windows import found_in
from tests.soak.ledger_lines import lost_of, rows_below, unreadable_below
from tests.soak.paying_vendor import Made
from tests.soak.plans import RunPlan, plan_of
from tests.soak.run_keys import keys_for
from tests.soak.soak import soaked, totals
from tests.soak.watched_process import Watched, start, watch

# Paid tasks, signals, two at once and --resume are all among these.
SEED, NUMBERS = 12, range(6)
KEY = "sk-vendor-kX9vQ2mT7bL4pZ8wR3nC6yJ1"
OWN = KEY.removeprefix("sk-vendor-")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_random_runs_against_hostile_vendors_keep_every_promise() -> None:
    episodes = soaked(SEED, NUMBERS, short=True, lanes=2)
    assert {e.plan.number: e.faults for e in episodes if e.faults} == {}, totals(episodes)
    assert sum(episode.made for episode in episodes) > 2


def test_a_plan_is_the_same_for_the_same_seed_and_number() -> None:
    assert plan_of(3, 7) == plan_of(3, 7)
    assert plan_of(3, 7).drawn("x").random() == plan_of(3, 7).drawn("x").random()
    assert len({str(plan_of(3, number)) for number in range(20)}) == 20


def ledger(folder: Path, *kinds: str) -> Path:
    """Write down creations, the number of each in its task's id, by the kind of their last lines."""
    lines: list[dict[str, object]] = [{"kind": "creations", "format": "vidconform/creations@2"}]
    named = {"contract": "octopusx/videos", "probe": "create", "at": "2026-11-23T00:00:00.000+00:00"}
    for number, kind in enumerate(kinds):
        lines.append({"kind": "sent", "number": number, **named, "base_url": "http://127.0.0.1:1", "request": "POST /"})
        told = {"task_id": f"video_{number}"} if kind == "finished" else {"cause": "time-out"}
        lines += [{"kind": kind, "number": number, **named, **told}] if kind != "sent" else []
    (folder / "creations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.mark.parametrize(
    ("kinds", "said", "lost"),
    [
        (["finished", "finished"], "", 1),
        (["finished", "finished"], "unfinished: task video_2", 0),
        (["finished", "finished", "nothing"], "", 1),
        (["finished", "finished", "lost"], "", 0),
        (["finished", "finished", "sent"], "", 0),
        (["lost"], "", 2),
        ([], "", 3),
    ],
)
def test_a_ledger_that_loses_a_paid_task_is_noticed(kinds: list[str], said: str, lost: int, tmp_path: Path) -> None:
    made = [frozenset({f"video_{number}", "sora-2-model"}) for number in range(3)]
    assert len(lost_of(made, rows_below(ledger(tmp_path, *kinds)), said)) == lost


def test_a_ledger_that_cannot_be_read_is_noticed(tmp_path: Path) -> None:
    ledger(tmp_path, "finished")
    assert unreadable_below(tmp_path) == []
    (tmp_path / "creations.jsonl").write_text("two runs wrote here\n")
    assert len(unreadable_below(tmp_path)) == 1


@pytest.mark.parametrize(
    "spelled",
    [
        lambda key: key[-14:], str.upper, str.swapcase, lambda key: key[::-1], lambda key: key[4:].encode().hex(),
        lambda key: base64.b64encode(b"x" + key.encode()).decode(), lambda key: "".join(f"%{ord(c):02X}" for c in key),
    ],
    ids=["the end", "capital", "swapped", "reversed", "hexadecimal", "base64", "percent"],
)  # fmt: skip
def test_a_key_is_found_in_each_spelling_without_the_project(spelled: Callable[[str], str]) -> None:
    assert found_in(f"<p>{spelled(KEY)}</p>".encode(), OWN) is not None


def test_what_is_no_key_is_not_found() -> None:
    assert found_in(f"{KEY[:21]}... and {OWN[:11]} {OWN[12:23]}".encode(), OWN) is None


@pytest.mark.sampled(6)
@pytest.mark.parametrize("echo", [name for name in ECHOES if name != "title"])
def test_a_key_in_a_file_is_noticed_however_a_vendor_shows_it(echo: str, tmp_path: Path) -> None:
    drawn = random.Random(echo)
    keys = keys_for("octopusx", drawn)
    assert list(leaks_below(tmp_path, keys)) == []
    (tmp_path / "deep").mkdir()
    shown = ECHOES[echo](keys.values["OCTOPUSX_API_KEY"], drawn)
    (tmp_path / "deep" / "report.html").write_bytes(b"<p>\n" + shown + b"\n</p>")
    found = list(leaks_below(tmp_path, keys))
    assert found
    assert all(fault.startswith("deep/report.html ") for fault in found)


PLAN = plan_of(1, 1)


def ended(tmp_path: Path, code: str, longest: float = 20.0, *, made: int = 0, possible: int = 0) -> Ended:
    """Let a process run a program, for which a vendor made some tasks."""
    watched = start([sys.executable, "-c", code], tmp_path, tmp_path / "out", dict(os.environ))
    watch([watched], longest)
    tasks = [Made(frozenset({f"video_{number}"}), KEY) for number in range(made)]
    return Ended(watched, keys_for("octopusx", random.Random(1)), 0, 0, tasks, possible)


def faults(plan: RunPlan, run: Ended) -> str:
    return "\n".join(faults_of_run(plan, run))


def test_a_run_that_keeps_its_promises_has_no_fault(tmp_path: Path) -> None:
    most = PLAN.max_creations
    assert faults(PLAN, ended(tmp_path, "pass", made=most, possible=most)) == ""


def test_a_creation_beyond_the_limit_is_noticed(tmp_path: Path) -> None:
    most = PLAN.max_creations
    assert f"made {most + 1} creations with a limit of {most}" in faults(PLAN, ended(tmp_path, "pass", made=most + 1))
    told = faults(PLAN, ended(tmp_path, "pass", possible=most + 1))
    assert told == f"{most + 1} creations may have been made with a limit of {most}"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise KeyError(1)", "a traceback of ours"),
        ("print('INTERNALERROR> x')", "a traceback of ours"),
        ("raise SystemExit(3)", "exit 3"),
        ("import os; os.abort()", "exit -6"),
        ("import time; held = b'x' * (310 << 20); time.sleep(0.5)", "MB in one process"),
        (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', "
            "'import time; held = bytes(1) * (310 << 20); time.sleep(0.5)'])",
            "MB in one process",
        ),
    ],
)
def test_a_run_that_ends_as_none_should_is_noticed(code: str, told: str, tmp_path: Path) -> None:
    assert told in faults(PLAN, ended(tmp_path, code))


def test_a_run_that_hangs_is_ended_and_noticed(tmp_path: Path) -> None:
    run = ended(tmp_path, "import time; time.sleep(600)", 0.5)
    assert faults(PLAN, run) == "did not end within 0.5 s"


def test_a_process_that_outlives_its_run_is_ended_and_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.soak.watched_process.GRACE", 2.0)
    left = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    run = ended(tmp_path, left)
    assert "left 1 processes behind" in faults(PLAN, run)
    assert list(run.watched.descendants()) == []


def test_a_signal_is_sent_when_it_is_due(tmp_path: Path) -> None:
    ends = next(plan.signal for plan in (plan_of(1, n) for n in range(50)) if plan.signal is not None)
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    watched = start(command, tmp_path, tmp_path / "out", dict(os.environ), ends, lambda: True)
    watch([watched], 20)
    assert watched.signalled
    assert not watched.hung
    assert isinstance(watched, Watched)
    assert watched.code != 0
