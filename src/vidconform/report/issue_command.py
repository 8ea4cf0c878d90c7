"""The command issue: finds the verdict that a bug report is about."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from vidconform.errors import BadOption
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.vendor_issue import is_reportable, shown_exchange, vendor_issue
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.report.results_reader import find_results

_OPTION = "REQUIREMENT"


def issue_of(results: Path, named: str) -> tuple[str, str]:
    """Return the bug report on a requirement (`CONTRACT#REQUIREMENT` or its id alone), and the provider it is for.

    Raises BadOption.
    """
    merged = merge_files(find_results([results]))
    cells = _cells(merged, named)
    unmet = [(cell, entry) for cell in cells for entry in _reportable(cell)]
    if not unmet:
        readings = ", ".join(f"{cell.contract} {entry.label}" for cell in cells for entry in cell.shown)
        raise BadOption(_OPTION, named, f"one that is not kept; it reads: {readings}")
    contracts = sorted({cell.contract for cell, _ in unmet})
    if len(contracts) > 1:
        one_of = ", ".join(f"{contract}#{unmet[0][0].requirement}" for contract in contracts)
        raise BadOption(_OPTION, named, f"one of several that are not kept: {one_of}")
    cell, entry = unmet[0]
    return vendor_issue(merged, cell, entry, shown_exchange(merged, entry)), entry.row.provider


def _cells(merged: ReportModel, named: str) -> list[Cell]:
    contract, _, requirement = named.rpartition("#")
    found = [cell for cell in merged.cells.values() if cell.requirement == requirement]
    found = [cell for cell in found if contract in ("", cell.contract)]
    if not found:
        known = {f"{cell.contract}#{cell.requirement}" for cell in merged.cells.values() if contract}
        known |= {cell.requirement for cell in merged.cells.values()}
        near = get_close_matches(named, sorted(known)) or sorted(known)[:3]
        raise BadOption(_OPTION, named, f"one that was judged, such as {', '.join(near)}")
    return found


def _reportable(cell: Cell) -> list[Entry]:
    """Return the verdict that a report is about: the service's before the document's."""
    return [entry for entry in cell.shown if is_reportable(entry)][:1]
