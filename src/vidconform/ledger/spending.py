"""What a provider was asked and what a creation costs there, and why one is not sent for its cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vidconform.transport import NotSent


class OverLimit(NotSent):
    """A creation for which --max-creations has no place left."""


class OverBudget(OverLimit):
    """A request that was not sent because it would have cost more than the user allows, or nobody knows how much."""


@dataclass
class Cost:
    """What one provider was asked: requests sent, creations that were or may have been accepted."""

    requests: int = 0
    creations: int = 0


@dataclass(frozen=True)
class Price:
    """What a creation costs at a provider, in USD, or None where `file` does not say so."""

    creation: float | None
    file: str


def exact(amount: float | None) -> Decimal:
    """Three times 0.4 is 1.2 for whoever wrote the price, and not in binary."""
    return Decimal(str(amount or 0))
