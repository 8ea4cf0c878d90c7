"""What a folder says of paid tasks, read apart from the project's own reader, which is tried beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidconform.errors import DataFileProblem
from vidconform.ledger.creation_lines import read_creations

NAME = "creations.jsonl"


@dataclass(frozen=True)
class Row:
    """One creation as written down: the kind of its last line, and all that its lines say."""

    kind: str
    text: str


def rows_below(folder: Path) -> list[Row]:
    """Return the creations of all files below a folder."""
    return [row for file in sorted(folder.rglob(NAME)) for row in _rows(file)]


def _rows(file: Path) -> Iterator[Row]:
    found: dict[int, list[dict[str, Any]]] = {}
    for line in file.read_bytes().split(b"\n"):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "number" in told:
            found.setdefault(told["number"], []).append(told)
    for lines in found.values():
        yield Row(lines[-1]["kind"], json.dumps(lines, ensure_ascii=False))


def unreadable_below(folder: Path) -> list[str]:
    """Return what the project's own reader says of files that it cannot read."""
    problems = []
    for file in sorted(folder.rglob(NAME)):
        try:
            read_creations(file)
        except DataFileProblem as problem:
            problems.append(f"a file of creations cannot be read: {problem}")
    return problems


def lost_of(made: Iterable[frozenset[str]], rows: Iterable[Row], said: str) -> list[frozenset[str]]:
    """Return the tasks, each by its ids, that are neither written down nor told nor one of those in doubt.

    A creation in doubt stands for one task that is not known by its id.
    """
    kept = list(rows)
    unknown = []
    for ids in made:
        row = next((row for row in kept if any(id in row.text for id in ids)), None)
        if row is not None:
            kept.remove(row)
        elif not any(id in said for id in ids):
            unknown.append(ids)
    in_doubt = sum(row.kind != "nothing" for row in kept)
    return unknown[in_doubt:]
