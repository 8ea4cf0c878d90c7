"""What is shown of several providers asked at once: the same order however they finish, and nothing unasked."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.processes import KEYS, QUICK, UNNEEDED, Run, environment, judge
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running

# The one that is named first finishes last.
FIRST, SECOND = "gptge", "chainhub"
BOTH = (f"--provider={FIRST}", f"--provider={SECOND}", "--live", "--max-creations=0", *QUICK, "-k", "refused")
ASKED = re.compile(r"^vidconform: (\w+): asked, (\d+) requests and 0 creations in \d+ s$", re.MULTILINE)

pytestmark = pytest.mark.slow


def late(reply: ReplyContext) -> None:
    time.sleep(0.3)


@contextmanager
def both_served() -> Iterator[dict[str, str]]:
    """Serve two providers, the first of which answers late; give what the environment names."""
    with running(FIRST, environ=KEYS, change=late) as slow, running(SECOND, environ=KEYS) as quick:
        yield {**KEYS, f"{FIRST.upper()}_BASE_URL": slow.url, f"{SECOND.upper()}_BASE_URL": quick.url}


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, str]]:
    with both_served() as environ:
        yield environ


def test_each_provider_is_told_once_in_the_order_of_the_run(served: dict[str, str], tmp_path: Path) -> None:
    done = judge(tmp_path, *BOTH, **served)
    told = ASKED.findall(done.out)
    assert [provider for provider, _ in told] == [FIRST, SECOND], done.ran()
    assert {name: int(number) for name, number in told} == {
        name: cost["requests"] for name, cost in done.end["cost"].items()
    }
    assert "\x1b" not in done.out
    assert "asked," not in done.err


@pytest.mark.parametrize("quiet", [("-q",), ("-qq",), ("-p", "no:terminal")])
def test_a_quiet_run_tells_nothing_of_it(quiet: tuple[str, ...], served: dict[str, str], tmp_path: Path) -> None:
    done = judge(tmp_path, *BOTH, *quiet, **served)
    assert "asked," not in done.out + done.err
    assert {row["provider"] for row in done.verdicts.values()} == {FIRST, SECOND}, done.ran()


@pytest.mark.exhaustive
def test_a_worker_tells_it_on_standard_error(served: dict[str, str], tmp_path: Path) -> None:
    done = judge(tmp_path, *BOTH, "-n", "2", **served)
    assert [provider for provider, _ in ASKED.findall(done.err)] == [FIRST, SECOND], done.ran()


@pytest.mark.parametrize("capture", ["fd", "sys", "no", "tee-sys"])
def test_what_a_test_is_captured_with_holds_none_of_it(capture: str, served: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "def pytest_runtest_logreport(report):\n    assert 'asked,' not in report.capstdout + report.capstderr\n"
    )
    done = judge(tmp_path, *BOTH, f"--capture={capture}", f"--confcutdir={tmp_path}", **served)
    assert [provider for provider, _ in ASKED.findall(done.out)] == [FIRST, SECOND], done.ran()
    assert "INTERNALERROR" not in done.ran()


def test_one_provider_needs_no_such_line(served: dict[str, str], tmp_path: Path) -> None:
    done = judge(tmp_path, *(word for word in BOTH if SECOND not in word), **served)
    assert "asked," not in done.out
    assert done.verdicts


def on_a_terminal(folder: Path, environ: dict[str, str], number: signal.Signals | None = None) -> str:
    """Run both on a terminal and return what it was sent; a signal is sent when the screen is drawn."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *UNNEEDED, *BOTH]
    shell = environment(**environ, TERM="xterm", COLUMNS="120")
    process = subprocess.Popen(command, cwd=folder, env=shell, stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    seen = b""
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            seen += piece
            if number is not None and b"\x1b[?25l" in seen:
                process.send_signal(number)
                number = None
    os.close(ours)
    process.wait(60)
    return seen.decode()


def test_a_terminal_has_all_of_them_on_one_screen(served: dict[str, str], tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, served)
    drawn = seen[seen.index("\x1b[?25l") : seen.index("\x1b[?25h")]
    frames = [re.sub(r"\x1b\[[0-9;]*m", "", frame) for frame in drawn.split("\x1b[2K\x1b[1A") if FIRST in frame]
    assert len(frames) > 1, "it is drawn again as they go on"
    for frame in frames:
        assert frame.index(FIRST) < frame.index(SECOND)
    assert re.search(rf"{FIRST}\s+\S+ (\d+)/\1 .* in \d+ s", frames[-1])
    assert not ASKED.search(seen)


def test_an_interrupted_screen_gives_the_cursor_back(served: dict[str, str], tmp_path: Path) -> None:
    seen = on_a_terminal(tmp_path, served, signal.SIGINT)
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")
    assert "Traceback" not in seen


def test_a_recorded_run_loads_nothing_of_it(tmp_path: Path) -> None:
    program = (
        "import sys, pytest; code = pytest.main(sys.argv[1:]); sys.exit(3 if 'rich.live' in sys.modules else code)"
    )
    command = [sys.executable, "-c", program, "-p", "no:cacheprovider", *UNNEEDED, "--provider=gptge"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert Run(done.returncode, done.stdout, done.stderr, tmp_path).code == 0, done.stdout
    assert "asked," not in done.stdout
