"""Whatever plugin repeats, forks, times or splits the tests of a run, each question is asked once, by one process."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.processes import KEYS, Run, environment, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running

pytestmark = pytest.mark.slow

LOADED = ("-p", "vidconform.plugin", "-p", "pytest_recording.plugin")
# A video that takes six seconds, in three steps.
STEP = 2.0
SUITES = "octopusx/videos and (creation or remix or status or refus)"
PAINTED = """
import pytest

@pytest.fixture(autouse=True, params=["a-red", "blue"])
def colour(request):
    return request.param
"""


@contextmanager
def counted(step_seconds: float) -> Iterator[tuple[Running, list[str]]]:
    """Start a vendor that keeps its document, and remember what it was paid for."""
    paid: list[str] = []

    def hear(reply: ReplyContext) -> None:
        if reply.method == "POST" and reply.status == 200:
            paid.append(reply.role)

    with running("octopusx", environ=KEYS, advance="second", step_seconds=step_seconds, change=hear) as emulator:
        yield emulator, paid


def run(folder: Path, emulator: Running, plugins: list[str], words: list[str]) -> Run:
    if "pytest_forked" in plugins and pytest.version_tuple >= (9, 1):
        pytest.skip("pytest-forked cannot hand over the reports of pytest 9.1 and later")
    missing = [name for name in plugins if find_spec(name.partition(".")[0]) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    loaded = [*LOADED, *(word for name in plugins for word in ("-p", name))]
    command = [
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *loaded, *live(emulator, tasks=False),
        "-k", SUITES, f"--report={folder / 'report'}", *words,
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **KEYS),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr, folder / "report")


@pytest.mark.parametrize(
    ("plugins", "words", "step"),
    [
        ([], [], 0.1),
        (["pytest_timeout"], ["--timeout=3"], STEP),
        (["pytest_timeout"], ["--timeout=3", "--timeout-method=thread"], STEP),
        (["pytest_forked"], ["--forked"], 0.1),
        (["pytest_repeat"], ["--count=3"], 0.1),
        (["pytest_repeat", "xdist.plugin"], ["--count=3", "-n2"], 0.1),
        (["pytest_rerunfailures"], ["--reruns=2"], 0.1),
        (["pytest_flakefinder"], ["--flake-finder", "--flake-runs=3"], 0.1),
        (["pytest_flakefinder", "xdist.plugin"], ["--flake-finder", "--flake-runs=3", "-n2"], 0.1),
        (["pytest_randomly"], [], 0.1),
        (["xdist.plugin"], ["-n2"], 0.1),
        (["xdist.plugin"], ["-n2", "--dist=load"], 0.1),
        (["xdist.plugin"], ["--dist=each", "--tx=2*popen"], 0.1),
    ],
    ids=lambda value: "+".join(value) or "none" if isinstance(value, list) else None,
)
def test_a_vendor_that_keeps_its_document_is_asked_once(
    plugins: list[str], words: list[str], step: float, tmp_path: Path
) -> None:
    with counted(step) as (emulator, paid):
        done = run(tmp_path, emulator, plugins, words)
    assert done.code == 0, done.ran()
    assert Counter(paid) == {"create": 1, "remix": 1}, done.ran()
    assert done.verdicts
    assert done.end["cost"]["octopusx"] == {"requests": emulator.requests, "creations": 2}


def test_a_fixture_of_somebody_that_multiplies_each_test_multiplies_no_question(tmp_path: Path) -> None:
    (tmp_path / "painted.py").write_text(PAINTED)
    with counted(0.1) as (emulator, paid):
        done = run(tmp_path, emulator, [], ["-p", "painted"])
    assert done.code == 0, done.ran()
    assert Counter(paid) == {"create": 1, "remix": 1}
    assert done.verdicts


def test_a_run_inside_of_a_run_asks_nothing_more(tmp_path: Path) -> None:
    with counted(0.1) as (emulator, paid):
        inner = [sys.executable, "-m", "pytest", "-q", *LOADED, *live(emulator, tasks=False), "-k", SUITES]
        (tmp_path / "nested.py").write_text(
            "import subprocess\n\n"
            f"def pytest_sessionfinish(session):\n    print(subprocess.run({inner!r}, cwd={str(tmp_path)!r}, "
            "stdout=subprocess.PIPE, text=True).stdout)\n"
        )
        done = run(tmp_path, emulator, [], ["-s", "-p", "nested"])
    assert Counter(paid) == {"create": 1, "remix": 1}, done.ran()
    assert "and two processes would pay twice [VC-603]" in done.out
