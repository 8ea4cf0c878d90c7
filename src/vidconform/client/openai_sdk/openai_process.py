"""Calls the openai package in a process of its own, each call with a deadline after which the process is ended."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

_PROGRAM = Path(__file__).with_name("openai_program.py")
# Its imports take a second or two, on a busy machine many more.
_START = 120.0
# What would lead it to another address than the one on this machine, or give it a key.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH")


class OpenAIFailure(Exception):
    """The process that calls the openai package could not be started or ended by itself."""


class OverDeadline(Exception):
    """A call did not end before its deadline, and was ended."""


class OpenAIProcess:
    """The process that calls the package, started when it is first wanted and again after one that was ended."""

    def __init__(self) -> None:
        self.version = ""
        self._process: subprocess.Popen[str] | None = None
        self._lines: Queue[str] = Queue()
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start the process, unless one runs; its imports go on while other work is done."""
        if self._process is None:
            environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
            # -P: the folder of the program holds modules whose names others may have too.
            command, pipe = [sys.executable, "-P", str(_PROGRAM)], subprocess.PIPE
            self._process = subprocess.Popen(  # noqa: S603 - our own
                command, stdin=pipe, stdout=pipe, text=True, start_new_session=True, env=environ
            )
            self._lines = Queue()
            self._reader = threading.Thread(target=_read, args=(self._process, self._lines), daemon=True)
            self._reader.start()
            self.version = ""

    def call(self, asked: dict[str, Any], deadline: float) -> dict[str, Any]:
        """Return what came of a call; raises OverDeadline, OpenAIFailure."""
        self.start()
        if not self.version:
            self.version = self._heard(_START)["version"]
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise OpenAIFailure(f"the process that calls openai ended ({error.strerror})") from error
        return self._heard(deadline)

    def _heard(self, seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            self.close()
            raise OverDeadline(f"no end in {seconds:g} s") from None
        if not line:
            self.close()
            raise OpenAIFailure("the process that calls openai ended by itself")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert self._reader is not None
            self._reader.join()
            for pipe in (process.stdin, process.stdout):
                # A call that was not read stays in its buffer.
                with suppress(OSError):
                    pipe and pipe.close()


class OpenAIProcesses:
    """The processes that stand ready: one serves a provider after the other, and threads that ask at once have more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[OpenAIProcess] = []
        self._busy: list[OpenAIProcess] = []

    def start(self) -> None:
        """Have one ready; its imports go on while other work is done."""
        with self.borrowed() as process:
            process.start()

    @contextmanager
    def borrowed(self) -> Iterator[OpenAIProcess]:
        """Lend a process that nobody else talks to."""
        with self._lock:
            process = self._idle.pop() if self._idle else OpenAIProcess()
            self._busy.append(process)
        try:
            yield process
        finally:
            with self._lock:
                self._busy.remove(process)
                self._idle.append(process)

    def close(self) -> None:
        """End all, also those that a thread which is given up still talks to."""
        for process in (*self._busy, *self._idle):
            process.close()


OPENAI = OpenAIProcesses()
atexit.register(OPENAI.close)


def _read(process: subprocess.Popen[str], lines: Queue[str]) -> None:
    """Hand on each line, and an empty text at the end."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")
