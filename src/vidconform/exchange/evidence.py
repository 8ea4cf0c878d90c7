"""What a probe brought home: its exchanges, where they come from, and what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract
from vidconform.exchange.messages import Exchange, ProbeKind


@dataclass(frozen=True)
class Gap:
    """Something that a probe did not bring: withheld by us (unseen, or refused for its cost) or cut (inconclusive).

    `beside` is the step that was cut where the probe itself went on.
    """

    kind: str
    sentence: str
    beside: str = ""

    @property
    def cuts(self) -> bool:
        """Whether trouble ended the probe itself, or a part of it."""
        return self.kind == "inconclusive" and not self.beside


@dataclass(frozen=True)
class Evidence:
    """The exchanges of one probe; `kind` says what they are of, `at` is RFC 3339."""

    contract: str
    probe: str
    exchanges: tuple[Exchange, ...]
    gaps: tuple[Gap, ...]
    origin: str
    at: str
    notes: dict[str, Any] = field(default_factory=dict)
    kind: ProbeKind = field(kw_only=True)

    @property
    def is_cut(self) -> bool:
        """Whether trouble ended the probe, or a part of it, early."""
        return any(gap.cuts for gap in self.gaps)

    def __iter__(self) -> Iterator[tuple[int, Exchange]]:
        return iter(enumerate(self.exchanges))


def finished_task(contract: Contract, evidence: Evidence) -> str | None:
    """Return the id of a task that was read as succeeded, or None."""
    status = contract.field("status")
    for exchange in reversed(evidence.exchanges):
        word = status.read(exchange.reply.json) if status is not None else None
        if exchange.step == "reread" and contract.phase(word) == "succeeded":
            return exchange.task_id
    return None


def answered_task(evidence: Evidence) -> str | None:
    """Return the id of a task that was served, or None."""
    served = [e.task_id for e in evidence.exchanges if e.role == "retrieve" and e.reply.is_success]
    return served[0] if served else None
