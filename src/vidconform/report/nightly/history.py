"""Since when each requirement reads as it does, over many runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vidconform.report.rejudged import Question, moved_in
from vidconform.report.report_model import Entry, ReportModel
from vidconform.text import pluralise, visible
from vidconform.verdicts import BY_COLUMN, LABELS, NOT_JUDGED, NOT_SEEN, Label


def as_json(merged: ReportModel, *, changed: bool = False) -> list[dict[str, Any]]:
    """Return an object a question: its reading, since when, first and last seen, and the reading in each run.

    `reread` are the runs that read otherwise when they were judged first, where they were judged again since;
    `changed` leaves out what reads the same in all runs that say something of it.
    """
    moved = moved_in(merged.runs)
    told = [entry for entry in _worst_first(merged) if not changed or _has_changed(entry, moved)]
    return [{**_history(merged, entry), "reread": moved.get(entry.row.key, [])} for entry in told]


def as_text(merged: ReportModel, *, changed: bool = False) -> list[str]:
    """Return a line a question under one a contract; a letter a run, the oldest first."""
    legend = ", ".join(f"{label.mark} {label}" for label in BY_COLUMN)
    lines = [f"{pluralise(len(merged.runs), 'run')}, oldest first: {legend}"]
    lines += [f"truncated: {visible(str(run.path))}" for run in merged.runs if run.is_truncated]
    moved = rereadings(merged)
    told = [entry for entry in _worst_first(merged) if not changed or _has_changed(entry, moved)]
    for contract in merged.columns:
        mine = [entry for entry in told if entry.row.contract == contract]
        lines += ["", visible(contract)] if mine or not changed else []
        lines += [_line(merged, entry) + moved.get(entry.row.key, "") for entry in mine]
    return lines if told or not changed else [*lines, "nothing changed"]


def _has_changed(entry: Entry, moved: Mapping[Question, object]) -> bool:
    """Whether runs that say something of a question differ; an outage changes nothing."""
    return len({label for _, label in entry.history if label not in NOT_JUDGED}) > 1 or entry.row.key in moved


def rereadings(merged: ReportModel) -> dict[Question, str]:
    """Return by question what our reading alone changed, or what was lost of the evidence: the service did neither."""
    return {question: _reread(moved) for question, moved in moved_in(merged.runs).items()}


def _reread(moved: list[dict[str, str]]) -> str:
    ways = Counter((move["was"], move["cause"]) for move in moved)
    told = [f"{was} in {pluralise(runs, 'run')} before ({cause})" for (was, cause), runs in sorted(ways.items())]
    return f"; judged again: {', '.join(told)}"


def _worst_first(merged: ReportModel) -> list[Entry]:
    entries = [entry for _, entry in merged.entries()]
    return sorted(entries, key=lambda e: (e.row.contract, LABELS.index(e.label), e.row.requirement, e.row.subject))


def readings(merged: ReportModel, entry: Entry) -> list[Label | None]:
    """Return the reading in each run of the contract, None where it was not judged."""
    judged = dict(entry.history)
    return [judged.get(run) for run in merged.columns[entry.row.contract].runs]


def is_silent(merged: ReportModel, contract: str, run: int) -> bool:
    """Whether a run says nothing of a contract's service."""
    counts = merged.counts[run].get(contract, Counter())
    return not any(number for label, number in counts.items() if label not in (*NOT_JUDGED, *NOT_SEEN))


def describe_since(merged: ReportModel, entry: Entry) -> str:
    """Return since when a question reads as it does; one that could not be judged reads as it last did."""
    last_known, since = entry.last_known, _day(merged, entry.since)
    if entry.is_judged:
        return f"{entry.label} since {since}"
    once = entry.since == entry.run
    before = f"; {last_known.label} since {_day(merged, last_known.since)} before it" if last_known is not None else ""
    return f"not judged {'on' if once else 'since'} {since}{before}"


def _day(merged: ReportModel, run: int) -> str:
    return merged.runs[run].started_at.date().isoformat()


def _line(merged: ReportModel, entry: Entry) -> str:
    letters = "".join(" " if label is None else label.mark for label in readings(merged, entry))
    subject = " (document)" if entry.row.subject == "document" else ""
    return f"  {letters}  {visible(entry.row.requirement)}{subject}: {describe_since(merged, entry)} ({entry.origin})"


def _history(merged: ReportModel, entry: Entry) -> dict[str, Any]:
    runs = merged.runs
    return {
        "contract": entry.row.contract,
        "requirement": entry.row.requirement,
        "subject": entry.row.subject,
        "level": entry.row.level,
        "reading": entry.label,
        "origin": entry.origin,
        "since": runs[entry.since].started_at.isoformat(),
        "last_judged": _last_judged(merged, entry),
        "first_seen": runs[entry.history[0][0]].started_at.isoformat(),
        "last_seen": runs[entry.run].started_at.isoformat(),
        "readings": [{"at": runs[run].started_at.isoformat(), "reading": label} for run, label in entry.history],
    }


def _last_judged(merged: ReportModel, entry: Entry) -> dict[str, str] | None:
    """Return the newest reading that says something of the service; the newest of all need not."""
    last_known = entry.last_known
    if last_known is None:
        return None
    since, at = (merged.runs[run].started_at.isoformat() for run in (last_known.since, last_known.last))
    return {"reading": last_known.label, "since": since, "at": at}
