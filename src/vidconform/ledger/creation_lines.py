"""The lines of creations.jsonl, as they are written and read back: each creation with what is known of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json
from vidconform.errors import DataFileProblem
from vidconform.exchange import FORMATS, Exchange, decode, timestamp
from vidconform.redaction import open_regular

FORMAT = "vidconform/creations@2"
NAME = "creations.jsonl"
FOLLOWED = ("create", "remix")
"""The probes that follow what they created to its end."""

_SCHEMA = FileFormat(FORMATS / "creations.schema.json")


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

    @property
    def is_lost(self) -> bool:
        """Whether it may have been charged without a task that we know."""
        return self.state in ("sent", "lost")

    @property
    def told(self) -> str:
        """What a later run says of it where it was lost."""
        return f"{self.contract} {self.probe}, sent at {self.at}: {self.cause}"


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
    """Yield the lines with their numbers, None for one that was cut in writing."""
    try:
        whole = _content(path).removesuffix(b"\n")
        lines = [_parsed(line) for line in whole.split(b"\n")] if whole else []
    except (OSError, ValueError) as error:
        raise DataFileProblem(path, f"is no {FORMAT}: {error}") from error
    begins = bool(lines) and isinstance(lines[0], dict) and lines[0].get("kind") == "creations"
    if lines and lines != [None] and not begins:
        raise DataFileProblem(path, f"does not begin with a line of {FORMAT}")
    yield from enumerate(lines, 1)


def _content(path: Path) -> bytes:
    if not (path.exists() or path.is_symlink()):
        return b""
    with os.fdopen(open_regular(path, "r"), "rb") as file:
        return file.read()


def _parsed(line: bytes) -> Any:
    try:
        return decode_plain_json(line.decode("utf-8"))
    except ValueError:
        if not line.startswith(b'{"kind": "'):
            raise
        # The beginning of a line: a disk was full, or the run killed. What it holds of a task is told.
        number, task_id = (re.search(rb'"%s": (\d+|"[^"]*")' % name, line) for name in (b"number", b"task_id"))
        if number is None:
            return None
        told = f"task {task_id[1].decode(errors='replace')}" if task_id is not None else "what became of it"
        return {"kind": "cut", "number": int(number[1]), "cause": f"{told} was written down in part"}


def _take(found: dict[int, Created], line: Any) -> None:
    """Add what a line says of a creation; raises ValueError."""
    if line is None or (isinstance(line, dict) and line.get("kind") == "cut"):
        _take_cut(found, line)
        return
    _SCHEMA.check(line)
    kind, number = line["kind"], line.get("number")
    if kind == "creations":
        return
    if kind == "ended":
        found.update({n: replace(one, settled=True) for n, one in found.items() if not one.settled})
    elif kind == "sent":
        found[number] = Created(number, line["contract"], line["probe"], line["at"], line["base_url"])
    elif number not in found:
        raise ValueError(f"{kind}: creation {number} was never sent")
    elif kind == "settled":
        found[number] = replace(found[number], state="paid" if line["as"] == "paid" else "nothing")
    elif kind != "told":
        told = {name: line[name] for name in ("task_id", "cause") if name in line}
        exchange = decode(line["exchange"]) if "exchange" in line else found[number].exchange
        found[number] = replace(found[number], state=kind, exchange=exchange, **told)


def _take_cut(found: dict[int, Created], line: dict[str, Any] | None) -> None:
    """A creation whose next line was cut stays in doubt: nobody knows all that it would have said."""
    creation = found.get(line["number"]) if line is not None else None
    if line is not None and creation is not None and creation.state == "sent":
        found[creation.number] = replace(creation, cause=line["cause"])


def without_exchange(line: dict[str, Any]) -> dict[str, Any]:
    """Return what is left of a line whose exchange cannot be written, so that its task is looked up by its id."""
    kept = {name: value for name, value in line.items() if name != "exchange"}
    return {**kept, "kind": "lost", "cause": "its answer cannot be written"} if "exchange" in line else kept


def line_of(kind: str, creation: Created, **more: Any) -> dict[str, Any]:
    """Return a line that is written now of what became of a creation."""
    # What names a task stands first: a line may be cut in writing.
    first = {"kind": kind, "number": creation.number, **({"task_id": more["task_id"]} if "task_id" in more else {})}
    return {**first, "contract": creation.contract, "probe": creation.probe, "at": timestamp(), **more}
