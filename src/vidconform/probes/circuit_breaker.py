"""How a provider has been doing lately: one that is down stops costing time and money."""

from __future__ import annotations

from dataclasses import dataclass, field

from vidconform.probes.exchange import Request
from vidconform.probes.failure_causes import TOO_LATE, FailureKind
from vidconform.probes.failures import ProbeFailure

MOST_FAILURES = 3
"""So many in a row, and the provider is down for the rest of the run."""

BRIEF = 1.5
"""Seconds that a provider gets for a try after one that it let run out, when it has never been slow."""

_LONGEST_BRIEF = 2.4
"""Two of these, and a provider that hangs costs its time-out and five seconds."""

# A gateway answered: what is behind one contract's routes may be well behind another's.
_OF_A_SCOPE = frozenset({FailureKind.OUTAGE, FailureKind.MAINTENANCE, FailureKind.BLOCKED})


@dataclass
class CircuitBreaker:
    """The failures of a provider since its last usable answer, and those of a gateway by the scope of requests.

    `may_rest` says that a limiter which turned down a creation and says until when is believed: once.
    """

    provider: str = "the provider"
    failures: int = 0
    last: str = ""
    is_slow: bool = False
    slowest: float = 0.0
    may_rest: bool = True
    scopes: dict[str, tuple[int, str]] = field(default_factory=dict)

    def is_down(self, scope: str) -> bool:
        """Whether nothing more is sent."""
        return max(self.failures, self._of(scope)[0]) >= MOST_FAILURES

    @property
    def waited(self) -> str:
        """How long the provider was waited for in vain when it got all its seconds, or nothing."""
        return self.last if self.is_slow else ""

    @property
    def brief(self) -> float:
        """The seconds of a try after one that ran out: more for a provider whose answers take longer."""
        return min(max(BRIEF, 1.5 * self.slowest), _LONGEST_BRIEF)

    def check(self, request: Request) -> None:
        """Raise ProbeFailure for a request that shall not be sent now.

        What may cost money waits until a read has been answered again.
        """
        whose = [(self.provider, self.failures, self.last), (request.scope, *self._of(request.scope))]
        name, failures, last = max(whose, key=lambda one: one[1])
        if failures >= MOST_FAILURES:
            raise _not_sent(name, f"{failures} times in a row", last)
        if failures and request.method not in ("GET", "HEAD"):
            raise _not_sent(name, "just before", last)

    def failed(self, kind: FailureKind, sentence: str, scope: str) -> None:
        """Take note of a try without a usable answer."""
        if kind in _OF_A_SCOPE:
            self.scopes[scope] = (self._of(scope)[0] + 1, sentence)
        else:
            # Who lets one try run out is given a short one; the long wait says more of it.
            self.failures, self.last = self.failures + 1, self.waited if kind in TOO_LATE and self.is_slow else sentence
        self.is_slow = kind in TOO_LATE

    def answered(self, scope: str, seconds: float) -> None:
        """Take note of an answer and of how long it took."""
        self.failures, self.is_slow, self.may_rest = 0, False, True
        self.slowest = max(self.slowest, seconds)
        self.scopes.pop(scope, None)

    def _of(self, scope: str) -> tuple[int, str]:
        return self.scopes.get(scope, (0, ""))


def _not_sent(name: str, when: str, last: str) -> ProbeFailure:
    # The same words for all that follows, so that a report shows one cause and not a hundred.
    sentence = f"not sent: {name} gave no usable answer {when} (last: {last})"
    return ProbeFailure(sentence, kind=FailureKind.DOWN, sent=False)
