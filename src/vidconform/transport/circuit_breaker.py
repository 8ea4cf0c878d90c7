"""When nothing more is sent: a provider that is down stops costing time and money.

Three failures in a row open the breaker for the rest of the run; after a single one no creation is sent until a read
has been answered. A request without a reply counts against the provider, a reply of a gateway that does not reach its
service against the requests of that contract alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vidconform.exchange import Request
from vidconform.transport.classification import ReceivedReply
from vidconform.transport.failures import FailureKind, ProbeFailure

FAILURE_THRESHOLD = 3

# A gateway answered: what is behind one contract's routes may be well behind another's.
_OF_A_SCOPE = frozenset({FailureKind.OUTAGE, FailureKind.MAINTENANCE, FailureKind.BLOCKED})


@dataclass
class CircuitBreaker:
    """Counts the failures since the last answer, of a provider and of each scope of its requests."""

    provider: str = "the provider"
    _streaks: dict[str, tuple[int, str]] = field(default_factory=dict)

    def is_open(self, scope: str) -> bool:
        """Whether nothing more is sent."""
        return self._worst(scope)[1] >= FAILURE_THRESHOLD

    def check(self, request: Request) -> None:
        """Raise ProbeFailure for a request that must not be sent now."""
        name, failures, last = self._worst(request.scope)
        if failures >= FAILURE_THRESHOLD:
            raise _not_sent(name, f"{failures} times in a row", last)
        if failures and not request.is_safe:
            raise _not_sent(name, "just before", last)

    def answered(self, scope: str) -> None:
        """Take note of an answer: the count begins anew."""
        self._streaks.pop(self.provider, None)
        self._streaks.pop(scope, None)

    def failed(self, kind: FailureKind, sentence: str, scope: str) -> None:
        """Take note of a try without a usable answer."""
        name = scope if kind in _OF_A_SCOPE else self.provider
        self._streaks[name] = (self._streak(name)[0] + 1, sentence)

    def note_outage(self, request: Request, received: ReceivedReply) -> None:
        """Count a reply that is an outage, unless it may be how a gateway refuses a creation."""
        found = received.classification
        is_limit = found.outage is FailureKind.RATE
        if found.outage is not None and found.is_temporary and (request.is_safe or is_limit):
            self.failed(found.outage, f"answered with {received.reply.status}, {found.words}", request.scope)

    def _worst(self, scope: str) -> tuple[str, int, str]:
        """Return who failed most often in a row, how often, and how the last time."""
        return max(((name, *self._streak(name)) for name in (self.provider, scope)), key=lambda streak: streak[1])

    def _streak(self, name: str) -> tuple[int, str]:
        return self._streaks.get(name, (0, ""))


def _not_sent(name: str, when: str, last: str) -> ProbeFailure:
    # The same words for all that follows, so that a report shows one cause and not a hundred.
    sentence = f"not sent: {name} gave no usable answer {when} (last: {last})"
    return ProbeFailure(sentence, kind=FailureKind.DOWN, sent=False)
