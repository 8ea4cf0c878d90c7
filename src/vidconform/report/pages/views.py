"""What the templates are given: cells of the matrix as short words, and a contract with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from vidconform.contracts import grouped
from vidconform.report.file_names import FileNames
from vidconform.report.pages.exchange_view import ExchangeKey, Journalled, Kept, read_evidence
from vidconform.report.pages.timelines import Timeline, timelines
from vidconform.report.report_model import Cell, Column, Entry, Line, ReportModel
from vidconform.verdicts import LABELS, Label

_LEVELS = {"MUST": "M", "SHOULD": "S", "MAY": "Y"}
_EPOCH = 719163


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell of the matrix; `day` counts from 1970-01-01, `document` is the documented reading.

    `note` is what was received or is needed, where the matrix has room for it.
    """

    classes: str
    label: Label
    origin: str
    age: str
    day: int | None
    document: Label | None
    note: str = ""


class Views:
    """Everything that a page of a report shows, worked out once."""

    def __init__(self, merged: ReportModel) -> None:
        self.merged = merged
        self.names = FileNames(merged)
        self._evidence: dict[int, dict[str, Journalled]] = {}

    def cell(self, cell: Cell) -> MatrixCell:
        """Return a cell of the matrix."""
        service, document = cell.observed, cell.documented
        shown = service or document
        assert shown is not None, "a cell has at least one entry"
        beside = document.label if document is not None and service is not None else None
        marks = f"{self._marks(shown)}{f' d{beside.letter}' if beside else ''}"
        listed = " k" if shown.row.deviation is not None else ""
        classes = f"{shown.label.letter} {_LEVELS[shown.row.level]}{marks}{listed}"
        age = "" if shown.origin == "documented" else age_text(self.merged.days(shown))
        day = None if shown.origin == "documented" else shown.at.toordinal() - _EPOCH
        return MatrixCell(classes, shown.label, shown.origin, age, day, beside, _note(shown))

    def _marks(self, entry: Entry) -> str:
        emulated = {"emulated": " e", "documented": " p"}.get(entry.origin, "")
        return emulated + (" old" if self.merged.is_stale(entry) else "")

    def cells(self, line: Line, columns: Iterable[Column]) -> list[MatrixCell | None]:
        """Return a row of the matrix; None where a contract has no such requirement."""
        cells = [line.cells.get(column.id) for column in columns]
        return [None if cell is None else self.cell(cell) for cell in cells]

    def evidence(self, contract: str, run: int) -> Journalled:
        """Return the exchanges of a contract in a run; empty where the run left none."""
        if run not in self._evidence:
            self._evidence[run] = read_evidence(self.merged.runs[run].path, self._pointed_at.get(run, set()))
        return self._evidence[run].get(contract, Journalled())

    @cached_property
    def _pointed_at(self) -> dict[int, set[ExchangeKey]]:
        """The exchanges that the verdicts of each run were read from."""
        found: dict[int, set[ExchangeKey]] = {}
        for _, entry in self.merged.entries():
            keys = {(entry.row.contract, place.probe, place.exchange) for place in entry.row.evidence}
            found.setdefault(entry.run, set()).update(keys)
        return found

    def link(self, contract: str, probe: str, index: int, run: int = 0) -> str | None:
        """Return the anchor of an exchange, where the evidence of its run has it; the only run is the first."""
        kept = self.evidence(contract, run).exchanges.get((probe, index))
        return None if kept is None else self.names.exchange(contract, run, probe, index)

    def forget(self, contract: str) -> None:
        """Let go of the exchanges of a contract whose page is written."""
        for found in self._evidence.values():
            found.pop(contract, None)

    def contract(self, contract: str) -> ContractView:
        """Return a contract with its evidence."""
        return ContractView(self, self.merged.columns[contract])

    @cached_property
    def peers(self) -> dict[str, list[Cell]]:
        """The cells of a requirement's name, the worst first, for what other vendors make of it."""
        found = grouped(self.merged.cells.values(), lambda cell: cell.requirement)
        return {requirement: sorted(cells, key=_worst) for requirement, cells in found.items()}

    @cached_property
    def by_contract(self) -> dict[str, list[Cell]]:
        """The cells of a contract by concern and name."""
        found: dict[str, list[Cell]] = {contract: [] for contract in self.merged.columns}
        for line in self.merged.lines:
            for contract, cell in line.cells.items():
                found[contract].append(cell)
        return found


class ContractView:
    """One contract's cells, exchanges and timelines."""

    def __init__(self, views: Views, column: Column) -> None:
        self.views, self.column = views, column
        self.cells = views.by_contract[column.id]

    @cached_property
    def runs(self) -> list[int]:
        """The runs that the newest verdicts come from."""
        return sorted({entry.run for cell in self.cells for entry in cell.entries.values()})

    @cached_property
    def exchanges(self) -> list[tuple[str, int, Kept]]:
        """Anchor, run and exchange, in the order of the evidence."""
        contract, names = self.column.id, self.views.names
        return [
            (names.exchange(contract, run, kept.probe, kept.index), run, kept)
            for run in self.runs
            for kept in self.views.evidence(contract, run).exchanges.values()
        ]

    @property
    def left_out(self) -> int:
        """How many exchanges more than those its runs kept."""
        return sum(self.views.evidence(self.column.id, run).left_out for run in self.runs)

    @cached_property
    def timelines(self) -> list[Timeline]:
        """The lives of the tasks seen."""
        contract = self.column.id
        return [
            timeline
            for run in self.runs
            for timeline in timelines(self.views.evidence(contract, run).exchanges.values(), self._broken(run))
        ]

    def _broken(self, run: int) -> Mapping[tuple[str, int], list[tuple[str, str]]]:
        found: dict[tuple[str, int], list[tuple[str, str]]] = {}
        for cell in self.cells:
            for entry in cell.entries.values():
                if entry.run == run and entry.label in (Label.FAILS, Label.DEVIATES):
                    anchor = self.views.names.cell(cell.contract, cell.requirement)
                    for place in entry.row.evidence:
                        found.setdefault((place.probe, place.exchange), []).append((cell.requirement, anchor))
        return found

    def shown(self, entry: Entry) -> Kept | None:
        """Return the exchange that a verdict points at first."""
        if not entry.row.evidence:
            return None
        first = entry.row.evidence[0]
        return self.views.evidence(self.column.id, entry.run).exchanges.get((first.probe, first.exchange))

    def link(self, entry: Entry, probe: str, index: int) -> str | None:
        """Return the anchor of an exchange that a verdict points at, where the evidence has it."""
        return self.views.link(self.column.id, probe, index, entry.run)

    @cached_property
    def gaps(self) -> list[tuple[str, str, Kept | None]]:
        """What the probes did not bring, why, and the reply that was in the way, if there was one."""
        found = [gap for run in self.runs for gap in self.views.evidence(self.column.id, run).gaps]
        return list(dict.fromkeys(found))


def _worst(cell: Cell) -> tuple[int, str]:
    return min(LABELS.index(entry.label) for entry in cell.entries.values()), cell.contract


def _note(entry: Entry) -> str:
    """Return what was received, or what would show it; nothing of what is as it should be."""
    if entry.label is Label.CONFORMS:
        return ""
    return f"received {entry.row.received}" if entry.row.received else f"needs {entry.row.expected}"


def age_text(days: int) -> str:
    """Return an age in days as people read it."""
    return "today" if days == 0 else f"{days} d"


def day(time: datetime) -> str:
    """Return a date."""
    return time.strftime("%Y-%m-%d")
