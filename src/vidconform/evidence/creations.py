"""creations.jsonl: each creation of a run, written down before it is paid for, so that none is paid for twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from vidconform.errors import DataFileProblem
from vidconform.evidence.exchange_lines import Fields, as_object, check_fields, from_object
from vidconform.guard import Guard
from vidconform.probes import Exchange, Request, Trouble, Withheld

FORMAT = "vidconform/creations@1"
NAME = "creations.jsonl"

_HEAD: Fields = {"kind": (str,), "format": (str,)}
_LINE: Fields = {"kind": (str,), "number": (int,), "contract": (str,), "probe": (str,), "at": (str,)}
_TASK: Fields = {**_LINE, "task_id": (str, type(None)), "exchange": (dict,)}
_CAUSE: Fields = {**_LINE, "cause": (str,)}
_FIELDS: dict[str, Fields] = {
    "sent": {**_LINE, "base_url": (str,), "request": (str,)},
    "created": {**_TASK, "task_id": (str,)},
    "accepted": _TASK,
    "nothing": _CAUSE,
    "lost": _CAUSE,
    "finished": {**_LINE, "task_id": (str,)},
    "ended": {"kind": (str,), "at": (str,)},
}


@dataclass(frozen=True)
class Created:
    """A creation and what is known of it: `state` is the kind of its last line, `at` (RFC 3339) when it was sent.

    `settled` says that a run has ended since, so that what it paid for has been judged.
    """

    number: int
    contract: str
    probe: str
    at: str
    base_url: str
    state: str = "sent"
    task_id: str | None = None
    exchange: Exchange | None = None
    cause: str = "its reply was never read"
    settled: bool = False


class Creations:
    """The creations of all runs into one folder; with `resumes`, those of earlier ones are to be followed now."""

    def __init__(self, folder: Path, resumes: bool = False, guard: Guard | None = None) -> None:
        self.path, self._guard = folder / NAME, guard or Guard()
        self._file: BinaryIO | None = None
        self._resumes = resumes
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

    def unfinished(self, contract: str, probe: str, base_url: str) -> Exchange | None:
        """Return the creation whose task is to be followed now: the last of its probe, where it was created."""
        asked = (contract, probe, base_url)
        found = [c.exchange for c in self.resumed if (c.contract, c.probe, c.base_url) == asked]
        return found[-1] if found else None

    def sent(self, contract: str, probe: str, request: Request) -> int:
        """Write down a creation before it is sent and return its number; raises Withheld."""
        self._hold_doubt(contract, probe, request.base_url)
        number = max(self._known, default=0) + 1
        creation = Created(number, contract, probe, _now(), request.base_url)
        try:
            self._write(_line("sent", creation, base_url=request.base_url, request=str(request)))
        except OSError as error:
            raise Withheld(f"a file to write creations to; {self.path} cannot be written: {error.strerror}") from error
        self._known[number] = creation
        return number

    def _hold_doubt(self, contract: str, probe: str, base_url: str) -> None:
        """A run that goes on pays nothing twice: not for what may have been charged without our reading the answer."""
        asked = (contract, probe, base_url)
        earlier = [c for c in self.earlier.values() if (c.contract, c.probe, c.base_url) == asked]
        if self._resumes and earlier and earlier[-1].state in ("sent", "lost"):
            sent = f"to know what became of the creation sent at {earlier[-1].at} ({earlier[-1].cause})"
            raise Withheld(f"{sent}: look it up at the vendor and pass --task-id=ID, or run without --resume")

    def created(self, number: int, task_id: str, exchange: Exchange) -> None:
        """Write down the task that came of it; raises Trouble that names the task."""
        self._known[number] = replace(self._known[number], state="created", task_id=task_id, exchange=exchange)
        try:
            self._write(_line("created", self._known[number], task_id=task_id, exchange=as_object(exchange)))
        except OSError as error:
            raise Trouble(f"task {task_id} was created, and {self.path} cannot be written: {error.strerror}") from error

    def accepted(self, number: int, task_id: str | None, exchange: Exchange) -> None:
        """Write down the task that should not have come of it."""
        self._write(_line("accepted", self._known[number], task_id=task_id, exchange=as_object(exchange)))

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

    def close(self, ended: bool) -> None:
        """Close the file, if there is one, and write down whether the run came to its end."""
        if self._file is not None:
            if ended:
                # A run that cannot say so is taken for one that was killed, which costs nothing.
                with suppress(OSError):
                    self._write({"kind": "ended", "at": _now()})
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
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        if not whole:
            file.write(self._guard.line(self.path, {"kind": "creations", "format": FORMAT}).encode())
        return file


def read_creations(path: Path) -> dict[int, Created]:
    """Return the creations of a file by number, none where there is no file; raises DataFileProblem."""
    found: dict[int, Created] = {}
    for number, line in _lines(path):
        try:
            _take(found, line)
        except ValueError as error:
            raise DataFileProblem(path, f"line {number}: {error}") from error
    return found


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the lines behind the first with their numbers; a last line without its newline was cut in writing."""
    try:
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
        lines = [json.loads(line) for line in whole.decode("utf-8").split("\n")] if whole else []
    except (OSError, ValueError, RecursionError) as error:
        raise DataFileProblem(path, f"is no {FORMAT}: {error}") from error
    if lines and lines[0] != {"kind": "creations", "format": FORMAT}:
        raise DataFileProblem(path, f"does not begin with a line of {FORMAT}")
    yield from enumerate(lines[1:], 2)


def _take(found: dict[int, Created], line: Any) -> None:
    """Add what a line says of a creation; raises ValueError."""
    kind = line.get("kind") if isinstance(line, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise ValueError(f"expected a line of the kinds {', '.join(_FIELDS)}, found {str(line)[:40]!r}")
    check_fields(line, _FIELDS[kind], kind)
    if kind == "ended":
        found.update({number: replace(creation, settled=True) for number, creation in found.items()})
        return
    number = line["number"]
    if kind == "sent":
        found[number] = Created(number, line["contract"], line["probe"], line["at"], line["base_url"])
    elif number not in found:
        raise ValueError(f"{kind}: creation {number} was never sent")
    else:
        told = {name: line[name] for name in ("task_id", "cause") if name in line}
        exchange = from_object(line["exchange"]) if "exchange" in line else found[number].exchange
        found[number] = replace(found[number], state=kind, exchange=exchange, **told)


def _line(kind: str, creation: Created, **more: Any) -> dict[str, Any]:
    named = {"contract": creation.contract, "probe": creation.probe}
    return {"kind": kind, "number": creation.number, **named, "at": _now(), **more}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
