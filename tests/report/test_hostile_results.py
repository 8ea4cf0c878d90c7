"""Damaged results: whatever stands in a file, a command reads it or refuses it, and exit code 1 means worse alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import environment
from tests.support.report_runs import sight, verdict, write_run
from vidconform.cli import main

HOSTILE: list[Any] = [
    10**400, 10**30, 2**64, -1, 1e308, None, True, [], {}, "", "x" * 10_000, "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", "../../etc",
]  # fmt: skip

Place = tuple[int, tuple[Any, ...]]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a value, but for the value itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in inner:
        yield (*at, step)
        yield from places(member, (*at, step))


def put(value: Any, at: tuple[Any, ...], new: Any) -> None:
    for step in at[:-1]:
        value = value[step]
    value[at[-1]] = new


def written(folder: Path) -> Path:
    rows = [verdict(evidence=[sight()]), verdict("fails", "status-type"), verdict("unseen", "x")]
    return write_run(folder, rows, cost={"acme": {"requests": 5, "creations": 1}}, price=0.4)


def commands(good: Path, bad: Path, site: Path) -> list[list[str]]:
    return [
        ["diff", str(good), str(bad)],
        ["diff", "--json", str(bad), str(good)],
        ["history", str(good), str(bad)],
        ["notice", "--provider=acme", str(good), str(bad)],
        ["report", "-o", str(site), str(bad)],
    ]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda value: repr(value)[:30])
def test_a_value_of_any_kind_anywhere_is_read_or_refused(
    hostile: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = written(tmp_path / "good").parent, written(tmp_path / "bad")
    right = [json.loads(line) for line in bad.read_text("utf-8").splitlines()]
    for number in range(len(right)):
        for at in places(right[number]):
            lines = json.loads(json.dumps(right))
            put(lines[number], at, hostile)
            bad.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
            command = commands(good, bad, tmp_path / "site")[number % 5 - 1 if number else 0]
            code = main(command)
            said = capsys.readouterr().err
            assert code in (0, 1, 4), (number, at, command)
            assert "VC-90" not in said, (number, at, said)


def vidconform(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vidconform", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("made", ["device", "pipe", "deep", "long line", "observed pipe", "observed bomb"])
def test_a_file_that_never_ends_is_refused_at_once(made: str, tmp_path: Path) -> None:
    good, bad = written(tmp_path / "good"), written(tmp_path / "bad")
    observed = bad.with_name("observed.json")
    if made == "device":
        bad.unlink()
        bad.symlink_to("/dev/zero")
    elif made == "pipe":
        bad.unlink()
        os.mkfifo(bad)
    elif made == "deep":
        bad.write_text("[" * 100_000 + "\n", "utf-8")
    elif made == "long line":
        with bad.open("wb") as file:
            file.truncate(8 << 30)
    elif made == "observed pipe":
        os.mkfifo(observed)
    else:
        observed.write_text('{"a":' * 50_000, "utf-8")
    done = vidconform("diff", str(good), str(bad), folder=tmp_path)
    # Who looks through the folder afterwards shall find nothing without an end.
    bad.unlink()
    observed.unlink(missing_ok=True)
    expected = 0 if made.startswith("observed") else 4
    assert done.returncode == expected, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot be read" in done.stdout if expected == 0 else len(done.stderr.splitlines()) == 1


def test_an_error_of_ours_says_so_and_never_that_something_got_worse(tmp_path: Path) -> None:
    good = written(tmp_path / "good")
    script = (
        "import sys; from vidconform.report.nightly import drift; from vidconform import cli\n"
        "def broken(old, new): raise KeyError('a\\nb')\n"
        "drift.drift = broken\n"
        f"sys.exit(cli.main(['diff', {str(good)!r}, {str(good)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 4
    assert done.stderr.startswith("vidconform: an error of our own: KeyError at <string>:2: ")
    assert done.stderr.endswith(" [VC-903]\n")
    assert len(done.stderr.splitlines()) == 1
