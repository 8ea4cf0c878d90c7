"""Writes a site: its pages and the formats for other programs."""

from __future__ import annotations

from pathlib import Path

from vidconform.errors import BadOption
from vidconform.guard import Guard
from vidconform.report.formats import write_formats
from vidconform.report.pages import Pages
from vidconform.report.picture import Merged


def write_site(
    merged: Merged, folder: Path, title: str = "", with_documents: bool = False, guard: Guard | None = None
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


def _documents(merged: Merged) -> object:
    from vidconform.report.documents import compare

    return compare(merged)
