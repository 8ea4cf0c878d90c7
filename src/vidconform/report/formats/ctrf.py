"""CTRF, the Common Test Report Format (ctrf.io, specification 0.0)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from vidconform import __version__
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.text import visible
from vidconform.verdicts import Label

# "passed" is said of nothing that was not seen.
_STATUS = {
    Label.CONFORMS: "passed", Label.FAILS: "failed", Label.ERRORED: "other", Label.DEVIATES: "other",
    Label.CONTRADICTS: "other", Label.INCONCLUSIVE: "pending", Label.UNSEEN: "skipped", Label.REFUSED: "skipped",
    Label.NOT_OFFERED: "skipped",
}  # fmt: skip


def as_ctrf(merged: ReportModel) -> dict[str, Any]:
    """Return the newest verdicts as a CTRF report."""
    tests = [_test(cell, entry) for cell, entry in merged.entries()]
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "generatedBy": "vidconform",
        "timestamp": merged.now.isoformat(timespec="seconds"),
        "results": {
            "tool": {"name": "vidconform", "version": __version__},
            "summary": _summary(merged, tests),
            "tests": tests,
        },
    }


def _summary(merged: ReportModel, tests: list[dict[str, Any]]) -> dict[str, Any]:
    counted = Counter(test["status"] for test in tests)
    starts = [run.started_at for run in merged.runs]
    stops = [run.finished_at or run.started_at for run in merged.runs]
    return {
        "tests": len(tests),
        **{status: counted[status] for status in ("passed", "failed", "skipped", "pending", "other")},
        "start": int(min(starts, default=merged.now).timestamp() * 1000),
        "stop": int(max(stops, default=merged.now).timestamp() * 1000),
        "extra": {"truncated": [str(run.path.name) for run in merged.truncated]},
    }


def _test(cell: Cell, entry: Entry) -> dict[str, Any]:
    row = entry.row
    message = (
        f"expected {visible(row.expected)}, received {visible(row.received)}" if row.received else visible(row.expected)
    )
    subject = " (document)" if row.subject == "document" else ""
    return {
        "name": f"{visible(cell.contract, 120)} {visible(cell.requirement, 120)}{subject}",
        "testId": f"{visible(cell.contract, 120)}/{visible(cell.requirement, 120)}/{row.subject}",
        "status": _STATUS[row.label],
        "rawStatus": row.label,
        "duration": 0,
        "suite": [visible(row.provider, 120), visible(row.contract, 120), visible(row.concern, 120)],
        "tags": [row.level, entry.origin],
        **({"message": message} if message else {}),
        "extra": {
            "statement": visible(row.statement), "source": visible(row.source), "at": entry.at.isoformat(),
            "observations": row.observations,
        },
    }  # fmt: skip
