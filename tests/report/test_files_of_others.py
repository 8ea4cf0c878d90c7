"""A report folder that somebody prepared: no link is followed, no pipe waited for, no file left half written."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.report_runs import verdict, write_run
from vidconform.cli import main
from vidconform.errors.error_types import BadOption, DataFileProblem
from vidconform.ledger.creations_file import CreationsFile
from vidconform.ledger.folders import hold_folder
from vidconform.redaction.guard import Guard
from vidconform.report.pages.run_report import write_beside
from vidconform.report.results_writer import ResultsWriter, check_folder
from vidconform.store.observer import Observer
from vidconform.text import spreadsheet

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and devices of POSIX")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["results.jsonl", "report.md", "ctrf.json", "matrix.csv", "results.sarif"])
def test_what_a_link_in_a_report_folder_leads_to_stays(name: str, tmp_path: Path) -> None:
    mine, folder = tmp_path / "mine.txt", tmp_path / "report"
    mine.write_text("mine")
    folder.mkdir()
    (folder / name).symlink_to(mine)
    check_folder(folder)
    write_run(folder, [verdict("fails")])
    write_beside(folder)
    assert mine.read_text() == "mine"
    if name == "results.jsonl":
        assert not (folder / name).is_symlink()
        assert '"kind": "run"' in (folder / name).read_text()


@pytest.mark.parametrize("name", ["evidence.jsonl", "creations.jsonl", "summary.md"])
def test_nothing_is_added_to_what_a_link_leads_to(name: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (tmp_path / name).symlink_to(mine)
    with pytest.raises(OSError, match="no regular file but a link, a pipe or a device"):
        Guard().append(tmp_path / name, "more")
    assert mine.read_text() == "mine"


def test_a_pipe_in_the_place_of_the_results_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "results.jsonl")
    for begin in (check_folder, ResultsWriter):
        with pytest.raises(BadOption, match="no regular file"):
            begin(tmp_path)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_pipe_and_a_device_are_no_results(make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "results.jsonl")
    assert main(["history", str(tmp_path / "results.jsonl")]) == 4
    assert "is no regular file" in capsys.readouterr().err


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_pipe_and_a_device_are_no_list_of_creations(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "creations.jsonl")
    with pytest.raises(DataFileProblem, match="no regular file but a link, a pipe or a device"):
        CreationsFile(tmp_path)


def test_a_link_in_the_place_of_the_lock_is_refused_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    mine, folder = tmp_path / "mine.txt", tmp_path / "report"
    mine.write_text("mine")
    folder.mkdir()
    (folder / ".lock").symlink_to(mine)
    with pytest.raises(BadOption, match=r"its \.lock is no file"), hold_folder(folder):
        pass
    assert mine.read_text() == "mine"


def test_a_file_is_written_beside_and_put_in_place_whole(tmp_path: Path) -> None:
    path = tmp_path / "observe.yaml"
    Guard().write(path, "of yesterday")
    with path.open() as reader:
        Guard().write(path, "of today")
        assert reader.read() == "of yesterday", "who reads goes on with the file that was there"
    assert path.read_text() == "of today"
    assert [file.name for file in tmp_path.iterdir()] == ["observe.yaml"]


KILLED = """
import os, sys
from pathlib import Path
from vidconform.redaction import Guard
os.replace = lambda *_: os.kill(os.getpid(), 9)
Guard().write(Path(sys.argv[1]), "of today" * 100_000)
"""


def test_a_recording_that_is_killed_midway_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "observe.yaml"
    path.write_text("of yesterday")
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False).returncode == -9
    assert path.read_text() == "of yesterday"


def test_an_observer_writes_over_no_link(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    (tmp_path / "observed.json").symlink_to(mine)
    Observer(tmp_path)._write()
    assert mine.read_text() == "mine"
    assert not (tmp_path / "observed.json").is_symlink()


FORMULAS = ["=1+1", " =1", "a;=cmd|' /C calc'!A0", 'a;"=1"', "a;\u00a0+1", "x; -1", "\uff1d1", "a|@b", "\t=1"]


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_whatever_separates_cells(text: str, separator: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["first", spreadsheet(text), "last, of all"])
    (row,) = csv.reader(io.StringIO(out.getvalue()), delimiter=separator)
    assert not [cell for cell in row if cell.strip(' "')[:1] in ("=", "+", "-", "@", "\uff1d")]


def test_plain_text_stays_as_it_is_in_a_spreadsheet() -> None:
    assert spreadsheet("expected 1; received 2-3, a=b") == "expected 1; received 2-3, a=b"
