"""The words of a notice: an issue's title and body, a comment, and the list of faults that the body carries along."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from vidconform.report.nightly.night_faults import NightFault
from vidconform.text import code, prose, visible

LABEL = "vidconform"

_MARK = "vidconform/notice@1"
# Only as the very first line: further down a vendor's own text is quoted.
_LIST = re.compile(rf"\s*<!-- {re.escape(_MARK)} (\[.*\]) -->[ \t\r]*(?:\n|$)")
_LONGEST = 160
# GitHub takes 65,536 characters of a body, and a reader less.
_MOST = 40
_NAMED = 2


def prefix(provider: str) -> str:
    """Return what the title of a provider's issue begins with."""
    return f"vidconform: {visible(provider, 60)}"


def title(provider: str, faults: Sequence[NightFault], others: int) -> str:
    """Return the title of an issue; `others` counts faults that were named before and not judged since."""
    names = list(dict.fromkeys(visible(fault.requirement or "not judged", 60) for fault in faults))
    more = len(faults) + others - len(names[:_NAMED])
    told = ", ".join(names[:_NAMED]) or "not judged"
    return f"{prefix(provider)}: {told}{f' and {more} more' if more > 0 and names else ''}"


def body(provider: str, faults: Sequence[NightFault], unjudged: Sequence[str], at: datetime) -> str:
    """Return the body of an issue: what is wrong, a line each, behind the list that the next night reads."""
    listed = json.dumps([*(fault.key for fault in faults), *unjudged]).replace("<", "\\u003c").replace(">", "\\u003e")
    lines = [f"<!-- {_MARK} {listed} -->", f"{code(provider)}, as of {at:%Y-%m-%d %H:%M} UTC:", ""]
    lines += _lines(faults)
    if unjudged:
        lines += ["", "Named before, and not judged tonight:", "", *_cut([f"- {_place(key)}" for key in unjudged])]
    return "\n".join([*lines, "", "Each fault is told once. The issue is closed when all are mended.", ""])


def comment(new: Sequence[NightFault], mended: Mapping[str, str], at: datetime) -> str:
    """Return what is added to an issue when its faults change; `mended` has the present reading by key."""
    lines = [f"{at:%Y-%m-%d %H:%M} UTC"]
    if new:
        lines += ["", "New:", "", *_lines(new)]
    if mended:
        lines += ["", "Mended:", "", *_cut([f"- {_place(key)}: {prose(word)}" for key, word in mended.items()])]
    return "\n".join([*lines, ""])


def is_listed(text: str) -> bool:
    """Whether the body of an issue still holds the list of faults."""
    return _listed(text) is not None


def named(text: str) -> list[str]:
    """Return the faults that the body of an issue names; none where somebody wrote over the list."""
    return [key for key in _listed(text) or [] if isinstance(key, str)]


def _listed(text: str) -> list[object] | None:
    found = _LIST.match(text)
    try:
        keys: list[object] | None = json.loads(found[1]) if found else None
    except ValueError:
        return None
    return keys


def line(fault: NightFault) -> str:
    """Return a fault as one line of Markdown; a vendor's text stands in code spans only."""
    place = f"{code(fault.contract)} {code(fault.requirement)} [{fault.level}]" if fault.level else code(fault.contract)
    told = f", received {code(fault.received, _LONGEST)}" if fault.received else ""
    wanted = f": expected {code(fault.expected, _LONGEST)}{told}" if fault.expected else told.replace(", received", ":")
    return f"- {prose(fault.word)} {place}{wanted}, since {fault.since}"


def _lines(faults: Sequence[NightFault]) -> list[str]:
    return _cut([line(fault) for fault in faults])


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _MOST else [*lines[:_MOST], f"- and {len(lines) - _MOST} more, all in the report"]


def _place(key: str) -> str:
    """Return where a fault of which only its key is left was found."""
    words: Collection[str] = key.split()
    return " ".join(code(word) for word in words)
