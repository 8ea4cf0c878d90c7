"""Since when each requirement reads as it does, over many runs."""

from __future__ import annotations

from typing import Any

from vidconform.counting import counted
from vidconform.report.picture import Entry, Merged
from vidconform.report.text import visible
from vidconform.verdicts import Label
from vidconform.verdicts.readings import BY_COLUMN, LABELS


def as_json(merged: Merged) -> list[dict[str, Any]]:
    """Return an object a question: its reading, since when, first and last seen, and the reading in each run."""
    return [_history(merged, entry) for entry in _worst_first(merged)]


def as_text(merged: Merged) -> list[str]:
    """Return a line a question under one a contract; a letter a run, the oldest first."""
    legend = ", ".join(f"{label.mark} {label}" for label in BY_COLUMN)
    lines = [f"{counted(len(merged.runs), 'run')}, oldest first: {legend}"]
    lines += [f"truncated: {visible(str(run.path))}" for run in merged.runs if run.is_truncated]
    for contract in merged.columns:
        lines += ["", visible(contract)]
        lines += [_line(merged, entry) for entry in _worst_first(merged) if entry.row.contract == contract]
    return lines


def _worst_first(merged: Merged) -> list[Entry]:
    entries = [entry for _, entry in merged.entries()]
    return sorted(entries, key=lambda e: (e.row.contract, LABELS.index(e.reading), e.row.requirement, e.row.subject))


def beats(merged: Merged, entry: Entry) -> list[Label | None]:
    """Return the reading in each run of the contract, None where it was not judged."""
    judged = dict(entry.history)
    return [judged.get(run) for run in merged.columns[entry.row.contract].runs]


def told_since(merged: Merged, entry: Entry) -> str:
    """Return since when a question reads as it does; one that could not be judged reads as it last did."""
    standing, since = entry.standing, _day(merged, entry.since)
    if entry.is_judged:
        return f"{entry.reading} since {since}"
    once = entry.since == entry.run
    before = f"; {standing.reading} since {_day(merged, standing.since)} before it" if standing is not None else ""
    return f"not judged {'on' if once else 'since'} {since}{before}"


def _day(merged: Merged, run: int) -> str:
    return merged.runs[run].started_at.date().isoformat()


def _line(merged: Merged, entry: Entry) -> str:
    letters = "".join(" " if reading is None else reading.mark for reading in beats(merged, entry))
    subject = " (document)" if entry.row.subject == "document" else ""
    return f"  {letters}  {visible(entry.row.requirement)}{subject}: {told_since(merged, entry)} ({entry.origin})"


def _history(merged: Merged, entry: Entry) -> dict[str, Any]:
    runs = merged.runs
    return {
        "contract": entry.row.contract,
        "requirement": entry.row.requirement,
        "subject": entry.row.subject,
        "level": entry.row.level,
        "reading": entry.reading,
        "origin": entry.origin,
        "since": runs[entry.since].started_at.isoformat(),
        "last_judged": _last_judged(merged, entry),
        "first_seen": runs[entry.history[0][0]].started_at.isoformat(),
        "last_seen": runs[entry.run].started_at.isoformat(),
        "readings": [{"at": runs[run].started_at.isoformat(), "reading": reading} for run, reading in entry.history],
    }


def _last_judged(merged: Merged, entry: Entry) -> dict[str, str] | None:
    """Return the newest reading that says something of the service; the newest of all need not."""
    standing = entry.standing
    if standing is None:
        return None
    since, at = (merged.runs[run].started_at.isoformat() for run in (standing.since, standing.last))
    return {"reading": standing.reading, "since": since, "at": at}
