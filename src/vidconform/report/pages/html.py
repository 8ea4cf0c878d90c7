"""Pages made with Jinja2, autoescape on: one for a run, or a static site for many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from vidconform.contracts import PHASES
from vidconform.report.differing import differing
from vidconform.report.nightly.history import describe_since, rereadings
from vidconform.report.pages import summary, views
from vidconform.report.pages.body_view import parts
from vidconform.report.pages.clients import clients
from vidconform.report.pages.costs import costs
from vidconform.report.pages.page_environment import page_templates
from vidconform.report.pages.provider_verdicts import provider_verdicts
from vidconform.report.pages.rerun_command import rerun
from vidconform.report.pages.sdk_findings import HARMS, sdk_findings
from vidconform.report.pages.sparklines import sparkline, trend
from vidconform.report.pages.vendor_issue import is_reportable, vendor_issue
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.report.run_model import EMULATED
from vidconform.report.terminal import describe_known
from vidconform.verdicts import Label

_MOST_ON_INDEX = 15
_MOST_PEERS = 8
#: What every page leads to: the address on a site, and the anchor where everything is one page; empty where neither.
_WAYS = {
    "Verdicts": ("index.html", "#verdicts"),
    "Findings": ("findings.html", "#summary"),
    "Matrix": ("index.html#matrix-title", "#matrix-title"),
    "Contracts": ("index.html#contracts", "#contracts"),
    "Clients": ("clients.html", "#clients-title"),
    "Tasks and exchanges": ("", "#lives"),
    "Trend and costs": ("trend.html", ""),
    "Costs": ("", "#costs-title"),
    "Documents": ("documents.html", ""),
}


class Pages:
    """The pages of one report."""

    def __init__(self, merged: ReportModel, title: str = "") -> None:
        self.merged = merged
        self.title = title or _title(merged)
        self.views = views.Views(merged)
        self._told_peers: dict[tuple[str, str, bool], Markup] = {}
        self._sparks: dict[tuple[str, str, str], Markup] = {}

    def one(self) -> str:
        """Return everything as one page that needs nothing beside it."""
        contracts = [self.views.contract(contract) for contract in self.merged.columns]
        more = {"client_link": self.views.link, "nav": self._ways()}
        return self._render("one.html.j2", contracts=contracts, statement_length=200, **more)

    def _ways(self, has_documents: bool | None = None) -> list[tuple[str, str]]:
        """Return the navigation, the same on every page; None for what stands on a page alone."""
        lacking = set() if self.merged.foreign or self.merged.sdk else {"Clients"}
        lacking |= set() if has_documents else {"Documents"}
        ways = [(word, pair[has_documents is None]) for word, pair in _WAYS.items() if word not in lacking]
        return [(word, address) for word, address in ways if address]

    def site(self, documents: object | None = None) -> Iterator[tuple[str, str]]:
        """Yield the name and text of each page of a site; `documents` is what its page about the documents holds."""
        has_documents = documents is not None
        shared = {"home": "index.html", "has_documents": has_documents, "nav": self._ways(has_documents)}
        first = {"here": "Verdicts", "most": _MOST_ON_INDEX, "statement_length": 120, **shared}
        yield "index.html", self._render("index.html.j2", **first)
        yield "findings.html", self._render("findings.html.j2", here="Findings", **shared)
        yield "trend.html", self._render("trend.html.j2", here="Trend and costs", **shared)
        if self.merged.foreign or self.merged.sdk:
            yield "clients.html", self._render("clients.html.j2", here="Clients", **shared)
        if documents is not None:
            yield "documents.html", self._render("documents.html.j2", here="Documents", documents=documents, **shared)
        for contract in self.merged.columns:
            shown = {"here": "Contracts", "contract": self.views.contract(contract), **shared}
            yield self.views.names.page(contract), self._render("contract.html.j2", **shown)
            self.views.forget(contract)
            self._sparks.clear()

    def _render(self, template: str, **more: Any) -> str:
        return self._environment.get_template(template).render(**more)

    @cached_property
    def _environment(self) -> Environment:
        made = page_templates()
        made.filters |= {"day": views.day, "tallied": self.merged.tally}
        made.tests["counted_in"] = lambda word, tallies: any(tally[word] for tally in tallies)
        made.globals.update(self._globals())
        return made

    def _globals(self) -> dict[str, Any]:
        merged = self.merged
        lines = groupby(merged.lines, key=lambda line: line.concern)
        found, sdk = clients(merged), sdk_findings(merged)
        return {
            "merged": merged,
            "title": self.title,
            "has_documents": False,
            "statement_length": 200,
            "views": self.views,
            "names": self.views.names,
            "columns": list(merged.columns.values()),
            "groups": [(concern, list(found)) for concern, found in lines],
            "concerns": sorted({line.concern for line in merged.lines}),
            "emulated": emulated(merged),
            "clients": found,
            "sdk": sdk,
            "harms": HARMS,
            "verdicts": provider_verdicts(merged, found.cells.values(), sdk),
            "legend": summary.LEGEND,
            "differing": differing,
            "Label": Label,
            "phases": PHASES,
            "sections": summary.sections(merged),
            "disclaimer_sentences": summary.DISCLAIMERS,
            "costs": costs(merged),
            "told_since": describe_since,
            "reread": rereadings(merged),
            "describe_known": describe_known,
            "age": self._age,
            "peers": self._peers,
            "rerun": rerun,
            "body_parts": parts,
            "is_reportable": is_reportable,
            "vendor_issue": vendor_issue,
            "spark": self._spark,
            "sparkline": sparkline,
            "trend": trend,
        }

    def _age(self, entry: Entry) -> str:
        return views.age_text(self.merged.days(entry))

    def _peers(self, cell: Cell, pages: bool) -> list[Markup]:
        """Return an entry for some cells of the same name elsewhere, the worst first."""
        worst = self.views.peers[cell.requirement][: _MOST_PEERS + 1]
        return [self._peer(other, pages) for other in worst if other.contract != cell.contract][:_MOST_PEERS]

    def _peer(self, other: Cell, pages: bool) -> Markup:
        """Return the entry of a cell, which stands on the pages of all the others."""
        key = other.contract, other.requirement, pages
        if key not in self._told_peers:
            self._told_peers[key] = self._parts.peer(other, pages)
        return self._told_peers[key]

    def _spark(self, entry: Entry) -> Markup:
        """Return the spark of an entry, which stands in the list of its page and in its panel."""
        key = entry.row.key
        if key not in self._sparks:
            self._sparks[key] = self._parts.spark_svg(entry)
        return self._sparks[key]

    @cached_property
    def _parts(self) -> Any:
        return self._environment.get_template("parts.html.j2").module


def emulated(merged: ReportModel) -> list[str]:
    """Return the contracts about which nothing but our emulator's replies is known."""
    origins: dict[str, set[bool]] = {}
    for cell, entry in merged.entries():
        if entry.row.subject == "service":
            origins.setdefault(cell.contract, set()).add(entry.origin == EMULATED)
    return [contract for contract, found in sorted(origins.items()) if found == {True}]


def _title(merged: ReportModel) -> str:
    titles = list(dict.fromkeys(column.served.title for column in merged.columns.values()))
    return f"Compatibility of {', '.join(titles)}" if len(titles) < 6 else f"Compatibility of {len(titles)} providers"
