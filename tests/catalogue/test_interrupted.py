"""Who interrupts rejudge at a terminal reads one sentence, and loses nothing that was judged."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.dask_processes import until
from tests.support.held_file import HeldFile
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


def test_who_is_interrupted_while_the_processes_begin_reads_one_sentence_too(many_nights: Path, tmp_path: Path) -> None:
    call = begin(many_nights, "-o", tmp_path / "out", "--jobs=2")
    until((tmp_path / "out/.lock").exists)
    os.killpg(call.pid, signal.SIGINT)
    found = ended(call)
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (130, "", 1)
