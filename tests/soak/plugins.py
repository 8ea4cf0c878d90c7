"""Runs a conforming vendor under each plugin that repeats, forks, times or splits tests, and prints what it came to.

In the project's own folder, in an environment for each pytest:

    python -m tests.soak.plugins
    python -m tests.soak.plugins 'xdist -n2'        # a row alone
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.processes import KEYS, Run, environment, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running

LOADED = ("vidconform.plugin", "pytest_recording.plugin")
SUITES = "octopusx/videos and (creation or remix or status or refus)"
COLUMNS = ("pytest", "plugins", "video", "exit", "creations", "requests", "by the vendor's count")
QUICK = 0.1
SIX_SECONDS = 2.0
"""Seconds of one of three steps of a video."""


@dataclass(frozen=True)
class Case:
    """Some plugins, what is passed for them, and the seconds of a step of a video's life."""

    plugins: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    step: float = QUICK

    @property
    def lacking(self) -> str:
        """Why it cannot be tried here, or an empty text."""
        if "pytest_forked" in self.plugins and pytest.version_tuple >= (9, 1):
            return "pytest-forked cannot hand over the reports of pytest 9.1 and later"
        missing = [name for name in self.plugins if find_spec(name.partition(".")[0]) is None]
        return f"{missing[0]} is not installed" if missing else ""

    def __str__(self) -> str:
        named = " + ".join(name.partition(".")[0].removeprefix("pytest_") for name in self.plugins)
        return f"{named or 'none'} {' '.join(self.words)}".strip()


CASES = (
    Case(),
    Case(("pytest_timeout",), ("--timeout=3",), SIX_SECONDS),
    Case(("pytest_timeout",), ("--timeout=3", "--timeout-method=thread"), SIX_SECONDS),
    Case(("pytest_timeout", "xdist"), ("--timeout=3", "-n2"), SIX_SECONDS),
    Case(("pytest_timeout", "pytest_rerunfailures"), ("--timeout=3", "--reruns=2"), SIX_SECONDS),
    Case(("pytest_forked",), ("--forked",)),
    Case(("pytest_forked", "xdist"), ("--forked", "-n2")),
    Case(("pytest_repeat",), ("--count=3",)),
    Case(("pytest_repeat", "xdist"), ("--count=3", "-n2")),
    Case(("pytest_rerunfailures",), ("--reruns=2",)),
    Case(("pytest_rerunfailures", "xdist"), ("--reruns=2", "-n2")),
    Case(("pytest_flakefinder",), ("--flake-finder", "--flake-runs=3")),
    Case(("pytest_flakefinder", "xdist"), ("--flake-finder", "--flake-runs=3", "-n2")),
    Case(("pytest_randomly",)),
    Case(("pytest_randomly", "xdist"), ("-n2",)),
    Case(("xdist",), ("-n2",)),
    Case(("xdist",), ("-n2", "--dist=load")),
    Case(("xdist",), ("--dist=each", "--tx=2*popen")),
)  # fmt: skip


@dataclass
class Counting:
    """A vendor that keeps its document, and what it was paid for."""

    emulator: Running
    paid: list[str] = field(default_factory=list)


@contextmanager
def counting(step_seconds: float) -> Iterator[Counting]:
    """Start a vendor that counts, while the block lasts."""
    paid: list[str] = []

    def hear(reply: ReplyContext) -> None:
        if reply.method == "POST" and reply.status == 200:
            paid.append(reply.role)

    with running("octopusx", environ=KEYS, advance="second", step_seconds=step_seconds, change=hear) as emulator:
        yield Counting(emulator, paid)


def run_under(folder: Path, emulator: Running, case: Case) -> Run:
    """Run pytest with the plugins of a case and no others."""
    loaded = [word for name in (*LOADED, *case.plugins) for word in ("-p", name)]
    command = [
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *loaded, *live(emulator, tasks=False),
        "-k", SUITES, f"--report={folder / 'report'}", f"--poll-interval={case.step / 4:g}", *case.words,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **KEYS),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr, folder / "report")


def row(case: Case) -> str:
    """Return the line of the table for a case."""
    told = f"| pytest {pytest.__version__} | {case} | {3 * case.step:g} s |"
    if case.lacking:
        return f"{told} - | - | - | {case.lacking} |"
    with tempfile.TemporaryDirectory() as folder, counting(case.step) as vendor:
        done = run_under(Path(folder), vendor.emulator, case)
        paid = Counter(vendor.paid)
        spent = done.end["cost"].get("octopusx", {}) if (done.report / "results.jsonl").exists() else {}
        shown = ", ".join(f"{name} {count}" for name, count in sorted(paid.items()))
        agrees = spent == {"requests": vendor.emulator.requests, "creations": vendor.emulator.creations}
    told += f" {done.code} | {vendor.emulator.creations} ({shown}) | {vendor.emulator.requests} |"
    failed = [line for line in done.out.splitlines() if line.startswith(("FAILED", "fails", "ERROR", "incomplete"))]
    why = "; ".join(["as the run says" if agrees else f"the run says {spent}", *failed[:2]])
    return f"{told} {why.replace('|', '/')} |"


def main() -> None:
    """Print the table."""
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for case in CASES:
        if not sys.argv[1:] or str(case) in sys.argv[1:]:
            print(row(case), flush=True)


if __name__ == "__main__":
    main()
