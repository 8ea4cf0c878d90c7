"""Readings over the runs as rectangles: what breaks is tall, what is well is quiet, and an outage is a thin line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from vidconform.report.nightly.history import is_silent, readings
from vidconform.report.report_model import Entry, ReportModel
from vidconform.verdicts import Label

_TALL = {Label.FAILS: 10.0, Label.ERRORED: 10.0, Label.CONTRADICTS: 8.0, Label.DEVIATES: 8.0, Label.CONFORMS: 4.0}
_THIN = 1.0
_WIDTH = 120.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A stretch of a spark or a part of a bar."""

    x: float
    y: float
    width: float
    height: float
    letter: str


def sparkline(merged: ReportModel, entry: Entry) -> list[Rectangle]:
    """Return the stretches of one question; a run that did not judge it leaves a hole."""
    found = readings(merged, entry)
    step = _WIDTH / max(len(found), 1)
    made, start = [], 0
    for label, same in groupby(found):
        count = len(list(same))
        if label is not None:
            tall = _TALL.get(label, _THIN)
            made.append(Rectangle(round(start * step, 2), (10 - tall) / 2, round(count * step, 2), tall, label.letter))
        start += count
    return made


@dataclass(frozen=True, slots=True)
class TrendRun:
    """One run of a contract: what broke and deviated that nobody lists as known, and whether anything was judged."""

    day: str
    fails: int
    deviates: int
    is_judged: bool

    @property
    def words(self) -> str:
        """What it comes to."""
        if not self.is_judged:
            return f"{self.day}: not judged"
        told = [f"{number} {word}" for number, word in ((self.fails, "fail"), (self.deviates, "deviate")) if number]
        return f"{self.day}: {' and '.join(told) or 'nothing broken'}"

    @property
    def tall(self) -> tuple[int, int]:
        """How tall the two stand: one fault is plainly seen, and more of them a little taller."""
        fails = min(12 + 3 * self.fails, 40) if self.fails else 0
        return fails, min(5 + self.deviates, 12) if self.deviates else 0


def trend(merged: ReportModel, contract: str) -> list[TrendRun]:
    """Return the runs of a contract, oldest first."""
    made = []
    for run in merged.columns[contract].runs:
        count = merged.counts[run].get(contract, Counter())
        day = merged.runs[run].started_at.date().isoformat()
        fails, deviates = (count[label] - count[f"known {label}"] for label in (Label.FAILS, Label.DEVIATES))
        made.append(TrendRun(day, fails, deviates, not is_silent(merged, contract, run)))
    return made
