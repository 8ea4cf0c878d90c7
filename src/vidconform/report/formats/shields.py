"""shields.io endpoint badges: one a provider, never green without the vendor's own evidence."""

from __future__ import annotations

from collections import Counter
from typing import Any

from vidconform.report.report_model import Entry, ReportModel
from vidconform.text import visible
from vidconform.verdicts import NOT_JUDGED, Label

_SAID = (Label.FAILS, Label.DEVIATES, Label.CONFORMS, Label.UNSEEN, Label.REFUSED)


def badges(merged: ReportModel) -> dict[str, dict[str, Any]]:
    """Return the badge of each provider."""
    entries: dict[str, list[Entry]] = {column.served.name: [] for column in merged.columns.values()}
    for _, entry in merged.entries():
        if entry.row.subject == "service":
            entries[merged.columns[entry.row.contract].served.name].append(entry)
    cut = {column.served.name for column in merged.columns.values() if merged.runs[column.runs[-1]].is_truncated}
    return {name: _badge(merged, name, found, name in cut) for name, found in entries.items()}


def _badge(merged: ReportModel, provider: str, entries: list[Entry], truncated: bool) -> dict[str, Any]:
    message, color = _message(merged, entries, truncated)
    return {"schemaVersion": 1, "label": visible(provider, 60), "message": message, "color": color}


def _message(merged: ReportModel, entries: list[Entry], truncated: bool) -> tuple[str, str]:
    counted = Counter(entry.label for entry in entries)
    said = ", ".join(f"{counted[word]} {word}" for word in _SAID if counted[word])
    if truncated:
        return f"truncated run: {said or 'nothing judged'}", "lightgrey"
    if any(entry.origin == "emulated" for entry in entries):
        return f"emulated, not the vendor: {said}", "lightgrey"
    if not counted[Label.CONFORMS] or any(counted[label] for label in NOT_JUDGED):
        return f"incomplete: {said or 'nothing seen'}", "lightgrey"
    if any(merged.is_stale(entry) for entry in entries):
        return f"old: {said}", "lightgrey"
    return said, next(label.color for label in Label if label.color and counted[label])
