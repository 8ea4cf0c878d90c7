"""Two reports compared: what got worse, better, appeared, vanished, is no longer seen or could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vidconform.report.nightly.versions import asked_before, compared, remarks_on_versions
from vidconform.report.rejudged import Question
from vidconform.report.report_model import Entry, ReportModel
from vidconform.report.run_model import DOCUMENTED, IN_PART, VerdictRow
from vidconform.verdicts import NOT_JUDGED, NOT_SEEN, UNMET, Label

NOT_DECIDED = "not judged"
KINDS = ("worse", "better", "changed", "judged again", "appeared", "vanished", "unseen", NOT_DECIDED)

_NOT_REACHED = "not reached: the run is truncated"


@dataclass(frozen=True)
class Difference:
    """One question whose answer changed; `old` or `new` is None where it was not asked.

    `old` is what was last known: a run that could not judge leaves it standing. `deviation` is what a deviations.toml
    says of the question, if anything; `received` the cause where it was not judged.
    """

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
    deviation: Mapping[str, Any] | None = None


def differences(old: ReportModel, new: ReportModel) -> list[Difference]:
    """Return what changed, in the order of KINDS."""
    asked = asked_before(old, new)
    found = [d for key in compared(old, new) if (d := _difference(asked.get(key), new, key)) is not None]
    return sorted(found, key=lambda difference: KINDS.index(difference.kind))


def _difference(before: Entry | None, new: ReportModel, key: Question) -> Difference | None:
    after = new.shown.get(key)
    later = None if after is None else after.label
    earlier = _last_known(before, seen=later not in NOT_SEEN)
    known = after or before
    if known is None:
        return None
    if after is None and not new.reached(key[0]):
        kind = None if earlier in NOT_JUDGED else NOT_DECIDED
        return _describe(kind, known.row, earlier, None, ("", _NOT_REACHED)) if kind else None
    if after is not None and after.row.partial and earlier in UNMET:
        return _describe(NOT_DECIDED, known.row, earlier, later, ("", IN_PART))
    kind = "worse" if _counts_again(before, after) else _kind(earlier, later)
    if kind == "worse" and known.row.is_known:
        # Somebody listed it already: it is told, but nobody is called.
        kind = "changed"
    said = (after.row.expected, after.row.received) if after else ("", "")
    if kind is None and before is not None and after is not None and earlier == later and later in UNMET:
        return _on_other_routes(before.row, after.row, later)
    return _describe(kind, known.row, earlier, later, said) if kind else None


def _on_other_routes(before: VerdictRow, after: VerdictRow, label: Label) -> Difference | None:
    """Return that the routes of a fault are not those of before; one that was not asked this time may still have it."""
    if not (before.routes and after.routes) or before.routes == after.routes:
        return None
    gone = [route for route in before.routes if route not in after.routes]
    new = [route for route in after.routes if route not in before.routes]
    told = [f"{word} on {', '.join(routes)}" for word, routes in (("new", new), ("no longer seen", gone)) if routes]
    kind = "worse" if new and not after.is_known else "changed"
    return _describe(kind, after, label, label, (after.expected, f"{after.received} ({'; '.join(told)})"))


def _counts_again(before: Entry | None, after: Entry | None) -> bool:
    """Whether a fault that was known is still there and its entry has expired or is gone."""
    return (
        before is not None
        and after is not None
        and before.row.is_known
        and not after.row.is_known
        and (after.label.harm or 0) > 1
    )


def _describe(kind: str, row: VerdictRow, old: str | None, new: str | None, said: tuple[str, str]) -> Difference:
    return Difference(
        kind, row.contract, row.requirement, row.subject, row.level, row.statement, old, new, *said, row.deviation
    )  # fmt: skip


def _last_known(entry: Entry | None, *, seen: bool = False) -> Label | None:
    """Return the newest reading that says something, or else that nothing does.

    `seen` prefers what was seen: what was well, then unseen, then well again has not got better.
    """
    if entry is None:
        return None
    told = [label for _, label in entry.history if label not in NOT_JUDGED]
    best = [label for label in told if label not in NOT_SEEN] if seen else []
    return (best or told or [entry.label])[-1]


def _kind(before: Label | None, after: Label | None) -> str | None:
    """Return what a change of reading means; a fault that nobody saw before is worse, not merely seen."""
    if before == after or {before, after} <= {*NOT_JUDGED} or {before, after} <= {*NOT_SEEN}:
        return None
    if after in NOT_JUDGED:
        return NOT_DECIDED
    if before is None or after is None:
        return "appeared" if before is None else "vanished"
    if after.harm is None:
        return "changed" if before.harm is None else "unseen"
    return _among_seen(before, after.harm)


def _among_seen(before: Label, later: int) -> str:
    if before in NOT_JUDGED:
        # Nobody knows how a lesser fault stood before; it is no reason to call anybody, and neither is the outage.
        return "worse" if later == Label.FAILS.harm else "judged again"
    if before.harm is None:
        return "worse" if later > 1 else "better" if later == 0 else "changed"
    return "changed" if later == before.harm else "worse" if later > before.harm else "better"


def remarks(old: ReportModel, new: ReportModel) -> Iterator[str]:
    """Yield what a reader must know before believing the differences."""
    for name, merged in (("OLD", old), ("NEW", new)):
        for run in merged.truncated:
            yield f"{name} is truncated ({run.path}): what vanished or appeared may only not have been reached."
    yield from remarks_on_versions(old, new)
    silent = _never_judged(old, new)
    for contract, count in silent.items():
        yield f"{contract}: {count} {'requirement was' if count == 1 else 'requirements were'} judged on neither side."
    origins = [_origins(old), _origins(new)]
    if all(origins) and origins[0] != origins[1]:
        yield "One side holds our emulator's replies, the other the vendor's: a difference need not be a change."


def _never_judged(old: ReportModel, new: ReportModel) -> dict[str, int]:
    """Return how many questions of each contract could be judged on neither side."""
    found: dict[str, int] = {}
    asked = asked_before(old, new)
    for key, entry in new.shown.items():
        if not entry.is_judged and _last_known(asked.get(key)) in NOT_JUDGED:
            found[key[0]] = found.get(key[0], 0) + 1
    return found


def _origins(merged: ReportModel) -> set[bool]:
    """Return whether the evidence is emulated; what nobody answered to is nobody's."""
    heard = [entry for _, entry in merged.entries() if entry.origin != DOCUMENTED and entry.row.evidence]
    return {entry.origin == "emulated" for entry in heard}
