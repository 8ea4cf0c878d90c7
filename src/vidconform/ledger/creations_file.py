"""creations.jsonl: each creation of a run, written down before it is paid for, so that none is paid for twice."""

from __future__ import annotations

import errno
import json
import os
import re
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from vidconform.errors import WriteFailed
from vidconform.exchange import Exchange, RedactedExchange, Request, encode, timestamp
from vidconform.ledger.creation_lines import FOLLOWED, FORMAT, NAME, Created, line_of, read_creations, without_exchange
from vidconform.ledger.creation_log import CreationLog
from vidconform.redaction import Guard, open_regular
from vidconform.text import Redacted
from vidconform.transport import NotSent, ProbeFailure, one_line

_NUMBER = re.compile(rb'^\{"kind": "\w+", "number": (\d+)', re.MULTILINE)
# Seconds; another run holds the lock for one line.
_LONGEST_WAIT = 30.0


class CreationsFile(CreationLog):
    """The creations of all runs into one folder; with `resumes`, those of earlier ones are to be followed now.

    `is_shared` says that it is the file of all runs of a user, and not that of a folder of --report.
    Where a line cannot be written the run goes on, and what it would have said is told at the end.
    """

    def __init__(
        self, folder: Path, resumes: bool = False, guard: Guard | None = None, *, is_shared: bool = False
    ) -> None:
        self.path, self._guard, self.is_shared = folder / NAME, guard or Guard(), is_shared
        self._file: BinaryIO | None = None
        self._resumes = resumes
        # Providers that are asked side by side write to one file.
        self._lock = threading.Lock()
        self.earlier = read_creations(self.path)
        self._known = dict(self.earlier)
        self._looked_at, self._most = 0, 0
        self._looked_up: set[int] = set()

    def check(self) -> None:
        """Raise OSError where what is there already cannot be written to."""
        for path in filter(Path.exists, (self.path, self._lock_path)):
            os.close(open_regular(path, "a"))

    @property
    def _lock_path(self) -> Path:
        return self.path.with_name(f".{NAME}.lock")

    @property
    def left(self) -> list[Created]:
        """The creations of earlier runs whose tasks nobody has followed to their end."""
        return [creation for creation in self.earlier.values() if creation.state == "created"]

    @property
    def resumed(self) -> list[Created]:
        """The creations that are gone on with: those left, and the finished ones of a run that was killed."""
        finished = [c for c in self.earlier.values() if c.state == "finished" and not c.settled]
        return [*finished, *self.left] if self._resumes else []

    def losses(self, addresses: Collection[tuple[str, str]]) -> list[Created]:
        """Return the creations of earlier runs, of contracts with their addresses, that may have been charged."""
        return [c for c in self.earlier.values() if c.is_lost and (c.contract, c.base_url) in addresses]

    def settle(self, word: str, addresses: Collection[tuple[str, str]]) -> None:
        """Write down what the user found out of all that was lost: `paid` or `not-made`."""
        for creation in self.losses(addresses):
            state = "paid" if word == "paid" else "nothing"
            self.earlier[creation.number] = self._known[creation.number] = replace(creation, state=state)
            self._note(line_of("settled", creation, **{"as": word}))

    def unfinished(self, contract: str, probe: str, base_url: str) -> Exchange | None:
        """Return the creation whose task is to be followed now: the last of its probe, where it was created."""
        asked = (contract, probe, base_url)
        found = [c.exchange for c in self.resumed if (c.contract, c.probe, c.base_url) == asked]
        return found[-1] if found else None

    def sent(self, contract: str, probe: str, request: Request) -> int:
        """Write down a creation before it is sent and return its number; raises NotSent, ProbeFailure."""
        self._check_doubt(contract, probe, request.base_url)
        creation = Created(0, contract, probe, timestamp(), request.base_url)
        try:
            number = self._number(creation, request)
        except OSError as error:
            raise NotSent(
                f"a file to write creations to; {self.path} cannot be written: {error.strerror or error}"
            ) from error
        self._known[number] = replace(creation, number=number)
        return number

    def _number(self, creation: Created, request: Request) -> int:
        """Write a creation down under a number that no other run gives."""
        from filelock import FileLock

        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, FileLock(self._lock_path, timeout=_LONGEST_WAIT):
            number = self._highest() + 1
            creation = replace(creation, number=number)
            self._write(line_of("sent", creation, base_url=request.base_url, request=str(request)))
        return number

    def _highest(self) -> int:
        """Return the highest number in the file, of which only what was added since the last look is read."""
        added = b""
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self._looked_at)
                added = file.read()
        self._looked_at += len(added)
        self._most = max([self._most, *(int(number) for number in _NUMBER.findall(added))])
        return self._most

    def _check_doubt(self, contract: str, probe: str, base_url: str) -> None:
        """A run that goes on with a killed one pays nothing twice, until the user has settled what was lost."""
        for last in (c for c in self.losses([(contract, base_url)]) if self._resumes and c.probe == probe):
            sent = f"not sent: nobody knows what became of the creation sent at {last.at} ({last.cause})"
            raise ProbeFailure(f"{sent}; look it up at the vendor and pass --settle=paid or not-made", sent=False)

    def created(self, number: int, task_id: Redacted, exchange: RedactedExchange) -> None:
        """Write down the task that came of it."""
        self._known[number] = replace(self._known[number], state="created", task_id=task_id, exchange=exchange)
        self._note(line_of("created", self._known[number], task_id=task_id, exchange=encode(exchange)))

    def accepted(self, number: int, task_id: Redacted | None, exchange: RedactedExchange) -> None:
        """Write down the task that should not have come of it."""
        self._known[number] = replace(self._known[number], state="accepted", task_id=task_id, exchange=exchange)
        self._note(line_of("accepted", self._known[number], task_id=task_id, exchange=encode(exchange)))

    def nothing(self, number: int, cause: Redacted) -> None:
        """Write down that nothing came of it."""
        self._note(line_of("nothing", self._known[number], cause=cause))

    def lost(self, number: int, cause: Redacted, task_id: Redacted | None = None) -> None:
        """Write down that something may have come of it, and what is left of its id."""
        self._known[number] = replace(self._known[number], state="lost", task_id=task_id, cause=cause)
        told = {} if task_id is None else {"task_id": task_id}
        self._note(line_of("lost", self._known[number], cause=cause, **told))

    def lost_to_look_up(self, contract: str, base_url: str) -> list[Created]:
        """Return the lost creations whose task can be looked up by a salvaged id, each once in a run."""
        here = [c for c in self._known.values() if (c.contract, c.base_url) == (contract, base_url)]
        left = [c for c in here if c.is_lost and c.task_id is not None and c.number not in self._looked_up]
        self._looked_up |= {creation.number for creation in left}
        return left

    def found(self, lost: Created, exchange: RedactedExchange) -> None:
        """Write down the task that came of it; what is not followed to its end is paid, and no more."""
        assert lost.task_id is not None
        # It was redacted when it was written down.
        task_id = Redacted(lost.task_id)
        if lost.probe in FOLLOWED:
            self.created(lost.number, task_id, exchange)
        else:
            self.accepted(lost.number, task_id, exchange)
        if lost.number in self.earlier:
            self.earlier[lost.number] = self._known[lost.number]

    def finished(self, contract: str, probe: str, task_id: Redacted) -> None:
        """Write down that a task was followed to its end."""
        for creation in list(self._known.values()):
            if (creation.contract, creation.probe, creation.task_id) == (contract, probe, task_id):
                self._note(line_of("finished", creation, task_id=task_id))

    def close(self, ended: bool) -> None:
        """Close the file, if there is one, and write down whether the run came to its end."""
        if self._file is not None:
            if ended:
                # A run that cannot say so is taken for one that was killed, which costs nothing.
                with suppress(OSError):
                    self._write({"kind": "ended", "at": timestamp()})
            self._file.close()
            self._file = None

    def _note(self, line: dict[str, Any]) -> None:
        """Write a line, or keep for the end of the run what it would have said of a creation."""
        try:
            with self._lock:
                self._write(line)
        except OSError as error:
            task = f"task {line['task_id']} of " if line.get("task_id") else ""
            kept = f"{task}{line['contract']} {line['probe']} is {line['kind']}"
            self._guard.note(WriteFailed(self.path, str(error.strerror), one_line(Redacted(kept))))

    def _write(self, line: dict[str, Any]) -> None:
        self._file = self._file or self._open()
        # At once, so that lines of two runs never mix.
        content = (self._guard.line(self.path, line) or self._guard.line(self.path, without_exchange(line))).encode()
        if os.write(self._file.fileno(), content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        # A task that is paid for outlives this process, and shall outlive this machine's power supply.
        os.fsync(self._file.fileno())

    def _open(self) -> BinaryIO:
        """Open the file for whole lines; what was cut in writing stays, on a line of its own."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(open_regular(self.path, "a+"), "a+b", buffering=0)
        file.seek(0)
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.write(b"\n")
        # Nothing of it is a service's, and without it nobody could read the rest.
        head = json.dumps({"kind": "creations", "format": FORMAT}).encode() + b"\n"
        # From here on the lines of an older file are of today's format.
        if head not in content:
            file.write(head)
        return file
