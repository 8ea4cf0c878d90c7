"""What changed that no document promises but a client may lean on: information, never a failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vidconform.report.nightly.observed_reader import Observations, Observed, ObservedEntry
from vidconform.report.nightly.versions import paired
from vidconform.report.report_model import ReportModel
from vidconform.text import visible
from vidconform.verdicts import Label

Place = tuple[str, str, str]
"""Contract, role and status class."""

# What fewer replies show less of, for whatever reason.
_OF_LESS = ("vanished", "narrowed")
_TITLE = "drift (not promised, no failure)"


@dataclass(frozen=True)
class Drift:
    """One change of what no document promises; `name` is a JSON Pointer for a member and a type.

    `what` is member, type, header, word or media type; `change` is appeared or vanished, for a type widened,
    narrowed or changed.
    """

    contract: str
    role: str
    status: str
    what: str
    name: str
    change: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        place = f"{visible(self.contract)}  {visible(self.role)} {self.status}"
        if self.what == "type":
            return f"{place}: type of {visible(self.name)} {self.change}: {self.old} -> {self.new}"
        what = {"word": "status word", "member": "undocumented member"}.get(self.what, self.what)
        types = f" ({self.old or self.new})" if self.what == "member" else ""
        return f"{place}: {what} {visible(self.name)}{types} {self.change}"


def drift(old: ReportModel, new: ReportModel) -> tuple[list[Drift], list[str]]:
    """Return what drifted, and why it cannot be told."""
    before, after = Observations(old), Observations(new)
    lacking = [name for name, side in (("OLD", before), ("NEW", after)) if not side.exist]
    if lacking:
        told = f"{' and '.join(lacking)} without observed.json: drift is not told."
        return [], [*before.damaged, *after.damaged, told]
    found: list[Drift] = []
    for contract, like in sorted(paired(old, new).items()):
        newer = after.newest(contract)
        drifted = compare(contract, before.known(like, newer), newer)
        found += drifted if _is_whole(new, contract) else [one for one in drifted if one.change not in _OF_LESS]
    return found, [*before.damaged, *after.damaged]


def _is_whole(merged: ReportModel, contract: str) -> bool:
    """Whether the newest run of a contract came to its end and no trouble hid a part of it."""
    run = merged.columns[contract].runs[-1]
    rows = [entry.row for key, entry in merged.shown.items() if key[0] == contract and entry.run == run]
    return merged.reached(contract) and not any(row.partial or row.label is Label.INCONCLUSIVE for row in rows)


def compare(contract: str, old: Observed, new: Observed) -> list[Drift]:
    """Return what drifted between two observations of a contract, as far as both have seen the same."""
    found: list[Drift] = []
    common = {*old} & {*new}
    for role, status in sorted({key[:2] for key in common}):
        at = (contract, role, status)
        keys = [key for key in common if key[:2] == (role, status)]
        before, after = (_Side([side[key] for key in keys]) for side in (old, new))
        found += [*_of_bodies(at, before, after), *_of_replies(at, before, after)]
        said = [_words(side, (role, status), {key[4] for key in keys}) for side in (old, new)]
        found += _of_names(at, "word", *said)
    return found


def as_text(found: list[Drift]) -> list[str]:
    """Return what drifted as lines for a terminal."""
    return [f"{_TITLE}: {len(found)}", *(f"  {one}" for one in found)] if found else []


class _Side:
    """The replies of one operation and status class on one side, of the kinds that both sides have seen."""

    def __init__(self, found: Iterable[ObservedEntry]) -> None:
        self.types: dict[str, set[str]] = {}
        self.undocumented: set[str] = set()
        self.headers: set[str] = set()
        self.media_types: set[str] = set()
        self.has_more = False
        for seen in found:
            self._add(seen)

    def _add(self, seen: ObservedEntry) -> None:
        for pointer, types in seen["types"].items():
            self.types.setdefault(pointer, set()).update(types)
        self.undocumented.update(seen["undocumented"])
        self.headers.update(seen["headers"])
        self.media_types.update(seen["media_types"])
        self.has_more = self.has_more or seen["more"]

    def lacks(self, pointer: str) -> bool:
        """Whether a member is not there where it could be: in an object that is."""
        return pointer not in self.types and "object" in self.types.get(pointer.rpartition("/")[0], ())

    def told(self, pointer: str) -> str:
        """The JSON types seen at a pointer."""
        return "|".join(sorted(self.types[pointer]))


def _of_bodies(at: Place, old: _Side, new: _Side) -> Iterator[Drift]:
    if old.has_more or new.has_more:
        # What was kept of two such bodies need not be the same part.
        return
    for pointer in sorted(new.undocumented):
        if old.lacks(pointer):
            yield Drift(*at, "member", pointer, "appeared", None, new.told(pointer))
    for pointer in sorted(old.undocumented):
        if new.lacks(pointer):
            yield Drift(*at, "member", pointer, "vanished", old.told(pointer), None)
    for pointer in sorted({*old.types} & {*new.types}):
        if old.types[pointer] != new.types[pointer]:
            yield Drift(*at, "type", pointer, _change(old, new, pointer), old.told(pointer), new.told(pointer))


def _change(old: _Side, new: _Side, pointer: str) -> str:
    before, after = old.types[pointer], new.types[pointer]
    return "widened" if before < after else "narrowed" if after < before else "changed"


def _of_replies(at: Place, old: _Side, new: _Side) -> Iterator[Drift]:
    yield from _of_names(at, "header", old.headers, new.headers)
    yield from _of_names(at, "media type", old.media_types, new.media_types)


def _of_names(at: Place, what: str, old: set[str], new: set[str]) -> Iterator[Drift]:
    yield from (Drift(*at, what, name, "appeared", None, name) for name in sorted(new - old))
    yield from (Drift(*at, what, name, "vanished", name, None) for name in sorted(old - new))


def _words(side: Observed, operation: tuple[str, str], emulated: set[bool]) -> set[str]:
    """Return the undocumented status words of an operation; a new one may belong to no phase that was seen before."""
    mine = [seen for key, seen in side.items() if key[:2] == operation and key[4] in emulated]
    return {word for seen in mine for word in seen["words"]["undocumented"]}
