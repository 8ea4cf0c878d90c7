"""A file that others wait for when they open it, as for one on a disk that does not answer; and who waits is known."""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path
from types import TracebackType
from typing import Any


class HeldFile:
    """Holds a file by a lease of Linux, which its opening breaks: whoever opens it sleeps for as long as it is held.

    The kernel holds it for /proc/sys/fs/lease-break-time seconds, 45 where nobody changed that.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.wanted = path, False

    def __enter__(self) -> HeldFile:
        self._before = signal.signal(signal.SIGIO, self._note)
        self._file = os.open(self.path, os.O_RDONLY)
        fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        os.close(self._file)
        signal.signal(signal.SIGIO, self._before)

    def _note(self, *_: Any) -> None:
        self.wanted = True
