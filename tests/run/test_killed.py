"""A live run that is killed at any moment loses no task that was paid for, and the next one pays for none twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import KEYS, environment, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.ledger.creation_lines import Created, read_creations
from vidconform.report.results_reader import read_run

pytestmark = pytest.mark.slow

MOMENTS = 20
RESUMED = 3
PATIENCE = 60.0
# A whole creation and a whole remix, each long enough to be killed in, and little beside them.
SUITES = "octopusx/videos and (creation or remix or status)"
STEP = 0.12
# Loading every plugin of the environment would take longer than the run.
PLUGINS = ("vidconform.plugin", "pytest_recording.plugin")


@dataclass
class Vendor:
    """An emulator with slow tasks, which pauses between creating one and saying so, until it is told to go on."""

    emulator: Running
    pause: float = 0.03
    paid: list[tuple[str, str]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    first: float = 0.0
    last: float = 0.0

    def hear(self, reply: ReplyContext) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        if reply.method == "POST" and reply.status == 200 and isinstance(reply.body, dict):
            self.paid.append((reply.role, reply.body["id"]))
            self.go_on.wait(self.pause)

    def come_to_rest(self) -> None:
        """Wait until the vendor is done with what a killed run has sent: it answers in turn."""
        for _ in range(2):
            httpx.get(f"{self.emulator.url}/__emulator__/counts", trust_env=False).raise_for_status()


@contextmanager
def slow_vendor(pause: float = 0.03, step: float = STEP) -> Iterator[Vendor]:
    heard: list[Vendor] = []
    with running(
        "octopusx", environ=KEYS, advance="second", step_seconds=step, change=lambda reply: heard[0].hear(reply)
    ) as emulator:
        heard.append(Vendor(emulator, pause))
        yield heard[0]


@contextmanager
def started(vendor: Vendor, folder: Path, *more: str, **of_process: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Start a run into a folder, and wait for its first request."""
    vendor.first = 0.0
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    words = [*live(vendor.emulator, tasks=False), "-k", SUITES, f"--report={folder}", "-p", "no:cacheprovider", *more]
    with (folder.with_suffix(".out")).open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *plugins, *words],
            cwd=folder.parent, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **KEYS), stdout=out, stderr=out,
            **of_process,
        )  # fmt: skip
    try:
        until(lambda: vendor.first > 0, process)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(PATIENCE)


def until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, "the run ended early"
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.002)


def known(folder: Path) -> list[Created]:
    return list(read_creations(folder / "creations.jsonl").values())


def hold(folder: Path, paid: list[tuple[str, str]]) -> None:
    """Hold what a killed run left to what the vendor created for it."""
    run = read_run(folder / "results.jsonl")
    assert run.is_truncated or run.exit == 0
    written = {creation.task_id for creation in known(folder)} - {None}
    unanswered = [creation.probe for creation in known(folder) if creation.state == "sent"]
    missing = [role for role, task_id in paid if task_id not in written]
    # What was created and never told stands there as sent.
    assert Counter(missing) <= Counter(unanswered)
    assert written <= {task_id for _, task_id in paid}


@pytest.mark.exhaustive
def test_a_run_killed_at_any_moment_loses_no_paid_task(tmp_path: Path) -> None:
    drawn = random.Random(20_251_122)
    # Drawn from a twentieth of the run each, so that none of its parts is left out.
    moments = [(number + drawn.random()) / MOMENTS for number in range(MOMENTS)]
    with slow_vendor() as one, slow_vendor() as another, ThreadPoolExecutor(2) as pool:
        halves = [(one, tmp_path / "one", moments[::2]), (another, tmp_path / "another", moments[1::2])]
        killed = list(chain(*pool.map(lambda half: list(kill(*half)), halves)))
        assert len(killed) == MOMENTS
        assert sum(read_run(folder / "results.jsonl").is_truncated for _, folder in killed) > MOMENTS / 2
        left = [(vendor, folder) for vendor, folder in killed if "created" in states(folder)]
        assert len(left) >= RESUMED
        for vendor, folder in drawn.sample(left, RESUMED):
            hold_resumed(vendor, folder)


def kill(vendor: Vendor, folder: Path, moments: Sequence[float]) -> Iterator[tuple[Vendor, Path]]:
    """Run once as a whole, and then as often as there are moments, as parts of that; hold each run to the vendor."""
    folder.mkdir()
    with started(vendor, folder / "whole") as process:
        assert process.wait(PATIENCE) == 0, (folder / "whole.out").read_text()
    assert Counter(role for role, _ in vendor.paid) == {"create": 1, "remix": 1}
    lasted = 1.05 * (vendor.last - vendor.first)
    for number, moment in enumerate(moments):
        before, report = len(vendor.paid), folder / str(number)
        with started(vendor, report) as process:
            time.sleep(max(0.0, vendor.first + moment * lasted - time.monotonic()))
            process.kill()
        vendor.come_to_rest()
        hold(report, vendor.paid[before:])
        yield vendor, report


def hold_resumed(vendor: Vendor, folder: Path) -> None:
    """Resume a killed run: no probe that has its task pays for another, and the run is whole."""
    (unfinished,) = [creation for creation in known(folder) if creation.state == "created"]
    before, paid = len(vendor.paid), {c.probe for c in known(folder) if c.state in ("created", "finished")}
    with started(vendor, folder, "--resume") as process:
        assert process.wait(PATIENCE) == 0, folder.with_suffix(".out").read_text()
    assert paid.isdisjoint(role for role, _ in vendor.paid[before:])
    assert not read_run(folder / "results.jsonl").is_truncated
    assert {creation.state for creation in known(folder)} <= {"finished", "nothing", "sent"}
    said = folder.with_suffix(".out").read_text("utf-8")
    assert f"vidconform: resumes octopusx/videos {unfinished.probe}, task {unfinished.task_id} sent at " in said


def test_an_interrupted_run_says_what_it_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "interrupted"
    # No task ends before the signal, however late a busy machine sends it.
    with slow_vendor(step=PATIENCE) as vendor, started(vendor, folder) as process:
        until(lambda: (folder / "creations.jsonl").exists() and states(folder) == {"created"}, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == pytest.ExitCode.INTERRUPTED
    ((_, task_id),) = vendor.paid
    said = folder.with_suffix(".out").read_text("utf-8")
    assert f"unfinished: octopusx/videos create, task {task_id} sent at " in said
    assert f"--resume --report={folder} follows it and pays nothing for it; a run without --resume pays again\n" in said


def states(folder: Path) -> set[str]:
    return {creation.state for creation in known(folder)}
