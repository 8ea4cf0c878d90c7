"""What a run may spend, and what it spent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from vidconform.ledger.accidents import Accident, Danger
from vidconform.text import Redacted
from vidconform.transport import NotSent, ProbeFailure

_AMONG_THEM = " (one of those sent may have come of a request that must be refused)"


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


@dataclass
class Budget:
    """The paid creations of a whole run; a creation counts before it is sent.

    `most_cost` is in USD, `prices` are by provider. `accidents` are the creations that had to be refused and were not,
    or may not have been, `losses` the providers and sentences of creations whose answers were lost, `earlier` those of
    earlier runs: each holds a place until settled. `lacking` are the documented creations that found no place.
    """

    most: int
    most_cost: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    accidents: list[Accident] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)
    lacking: int = 0
    earlier: list[tuple[str, str]] = field(default_factory=list)

    def cost(self, provider: str) -> Cost:
        """Return the cost of a provider so far."""
        return self.costs.setdefault(provider, Cost())

    @property
    def spent(self) -> int:
        """The creations of all providers."""
        return sum(cost.creations for cost in self.costs.values())

    @property
    def spent_cost(self) -> Decimal:
        """What the creations of all providers cost, in USD, as far as their prices are known."""
        return sum((cost.creations * _exact(self._price(name)) for name, cost in self.costs.items()), Decimal())

    def reserve(self, provider: str) -> None:
        """Count one creation that the document shows; raises what `reserve_for_refusal` does where none is left."""
        try:
            self._reserve(provider)
        except (NotSent, ProbeFailure):
            self.lacking += 1
            raise

    def _reserve(self, provider: str) -> None:
        try:
            self._hold(provider)
        except NotSent as not_sent:
            if self._is_lost_on(provider):
                raise self._shortage(isinstance(not_sent, OverBudget)) from not_sent
            raise
        self.cost(provider).creations += 1

    def lack_more(self) -> None:
        """Count a documented creation that had nothing to be made of, where that is for want of an earlier one."""
        self.lacking += 1 if self.lacking else 0

    def give_back(self, provider: str) -> None:
        """Take back a counted creation that came to nothing."""
        self.cost(provider).creations -= 1

    def lose(self, provider: str, sentence: Redacted) -> None:
        """Take note that the answer to a counted creation was lost."""
        self.losses.append((provider, sentence))

    def reserve_for_refusal(self, provider: str, danger: Danger) -> None:
        """Count a creation that must be refused; raises NotSent after one no more dangerous that was accepted.

        After one that may have been made it raises its doubt. Where none is left it raises OverLimit, OverBudget where
        it would cost too much, ProbeFailure where one would be left, had no answer been lost.
        """
        before = (a for a in self.accidents if a.provider == provider and a.danger.ends(danger))
        accident = next(before, None)
        if accident is None:
            self._reserve(provider)
        elif accident.doubt is not None:
            # Another one for each that is withheld: a traceback grows with each time that it is raised.
            raise replace(accident.doubt)
        else:
            told = f"{accident.what} was accepted, so no other that is as likely to be is sent"
            raise NotSent(f"a refusal of each creation before it: {told}")

    def _hold(self, provider: str) -> None:
        if self.spent + len(self.earlier) >= self.most:
            in_doubt = any(accident.doubt is not None for accident in self.accidents)
            spent = f"{self.most} allows{_AMONG_THEM if in_doubt else ''}"
            # Who allows none wants to read alone; there is nothing that was refused.
            kind = OverLimit if self.most else NotSent
            wanted = self.spent + len(self.earlier) + self.lacking + 1
            raise kind(f"a creation more than --max-creations={spent}; pass --max-creations={wanted}")
        if self.most_cost is not None:
            self._hold_cost(provider, self.most_cost)

    def _is_lost_on(self, provider: str) -> bool:
        """Whether a creation that is not left would be, had no answer been lost."""
        lost = Counter(name for name, _ in self.losses)
        costs = {name: Cost(cost.requests, cost.creations - lost[name]) for name, cost in self.costs.items()}
        try:
            replace(self, costs=costs, earlier=[])._hold(provider)
        except NotSent:
            return False
        return True

    def _shortage(self, of_money: bool) -> ProbeFailure:
        """Say which answer was lost; to spend more would not bring it back."""
        limit = f"--max-cost={self.most_cost:g}" if of_money else f"--max-creations={self.most}"
        sentence = f"not sent: {limit} is used up by a creation that was lost ({(self.losses + self.earlier)[0][1]})"
        advice = "; look it up at the vendor and pass --settle=paid or not-made" if self.earlier else ""
        return ProbeFailure(sentence + advice, sent=False)

    def _hold_cost(self, provider: str, most: float) -> None:
        price = self._price(provider)
        if price is None:
            file = self.prices[provider].file if provider in self.prices else "provider.toml"
            what = f"to know what a creation at {provider} costs before it keeps --max-cost={most:g}"
            raise OverBudget(f"{what}; write its price in USD as `creation` under [price] in {file}")
        lost = sum((_exact(self._price(name)) for name, _ in self.earlier), Decimal())
        total = self.spent_cost + lost + _exact(price)
        if total > _exact(most):
            what = f"a creation for {price:g} USD, which would make {total:f} USD in all"
            raise OverBudget(f"{what} and more than --max-cost={most:g}; pass a larger amount")

    def _price(self, provider: str) -> float | None:
        return self.prices[provider].creation if provider in self.prices else None


def _exact(amount: float | None) -> Decimal:
    """Three times 0.4 is 1.2 for whoever wrote the price, and not in binary."""
    return Decimal(str(amount or 0))
