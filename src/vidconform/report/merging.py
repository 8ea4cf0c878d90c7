"""Any number of runs as one picture: what each contract's newest verdicts say, and since when."""

from __future__ import annotations

import gc
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from vidconform.report.model import DOCUMENTED, EMULATED, OBSERVED, READINGS, Row, Run, Served, moment
from vidconform.report.reading import read_run, row_of, started_at

STALE_AFTER = 30


@dataclass(slots=True)
class Entry:
    """The newest verdict on one question from one kind of evidence, with its reading in every run that judged it."""

    row: Row
    run: int
    origin: str
    at: datetime
    beats: array[int]

    @property
    def history(self) -> list[tuple[int, str]]:
        """The runs that judged it, oldest first, with the reading of each."""
        return [(beat >> 4, READINGS[beat & 15]) for beat in self.beats]

    @property
    def reading(self) -> str:
        """The newest reading."""
        return self.row.reading

    @property
    def first(self) -> int:
        """The run that judged it first."""
        return self.beats[0] >> 4

    @property
    def since(self) -> int:
        """The run since which the reading has not changed."""
        first = self.run
        for run, reading in reversed(self.history):
            if reading != self.row.reading:
                break
            first = run
        return first


@dataclass(slots=True)
class Cell:
    """What is known of one requirement of one contract."""

    contract: str
    requirement: str
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def observed(self) -> Entry | None:
        """What the service did; an emulator speaks only where no vendor ever has."""
        return self.entries.get(OBSERVED) or self.entries.get(EMULATED)

    @property
    def documented(self) -> Entry | None:
        """What the document's own examples say."""
        return self.entries.get(DOCUMENTED)

    @property
    def any(self) -> Entry:
        """Whatever there is, for what all verdicts on a requirement share."""
        return next(iter(self.entries.values()))


@dataclass
class Column:
    """One contract."""

    id: str
    served: Served
    runs: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The contract's name inside its provider."""
        return self.id.partition("/")[2] or self.id


@dataclass
class Line:
    """One requirement's name with the cells of all contracts that have it."""

    requirement: str
    concern: str
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """The statement of the first contract."""
        return next(iter(self.cells.values())).any.row.statement


@dataclass
class Merged:
    """All runs, oldest first and without their lines, and what they come to."""

    runs: list[Run] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    counts: list[dict[str, Counter[str]]] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    stale_after: int = STALE_AFTER

    @cached_property
    def lines(self) -> list[Line]:
        """The requirements by concern and name."""
        found: dict[tuple[str, str], Line] = {}
        for (contract, requirement), cell in self.cells.items():
            concern = cell.any.row.concern
            found.setdefault((concern, requirement), Line(requirement, concern)).cells[contract] = cell
        return [found[key] for key in sorted(found)]

    @property
    def truncated(self) -> list[Run]:
        """The runs without an end that a newest verdict comes from or would have to come from."""
        return [self.runs[i] for i in sorted({column.runs[-1] for column in self.columns.values()}) if self.runs[i].is_truncated]

    def days(self, entry: Entry) -> int:
        """The age of the evidence."""
        return max((self.now - entry.at).days, 0)

    def is_stale(self, entry: Entry) -> bool:
        """Whether the evidence is too old to say much of today; a document's examples do not age."""
        return entry.origin != DOCUMENTED and self.now - entry.at > timedelta(days=self.stale_after)

    def tally(self, contract: str) -> Counter[str]:
        """The readings of a contract's service, and how often its document contradicts itself."""
        return self._tallies.get(contract, Counter())

    @cached_property
    def _tallies(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for cell, entry in self.entries():
            if entry is cell.observed or entry.reading == "contradicts itself":
                found.setdefault(cell.contract, Counter())[entry.reading] += 1
        return found

    @cached_property
    def shown(self) -> dict[tuple[str, str, str], Entry]:
        """What each cell shows, by question."""
        return {entry.row.key: entry for _, entry in self.entries()}

    def entries(self) -> Iterator[tuple[Cell, Entry]]:
        """Yield what each cell shows: the service's entry, then the document's."""
        for cell in self.cells.values():
            yield from ((cell, entry) for entry in (cell.observed, cell.documented) if entry is not None)


def merge_files(paths: Iterable[Path], now: datetime | None = None, stale_after: int = STALE_AFTER) -> Merged:
    """Return what some results files come to, with one at a time in memory; raises ResultsRefused."""
    # Millions of values, none in a cycle: looking for cycles among them would take longer than reading them.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _merge_files(paths, now, stale_after)
    finally:
        if collects:
            gc.enable()


def _merge_files(paths: Iterable[Path], now: datetime | None, stale_after: int) -> Merged:
    newest_first = sorted(paths, key=lambda path: (started_at(path), str(path)), reverse=True)
    return merge((read_run(path) for path in newest_first), now, stale_after)


def merge(runs: Iterable[Run], now: datetime | None = None, stale_after: int = STALE_AFTER) -> Merged:
    """Return what some runs come to, given newest first: only what no newer run says is kept in full."""
    merged = Merged(now=now or datetime.now(UTC), stale_after=stale_after)
    for run in runs:
        _add(merged, run)
    _turn(merged)
    return merged


def _turn(merged: Merged) -> None:
    """Number the runs from the oldest."""
    last = len(merged.runs) - 1
    merged.runs.reverse()
    merged.counts.reverse()
    merged.columns = dict(sorted(merged.columns.items()))
    for column in merged.columns.values():
        column.runs = [last - run for run in reversed(column.runs)]
    for cell in merged.cells.values():
        for entry in cell.entries.values():
            entry.run = last - entry.run
            entry.beats = array("L", [(last - (beat >> 4)) << 4 | beat & 15 for beat in reversed(entry.beats)])


def _add(merged: Merged, run: Run) -> None:
    index = len(merged.runs)
    merged.runs.append(run)
    counts: dict[str, Counter[str]] = {}
    for served in run.served.values():
        for contract in served.contracts:
            _column(merged, contract, served, index)
    for line in run.lines:
        contract = line["contract"]
        if contract not in counts:
            counts[contract] = Counter()
            named = run.served.get(line["provider"])
            _column(merged, contract, named or Served(line["provider"], line["provider"], "", (contract,), None), index)
        if line["subject"] == "service":
            counts[contract][line["reading"]] += 1
        _place(merged, run, index, line)
    merged.counts.append(counts)
    run.lines = []


def _column(merged: Merged, contract: str, served: Served, index: int) -> None:
    column = merged.columns.setdefault(contract, Column(contract, served))
    if column.runs[-1:] != [index]:
        column.runs.append(index)


def _place(merged: Merged, run: Run, index: int, line: dict[str, Any]) -> None:
    origin = run.origin(line)
    kind = origin if origin in (DOCUMENTED, EMULATED) else OBSERVED
    # Run and reading in one number: a site of thirty nights holds a million of them.
    beat = index << 4 | _NUMBERS[line["reading"]]
    key = line["contract"], line["requirement"]
    cell = merged.cells.get(key)
    if cell is None:
        cell = merged.cells[key] = Cell(sys.intern(key[0]), sys.intern(key[1]))
    newer = cell.entries.get(kind)
    if newer is None:
        at = moment(line["evidence"][0]["at"]) if line["evidence"] else None
        cell.entries[kind] = Entry(row_of(line), index, origin, at or run.started_at, array("L", [beat]))
    else:
        newer.beats.append(beat)


_NUMBERS = {reading: number for number, reading in enumerate(READINGS)}


def severity(reading: str) -> int:
    """The place of a reading, worst first."""
    return READINGS.index(reading) if reading in READINGS else len(READINGS)
