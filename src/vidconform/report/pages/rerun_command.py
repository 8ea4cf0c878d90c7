"""The command under a cell of the matrix that judges its requirement again."""

from __future__ import annotations

import shlex
from functools import lru_cache

from vidconform.contracts import all_providers, find_provider
from vidconform.report.report_model import Cell, ReportModel


def rerun(merged: ReportModel, cell: Cell) -> str:
    """Return the line that judges just this requirement again, where it was judged."""
    row = cell.first_entry.row
    # The brackets make the name exact: without them `id-type` would bring `task-id-type` as well.
    # What -k takes has no @; the version behind it is enough.
    begun = row.contract.partition("@")[2] or f"[{row.contract}"
    names = [f"{begun}-{row.requirement}{'-document' if kind == 'document' else ''}]" for kind in _subjects(cell)]
    words = [*_provider(merged, cell), "-k", " or ".join(names), *_address(merged, cell)]
    return shlex.join(["pytest", *words])


def _provider(merged: ReportModel, cell: Cell) -> list[str]:
    """Return the options that name who was judged: by its own name, or as a subject of whose contract it is held to."""
    name, held_to = cell.first_entry.row.provider, merged.columns[cell.contract].served.held_to.get(cell.contract)
    if held_to is None or name.partition("@")[0] in all_providers():
        return [f"--provider={name}"]
    return [f"--provider={held_to.partition('/')[0]}", f"--subject={name}"]


def _address(merged: ReportModel, cell: Cell) -> list[str]:
    """Return the options that ask the same service again; a recorded run asks none."""
    if cell.observed is None or merged.runs[cell.observed.run].mode != "live":
        return []
    used, own = merged.columns[cell.contract].served.base_url, _own_address(cell.first_entry.row.provider)
    return ["--live", *([f"--provider-url={used}"] if used and used != own else [])]


@lru_cache(1024)
def _own_address(provider: str) -> str:
    """Return the address of a provider of the project, an empty text for another's."""
    return find_provider(provider).base_url if provider.partition("@")[0] in all_providers() else ""


def _subjects(cell: Cell) -> list[str]:
    return sorted({entry.row.subject for entry in cell.entries.values()}, reverse=True)
