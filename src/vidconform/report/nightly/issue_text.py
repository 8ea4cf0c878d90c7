"""The words of a notice: an issue's title and body, a comment, and the list of faults that the body carries along."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from vidconform.report.faults import faults as causes_of
from vidconform.report.nightly.night_faults import NightFault
from vidconform.text import code, fenced, prose, visible

LABEL = "vidconform"

_MARK = "vidconform/notice@1"
# Only as the very first line: further down a vendor's own text is quoted.
_LIST = re.compile(rf"\s*<!-- {re.escape(_MARK)} (\[.*\]) -->[ \t\r]*(?:\n|$)")
_LONGEST, _LONGEST_REQUEST = 160, 1_500
# GitHub takes 65,536 characters of a body, and a reader less.
_MOST, _MOST_IN_FULL, _MOST_OTHERS = 40, 10, 8
_NAMED = 2
_ENDING = (
    "Each fault is told once. The issue is closed when all are mended. "
    "`vidconform issue RUN REQUIREMENT` writes of one what can be sent to the vendor."
)

Cause = Sequence[NightFault]
"""Faults of one cause, the gravest first."""


@dataclass(frozen=True)
class Occasion:
    """Whose night it was and when; `link` leads to its run, where it has an address."""

    provider: str
    at: datetime
    link: str = ""

    @property
    def when(self) -> str:
        """The time, with the way to the run."""
        run = f", [the run]({self.link})" if self.link else ""
        return f"{self.at:%Y-%m-%d %H:%M} UTC{run}"


def prefix(provider: str) -> str:
    """Return what the title of a provider's issue begins with."""
    return f"vidconform: {visible(provider, 60)}"


def title(provider: str, faults: Sequence[NightFault], others: int) -> str:
    """Return the title of an issue; `others` counts faults that were named before and not judged since."""
    worst = [cause[0] for cause in by_cause(faults)]
    names = list(dict.fromkeys(visible(fault.requirement or "not judged", 60) for fault in worst))
    more = len(faults) + others - len(names[:_NAMED])
    told = ", ".join(names[:_NAMED]) or "not judged"
    return f"{prefix(provider)}: {told}{f' and {more} more' if more > 0 and names else ''}"


def body(seen: Occasion, faults: Sequence[NightFault], unjudged: Sequence[str]) -> str:
    """Return the body of an issue: what is wrong, a line a cause, behind the list that the next night reads."""
    listed = json.dumps([*(fault.key for fault in faults), *unjudged]).replace("<", "\\u003c").replace(">", "\\u003e")
    lines = [f"<!-- {_MARK} {listed} -->", f"{code(seen.provider)}, as of {seen.when}:", "", *_lines(faults)]
    if unjudged:
        lines += ["", "Named before, and not judged tonight:", "", *_cut([f"- {_place(key)}" for key in unjudged])]
    return "\n".join([*lines, "", _ENDING, ""])


def comment(seen: Occasion, new: Sequence[NightFault], mended: Mapping[str, str]) -> str:
    """Return what is added to an issue when its faults change; `mended` has the present reading by key."""
    lines = [seen.when]
    if new:
        lines += ["", "New:", "", *_lines(new)]
    if mended:
        lines += ["", "Mended:", "", *_cut([f"- {_place(key)}: {prose(word)}" for key, word in mended.items()])]
    return "\n".join([*lines, ""])


def is_listed(text: str) -> bool:
    """Whether the body of an issue still holds the list of faults."""
    return _listed(text) is not None


def faults_in(text: str) -> list[str]:
    """Return the faults that the body of an issue names; none where somebody wrote over the list."""
    return [key for key in _listed(text) or [] if isinstance(key, str)]


def _listed(text: str) -> list[object] | None:
    found = _LIST.match(text)
    try:
        keys: list[object] | None = json.loads(found[1]) if found else None
    except ValueError:
        return None
    return keys


def by_cause(faults: Sequence[NightFault]) -> list[Cause]:
    """Return faults by what caused them, contracts that nobody can judge first, then the gravest."""
    judged = {fault.key: fault for fault in faults if fault.row is not None}
    rows = [{**asdict(f.row), "reading": f.row.label, "key": key} for key, f in judged.items() if f.row is not None]
    grouped = [[judged[row["key"]] for row in cause.rows] for cause in causes_of(rows)]
    return [*([fault] for fault in faults if fault.row is None), *grouped]


def line(cause: Cause) -> str:
    """Return a cause as one line of Markdown; a vendor's text stands in code spans only."""
    fault = cause[0]
    told = f", received {code(fault.received, _LONGEST)}" if fault.received else ""
    wanted = f": expected {code(fault.expected, _LONGEST)}{told}" if fault.expected else told.replace(", received", ":")
    return f"- {prose(fault.word)} {_where(fault)}{wanted}, since {fault.since}{_also(cause)}"


def _where(fault: NightFault) -> str:
    return f"{code(fault.contract)} {code(fault.requirement)} [{fault.level}]" if fault.level else code(fault.contract)


def _also(cause: Cause) -> str:
    """Return what else a cause breaks."""
    others = [code(fault.requirement) for fault in cause[1:]]
    more = f" and {len(others) - _MOST_OTHERS} more" if len(others) > _MOST_OTHERS else ""
    return f"; the same breaks {', '.join(others[:_MOST_OTHERS])}{more}" if others else ""


def _in_full(cause: Cause) -> Iterator[str]:
    """Yield what the document states, where, and how to ask for it, as part of the line before."""
    row = cause[0].row
    if row is None:
        return
    yield from ("", f"  {prose(row.statement)} ({prose(row.source)})")
    if row.request:
        yield from ("", *(f"  {text}" for text in fenced("sh", [row.request], _LONGEST_REQUEST)), "")


def _lines(faults: Sequence[NightFault]) -> list[str]:
    causes = by_cause(faults)
    lines = [text for cause in causes[:_MOST_IN_FULL] for text in [line(cause), *_in_full(cause)]]
    return [*lines, *_cut([line(cause) for cause in causes[_MOST_IN_FULL:]])]


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _MOST else [*lines[:_MOST], f"- and {len(lines) - _MOST} more, all in the report"]


def _place(key: str) -> str:
    """Return where a fault of which only its key is left was found."""
    words: Collection[str] = key.split()
    return " ".join(code(word) for word in words)
