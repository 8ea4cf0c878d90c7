"""Which verdicts fail a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidconform.verdicts.deviation_status import DeviationStatus
from vidconform.verdicts.verdict import Outcome, Verdict


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
