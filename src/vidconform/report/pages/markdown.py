"""report.md: the summary as CommonMark with tables, also GitHub's step summary."""

from __future__ import annotations

from collections.abc import Iterator

from vidconform.report.faults import named
from vidconform.report.pages.clients import clients
from vidconform.report.pages.html import emulated
from vidconform.report.pages.summary import DISCLAIMERS, CauseGroup, SummaryLine, sections
from vidconform.report.report_model import ReportModel
from vidconform.report.terminal import describe_known
from vidconform.text import code, prose
from vidconform.verdicts import Label

_MOST = 60
_LONGEST = 160


def as_markdown(merged: ReportModel) -> str:
    """Return a report as Markdown; a vendor's text stands in code spans only."""
    return "\n".join(_lines(merged)) + "\n"


def _lines(merged: ReportModel) -> Iterator[str]:
    yield "# vidconform\n"
    for run in merged.truncated:
        cut = f"**Truncated run** of {run.started_at:%Y-%m-%d %H:%M} UTC: it has no end line"
        yield f"{cut}. What is missing was not judged; nothing here is a pass.\n"
    made_up = emulated(merged)
    if made_up:
        names = ", ".join(map(code, made_up))
        yield f"**Emulated evidence, not the vendor**: {names}. Those replies are our own emulator's.\n"
    yield from _counts(merged, made_up)
    for section in sections(merged):
        yield f"\n## {section.title}: {len(section.findings)}\n\n{section.note}\n"
        lines = [line for group in section.groups for line in _group(group)]
        yield from lines[:_MOST]
        if len(lines) > _MOST:
            yield f"\nand {len(lines) - _MOST} more in report.html"
    yield from _clients(merged)
    yield "\n## What a pass does not claim\n"
    yield from (f"- {sentence}" for sentence in DISCLAIMERS)


def _counts(merged: ReportModel, made_up: list[str]) -> Iterator[str]:
    yield f"| contract | evidence | {' | '.join(Label)} |"
    yield f"|---|---|{'---:|' * len(Label)}"
    for column in merged.columns.values():
        tally = merged.tally(column.id)
        run = merged.runs[column.runs[-1]]
        origin = ("emulated" if column.id in made_up else run.mode) + (", truncated" if run.is_truncated else "")
        listed = merged.known(column.id)
        numbers = (f"{tally[word]}{f', {listed[word]} known' if listed[word] else ''}" for word in Label)
        yield f"| {code(column.id)} | {origin} | {' | '.join(numbers)} |"
    read = [f"| {code(column.id)} | {code(column.edition)} |" for column in merged.columns.values() if column.edition]
    yield from ["\n| contract | document, as it was read |", "|---|---|", *read] if read else []


def _clients(merged: ReportModel) -> Iterator[str]:
    found = clients(merged)
    if not found.cells:
        return
    yield "\n## Clients written for other contracts\n\nF fails, D deviates, N not offered; ok none of these.\n"
    yield f"| talking to | {' | '.join(map(code, found.written))} |"
    yield f"|---|{'---|' * len(found.written)}"
    for asked in found.asked:
        cells = (found.cells.get((asked, written)) for written in found.written)
        yield f"| {code(asked)} | {' | '.join(cell.tally if cell is not None else '' for cell in cells)} |"


def _group(group: CauseGroup) -> list[str]:
    """A line a cause of what was not judged: an outage is one thing to read, whatever it hides; or one each."""
    if not group.why:
        return [_finding(finding) for finding in group.findings]
    rows, origin = [finding.entry.row for finding in group.findings], group.worst.entry.origin
    contracts = ", ".join(code(contract) for contract in dict.fromkeys(row.contract for row in rows))
    names = code(named([row.requirement for row in rows]))
    return [f"- {rows[0].label} {contracts} {names} ({origin}): {code(group.why, _LONGEST)}"]


def _finding(finding: SummaryLine) -> str:
    entry, row = finding.entry, finding.entry.row
    told = ""
    if row.received:
        told = f": expected {code(row.expected, _LONGEST)}, received {code(row.received, _LONGEST)}"
    elif row.expected:
        told = f": needs {code(row.expected, _LONGEST)}"
    if row.deviation is not None:
        told += f" ({code(describe_known(row.deviation), _LONGEST)})"
    return f"- {prose(row.label)} {code(row.contract)} {code(row.requirement)} [{row.level}] ({entry.origin}){told}"
