"""What is printed is only text: no control character, no direction mark, no command to a CI, whoever wrote it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import copy_of
from tests.support.report_runs import verdict, write_run
from vidconform.text import printable, say

HARMFUL = [
    "\x1b[2J",
    "\x9b31m",
    "\u202e",
    "\u2066",
    "\r",
    "\x07",
    "::set-output name=a::b",
    "##[add-mask]x",
    "##vso[task]",
    "##VSO[task]",
    "##TeamCity[x]",
]


@pytest.mark.parametrize("harmful", HARMFUL)
@pytest.mark.parametrize("before", ["", "a task named "])
def test_what_commands_a_terminal_or_a_ci_is_spelled_out(harmful: str, before: str) -> None:
    shown = printable(f"one\n{before}{harmful} two")
    assert harmful not in shown
    assert shown.startswith("one\n")
    assert shown.endswith(" two")


@pytest.mark.parametrize("text", ["suites/test_x.py::test_a", "naïve 日本\n\tsecond", "http://[::1]:80", "# [a] b"])
def test_what_commands_nothing_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_what_an_encoding_lacks_is_written_in_words(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding)
    say("✓ a → 日", stream)
    shown = {"utf-8": "✓ a → 日\n", "ascii": "ok a -> \\u65e5\n", "cp1252": "ok a -> \\u65e5\n"}[encoding]
    assert raw.getvalue().decode(encoding).replace("\r\n", "\n") == shown


def ran(*words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    """Run a command as a process of its own."""
    environ = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "vidconform", *words]
    return subprocess.run(command, env=environ, capture_output=True, timeout=120, check=False)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("command", ["diff", "history"])
def test_results_are_told_on_a_terminal_of_any_encoding(command: str, encoding: str, tmp_path: Path) -> None:
    write_run(tmp_path / "old", [verdict("conforms", "status-\u2713")])
    write_run(tmp_path / "new", [verdict("fails", "status-\u2713", received="\u2713 \u65e5")])
    done = ran(command, str(tmp_path / "old"), str(tmp_path / "new"), encoding=encoding)
    assert done.returncode in (0, 1), done.stderr
    assert b"status-ok" in done.stdout


@pytest.mark.slow
def test_the_files_of_a_provider_command_nothing_through_list(tmp_path: Path) -> None:
    folder = copy_of("octopusx", tmp_path, cassettes=False)
    ledger = next((folder / "query").glob("requirements.toml"))
    text = ledger.read_text("utf-8")
    statement = 'statement = "'
    assert statement in text
    harmful = statement + r"\u001b[2J \u202e ::set-output name=a::b ##[add-mask]x "
    ledger.write_text(text.replace(statement, harmful, 1), "utf-8")
    for options in ([], ["--json"]):
        done = ran("list", str(folder), *options)
        assert done.returncode == 0, done.stderr
        said = done.stdout.decode()
        assert not [mark for mark in ("\x1b", "\u202e", "::set-output", "##[") if mark in said]
        assert "set-output" in said
