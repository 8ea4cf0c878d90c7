"""Which contracts of two reports are compared: a service at another version is still the same service.

Two services are compared only where somebody named them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vidconform.contracts import by_key
from vidconform.errors import BadOption
from vidconform.report.faults import named
from vidconform.report.rejudged import Question
from vidconform.report.report_model import Entry, ReportModel

"""Contract, requirement and subject."""


def between(old: ReportModel, new: ReportModel, names: Sequence[str]) -> tuple[ReportModel, ReportModel]:
    """Return the two services that are to be compared, one of each report; raises BadOption."""
    for merged, name in zip((old, new), names, strict=True):
        known = sorted({column.served.name for column in merged.columns.values()})
        if name not in known:
            raise BadOption("--between", name, f"one that was judged: {', '.join(known)}")
    return _alone(old, names[0]), _alone(new, names[1])


def _alone(merged: ReportModel, name: str) -> ReportModel:
    """Return the report on one service alone."""
    columns = {contract: column for contract, column in merged.columns.items() if column.served.name == name}
    cells = {key: cell for key, cell in merged.cells.items() if key[0] in columns}
    return replace(merged, columns=columns, cells=cells, subject=name)


def paired(old: ReportModel, new: ReportModel) -> dict[str, str]:
    """Return, by contract of NEW, the one of OLD that it is compared with: itself, or the newest of another version."""
    found = {contract: _like(contract, old) for contract in new.columns}
    return {contract: like for contract, like in found.items() if like is not None}


def asked_before(old: ReportModel, new: ReportModel) -> dict[Question, Entry]:
    """Return the answers of OLD to the questions as NEW has them; without those of versions that nothing is left of."""
    left_out, entries = set(_superseded(old, new)), dict[Question, Entry]()
    moved = by_key((like, contract) for contract, like in paired(old, new).items())
    for (contract, requirement, subject), entry in old.shown.items():
        for name in moved.get(contract, [] if contract in left_out else [contract]):
            entries[name, requirement, subject] = entry
    return entries


def compared(old: ReportModel, new: ReportModel) -> list[Question]:
    """Return the questions that are compared: of two versions or services those that both were asked."""
    asked, others = asked_before(old, new), _of_others(old, new)
    both = {*asked} & {*new.shown}
    return sorted(key for key in {*asked, *new.shown} if key[0] not in others or key in both)


def remarks_on_versions(old: ReportModel, new: ReportModel) -> Iterator[str]:
    """Yield what is compared with another version or service, and what with nothing."""
    what = "services" if new.subject and _unversioned(old.subject) != _unversioned(new.subject) else "versions"
    for contract, like in sorted(paired(old, new).items()):
        if contract != like:
            yield f"{contract} is compared with {like}: a difference is that of two {what}."
    asked, others = asked_before(old, new), _of_others(old, new)
    alone = sorted({requirement for contract, requirement, _ in {*asked} ^ {*new.shown} if contract in others})
    if alone:
        yield f"left out, because one side alone was asked: {named(alone)}."
    for contract in _superseded(old, new):
        why = f"{new.subject} has no such contract" if new.subject else "NEW has another version"
        yield f"{contract} stands in OLD alone, and is left out: {why}."


def _of_others(old: ReportModel, new: ReportModel) -> set[str]:
    """Return the contracts of NEW that are compared with another one, or would have to be."""
    pairs = paired(old, new)
    return {contract for contract in new.columns if pairs.get(contract, "" if new.subject else contract) != contract}


def _like(contract: str, old: ReportModel) -> str | None:
    if contract in old.columns:
        return contract
    name = (lambda contract: contract.partition("/")[2]) if old.subject else _unversioned
    others = [one for one in old.columns.values() if name(one.id) == name(contract)]
    return max(others, key=lambda one: (one.runs[-1], one.id)).id if others else None


def _superseded(old: ReportModel, new: ReportModel) -> list[str]:
    there, pairs = {_unversioned(contract) for contract in new.columns}, set(paired(old, new).values())
    return sorted(one for one in old.columns if one not in pairs and (new.subject or _unversioned(one) in there))


def _unversioned(contract: str) -> str:
    provider, slash, name = contract.partition("/")
    return provider.partition("@")[0] + slash + name
