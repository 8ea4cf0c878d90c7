"""Pages made with Jinja2, autoescape on: one for a run, or a static site for many."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vidconform import __version__, text
from vidconform.contracts import PHASES
from vidconform.report.nightly.history import describe_since
from vidconform.report.pages import summary, views
from vidconform.report.pages.body_view import parts
from vidconform.report.pages.costs import costs
from vidconform.report.pages.sparklines import sparkline, trend
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.report.run_model import EMULATED
from vidconform.report.terminal import known
from vidconform.text import pluralise
from vidconform.verdicts import Label

TEMPLATES = Path(__file__).parent / "templates"
_MOST_ON_MATRIX = 15
_MOST_PEERS = 8


class Pages:
    """The pages of one picture."""

    def __init__(self, merged: ReportModel, title: str = "") -> None:
        self.merged = merged
        self.title = title or _title(merged)
        self.views = views.Views(merged)

    def one(self) -> str:
        """Return everything as one page that needs nothing beside it."""
        contracts = [self.views.contract(contract) for contract in self.merged.columns]
        return self._render("one.html.j2", contracts=contracts, statement_length=200)

    def site(self, documents: object | None = None) -> Iterator[tuple[str, str]]:
        """Yield the name and text of each page of a site; `documents` is what its page about the documents holds."""
        has_documents = documents is not None
        shared = {"home": "index.html", "has_documents": has_documents}
        yield "index.html", self._render("index.html.j2", most=_MOST_ON_MATRIX, statement_length=120, **shared)
        yield "findings.html", self._render("findings.html.j2", **shared)
        yield "trend.html", self._render("trend.html.j2", **shared)
        if documents is not None:
            yield "documents.html", self._render("documents.html.j2", documents=documents, **shared)
        for contract in self.merged.columns:
            view = self.views.contract(contract)
            yield self.views.names.page(contract), self._render("contract.html.j2", contract=view, **shared)
            self.views.forget(contract)

    def _render(self, template: str, **more: Any) -> str:
        return self._environment.get_template(template).render(**more)

    @cached_property
    def _environment(self) -> Environment:
        loader = FileSystemLoader(TEMPLATES)
        made = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        made.filters |= {"visible": text.visible, "counted": pluralise, "day": views.day}
        made.globals.update(self._globals())
        return made

    def _globals(self) -> dict[str, Any]:
        merged = self.merged
        style, script = _asset("report.css"), _asset("report.js")
        lines = groupby(merged.lines, key=lambda line: line.concern)
        return {
            "version": __version__,
            "merged": merged,
            "title": self.title,
            "home": "",
            "has_documents": False,
            "statement_length": 200,
            "views": self.views,
            "names": self.views.names,
            "columns": list(merged.columns.values()),
            "groups": [(concern, list(found)) for concern, found in lines],
            "concerns": sorted({line.concern for line in merged.lines}),
            "emulated": emulated(merged),
            "Label": Label,
            "phases": PHASES,
            "sections": summary.sections(merged),
            "disclaimer_sentences": summary.DISCLAIMERS,
            "costs": costs(merged),
            "told_since": describe_since,
            "known": known,
            "age": self._age,
            "peers": self._peers,
            "rerun": views.rerun,
            "body_parts": parts,
            "sparkline": sparkline,
            "trend": trend,
            "style": style,
            "script": script,
            "style_hash": _digest(style),
            "script_hash": _digest(script),
        }

    def _age(self, entry: Entry) -> str:
        return views.age_text(self.merged.days(entry))

    def _peers(self, cell: Cell) -> list[Cell]:
        """Return some cells of the same name elsewhere, the worst first."""
        worst = self.views.peers[cell.requirement][: _MOST_PEERS + 1]
        return [other for other in worst if other.contract != cell.contract][:_MOST_PEERS]


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


def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - ours; all else is escaped


def _digest(asset: Markup) -> str:
    """Return what a content security policy (CSP level 3, 2.3.1) names an inline asset by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(str(asset).encode()).digest()).decode()
