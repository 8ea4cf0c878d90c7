"""A bug report for the vendor, as Markdown: what its document says, how to ask for it, and what came instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vidconform import __version__
from vidconform.report.differing import difference
from vidconform.report.pages.exchange_view import Kept, read_evidence
from vidconform.report.report_model import Cell, Entry, ReportModel
from vidconform.report.run_model import DOCUMENTED, EMULATED
from vidconform.text import code, fenced, pluralise, prose
from vidconform.verdicts import Label

# Whatever a service calls the number under which its own log has a request.
_REQUEST_ID = re.compile(r"(?:^|-)(?:request|req|trace|correlation)-?id$|^cf-ray$|^traceparent$", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>]+")
_STATUS_AND_TYPE = re.compile(r"\d{3}( [^\s:]+)?(?=: )")
_PLAIN_INSIDE = re.compile(r"\\([-()+])")
_LONGEST_LINE = 2_000
_MOST_IDS = 4
_NOT_TO_BE_SENT = (
    "> **Emulated evidence: not to be sent.** Every reply here came from vidconform's own emulator. "
    "It says nothing about the vendor."
)
_CAREFUL = "**Careful:** this request asks for a video, which may be charged; it stops waiting after `--max-time`."
_MEANING = {
    Label.FAILS: "the document says so without reserve",
    Label.DEVIATES: "the document shows it or says that it is usual",
    Label.CONTRADICTS: "the document's own examples are otherwise",
}


def vendor_issue(merged: ReportModel, cell: Cell, entry: Entry, kept: Kept | None) -> str:
    """Return the report on an unmet requirement; `kept` is the exchange that the verdict was read from."""
    return "\n".join(_lines(merged, cell, entry, kept)) + "\n"


def shown_exchange(merged: ReportModel, entry: Entry) -> Kept | None:
    """Return the exchange that a verdict was read from, where its run left it."""
    contract, places = entry.row.contract, [(place.probe, place.exchange) for place in entry.row.evidence[:1]]
    found = read_evidence(merged.runs[entry.run].path, {(contract, *place) for place in places}).get(contract)
    return next((found.exchanges.get(place) for place in places), None) if found is not None else None


def is_reportable(entry: Entry) -> bool:
    """Whether there is something to tell the vendor of; what a document leaves open is none of it."""
    return entry.label in _MEANING


def _lines(merged: ReportModel, cell: Cell, entry: Entry, kept: Kept | None) -> Iterator[str]:
    row = entry.row
    if entry.origin == EMULATED:
        yield from (_NOT_TO_BE_SENT, "")
    yield f"# {code(cell.contract)}: {_inline(row.statement)}"
    yield ""
    yield f"- Requirement {code(row.requirement)}, {row.level}: {_MEANING[row.label]}"
    yield from _document(merged, entry)
    yield from _request(entry, kept)
    yield from _what_came(entry)
    yield from _reply(kept)
    yield ""
    yield f"Seen: {_how_often(merged, entry)}."
    yield ""
    yield f"Found by vidconform {__version__}, which holds a service to what its own document says."


def _document(merged: ReportModel, entry: Entry) -> Iterator[str]:
    """Yield where the statement stands, in which edition, and where that was published."""
    edition = merged.columns[entry.row.contract].served.editions.get(entry.row.contract, {})
    told = [f"read on {edition['read']}"] if "read" in edition else []
    told += [f"SHA-256 {code(edition['sha256'])}"] if "sha256" in edition else []
    yield f"- Document: {_inline(entry.row.source)}{'; ' if told else ''}{', '.join(told)}"
    if "url" in edition:
        url = edition["url"]
        yield f"- Address: {f'<{url}>' if _ADDRESS.fullmatch(url) else code(url)}"
    if entry.row.deviation is not None:
        yield f"- Known since {_inline(str(entry.row.deviation['since']))}: {_inline(entry.row.deviation['reason'])}"


def _request(entry: Entry, kept: Kept | None) -> Iterator[str]:
    if not entry.row.request:
        return
    yield from ("", "## Request", "")
    # The line itself begins with a caution where it may cost.
    if not entry.row.request.startswith("curl "):
        yield from (_CAREFUL, "")
    yield from fenced("sh", [entry.row.request], _LONGEST_LINE)


def _what_came(entry: Entry) -> Iterator[str]:
    pointer = next((place.pointer for place in entry.row.evidence), "")
    expected, received = entry.row.expected, entry.row.received.removesuffix(f" at {pointer}")
    yield from ("", "## Expected and received", "")
    yield from fenced("diff", [f"- {expected}", *_marks(expected, received)], _LONGEST_LINE)
    if pointer:
        yield from ("", f"At {code(pointer)} (JSON Pointer) of the reply.")


def _marks(expected: str, received: str) -> Iterator[str]:
    """Yield what came, and under it a mark below the part that differs: all of it where the two share little.

    Of a whole reply that is its status and type, for what its body says nobody expected.
    """
    yield f"+ {received}"
    whole = _STATUS_AND_TYPE.match(received)
    head, _, other, _ = difference(expected, received) or ("", expected, whole[0] if whole else received, "")
    if len(received) <= _LONGEST_LINE:
        yield f"  {' ' * len(head)}{'^' * max(len(other), 1)}"


def _reply(kept: Kept | None) -> Iterator[str]:
    """Yield what finds the request in the vendor's log: status, time and whatever number it was given."""
    if kept is None or kept.origin == DOCUMENTED:
        return
    ids = [(name, value) for name, value in kept.headers if _REQUEST_ID.search(name)][:_MOST_IDS]
    dates = [value for name, value in kept.headers if name.lower() == "date"]
    yield from ("", "## Reply", "")
    yield f"- Status {kept.status} to {code(f'{kept.method} {kept.url}')}"
    yield f"- At {code(kept.at)}{f', by its own clock {code(dates[0])}' if dates else ''}"
    yield from (f"- {code(name)}: {code(value)}" for name, value in ids)
    if not ids:
        yield "- No request id in its headers"


def _how_often(merged: ReportModel, entry: Entry) -> str:
    """Say in how many replies and runs."""
    told = [f"judged on {pluralise(entry.row.observations, 'observation')}"]
    alike = sum(label == entry.label for _, label in entry.history)
    if len(entry.readings) > 1:
        since = merged.runs[entry.since].started_at
        told.append(
            f"in the newest run, and so in {alike} of the {len(entry.readings)} runs that asked, since {since:%Y-%m-%d}"
        )
    routes = ", ".join(code(route) for route in entry.row.routes)
    return "; ".join([*told, *([f"on {routes}"] if routes else [])])


def _inline(text: str) -> str:
    """Return a text for the middle of a line, where these marks mean nothing: it is read as plain text, too."""
    return _PLAIN_INSIDE.sub(r"\1", prose(text))
