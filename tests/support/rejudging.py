"""Calls of rejudge as a user makes them, and what they write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.processes import environment


def begin(*arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Begin to judge again in a process of its own, which leads a group of its own as one of a terminal does."""
    command = [sys.executable, "-m", "vidconform", "rejudge", *map(str, arguments)]
    pipe, environ = subprocess.PIPE, environment(**variables)
    return subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe, env=environ, start_new_session=True)


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Return what a call came to."""
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def again(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Judge again in a process of its own."""
    return ended(begin(*arguments, **variables))


def written(out: Path) -> dict[str, bytes]:
    """Return the files of an OUT by their place in it."""
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
