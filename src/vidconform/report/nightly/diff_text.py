"""What a comparison says in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidconform.contracts import grouped
from vidconform.report.faults import named
from vidconform.report.nightly.comparison import KINDS, NOT_DECIDED, Difference
from vidconform.report.terminal import describe_known
from vidconform.text import visible

_TITLES = {
    "worse": "got worse",
    "better": "got better",
    "changed": "changed",
    "judged again": "judged again",
    "appeared": "appeared",
    "vanished": "vanished",
    "unseen": "no longer seen",
}


def as_text(found: Sequence[Difference], said: Iterable[str]) -> list[str]:
    """Return the differences as lines for a terminal; what was not judged takes a line a cause, not a line each."""
    lines = [f"note: {visible(sentence)}" for sentence in said]
    for kind in KINDS:
        mine = [difference for difference in found if difference.kind == kind]
        if kind == NOT_DECIDED:
            lines += not_judged(mine)
        elif mine:
            lines += [f"{_TITLES[kind]}: {len(mine)}", *(line for d in mine for line in _text(d))]
    return lines if found else [*lines, "nothing changed"]


def not_judged(found: Iterable[Difference]) -> list[str]:
    """Return what could not be judged, a line a contract and cause."""
    groups = grouped(found, lambda difference: (difference.contract, difference.received))
    told = [(*key, named([difference.requirement for difference in same])) for key, same in groups.items()]
    return [f"not judged: {visible(contract)}: {visible(names)}: {visible(cause)}" for contract, cause, names in told]


def _text(difference: Difference) -> list[str]:
    of_document = " (the document itself)" if difference.subject == "document" else ""
    names = f"{visible(difference.contract)}  {visible(difference.requirement)}  [{difference.level}]{of_document}"
    lines = [f"  {names}: {difference.old or 'not asked'} -> {difference.new or 'not asked'}"]
    if difference.kind in ("worse", "changed", "appeared") and difference.received:
        lines.append(f"    expected {visible(difference.expected)}, received {visible(difference.received)}")
    if difference.deviation is not None:
        lines.append(f"    {visible(describe_known(difference.deviation))}")
    return lines
