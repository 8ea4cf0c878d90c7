"""Writes a site: its pages and the formats for other programs."""

from __future__ import annotations

from pathlib import Path

from vidconform.errors import BadOption
from vidconform.redaction import Guard
from vidconform.report.formats.exchange_formats import write_formats
from vidconform.report.pages.html import Pages
from vidconform.report.report_model import ReportModel


def write_site(
    merged: ReportModel, folder: Path, title: str = "", with_documents: bool = False, guard: Guard | None = None
) -> int:
    """Write a site into a folder and return the number of its pages; raises BadOption where it cannot.

    Raises SecretRefused at the first file that would hold a secret of `guard`.
    """
    guard = guard or Guard()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 0
        for name, text in Pages(merged, title).site(_documents(merged) if with_documents else None):
            guard.write(folder / name, text)
            number += 1
        write_formats(merged, folder, guard)
    except OSError as error:
        raise BadOption("--output", str(folder), f"a folder to write to ({error.strerror})") from error
    return number


def _documents(merged: ReportModel) -> object:
    from vidconform.report.pages.documents import compare

    return compare(merged)
