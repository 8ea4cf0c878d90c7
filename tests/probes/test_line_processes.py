"""Programs in processes of their own are ended with whoever talks to them, whatever they are doing."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidconform.probes.line_processes import LineProcesses, OverDeadline, ProcessEnded

HANGS = "import time\ntime.sleep(600)\n"
ENDS = "input()\n"
ECHOES = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)\n"


def processes(folder: Path, program: str) -> LineProcesses:
    (folder / "program.py").write_text(program, "utf-8")
    return LineProcesses(folder / "program.py")


def test_a_line_is_answered_by_one_and_the_process_serves_the_next(tmp_path: Path) -> None:
    found = processes(tmp_path, ECHOES)
    with found.borrowed() as first:
        assert first.exchange({"said": 1}) == {"said": 1}
    with found.borrowed() as second:
        assert second is first
        assert second.exchange([2]) == [2]
    found.close()
    assert first.status == 0


@pytest.mark.parametrize("program", [HANGS, ECHOES])
def test_where_whoever_talks_is_interrupted_the_process_is_ended(program: str, tmp_path: Path) -> None:
    found = processes(tmp_path, program)
    with pytest.raises(KeyboardInterrupt), found.borrowed() as process:
        raise KeyboardInterrupt
    assert process.status is not None
    with found.borrowed() as another:
        assert another is not process
    another.kill()
    found.close()


def test_a_process_that_says_nothing_in_time_is_ended(tmp_path: Path) -> None:
    found = processes(tmp_path, HANGS)
    with pytest.raises(OverDeadline, match=r"no end in 0\.1 s"), found.borrowed() as process:
        process.exchange("hello", 0.1)
    assert process.status is not None


def test_a_process_that_ends_by_itself_is_told(tmp_path: Path) -> None:
    found = processes(tmp_path, ENDS)
    with pytest.raises(ProcessEnded), found.borrowed() as process:
        process.exchange("hello")
