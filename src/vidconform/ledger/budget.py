"""What a run may spend, and what it spent."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from vidconform.ledger.accidents import Accident, Danger
from vidconform.ledger.spending import Cost, OverBudget, OverLimit, Price, exact
from vidconform.ledger.turns import Turns
from vidconform.text import Redacted
from vidconform.transport import NotSent, ProbeFailure, RunClock

_SECONDS_BETWEEN_LOOKS = 0.05
_AMONG_THEM = " (one of those sent may have come of a request that must be refused)"


@dataclass
class Budget:
    """The paid creations of a whole run; a creation counts before it is sent.

    `most_cost` is in USD, `prices` are by provider. `accidents` are the creations that had to be refused and were not,
    or may not have been, `losses` the providers and sentences of creations whose answers were lost, `earlier` those of
    earlier runs: each holds a place until settled. `lacks` are, by provider, the documented creations that found none.
    Where providers are asked side by side, `turns` says which of them has to wait for a place.
    """

    most: int
    most_cost: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    accidents: list[Accident] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)
    lacks: Counter[str] = field(default_factory=Counter)
    earlier: list[tuple[str, str]] = field(default_factory=list)
    turns: Turns | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def lacking(self) -> int:
        """The documented creations of all providers that found no place."""
        return self.lacks.total()

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
        return sum((cost.creations * exact(self._price(name)) for name, cost in self.costs.items()), Decimal())

    def reserve(self, provider: str) -> None:
        """Count one creation that the document shows; raises what `reserve_for_refusal` does where none is left."""
        try:
            self._reserve(provider)
        except (NotSent, ProbeFailure):
            self.lacks[provider] += 1
            raise

    def _reserve(self, provider: str) -> None:
        while not self._reserved(provider):
            # Its own time is not used up by the creations of others.
            clock = self.turns.clocks[provider] if self.turns is not None else RunClock()
            clock.allow(_SECONDS_BETWEEN_LOOKS)
            clock.check()
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _reserved(self, provider: str) -> bool:
        """Count a creation and return True, or False where a provider that comes first may still take its place."""
        with self._lock:
            if self._has_to_wait(provider):
                return False
            try:
                self._check_limit(provider)
            except NotSent as not_sent:
                if self._is_lost_on(provider):
                    raise self._shortage(isinstance(not_sent, OverBudget)) from not_sent
                raise
            self.cost(provider).creations += 1
            if self.turns is not None:
                self.turns.take(provider)
            return True

    def _has_to_wait(self, provider: str) -> bool:
        """Whether it depends on what providers that come first will come to if there is a place."""
        ahead = self.turns.ahead(provider) if self.turns is not None else []
        if self.turns is None or not ahead:
            return False
        coming = {name: self.turns.coming(name) for name in ahead}
        given_back = {name: -self.turns.is_open(name) for name in ahead}
        return not self._has_place(provider, coming) and self._has_place(provider, given_back)

    def _has_place(self, provider: str, more: Mapping[str, int]) -> bool:
        """Whether a creation finds a place where providers make so many more."""
        names = {*self.costs, *more}
        made = {name: Cost(0, self.cost(name).creations + more.get(name, 0)) for name in names}
        try:
            replace(self, costs=made)._check_limit(provider)
        except NotSent:
            return False
        return True

    def lack_more(self, provider: str) -> None:
        """Count a documented creation that had nothing to be made of, where that is for want of an earlier one."""
        self.lacks[provider] += 1 if self._lacking_until(provider) else 0

    def _lacking_until(self, provider: str) -> int:
        """Return the documented creations that found no place, of a provider and of those before it."""
        if self.turns is None:
            return self.lacking
        before = sum(self.turns.lacking(name, self.lacks[name]) for name in self.turns.before(provider))
        return before + self.lacks[provider]

    def keep(self, provider: str) -> None:
        """Take note that a counted creation came to something."""
        self._settle(provider, is_kept=True)

    def give_back(self, provider: str) -> None:
        """Take back a counted creation that came to nothing."""
        with self._lock:
            self.cost(provider).creations -= 1
            self._settle(provider, is_kept=False)

    def lose(self, provider: str, sentence: Redacted) -> None:
        """Take note that the answer to a counted creation was lost."""
        self.losses.append((provider, sentence))
        self._settle(provider, is_kept=True)

    def _settle(self, provider: str, *, is_kept: bool) -> None:
        with self._lock:
            if self.turns is not None:
                self.turns.settle(provider, is_kept=is_kept)

    def probed(self, provider: str) -> None:
        """Take note that a probe that may create has come to its end."""
        with self._lock:
            if self.turns is not None:
                self.turns.probed(provider)

    def end(self, provider: str) -> None:
        """Take note that a provider is asked nothing more."""
        with self._lock:
            if self.turns is not None:
                self.turns.end(provider)

    def find(self, provider: str, earlier: str) -> None:
        """Take note that what an earlier run had lost was found: it is paid, and holds no place any more."""
        if (provider, earlier) in self.earlier:
            self.earlier.remove((provider, earlier))

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

    def _check_limit(self, provider: str) -> None:
        if self.spent + len(self.earlier) >= self.most:
            in_doubt = any(accident.doubt is not None for accident in self.accidents)
            spent = f"{self.most} allows{_AMONG_THEM if in_doubt else ''}"
            # Who allows none wants to read alone; there is nothing that was refused.
            kind = OverLimit if self.most else NotSent
            wanted = self.spent + len(self.earlier) + self._lacking_until(provider) + 1
            raise kind(f"a creation more than --max-creations={spent}; pass --max-creations={wanted}")
        if self.most_cost is not None:
            self._check_cost(provider, self.most_cost)

    def _is_lost_on(self, provider: str) -> bool:
        """Whether a creation that is not left would be, had no answer been lost."""
        lost = Counter(name for name, _ in self.losses)
        costs = {name: Cost(cost.requests, cost.creations - lost[name]) for name, cost in self.costs.items()}
        try:
            replace(self, costs=costs, earlier=[])._check_limit(provider)
        except NotSent:
            return False
        return True

    def _shortage(self, of_money: bool) -> ProbeFailure:
        """Say which answer was lost; to spend more would not bring it back."""
        limit = f"--max-cost={self.most_cost:g}" if of_money else f"--max-creations={self.most}"
        sentence = f"not sent: {limit} is used up by a creation that was lost ({(self.losses + self.earlier)[0][1]})"
        advice = "; look it up at the vendor and pass --settle=paid or not-made" if self.earlier else ""
        return ProbeFailure(sentence + advice, sent=False)

    def _check_cost(self, provider: str, most: float) -> None:
        price = self._price(provider)
        if price is None:
            file = self.prices[provider].file if provider in self.prices else "provider.toml"
            what = f"to know what a creation at {provider} costs before it keeps --max-cost={most:g}"
            raise OverBudget(f"{what}; write its price in USD as `creation` under [price] in {file}")
        lost = sum((exact(self._price(name)) for name, _ in self.earlier), Decimal())
        total = self.spent_cost + lost + exact(price)
        if total > exact(most):
            what = f"a creation for {price:g} USD, which would make {total:f} USD in all"
            raise OverBudget(f"{what} and more than --max-cost={most:g}; pass a larger amount")

    def _price(self, provider: str) -> float | None:
        return self.prices[provider].creation if provider in self.prices else None
