"""Any number of runs as one picture: what each contract's newest verdicts say, and since when."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from vidconform.contracts import grouped
from vidconform.report.against_others import by_pair
from vidconform.report.report_model import STALE_AFTER, Cell, Column, Entry, ReportModel
from vidconform.report.results_reader import read_run, row_of, started_at
from vidconform.report.run_model import DOCUMENTED, EMULATED, IN_PART, OBSERVED, JudgedProvider, Run, moment
from vidconform.report.terminal import is_known
from vidconform.verdicts import LABELS, NOT_JUDGED, NOT_SEEN, UNMET, Label, Outcome


def merge_files(paths: Iterable[Path], stale_after: int = STALE_AFTER) -> ReportModel:
    """Return what some results files come to, with one at a time in memory; raises ResultsRefused."""
    merged = ReportModel(stale_after=stale_after)
    # The newest first: only what no newer run says is kept in full.
    for path in sorted(paths, key=lambda path: (started_at(path), str(path)), reverse=True):
        _RunMerge(merged).add(path)
    _number_from_the_oldest(merged)
    return merged


def _number_from_the_oldest(merged: ReportModel) -> None:
    """Number the runs, which were given newest first, from the oldest."""
    last = len(merged.runs) - 1
    merged.runs.reverse()
    merged.counts.reverse()
    merged.columns = dict(sorted(merged.columns.items()))
    for column in merged.columns.values():
        column.runs = [last - run for run in reversed(column.runs)]
    for cell in merged.cells.values():
        for entry in cell.entries.values():
            entry.run = last - entry.run
            entry.readings = array("L", [(last - (one >> 4)) << 4 | one & 15 for one in reversed(entry.readings)])
        _fold(cell)
        for entry in cell.entries.values():
            _settle(entry)


def _fold(cell: Cell) -> None:
    """Count the runs without a reply to the vendor or to our emulator, whichever answered in the other runs."""
    silent = cell.entries.pop(_UNHEARD, None)
    if silent is not None:
        kind = EMULATED if EMULATED in cell.entries and OBSERVED not in cell.entries else OBSERVED
        heard = cell.entries.get(kind)
        cell.entries[kind] = silent if heard is None else _joined(heard, silent)


def _settle(entry: Entry) -> None:
    """Read what is met in part as not judged where it was unmet before, and as met where it was not."""
    last: Label | None = None
    for place, reading in enumerate(entry.readings):
        is_partial = reading & 15 == _PARTIAL
        label = (Label.INCONCLUSIVE if last in UNMET else Label.CONFORMS) if is_partial else LABELS[reading & 15]
        entry.readings[place] = reading & ~15 | _NUMBERS[label]
        last = last if label in NOT_JUDGED else label
    if entry.row.partial and LABELS[entry.readings[-1] & 15] is Label.INCONCLUSIVE:
        entry.row = replace(entry.row, outcome=Outcome.INCONCLUSIVE, label=Label.INCONCLUSIVE, received=IN_PART)


def _joined(heard: Entry, silent: Entry) -> Entry:
    newer = max(heard, silent, key=lambda entry: entry.run)
    return Entry(newer.row, newer.run, heard.origin, newer.at, array("L", sorted([*heard.readings, *silent.readings])))


class _RunMerge:
    """One run while it is read: a verdict is placed as it comes, unless its meaning hangs on the rest of the run."""

    def __init__(self, merged: ReportModel) -> None:
        self._merged, self._index = merged, len(merged.runs)
        self._counts: dict[str, Counter[str]] = {}
        self._providers: dict[str, str] = {}
        self._heard: set[str] = set()

    def add(self, path: Path) -> None:
        """Read the run and place all that it says; raises ResultsRefused."""
        merged, run = self._merged, read_run(path, self._take)
        unheard = self._unheard(run)
        for line in run.lines:
            if line["contract"] in unheard and line["subject"] == "service":
                self._place(run, _silenced(line), _UNHEARD)
            else:
                self._place(run, line)
        self._list_columns(run)
        merged.runs.append(run)
        merged.counts.append(self._counts)
        # Given newest first: what an older run says of the same client is of no use.
        merged.foreign = {**by_pair(run.foreign), **merged.foreign}
        merged.sdk = {**grouped(run.client_lines, itemgetter("provider")), **merged.sdk}
        run.let_go()

    def _take(self, run: Run, line: dict[str, Any]) -> bool:
        """Place a verdict and return True, or False where the rest of the run tells whose silence or reply it is."""
        if line["reading"] in _SAYS_NOTHING or not line["evidence"]:
            # Pages have the order of the newest run.
            self._cell(line)
            return False
        if line["subject"] == "service":
            self._heard.add(line["contract"])
        self._place(run, line)
        return True

    def _unheard(self, run: Run) -> set[str]:
        """Return the contracts of which a run tells nothing for the trouble it had."""
        told = {(line["contract"], line["reading"]) for line in run.lines if line["subject"] == "service"}
        heard = {contract for contract, reading in told if reading not in _SAYS_NOTHING}
        return {contract for contract, reading in told if reading in NOT_JUDGED}.difference(
            heard, self._heard, run.answered
        )

    def _list_columns(self, run: Run) -> None:
        # Of several that name one contract, the first.
        served = {contract: one for one in reversed(run.served.values()) for contract in one.contracts}
        for contract, name in self._providers.items():
            if contract not in served:
                served[contract] = run.served.get(name) or JudgedProvider(name, name, "", (contract,), None)
        for contract, one in served.items():
            self._merged.columns.setdefault(contract, Column(contract, one)).runs.append(self._index)

    def _place(self, run: Run, line: dict[str, Any], kind: str | None = None) -> None:
        """Count a verdict, and add it to its cell: whole where no newer run says anything of the same `kind`."""
        self._count(line)
        origin = run.origin(line)
        kind = kind or (origin if origin in (DOCUMENTED, EMULATED) else OBSERVED)
        # Run and reading in one number: a site of thirty nights holds a million of them.
        reading = self._index << 4 | (_PARTIAL if line.get("partial") else _NUMBERS[line["reading"]])
        cell = self._cell(line)
        newer = cell.entries.get(kind)
        if newer is None:
            at = moment(line["evidence"][0]["at"]) if line["evidence"] else None
            cell.entries[kind] = Entry(row_of(line), self._index, origin, at or run.started_at, array("L", [reading]))
        else:
            newer.readings.append(reading)

    def _count(self, line: dict[str, Any]) -> None:
        contract = line["contract"]
        if contract not in self._counts:
            self._counts[contract], self._providers[contract] = Counter(), line["provider"]
        if line["subject"] == "service":
            counts = self._counts[contract]
            counts[line["reading"]] += 1
            if is_known(line):
                counts[f"known {line['reading']}"] += 1

    def _cell(self, line: dict[str, Any]) -> Cell:
        key = line["contract"], line["requirement"]
        cell = self._merged.cells.get(key)
        if cell is None:
            cell = self._merged.cells[key] = Cell(sys.intern(key[0]), sys.intern(key[1]))
        return cell


def _silenced(line: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict of a run that heard nobody: what it did not see, it could not have seen."""
    if line["reading"] != Label.UNSEEN:
        return line
    return {**line, "outcome": Outcome.INCONCLUSIVE, "reading": Label.INCONCLUSIVE, "received": NOBODY}


# Neither the vendor nor our emulator: a run without a reply does not tell who did not answer.
_UNHEARD = "unheard"
NOBODY = "nothing was heard of the service in this run"
_SAYS_NOTHING = frozenset((*NOT_JUDGED, *NOT_SEEN))
_NUMBERS = {label: number for number, label in enumerate(LABELS)}
_PARTIAL = len(LABELS)
