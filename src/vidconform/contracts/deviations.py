"""Known deviations: what somebody has seen, explained and expects again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vidconform.contracts.contract import Contract
from vidconform.contracts.data_files import read_toml
from vidconform.contracts.provider import Provider, all_providers
from vidconform.errors import DataFileProblem

NAME = "deviations.toml"


@dataclass(frozen=True)
class Deviation:
    """One entry of a deviations.toml; `contract` is a name, an id or None for each that has the requirement.

    `provider` is the one whose own file it stands in; None for a file that is about all of a run.
    It counts until the end of `expires` (UTC). One that `refutes` is a row of a ledger that says what was observed; an
    `artefact` comes of how the service was started, and says nothing of the service. `creates` is False where it was
    seen that the request makes no task, whatever it is answered with.
    """

    requirement: str
    subject: str
    reason: str
    since: date
    path: Path
    contract: str | None = None
    provider: str | None = None
    ticket: str | None = None
    expires: date | None = None
    refutes: bool = False
    artefact: bool = False
    creates: bool = True

    def is_about(self, contract: Contract, requirement: str, subject: str) -> bool:
        """Whether it speaks of a requirement of a contract on a subject."""
        # Each verdict of a run is held against each entry: first what tells most of them apart.
        return (
            (self.requirement, self.subject) == (requirement, subject)
            and self.contract in (None, *contract.names)
            and self.provider in (None, contract.provider.name)
        )  # fmt: skip

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires


def read_deviations(path: Path, contracts: Sequence[Contract]) -> list[Deviation]:
    """Return the entries of a deviations.toml that are about some contracts; raises DataFileProblem.

    An entry that names a contract as `provider/name` may be about a provider that is not among them.
    """
    content = read_toml(path, "deviations")
    rows = [(row, kind == "artefact") for kind in ("deviation", "artefact") for row in content.get(kind, [])]
    found = [_entry(path, row, is_artefact) for row, is_artefact in rows if not _is_about_others(path, row, contracts)]
    for entry in found:
        _check(entry, contracts)
    return found


def own_deviations(provider: Provider, contracts: Sequence[Contract]) -> list[Deviation]:
    """Return the entries of the deviations.toml beside a provider.toml, none without one; raises DataFileProblem."""
    path = provider.folder / NAME
    is_there = path.exists() or path.is_symlink()
    # Under another name than its folder's it is somebody else, who only keeps the same contract.
    is_own = provider.stem == (provider.declared or provider.name)
    entries = read_deviations(path, contracts) if is_there and is_own else []
    return [replace(entry, provider=provider.name) for entry in entries]


def refutations(contract: Contract) -> list[Deviation]:
    """Return an entry for each row of a contract that was refuted by observation; raises DataFileProblem.

    Observed was who published it, not who else is held to it.
    """
    if contract.held_to is not None:
        return []
    path, rows = contract.folder / "requirements.toml", contract.requirements.values()
    told = [{"requirement": row.id, **row.refuted} for row in rows if row.refuted is not None]
    return [
        Deviation(
            row["requirement"], "service", row["observed"], _day(path, row, "date"), path, contract.id, refutes=True
        )
        for row in told
    ]


def check_twice(entries: Iterable[Deviation], contracts: Iterable[Contract], today: date) -> None:
    """Raise DataFileProblem for a question that two entries in force answer."""
    valid = [entry for entry in entries if not entry.has_expired(today)]
    for index, entry in enumerate(valid):
        for contract in contracts:
            rivals = valid[:index] if entry.is_about(contract, entry.requirement, entry.subject) else []
            if any(rival.is_about(contract, entry.requirement, entry.subject) for rival in rivals):
                question = f"{entry.requirement!r} of {contract.id} ({entry.subject})"
                raise DataFileProblem(entry.path, f"{question} is listed twice; keep one entry")


def _entry(path: Path, row: dict[str, Any], is_artefact: bool) -> Deviation:
    days: dict[str, Any] = {name: _day(path, row, name) for name in ("since", "expires") if name in row}
    entry = Deviation(path=path, artefact=is_artefact, **{"subject": "service", **row, **days})
    if entry.expires is not None and entry.expires < entry.since:
        told = f"expires on {entry.expires}, before its since, {entry.since}"
        raise DataFileProblem(path, f"{entry.requirement!r} {told}")
    return entry


def _day(path: Path, row: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(row[name])
    except ValueError:
        expected = "expected a date like 2026-11-23"
        raise DataFileProblem(path, f"{row['requirement']!r}: {name} is {row[name]!r}; {expected}") from None


def _is_about_others(path: Path, row: dict[str, Any], contracts: Sequence[Contract]) -> bool:
    """Whether an entry is about a provider or contract not judged now; raises DataFileProblem for a misspelt one."""
    if _is_left_out(row.get("contract"), contracts):
        return True
    provider, separator, _ = row.get("contract", "").partition("/")
    judged = {name for contract in contracts for name in (contract.provider.name, contract.provider.stem)}
    if not separator or provider in judged:
        return False
    known = {*all_providers(), *judged}
    # A name like none of them may be that of a folder elsewhere.
    if provider.partition("@")[0] not in known and get_close_matches(provider, known):
        raise DataFileProblem(path, f"{row['contract']!r}: no such provider; there are {', '.join(sorted(known))}")
    return True


def _is_left_out(name: str | None, contracts: Sequence[Contract]) -> bool:
    """Whether a provider that is judged has a contract of this name which is not: a run may have kept one alone."""
    of = {contract.provider.stem: contract.provider for contract in contracts}.values()
    others = {own for one in of for name in one.contract_names for own in (name, f"{one.stem}/{name}")}
    return name in others and not any(name in contract.names for contract in contracts)


def _check(entry: Deviation, contracts: Sequence[Contract]) -> None:
    named = [contract for contract in contracts if entry.contract in (None, *contract.names)]
    if not named:
        valid = ", ".join(contract.id for contract in contracts)
        raise DataFileProblem(entry.path, f"{entry.contract!r}: no such contract in this run; there are {valid}")
    if not any(entry.requirement in contract.requirements for contract in named):
        where = " or ".join(contract.id for contract in named)
        hint = _near(entry.requirement, named)
        raise DataFileProblem(entry.path, f"{entry.requirement!r}: {where} has no such requirement; {hint}")
    _check_judged(entry, named)


def _check_judged(entry: Deviation, contracts: Iterable[Contract]) -> None:
    """Raise DataFileProblem for an entry that no verdict can ever come to."""
    rows = [
        contract.requirements[entry.requirement] for contract in contracts if entry.requirement in contract.requirements
    ]
    if all(row.untestable or row.subject not in (None, entry.subject) for row in rows):
        told = f"{entry.requirement!r} is never judged on the {entry.subject}, so the entry has no effect"
        raise DataFileProblem(entry.path, f"{told}; remove it, or mend its subject")


def _near(name: str, contracts: Iterable[Contract]) -> str:
    known = sorted({requirement for contract in contracts for requirement in contract.requirements})
    near = get_close_matches(name, known, 3, 0.5)
    return f"near it: {', '.join(near)}" if near else "vidconform list names them"
