"""One report on many runs as data: contracts as columns, requirements as lines, and what is known of each cell."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from vidconform.report.run_model import DOCUMENTED, EMULATED, OBSERVED, JudgedProvider, Run, VerdictRow
from vidconform.text import pluralise
from vidconform.verdicts import LABELS, NOT_JUDGED, Label

STALE_AFTER = 30
_LONGEST_SHARED = 90
_SILENT = {number for number, label in enumerate(LABELS) if label in NOT_JUDGED}


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What was last known of a question: the reading, the run since which it stands and the last that said so."""

    label: Label
    since: int
    last: int


@dataclass(slots=True)
class Entry:
    """The newest verdict on a question by one kind of evidence; `readings` are its runs (<< 4) with their labels."""

    row: VerdictRow
    run: int
    origin: str
    at: datetime
    readings: array[int]

    @property
    def history(self) -> list[tuple[int, Label]]:
        """The runs that judged it, oldest first, with the reading of each."""
        return [(reading >> 4, LABELS[reading & 15]) for reading in self.readings]

    @property
    def label(self) -> Label:
        """The newest reading."""
        return self.row.label

    @property
    def is_judged(self) -> bool:
        """Whether the newest reading says anything of the service."""
        return self.label not in NOT_JUDGED

    @property
    def last_known(self) -> LastKnown | None:
        """What was last known; a run that says nothing of the service neither mends nor breaks anything."""
        told = [reading for reading in self.readings if reading & 15 not in _SILENT]
        if not told:
            return None
        last, before = told[-1], next((reading for reading in reversed(told) if reading & 15 != told[-1] & 15), -1)
        return LastKnown(LABELS[last & 15], next(reading >> 4 for reading in told if reading > before), last >> 4)

    @property
    def since(self) -> int:
        """The run since which it reads as it does, or since which it could not be judged."""
        last_known = self.last_known
        if last_known is not None and self.is_judged:
            return last_known.since
        last = -1 if last_known is None else last_known.last
        return next(run for run, _ in self.history if run > last)


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
    def shown(self) -> list[Entry]:
        """What the service did, then what the document's own examples say."""
        return [entry for entry in (self.observed, self.documented) if entry is not None]

    @property
    def first_entry(self) -> Entry:
        """Any entry, for what all verdicts on a requirement share: its statement, concern and source."""
        return next(iter(self.entries.values()))


@dataclass
class Column:
    """One contract."""

    id: str
    served: JudgedProvider
    runs: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The contract's name inside its provider."""
        return self.id.partition("/")[2] or self.id

    @property
    def edition(self) -> str:
        """Which text was read: the document's title, the date and how its hash begins; empty where nothing is known."""
        known = self.served.editions.get(self.id, {})
        held_to = self.served.held_to.get(self.id)
        words = {"document": "{}", "read": "read {}", "sha256": "SHA-256 {:.12}"}
        told = [text.format(known[name]) for name, text in words.items() if name in known]
        return ", ".join([*([f"held to {held_to}"] if held_to else []), *told])


@dataclass
class Line:
    """One requirement's name with the cells of all contracts that have it."""

    requirement: str
    concern: str
    cells: dict[str, Cell] = field(default_factory=dict)

    @property
    def statement(self) -> str:
        """The statement of the first contract, and that others word it otherwise."""
        found = dict.fromkeys(cell.first_entry.row.statement for cell in self.cells.values())
        first = next(iter(found))
        return first if len(found) == 1 else f"{first[:_LONGEST_SHARED]} ({pluralise(len(found) - 1, 'other wording')})"


@dataclass
class ReportModel:
    """All runs, oldest first and without their lines, and what they come to.

    `foreign` are the newest verdicts by another contract, by the one that was asked and the one that judges, `sdk` the
    findings by provider; `counts` are each run's readings ("known fails" the listed ones), `subject` narrows it to one.
    """

    runs: list[Run] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    counts: list[dict[str, Counter[str]]] = field(default_factory=list)
    foreign: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    sdk: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    stale_after: int = STALE_AFTER
    subject: str = ""

    @cached_property
    def lines(self) -> list[Line]:
        """The requirements by concern and name."""
        found: dict[tuple[str, str], Line] = {}
        for (contract, requirement), cell in self.cells.items():
            concern = cell.first_entry.row.concern
            found.setdefault((concern, requirement), Line(requirement, concern)).cells[contract] = cell
        return [found[key] for key in sorted(found)]

    @property
    def truncated(self) -> list[Run]:
        """The runs without an end that a newest verdict comes from or would have to come from."""
        # The newest of all as well: one that was cut off before it named a provider has no column.
        newest = {column.runs[-1] for column in self.columns.values()} | set(range(len(self.runs))[-1:])
        return [self.runs[i] for i in sorted(newest) if self.runs[i].is_truncated]

    def reached(self, contract: str) -> bool:
        """Whether the newest run that was to judge a contract came to its end."""
        column = self.columns.get(contract)
        run = self.runs[column.runs[-1] if column is not None else -1] if self.runs else None
        return run is None or not run.is_truncated

    def days(self, entry: Entry) -> int:
        """The age of the evidence."""
        return max((self.now - entry.at).days, 0)

    def is_stale(self, entry: Entry) -> bool:
        """Whether the evidence is too old to say much of today; a document's examples do not age."""
        return entry.origin != DOCUMENTED and self.now - entry.at > timedelta(days=self.stale_after)

    def tally(self, contract: str) -> Counter[str]:
        """The readings of a contract's service, and how often its document contradicts itself."""
        return self._tallies.get(contract, Counter())

    def known(self, contract: str) -> Counter[str]:
        """How many of those a deviations.toml lists as they are."""
        return Counter(e.label for cell, e in self._tallied() if cell.contract == contract and e.row.is_known)

    @cached_property
    def _tallies(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for cell, entry in self._tallied():
            found.setdefault(cell.contract, Counter())[entry.label] += 1
        return found

    def _tallied(self) -> Iterator[tuple[Cell, Entry]]:
        for cell, entry in self.entries():
            if entry is cell.observed or entry.label is Label.CONTRADICTS:
                yield cell, entry

    @cached_property
    def shown(self) -> dict[tuple[str, str, str], Entry]:
        """What each cell shows, by question."""
        return {entry.row.key: entry for _, entry in self.entries()}

    def entries(self) -> Iterator[tuple[Cell, Entry]]:
        """Yield what each cell shows."""
        yield from ((cell, entry) for cell in self.cells.values() for entry in cell.shown)
