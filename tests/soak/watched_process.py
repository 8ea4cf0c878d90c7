"""A process with all that descends from it: its end, its memory, and its signals."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.plans import Signal

# Seconds that what descends from a process may outlive it, and that what is killed may take to be gone.
GRACE = 15.0
_PAUSE = 0.05


@dataclass
class Watched:
    """A started process; `peak` is in kilobytes, of the largest of it and its descendants.

    `hung` says why it had to be ended. A signal of `ends` is sent once `is_due` says so.
    """

    process: subprocess.Popen[bytes]
    out: Path
    ends: Signal | None
    is_due: Callable[[], bool]
    peak: int = 0
    signalled: bool = False
    hung: str = ""
    _started: float = field(default_factory=time.monotonic)
    _others: set[str] = field(default_factory=set)

    @property
    def code(self) -> int:
        """What it ended with; less than 0 for a signal."""
        return self.process.wait()

    @property
    def said(self) -> str:
        """All that it printed."""
        return self.out.read_text("utf-8", "replace")

    def step(self, longest: float) -> bool:
        """Look at it once, and return whether it is still there."""
        self.peak = max(self.peak, *(_high_water(pid) for pid in self.descendants()), 0)
        if self.process.poll() is not None:
            return False
        if self.ends is not None and not self.signalled and self.is_due():
            self.signalled = True
            self._signal(self.ends)
        if time.monotonic() - self._started > longest:
            self.hung = f"did not end within {longest:g} s"
            self._end()
            return False
        return True

    def settle(self) -> None:
        """Wait for what descends from it, and end what does not end itself."""
        end = time.monotonic() + GRACE
        while left := list(self.descendants()):
            if time.monotonic() > end:
                self.hung = self.hung or f"left {len(left)} processes behind"
                self._end()
                return
            time.sleep(_PAUSE)

    def _signal(self, ends: Signal) -> None:
        with suppress(ProcessLookupError):
            (os.killpg if ends.whole else os.kill)(self.process.pid, ends.number)

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        end = time.monotonic() + GRACE
        while time.monotonic() < end and any(self.descendants()):
            time.sleep(_PAUSE)

    def descendants(self) -> Iterator[int]:
        """Yield the processes of its session that are not over; a process of another one stays in that."""
        listed = {name for name in os.listdir("/proc") if name.isdigit()}
        self._others &= listed
        for pid in listed - self._others:
            session = _session(pid)
            if session == self.process.pid:
                yield int(pid)
            elif session is not None:
                self._others.add(pid)


def start(
    command: Sequence[str],
    folder: Path,
    out: Path,
    environ: Mapping[str, str],
    ends: Signal | None = None,
    is_due: Callable[[], bool] = lambda: False,
) -> Watched:
    """Start a command in a session of its own, and write what it prints to a file."""
    with out.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    return Watched(process, out, ends, is_due)


def watch(started: Sequence[Watched], longest: float) -> None:
    """Wait for the end of processes and of what descends from them; none is waited for longer than some seconds."""
    while [one for one in started if one.step(longest)]:
        time.sleep(_PAUSE)
    for one in started:
        one.settle()


def _session(pid: str) -> int | None:
    try:
        fields = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[3])


def _high_water(pid: int) -> int:
    with suppress(OSError):
        for line in Path("/proc", str(pid), "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0
