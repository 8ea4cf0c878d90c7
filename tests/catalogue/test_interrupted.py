"""Who interrupts rejudge at a terminal reads one sentence, and loses nothing that was judged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.dask_processes import until
from tests.support.held_file import HeldFile
from tests.support.processes import environment
from tests.support.rejudging import again, begin, ended, written

pytestmark = pytest.mark.slow

HELD = "05/01/report/results.jsonl"


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", ["--jobs=1", "--jobs=2", "--on=dask"])
def test_an_interrupted_call_says_so_leaves_no_process_and_the_next_one_judges_the_rest(
    many_nights: Path, tmp_path: Path, how: str
) -> None:
    if how == "--on=dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    out = tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, how)
        until(lambda: held.wanted and any(out.rglob("rejudged.json")))
        os.killpg(call.pid, signal.SIGINT)
        found = ended(call)
    kept = f"what was judged is kept in {out}, and the same call judges the rest"
    assert (found.returncode, found.stdout, found.stderr) == (130, "", f"vidconform: interrupted; {kept}\n")
    until(lambda: not is_there(call.pid))
    done = len(list(out.rglob("rejudged.json")))
    assert 0 < done < 20
    assert f"{20 - done} judged again, {done} as before" in again(many_nights, "-o", out, "--jobs=1").stdout
    assert len(written(out)) == 2 * 20


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_call_that_is_ended_by_itself_leaves_no_process(
    number: signal.Signals, many_nights: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, "--jobs=2")
        until(lambda: held.wanted and any(out.rglob("rejudged.json")))
        call.send_signal(number)
        found = ended(call)
    assert (found.returncode, found.stderr.count("\n")) == (128 + number, 1)
    until(lambda: not is_there(call.pid))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_proof_that_is_ended_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    call = subprocess.Popen(
        [sys.executable, "-m", "vidconform", "proof", "octopusx"],
        cwd=tmp_path, env=environment(), start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    # Its processes, beside itself and what keeps track of them.
    until(lambda: members(call.pid) > 3)
    call.send_signal(number)
    found = ended(call)
    assert (found.returncode, found.stdout, found.stderr) == (128 + number, "", "vidconform: interrupted\n")
    until(lambda: not is_there(call.pid))


def members(group: int) -> int:
    """Return how many processes a group has."""
    shown = subprocess.run(["ps", "-eo", "pgid"], capture_output=True, text=True, check=True).stdout
    return shown.split().count(str(group))


def test_who_is_interrupted_while_the_processes_begin_reads_one_sentence_too(many_nights: Path, tmp_path: Path) -> None:
    call = begin(many_nights, "-o", tmp_path / "out", "--jobs=2")
    until((tmp_path / "out/.lock").exists)
    os.killpg(call.pid, signal.SIGINT)
    found = ended(call)
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (130, "", 1)
