"""Standard output and standard error of a command, where nobody reads them or they were closed before it began."""

from __future__ import annotations

import os
import sys

_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


def open_closed_streams() -> None:
    """Let what a caller has closed lead nowhere: else the next file that is opened would take its place."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_ERROR:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(_STANDARD_OUTPUT, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(_STANDARD_ERROR, "w", closefd=False)


def drop_unwritten() -> None:
    """Let what could not be written lead nowhere: Python would try once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
