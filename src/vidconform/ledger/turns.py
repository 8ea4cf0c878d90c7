"""Whose turn it is to take a place in the limit, where several providers are asked at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from vidconform.transport import RunClock


class Turns:
    """The providers of a run in order; each gets the places that it would get were one asked after the other.

    `paid` says how many probes of each may come to a creation, `lacking` how many documented ones of each find no place
    as far as can be foreseen, `clocks` what tells each that it need not wait any more.
    """

    def __init__(self, paid: Mapping[str, int], lacking: Mapping[str, int], clocks: Mapping[str, RunClock]) -> None:
        self._order, self._lacking, self.clocks = list(paid), lacking, clocks
        self._left, self._ended = Counter(paid), set[str]()
        self._open: set[str] = set()
        self._taken: set[str] = set()

    def before(self, provider: str) -> list[str]:
        """Return the providers that come before another one."""
        return self._order[: self._order.index(provider)] if provider in self._order else []

    def ahead(self, provider: str) -> list[str]:
        """Return those of them that may still take a place."""
        return [name for name in self.before(provider) if name not in self._ended and self._may_take(name)]

    def _may_take(self, provider: str) -> bool:
        return provider in self._open or self.coming(provider) > 0

    def coming(self, provider: str) -> int:
        """Return how many places a provider may still take, beside the one that it holds until it is answered."""
        return max(0, self._left[provider] - (provider in self._taken))

    def is_open(self, provider: str) -> bool:
        """Whether a provider holds a place that it may give back."""
        return provider in self._open

    def lacking(self, provider: str, so_far: int) -> int:
        """Return how many places a provider will have lacked, of which it lacks some so far."""
        return so_far if provider in self._ended else max(so_far, self._lacking.get(provider, 0))

    def take(self, provider: str) -> None:
        """Take note that a provider holds a place; a probe comes to one creation at most."""
        self._open.add(provider)
        self._taken.add(provider)

    def settle(self, provider: str, *, is_kept: bool) -> None:
        """Take note that the place is kept for good, or free again."""
        self._open.discard(provider)
        if not is_kept:
            self._taken.discard(provider)

    def probed(self, provider: str) -> None:
        """Take note that a probe that may create has come to its end."""
        self._left[provider] -= 1
        self._taken.discard(provider)

    def end(self, provider: str) -> None:
        """Take note that a provider is asked nothing more."""
        self._ended.add(provider)
