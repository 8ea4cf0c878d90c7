"""Two pictures compared: what got worse, better, appeared, vanished or is no longer seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from vidconform.report.picture import Merged
from vidconform.report.text import visible

KINDS = ("worse", "better", "changed", "appeared", "vanished", "unseen")

# How much a client suffers; what is not here says nothing about the service.
_RANK = {"conforms": 0, "not offered": 1, "deviates": 2, "contradicts itself": 2, "fails": 3}


@dataclass(frozen=True)
class Difference:
    """One question whose answer changed; `old` or `new` is None where it was not asked."""

    kind: str
    contract: str
    requirement: str
    subject: str
    level: str
    statement: str
    old: str | None
    new: str | None
    expected: str
    received: str

    def as_dict(self) -> dict[str, Any]:
        """Return the difference as JSON."""
        return asdict(self)


def differences(old: Merged, new: Merged) -> list[Difference]:
    """Return what changed, in the order of KINDS."""
    found = [d for key in sorted({*old.shown, *new.shown}) if (d := _difference(old, new, key)) is not None]
    return sorted(found, key=lambda difference: KINDS.index(difference.kind))


def _difference(old: Merged, new: Merged, key: tuple[str, str, str]) -> Difference | None:
    before, after = old.shown.get(key), new.shown.get(key)
    earlier, later = (None if entry is None else entry.reading for entry in (before, after))
    kind, known = _kind(earlier, later), after or before
    if kind is None or known is None:
        return None
    row, said = known.row, (after.row.expected, after.row.received) if after else ("", "")
    return Difference(
        kind, row.contract, row.requirement, row.subject, row.level, row.statement, earlier, later, *said
    )  # fmt: skip


def _kind(before: str | None, after: str | None) -> str | None:
    """Return what a change of reading means; a fault that nobody saw before is worse, not merely seen."""
    if before == after:
        return None
    if before is None or after is None:
        return "appeared" if before is None else "vanished"
    if after not in _RANK:
        return "unseen" if before in _RANK else "changed"
    later = _RANK[after]
    if before not in _RANK:
        return "worse" if later > 1 else "better" if later == 0 else "changed"
    return "changed" if later == _RANK[before] else "worse" if later > _RANK[before] else "better"


def remarks(old: Merged, new: Merged) -> Iterator[str]:
    """Yield what a reader must know before believing the differences."""
    for name, merged in (("OLD", old), ("NEW", new)):
        for run in merged.truncated:
            yield f"{name} is truncated ({run.path}): what vanished or appeared may only not have been reached."
    origins = [
        {entry.origin == "emulated" for _, entry in m.entries() if entry.origin != "documented"} for m in (old, new)
    ]
    if all(origins) and origins[0] != origins[1]:
        yield "One side holds our emulator's replies, the other the vendor's: a difference need not be a change."


def as_text(found: list[Difference], said: list[str]) -> list[str]:
    """Return the differences as lines for a terminal."""
    lines = [f"note: {visible(sentence)}" for sentence in said]
    for kind in KINDS:
        mine = [difference for difference in found if difference.kind == kind]
        lines += [f"{_TITLES[kind]}: {len(mine)}", *(line for d in mine for line in _text(d))] if mine else []
    return lines or ["nothing changed"]


_TITLES = {
    "worse": "got worse",
    "better": "got better",
    "changed": "changed",
    "appeared": "appeared",
    "vanished": "vanished",
    "unseen": "no longer seen",
}


def _text(difference: Difference) -> list[str]:
    of_document = " (the document itself)" if difference.subject == "document" else ""
    names = f"{visible(difference.contract)}  {visible(difference.requirement)}  [{difference.level}]{of_document}"
    lines = [f"  {names}: {difference.old or 'not asked'} -> {difference.new or 'not asked'}"]
    if difference.kind in ("worse", "appeared") and difference.received:
        lines.append(f"    expected {visible(difference.expected)}, received {visible(difference.received)}")
    return lines
