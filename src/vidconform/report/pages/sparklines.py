"""Readings over the runs as rectangles: one for each stretch that did not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from vidconform.report.nightly.history import beats
from vidconform.report.report_model import Entry, ReportModel
from vidconform.verdicts import Label


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A stretch of a spark or a part of a bar."""

    x: float
    y: float
    width: float
    height: float
    letter: str


def sparkline(merged: ReportModel, entry: Entry, width: float = 120.0) -> list[Rectangle]:
    """Return the stretches of one question; a run that did not judge it leaves a hole."""
    found = beats(merged, entry)
    step = width / max(len(found), 1)
    made, start = [], 0
    for label, same in groupby(found):
        count = len(list(same))
        if label is not None:
            made.append(Rectangle(round(start * step, 2), 0, round(count * step, 2), 10, label.letter))
        start += count
    return made


def trend(merged: ReportModel, contract: str, height: float = 60.0) -> list[Rectangle]:
    """Return a bar a run of a contract, the readings stacked with the worst at the bottom."""
    runs = merged.columns[contract].runs
    counts = [merged.counts[run].get(contract, Counter()) for run in runs]
    most = max((sum(count.values()) for count in counts), default=0) or 1
    return [r for index, count in enumerate(counts) for r in _bar(index * 12.0, count, height / most, height)]


def _bar(x: float, count: Counter[str], scale: float, height: float) -> Iterable[Rectangle]:
    y = height
    for label in Label:
        if count[label]:
            tall = round(count[label] * scale, 2)
            y = round(y - tall, 2)
            yield Rectangle(x, y, 10.0, tall, label.letter)
