"""The report for other programs: CTRF, SARIF 2.1.0, shields.io endpoints and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from vidconform.redaction import Guard
from vidconform.report.file_names import FileNames
from vidconform.report.formats.ctrf import as_ctrf
from vidconform.report.formats.sarif import as_sarif
from vidconform.report.formats.shields import badges
from vidconform.report.report_model import ReportModel
from vidconform.text import spreadsheet

_COLUMNS = (
    "concern", "requirement", "contract", "level", "subject", "reading", "origin", "at", "expected", "received",
    "statement", "source",
)  # fmt: skip


def write_formats(merged: ReportModel, folder: Path, guard: Guard) -> None:
    """Write ctrf.json, results.sarif, matrix.csv and badges/<provider>.json; raises SecretRefused and OSError."""
    names = FileNames(merged)
    guard.write(folder / "ctrf.json", _json(as_ctrf(merged)))
    guard.write(folder / "results.sarif", _json(as_sarif(merged)))
    guard.write(folder / "matrix.csv", as_csv(merged))
    if (folder / "badges").is_symlink():
        (folder / "badges").unlink()
    (folder / "badges").mkdir(exist_ok=True)
    for provider, badge in badges(merged).items():
        guard.write(folder / "badges" / f"{names.provider(provider)}.json", _json(badge))


def as_csv(merged: ReportModel) -> str:
    """Return a line a verdict (RFC 4180); no field is one that a spreadsheet would calculate."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for cell, entry in merged.entries():
        row = entry.row
        values = (
            row.concern, cell.requirement, cell.contract, row.level, row.subject, row.label, entry.origin,
            entry.at.isoformat(), row.expected, row.received, row.statement, row.source,
        )  # fmt: skip
        writer.writerow([spreadsheet(value) for value in values])
    return out.getvalue()


def _json(value: Any) -> str:
    # Escapes instead of UTF-8: a lone surrogate of a vendor's is harmless as one.
    return json.dumps(value, ensure_ascii=True) + "\n"
