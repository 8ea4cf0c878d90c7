"""A scheduler of Dask and its workers on loopback, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import environment

PATIENCE = 60.0
_ON_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass
class Cluster:
    """A scheduler; workers join it one by one. All of its processes are ended when it is left."""

    folder: Path
    address: str = ""
    _held: ExitStack = field(default_factory=ExitStack)
    _workers: int = 0

    def __enter__(self) -> Cluster:
        told = self.folder / "scheduler.json"
        self.scheduler = self._start("scheduler", ("--port", "0", "--scheduler-file", str(told)))
        until(lambda: told.is_file() and told.read_text("utf-8").endswith("}"))
        self.address = str(json.loads(told.read_text("utf-8"))["address"])
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def worker(self, before: Sequence[str] = (), **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, begun by another program where one is given; it has joined on return."""
        process = self._start("worker", (self.address, "--nthreads", "1", "--no-nanny"), before, **variables)
        self._workers += 1
        until(lambda: (self.folder / "cluster.log").read_text("utf-8").count("Registered to:") == self._workers)
        return process

    def _start(
        self, program: str, options: Sequence[str], before: Sequence[str] = (), **variables: str
    ) -> subprocess.Popen[bytes]:
        command = [*before, sys.executable, "-m", f"distributed.cli.dask_{program}", *options, *_ON_LOOPBACK]
        log = self._held.enter_context((self.folder / "cluster.log").open("ab"))
        process = subprocess.Popen(command, cwd=self.folder, env=environment(**variables), stdout=log, stderr=log)
        self._held.callback(_end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)
