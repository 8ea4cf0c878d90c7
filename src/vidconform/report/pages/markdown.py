"""report.md: the summary as CommonMark with tables, also GitHub's step summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vidconform.report.pages.html import emulated
from vidconform.report.pages.summary import DISCLAIMERS, SummaryLine, sections
from vidconform.report.report_model import ReportModel
from vidconform.report.terminal import known, named
from vidconform.text import code, prose
from vidconform.verdicts import Label

_MOST = 60
_LONGEST = 160


def as_markdown(merged: ReportModel) -> str:
    """Return the report of a picture as Markdown; a vendor's text stands in code spans only."""
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
        found, in_groups = section.findings, Label.INCONCLUSIVE in section.labels
        lines = _undecided(found) if in_groups else [*map(_finding, found)]
        yield from lines[:_MOST]
        if len(lines) > _MOST:
            yield f"\nand {len(lines) - _MOST} more in report.html"
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


def _undecided(findings: Iterable[SummaryLine]) -> list[str]:
    """Return a line a contract and cause: an outage is one thing to read, however many requirements it hides."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        row = finding.entry.row
        groups.setdefault((row.contract, finding.entry.origin, row.received), []).append(row.requirement)
    told = [(code(contract), code(named(names)), o, code(cause)) for (contract, o, cause), names in groups.items()]
    return [f"- inconclusive {contract} {names} ({origin}): {cause}" for contract, names, origin, cause in told]


def _finding(finding: SummaryLine) -> str:
    entry, row = finding.entry, finding.entry.row
    told = ""
    if row.received:
        told = f": expected {code(row.expected, _LONGEST)}, received {code(row.received, _LONGEST)}"
    elif row.expected:
        told = f": needs {code(row.expected, _LONGEST)}"
    if row.deviation is not None:
        told += f" ({code(known(row.deviation), _LONGEST)})"
    return f"- {prose(row.label)} {code(row.contract)} {code(row.requirement)} [{row.level}] ({entry.origin}){told}"
