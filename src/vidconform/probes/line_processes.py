"""Programs of ours in processes of their own: each is told a line of JSON and answers with one."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import RLock, Thread
from typing import Any

# Seconds in which a program that is done ends by itself; a call that hangs would keep Ctrl-C waiting.
_GRACE = 2.0


class ProcessEnded(Exception):
    """A process ended by itself."""


class OverDeadline(Exception):
    """A process did not answer before the deadline, and was ended."""


class LineProcess:
    """A process that runs a program, with all of our environment or the variables that are `kept`."""

    def __init__(self, program: Path, kept: Collection[str] | None) -> None:
        # -P: the folder of the program holds modules whose names others may have too. A session of its own keeps
        # Ctrl-C from it; it ends when its pipe does.
        command, pipe = [sys.executable, "-P", str(program)], subprocess.PIPE
        environ = None if kept is None else {name: os.environ[name] for name in kept if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own
            command, stdin=pipe, stdout=pipe, text=True, start_new_session=True, env=environ
        )
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def status(self) -> int | None:
        """The status that the process ended with, or None while it runs."""
        return self._process.poll()

    def exchange(self, said: Any, seconds: float | None = None) -> Any:
        """Say one thing and return what is said to it; raises ProcessEnded, OverDeadline."""
        assert self._process.stdin is not None
        # Where the process has ended, no line comes either.
        with suppress(OSError):
            self._process.stdin.write(json.dumps(said) + "\n")
            self._process.stdin.flush()
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            self.kill()
            raise OverDeadline(f"no end in {seconds:g} s") from None
        if not line:
            raise ProcessEnded
        return json.loads(line)

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()

    def end(self) -> None:
        """End what the process is told, and the process itself where it does not heed that."""
        assert self._process.stdin is not None
        # What was not read stays in its buffer.
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        """Hand on each line, and an empty text at the end."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")


class LineProcesses:
    """The processes of a program: one is started when it is first wanted, and more for threads that ask at once.

    None waits for another's: a provider that hangs would hold up those that do not.
    """

    def __init__(self, program: Path, kept: Collection[str] | None = None) -> None:
        self._program, self._kept = program, kept
        self._lock = RLock()
        self._idle: list[LineProcess] = []
        self._busy: list[LineProcess] = []
        atexit.register(self.close)

    def start(self) -> LineProcess:
        """Return a running process with nothing to do; other work can be done while it imports."""
        with self._lock:
            self._idle = [process for process in self._idle if process.status is None]
            if not self._idle:
                self._idle.append(LineProcess(self._program, self._kept))
            return self._idle[-1]

    @contextmanager
    def borrowed(self) -> Iterator[LineProcess]:
        """Lend a process that nobody else talks to; where that raises, the process is ended."""
        with self._lock:
            process = self.start()
            self._idle.remove(process)
            self._busy.append(process)
        try:
            yield process
        except BaseException:
            # It may be waiting for a line that will not come.
            with self._lock:
                self._busy.remove(process)
            process.end()
            raise
        with self._lock:
            self._busy.remove(process)
            self._idle.append(process)

    def close(self) -> None:
        """End the processes, also those that a thread which is given up still talks to."""
        with self._lock:
            for process in self._busy:
                process.kill()
            for process in self._idle:
                process.end()
            self._idle = []
