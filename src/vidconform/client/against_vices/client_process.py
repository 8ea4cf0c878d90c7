"""A client as a process: started in a group of its own, watched, and ended with whatever it has started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from vidconform.client.against_vices.client_problems import UnusableCommand

_LOOKED_AFTER = 0.01
_MOST_SAID = 64 << 20
_TAIL_BYTES, _TAIL_LINES = 4096, 3


@dataclass(frozen=True)
class Ending:
    """How a client ended; the code is None for one that had to be killed, and `killed` says why."""

    code: int | None
    seconds: float
    said: str
    killed: str = ""

    @property
    def words(self) -> str:
        """How it ended, as a sentence goes on."""
        if self.code is None:
            return self.killed
        return f"ended with exit code {self.code}" if self.code >= 0 else f"was ended by signal {-self.code}"


def startable(command: Sequence[str]) -> tuple[str, ...]:
    """Return a command that can be started in any folder: files of this one by their whole path.

    Raises UnusableCommand.
    """
    program = shutil.which(command[0])
    if program is None:
        is_there = Path(command[0]).exists()
        raise UnusableCommand(command[0], "this is not executable" if is_there else "there is no such command")
    return (os.path.abspath(program), *(os.path.abspath(one) if os.path.isfile(one) else one for one in command[1:]))


@dataclass(frozen=True)
class ClientProcess:
    """What is started, and for how long; `stopped` ends whatever runs."""

    command: tuple[str, ...]
    seconds: float
    stopped: Event

    def run(self, folder: Path, environ: Mapping[str, str], out: Path, err: Path) -> Ending:
        """Run the client in a folder to its end, or to its deadline; none of its processes is left."""
        began = time.monotonic()
        with self._started(folder, environ, out, err) as process:
            killed = self._watch(process, began, (out, err))
        code = None if killed else process.returncode
        return Ending(code, time.monotonic() - began, _last_lines(err), killed)

    @contextmanager
    def _started(
        self, folder: Path, environ: Mapping[str, str], out: Path, err: Path
    ) -> Iterator[subprocess.Popen[bytes]]:
        # Files and no pipes: a child of the client that outlives it would keep a pipe open.
        with out.open("wb") as stdout, err.open("wb") as stderr:
            try:
                process = subprocess.Popen(  # noqa: S603 - what the user asked for
                    self.command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise UnusableCommand(self.command[0], f"this cannot be started ({error.strerror})") from None
        try:
            yield process
        finally:
            # Whatever the client has started and left behind goes with it.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _watch(self, process: subprocess.Popen[bytes], began: float, written: Sequence[Path]) -> str:
        """Return why the client has to be killed, or nothing once it has ended."""
        while process.poll() is None:
            if self.stopped.wait(_LOOKED_AFTER):
                return "was interrupted"
            if time.monotonic() - began > self.seconds:
                return f"had not ended after {self.seconds:.3g} s"
            if sum(path.stat().st_size for path in written) > _MOST_SAID:
                return f"had not ended after printing {_MOST_SAID >> 20} MiB"
        return ""


def _last_lines(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL_BYTES, 0))
        lines = file.read().decode("utf-8", "replace").splitlines()
    # What only underlines another line says nothing without it.
    said = [" ".join(line.split()) for line in lines if any(map(str.isalnum, line))]
    return " | ".join(said[-_TAIL_LINES:])
