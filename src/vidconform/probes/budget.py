"""What a run may spend, and what it spent."""

from __future__ import annotations

from dataclasses import dataclass, field

from vidconform.probes.trouble import Withheld


@dataclass
class Cost:
    """What one provider was asked: requests sent, creations that were or may have been accepted."""

    requests: int = 0
    creations: int = 0


@dataclass
class Budget:
    """The paid creations of a whole run; a creation counts before it is sent."""

    most: int
    costs: dict[str, Cost] = field(default_factory=dict)
    accidents: dict[str, str] = field(default_factory=dict)

    def cost(self, provider: str) -> Cost:
        """Return the cost of a provider so far."""
        return self.costs.setdefault(provider, Cost())

    @property
    def spent(self) -> int:
        """The creations of all providers."""
        return sum(cost.creations for cost in self.costs.values())

    def reserve(self, provider: str) -> None:
        """Count one creation; raises Withheld when none is left."""
        if self.spent >= self.most:
            raise Withheld(f"a creation more than --max-creations={self.most} allows; pass a larger number")
        self.cost(provider).creations += 1

    def give_back(self, provider: str) -> None:
        """Take back a counted creation that came to nothing."""
        self.cost(provider).creations -= 1

    def reserve_refusal(self, provider: str) -> None:
        """Count a creation that must be refused; raises Withheld after one that was accepted all the same."""
        if provider in self.accidents:
            raise Withheld(f"{self.accidents[provider]} was accepted, so no other creation that must fail is sent")
        self.reserve(provider)
