"""What a reader must know first: what breaks, what deviates, what was never seen; and what a pass does not claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from vidconform.contracts import grouped
from vidconform.report.faults import faults
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.report.undecided import undecided_groups
from vidconform.verdicts import Label

#: Title, readings and the sentence under the title, in the order of importance.
SECTIONS = (
    (
        "What breaks", (Label.FAILS, Label.ERRORED),
        "A MUST of the vendor's own document is not kept, or we failed to judge it.",
    ),
    ("Where a document contradicts itself", (Label.CONTRADICTS,), "The document breaks its own statements."),
    ("What deviates", (Label.DEVIATES,), "What the document only shows or hedges is otherwise in the service."),
    ("What stayed undecided", (Label.INCONCLUSIVE,), "A time-out, a 429 or a lost connection stood in the way."),
    (
        "What was not paid for", (Label.REFUSED,),
        "It would have cost more than --max-creations or --max-cost allows: nothing is said about it.",
    ),
    (
        "What was never seen", (Label.UNSEEN,),
        "The state never came up: nothing is said about it, neither good nor bad.",
    ),
    ("What is not offered", (Label.NOT_OFFERED,), "The document says may, and the service does not."),
)  # fmt: skip

#: By the state of an entry of a deviations.toml; one that has expired counts as if it were not there.
LISTED = {
    "stale": ("What is listed but met", "A deviations.toml lists it as deviating and it is met: remove the entry."),
    "refuted": (
        "What observation refuted",
        "The ledger says since when the service does otherwise; it fails no run.",
    ),
    "expected": ("What is known", "A deviations.toml lists it with a reason; as long as it stays so, it fails no run."),
}

#: What each reading says, in the order in which readings stand everywhere.
LEGEND = {
    Label.FAILS: "A MUST of the vendor's own document is not kept.",
    Label.ERRORED: "We failed to judge it: the fault is in the check, not in the service.",
    Label.CONTRADICTS: "The document's own examples break what it states.",
    Label.DEVIATES: "A SHOULD is not kept: what the document only shows or hedges is otherwise in the service.",
    Label.INCONCLUSIVE: "An outage, a time-out, a 429 or a bound of ours stood in the way.",
    Label.REFUSED: "Asking would have cost more than the run was allowed to spend.",
    Label.UNSEEN: "The state never came up, so nothing is said about it.",
    Label.NOT_OFFERED: "A MAY is not kept: the document allows that the service does without it.",
    Label.CONFORMS: "It was seen, and it is as the document says.",
}

DISCLAIMERS = (
    "That the service is well: only that what was asked, once, at that hour, kept the document's words.",
    "That what reads unseen was judged at all.",
    "That the document is good, complete or OpenAI-compatible: a vendor is judged by what it wrote itself.",
    "That videos are worth watching, that a URL keeps working, that prices or rate limits hold.",
    "Anything about the vendor where the evidence is emulated: those replies are our own emulator's.",
)


@dataclass(frozen=True)
class SummaryLine:
    """One verdict of a section."""

    cell: Cell
    entry: Entry


@dataclass(frozen=True)
class CauseGroup:
    """Findings with one cause, the gravest first; `why` tells what would show them where nothing was judged."""

    findings: tuple[SummaryLine, ...]
    why: str = ""

    @property
    def worst(self) -> SummaryLine:
        """The finding that stands for all of them."""
        return self.findings[0]

    @property
    def others(self) -> tuple[SummaryLine, ...]:
        """The rest."""
        return self.findings[1:]

    @property
    def provider(self) -> str:
        """Whose findings they are."""
        return self.worst.entry.row.provider


@dataclass(frozen=True)
class Section:
    """Some readings with all findings that have them."""

    title: str
    note: str
    labels: tuple[str, ...]
    findings: list[SummaryLine]

    @cached_property
    def groups(self) -> list[CauseGroup]:
        """The findings by their cause: a provider at a time, the vendors before our emulators."""
        found = grouped(self.findings, lambda one: (one.entry.origin == "emulated", one.entry.row.provider))
        return [group for whose in sorted(found) for group in _groups(found[whose])]

    def by_provider(self, most: int) -> list[tuple[str, list[CauseGroup]]]:
        """Return the first groups, by the provider that they are about."""
        return [(name, list(groups)) for name, groups in groupby(self.groups[:most], key=lambda group: group.provider)]


def _groups(findings: Iterable[SummaryLine]) -> list[CauseGroup]:
    """Return findings by what caused them, or by what would show them, as the end of a run tells them."""
    lines: list[dict[str, Any]] = [{**one.entry.row.as_line(), "finding": one} for one in findings]
    undecided = undecided_groups(lines)
    named = {id(line) for group in undecided for line in group.rows}
    caused = faults(line for line in lines if id(line) not in named)
    made = [CauseGroup(tuple(line["finding"] for line in fault.rows)) for fault in caused]
    return made + [CauseGroup(tuple(line["finding"] for line in group.rows), group.why) for group in undecided]


def sections(merged: ReportModel) -> list[Section]:
    """Return the sections that have findings; those about the vendor come before those about our emulator."""
    lines = (SummaryLine(cell, entry) for cell, entry in merged.entries())
    found = grouped(lines, lambda one: _listed(one.entry) or one.entry.label)
    made = [Section(t, note, labels, _sorted(found, labels)) for t, labels, note in SECTIONS]
    made += [Section(*said, (), _sorted(found, (state,))) for state, said in LISTED.items()]
    return [section for section in made if section.findings]


def _listed(entry: Entry) -> str | None:
    state = entry.row.deviation and entry.row.deviation["state"]
    return state if state in LISTED else None


def _sorted(found: dict[str, list[SummaryLine]], labels: tuple[str, ...]) -> list[SummaryLine]:
    return sorted((finding for label in labels for finding in found.get(label, [])), key=_place)


def _place(finding: SummaryLine) -> tuple[bool, str, str]:
    return finding.entry.origin == "emulated", finding.cell.contract, finding.cell.requirement
