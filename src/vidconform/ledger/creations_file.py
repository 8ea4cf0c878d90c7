"""creations.jsonl: each creation of a run, written down before it is paid for, so that none is paid for twice."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from vidconform.exchange import Exchange, Request, encode, timestamp
from vidconform.ledger.creation_lines import FORMAT, NAME, Created, read_creations
from vidconform.redaction import Guard
from vidconform.transport import NotSent, ProbeFailure


class Creations:
    """The creations of all runs into one folder; with `resumes`, those of earlier ones are to be followed now.

    `looked_up` are the contracts of which the user names a task.
    """

    def __init__(
        self, folder: Path, resumes: bool = False, guard: Guard | None = None, looked_up: Collection[str] = ()
    ) -> None:
        self.path, self._guard = folder / NAME, guard or Guard()
        self._file: BinaryIO | None = None
        self._resumes, self._looked_up = resumes, looked_up
        self.earlier = read_creations(self.path)
        self._known = dict(self.earlier)

    @property
    def left(self) -> list[Created]:
        """The creations of earlier runs whose tasks nobody has followed to their end."""
        return [creation for creation in self.earlier.values() if creation.state == "created"]

    @property
    def resumed(self) -> list[Created]:
        """The creations that are gone on with: those left, and the finished ones of a run that was killed."""
        finished = [c for c in self.earlier.values() if c.state == "finished" and not c.settled]
        return [*finished, *self.left] if self._resumes else []

    @property
    def untold(self) -> list[Created]:
        """The last creations of earlier runs that were lost without a word, while they keep others from being sent."""
        last = {(c.contract, c.probe, c.base_url): c for c in self.earlier.values()}.values()
        return [c for c in last if self._resumes and c.is_lost and not c.told and c.contract not in self._looked_up]

    def unfinished(self, contract: str, probe: str, base_url: str) -> Exchange | None:
        """Return the creation whose task is to be followed now: the last of its probe, where it was created."""
        asked = (contract, probe, base_url)
        found = [c.exchange for c in self.resumed if (c.contract, c.probe, c.base_url) == asked]
        return found[-1] if found else None

    def sent(self, contract: str, probe: str, request: Request) -> int:
        """Write down a creation before it is sent and return its number; raises NotSent, ProbeFailure."""
        self._hold_doubt(contract, probe, request.base_url)
        number = max(self._known, default=0) + 1
        creation = Created(number, contract, probe, timestamp(), request.base_url)
        try:
            self._write(_line("sent", creation, base_url=request.base_url, request=str(request)))
        except OSError as error:
            raise NotSent(f"a file to write creations to; {self.path} cannot be written: {error.strerror}") from error
        self._known[number] = creation
        return number

    def _hold_doubt(self, contract: str, probe: str, base_url: str) -> None:
        """A run that goes on with a killed one pays nothing twice, until the user has heard of it."""
        asked, name = (contract, probe, base_url), contract.partition("/")[2]
        for last in (c for c in self.untold if (c.contract, c.probe, c.base_url) == asked):
            sent = f"not sent: nobody knows what became of the creation sent at {last.at} ({last.cause})"
            advice = f"look it up at the vendor and pass --task-id={name}=ID, or run once more"
            raise ProbeFailure(f"{sent}; {advice}", sent=False)

    def created(self, number: int, task_id: str, exchange: Exchange) -> None:
        """Write down the task that came of it; raises ProbeFailure that names the task."""
        self._known[number] = replace(self._known[number], state="created", task_id=task_id, exchange=exchange)
        try:
            self._write(_line("created", self._known[number], task_id=task_id, exchange=encode(exchange)))
        except OSError as error:
            sentence = f"task {task_id} was created, and {self.path} cannot be written: {error.strerror}"
            raise ProbeFailure(sentence) from error

    def accepted(self, number: int, task_id: str | None, exchange: Exchange) -> None:
        """Write down the task that should not have come of it."""
        self._write(_line("accepted", self._known[number], task_id=task_id, exchange=encode(exchange)))

    def nothing(self, number: int, cause: str) -> None:
        """Write down that nothing came of it."""
        self._write(_line("nothing", self._known[number], cause=cause))

    def lost(self, number: int, cause: str) -> None:
        """Write down that something may have come of it."""
        self._write(_line("lost", self._known[number], cause=cause))

    def finished(self, contract: str, probe: str, task_id: str) -> None:
        """Write down that a task was followed to its end."""
        for creation in self._known.values():
            if (creation.contract, creation.probe, creation.task_id) == (contract, probe, task_id):
                self._write(_line("finished", creation, task_id=task_id))

    def told(self, lost: Iterable[Created]) -> None:
        """Write down that the user was told of creations that were lost; what cannot be written is told once more."""
        was_open = self._file is not None
        with suppress(OSError):
            for creation in lost:
                self._write(_line("told", creation))
        if not was_open:
            self.close(ended=False)

    def close(self, ended: bool) -> None:
        """Close the file, if there is one, and write down whether the run came to its end."""
        if self._file is not None:
            if ended:
                # A run that cannot say so is taken for one that was killed, which costs nothing.
                with suppress(OSError):
                    self._write({"kind": "ended", "at": timestamp()})
            self._file.close()
            self._file = None

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            self._file = self._open()
        self._file.write(self._guard.line(self.path, line).encode())
        self._file.flush()
        # A task that is paid for outlives this process, and shall outlive this machine's power supply.
        os.fsync(self._file.fileno())

    def _open(self) -> BinaryIO:
        """Open the file behind its last whole line; what a killed run was writing is not one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+b")
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        head = self._guard.line(self.path, {"kind": "creations", "format": FORMAT}).encode()
        # From here on the lines of an older file are of today's format.
        if head not in content:
            file.write(head)
        return file


def _line(kind: str, creation: Created, **more: Any) -> dict[str, Any]:
    named = {"contract": creation.contract, "probe": creation.probe}
    return {"kind": kind, "number": creation.number, **named, "at": timestamp(), **more}
