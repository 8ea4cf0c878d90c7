"""Verdicts beside the known deviations: expected, stale or expired; and which of them fail a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from vidconform.contracts import Contract, Deviation
from vidconform.text import Redacted
from vidconform.verdicts.verdict import Outcome, Verdict

AnyVerdict = TypeVar("AnyVerdict", bound=Verdict)


class DeviationStatus(StrEnum):
    """What an entry is to a verdict."""

    EXPECTED = "expected"
    STALE = "stale"
    EXPIRED = "expired"
    REFUTED = "refuted"
    ARTEFACT = "artefact"


@dataclass(frozen=True)
class KnownDeviations:
    """The entries of a run, those that count first before others; `today` is a day of UTC."""

    entries: Sequence[Deviation] = field(default=())
    today: date = date.min

    def mark(self, verdict: AnyVerdict) -> AnyVerdict:
        """Return the verdict with what is known of it: listed and unmet is expected, listed and met is stale.

        What comes of how the service was started is no answer of the service: another start would show one.
        """
        entry = self.entry(verdict)
        status = None if entry is None else _status_of(verdict, entry, self.today)
        if entry is None or status is None:
            return verdict
        known = _describe(entry, status)
        if status is not DeviationStatus.ARTEFACT:
            return replace(verdict, known=known)
        needed = Redacted(f"another start; an artefact of how it was started: {entry.reason}")
        return replace(verdict, known=known, outcome=Outcome.UNSEEN, expected=needed)

    def in_force(self, contract: Contract, requirement: str) -> Deviation | None:
        """Return the entry in force about a requirement of the service, or None."""
        about = (entry for entry in self.entries if entry.is_about(contract, requirement, "service"))
        return next((entry for entry in about if not entry.has_expired(self.today)), None)

    def entry(self, verdict: Verdict) -> Deviation | None:
        """Return the first entry in force about a verdict, or else the first that has expired, or None."""
        question = verdict.contract, verdict.requirement.id, verdict.subject
        found = [entry for entry in self.entries if entry.is_about(*question)]
        return min(found, key=lambda entry: entry.has_expired(self.today), default=None)


def _status_of(verdict: Verdict, entry: Deviation, today: date) -> DeviationStatus | None:
    """What was not seen, or not in full, or could not be judged says nothing about an entry."""
    if entry.refutes:
        return DeviationStatus.REFUTED
    if entry.has_expired(today):
        return DeviationStatus.EXPIRED if verdict.outcome is Outcome.UNMET else None
    unmet = DeviationStatus.ARTEFACT if entry.artefact else DeviationStatus.EXPECTED
    whole = {Outcome.UNMET: unmet, Outcome.MET: DeviationStatus.STALE}
    return None if verdict.partial else whole.get(verdict.outcome)


def _describe(entry: Deviation, status: DeviationStatus) -> dict[str, Any]:
    """Return an entry as it stands in results.jsonl; the file's name only, since a path tells of a machine."""
    optional = {"ticket": entry.ticket, "expires": entry.expires and entry.expires.isoformat()}
    given = {name: value for name, value in optional.items() if value is not None}
    told = {"state": status.value, "reason": entry.reason, "since": entry.since.isoformat()}
    return {**told, **given, "file": entry.path.name}


def fails(verdict: Verdict, fail_on: str) -> bool:
    """Whether a verdict fails the run: what is known does not, an entry that is no longer true does."""
    if verdict.known and verdict.known["state"] == DeviationStatus.STALE:
        return True
    if verdict.outcome is not Outcome.UNMET or is_expected(verdict.outcome, verdict.known):
        return False
    return verdict.label.fails(fail_on)


def is_expected(outcome: str, known: Mapping[str, Any] | None) -> bool:
    """Whether a verdict deviates as it is known to, by an entry or by what was observed before."""
    states = (DeviationStatus.EXPECTED, DeviationStatus.REFUTED)
    return outcome == Outcome.UNMET and bool(known and known["state"] in states)
