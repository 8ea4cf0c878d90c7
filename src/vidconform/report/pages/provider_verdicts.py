"""The verdict on each provider: does it keep its document, can a client live with it, and the rows that say so.

What is counted, and how it is said, is what the end of a run says as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from vidconform.contracts import grouped
from vidconform.report.headlines import NOTHING_PAID, SELDOM, is_emulated, judged, judged_documents, spent_in_words
from vidconform.report.pages.clients import ClientCell
from vidconform.report.pages.sdk_findings import SdkFindings
from vidconform.report.report_model import Column, ReportModel
from vidconform.text import visible
from vidconform.verdicts import Label

_MOST_NAMED = 3
#: What a filter of the matrix is set to for what a verdict counts together.
_FILTERED = {"known": "K", "stale": "K", Label.UNSEEN: "UR"}
#: How a client fares, the worst first, with the letters that say so and the verb for several.
_WAYS = {
    "breaks": ("F", "break"), "may stumble": ("D", "may stumble"), "can read it": ("O", "can read it"),
    "was shown nothing": ("EIU", "were shown nothing"),
}  # fmt: skip


@dataclass(frozen=True)
class VerdictPart:
    """Some words of a verdict with the rows that they are about: an anchor, or what the matrix is filtered by."""

    words: str
    letter: str
    anchor: str = ""
    query: str = ""


@dataclass(frozen=True)
class ProviderVerdict:
    """The verdict on one provider, in two answers; `origin` tells whose replies were judged."""

    name: str
    title: str
    origin: str
    letter: str
    keeps: list[VerdictPart]
    documents: VerdictPart | None
    clients: list[VerdictPart]
    sent: str


def provider_verdicts(
    merged: ReportModel, cells: Iterable[ClientCell], sdk: Mapping[str, SdkFindings]
) -> list[ProviderVerdict]:
    """Return the verdict on each provider of a report, in the order of its columns."""
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for cell, entry in merged.entries():
        whose = merged.columns[cell.contract].served.name
        of_provider = rows.setdefault(whose, {"service": [], "document": []})
        of_provider[entry.row.subject].append(entry.row.as_line())
    columns = {column.served.name: column for column in merged.columns.values()}
    asked = grouped(cells, lambda client: str(client.lines[0]["provider"]))
    nothing: dict[str, list[dict[str, Any]]] = {"service": [], "document": []}
    return [
        _verdict(merged, column, rows.get(name, nothing), _clients(sdk.get(name), asked.get(name, [])))
        for name, column in columns.items()
    ]


def _verdict(
    merged: ReportModel, column: Column, rows: Mapping[str, list[dict[str, Any]]], clients: list[VerdictPart]
) -> ProviderVerdict:
    name, run = column.served.name, merged.runs[column.runs[-1]]
    keeps = [_part(name, *told) for told in judged(rows["service"])]
    documents = VerdictPart(", ".join(judged_documents(rows["document"])), "C", query=_query(name, "C"))
    spent = run.cost.get(name)
    words = spent_in_words(None if spent is None else asdict(spent), column.served.creation_price)
    made_up = is_emulated(rows["service"])
    sent = "cut off before its end" if run.is_truncated else words + (NOTHING_PAID if made_up else "")
    said = documents if rows["document"] else None
    origin = "emulated" if made_up else run.mode
    return ProviderVerdict(name, column.served.title, origin, _letter(keeps), keeps, said, clients, sent)


def _letter(keeps: list[VerdictPart]) -> str:
    """Return the letter of the verdict as a whole: broken, kept, or none."""
    if any(part.letter == "F" and part.query for part in keeps):
        return "F"
    # Where little was seen, nothing broken is no pass.
    return "O" if keeps and keeps[0].letter == "F" else keeps[0].letter if keeps else "U"


def _part(provider: str, reading: str, words: str) -> VerdictPart:
    if reading == SELDOM:
        return VerdictPart(words, "U")
    letter = _FILTERED.get(reading) or Label(reading).letter
    return VerdictPart(words, letter, query="" if words.startswith("0 ") else _query(provider, letter))


def _query(provider: str, letter: str) -> str:
    # With the stroke behind it, the name of a provider is that of no other and of no title.
    return urlencode({"provider": visible(f"{provider}/", 160).lower(), "reading": letter})


def _clients(sdk: SdkFindings | None, cells: Iterable[ClientCell]) -> list[VerdictPart]:
    """Return how the SDK fares, and how clients do that were written for other contracts, the worst first."""
    found = [] if sdk is None else [VerdictPart(sdk.words, sdk.letter, sdk.anchor)]
    by_written = grouped(cells, lambda cell: cell.written).values()
    # At whichever of the provider's contracts it fares worst.
    worst = (min(same, key=lambda cell: list(_WAYS).index(_way(cell))) for same in by_written)
    by_way = grouped(worst, _way)
    return found + [part for way in _WAYS for part in _of_clients(way, by_way.get(way, []))]


def _way(cell: ClientCell) -> str:
    """Return how a client that was written for another contract fares."""
    return next((way for way, (letters, _) in _WAYS.items() if cell.letter in letters), "can read it")


def _of_clients(way: str, cells: list[ClientCell]) -> list[VerdictPart]:
    if len(cells) > _MOST_NAMED:
        words = f"clients for {len(cells)} other contracts {_WAYS[way][1]}"
        return [VerdictPart(words, cells[0].letter, "foreign-title")]
    return [VerdictPart(f"a client for {c.written} {way}{_times(c)}", c.letter, c.anchor) for c in cells]


def _times(cell: ClientCell) -> str:
    number = sum(row.label.letter == cell.letter for row in cell.told)
    return f" ({number})" if number and cell.letter in "FD" else ""
