"""The lines of creations.jsonl, read back: each creation with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json
from vidconform.errors import DataFileProblem
from vidconform.exchange import FORMATS, Exchange, decode

FORMAT = "vidconform/creations@2"
NAME = "creations.jsonl"

_SCHEMA = FileFormat(FORMATS / "creations.schema.json")


@dataclass(frozen=True)
class Created:
    """A creation and what is known of it: `state` is the kind of its last line, `at` (RFC 3339) when it was sent.

    `settled` says that a run has ended since, so that what it paid for has been judged; `told` how often the user was
    told that it was lost.
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
    told: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether it may have been charged without a task that we know."""
        return self.state in ("sent", "lost")


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
    """Yield the lines with their numbers; a last line without its newline was cut in writing."""
    try:
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
        lines = [decode_plain_json(line) for line in whole.decode("utf-8").split("\n")] if whole else []
    except (OSError, ValueError) as error:
        raise DataFileProblem(path, f"is no {FORMAT}: {error}") from error
    if lines and not (isinstance(lines[0], dict) and lines[0].get("kind") == "creations"):
        raise DataFileProblem(path, f"does not begin with a line of {FORMAT}")
    yield from enumerate(lines, 1)


def _take(found: dict[int, Created], line: Any) -> None:
    """Add what a line says of a creation; raises ValueError."""
    _SCHEMA.check(line)
    kind, number = line["kind"], line.get("number")
    if kind == "creations":
        return
    if kind == "ended":
        found.update({number: replace(creation, settled=True) for number, creation in found.items()})
    elif kind == "sent":
        found[number] = Created(number, line["contract"], line["probe"], line["at"], line["base_url"])
    elif number not in found:
        raise ValueError(f"{kind}: creation {number} was never sent")
    elif kind == "told":
        found[number] = replace(found[number], told=found[number].told + 1)
    else:
        told = {name: line[name] for name in ("task_id", "cause") if name in line}
        exchange = decode(line["exchange"]) if "exchange" in line else found[number].exchange
        found[number] = replace(found[number], state=kind, exchange=exchange, **told)
