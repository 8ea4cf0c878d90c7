"""When nothing more is sent: a provider that is down stops costing time and money.

Three failures in a row open the breaker for the rest of the run; after a single one no creation is sent until a read
has been answered. A request without a reply counts against the provider, a reply of a gateway that does not reach its
service against the requests of that contract alone. What only odd requests failed at opens nothing: whether the service
is there is told by a plain question that it has answered before, and which is asked once more.

Reads that are answered so late that a run of them would take hours are trouble of their contract as well: three in a
row open the breaker, one in good time clears it. What they brought is evidence all the same, and they keep no creation
from being sent before that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from vidconform.exchange import Request
from vidconform.transport.classification import ReceivedReply
from vidconform.transport.failures import FailureKind, ProbeFailure

FAILURE_THRESHOLD = 3

# A gateway answered: what is behind one contract's routes may be well behind another's.
_OF_A_SCOPE = frozenset({FailureKind.OUTAGE, FailureKind.MAINTENANCE, FailureKind.BLOCKED})


class Streak(NamedTuple):
    """Failures in a row, the last one's sentence, and whether a plain question is among them."""

    failures: int = 0
    last: str = ""
    is_plain: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it is no accident any more."""
        return self.failures >= FAILURE_THRESHOLD


@dataclass
class CircuitBreaker:
    """Counts the failures since the last answer, of a provider and of each scope of its requests."""

    provider: str = "the provider"
    _streaks: dict[str, Streak] = field(default_factory=dict)
    _late: dict[str, Streak] = field(default_factory=dict)

    def is_open(self, scope: str) -> bool:
        """Whether nothing more is sent."""
        return any(streak.is_plain and streak.is_long for streak in (self._worst(scope)[1], self._lateness(scope)))

    def is_in_doubt(self, request: Request) -> bool:
        """Whether a plain question must tell, before a request is sent, what odd ones failed at."""
        _, streak = self._worst(request.scope)
        enough = FAILURE_THRESHOLD if request.is_safe else 1
        late = self._lateness(request.scope)
        return (not streak.is_plain and streak.failures >= enough) or (not late.is_plain and late.is_long)

    def check(self, request: Request) -> None:
        """Raise ProbeFailure for a request that must not be sent now."""
        name, streak = self._worst(request.scope)
        if streak.is_plain and streak.is_long:
            raise _not_sent(name, f"{streak.failures} times in a row", streak.last)
        if self.is_open(request.scope):
            raise ProbeFailure(f"not sent: {self._lateness(request.scope).last}", kind=FailureKind.SLOW, sent=False)
        if streak.is_plain and not request.is_safe:
            raise _not_sent(name, "just before", streak.last)

    def answered(self, scope: str) -> None:
        """Take note of an answer: the count begins anew."""
        self._streaks.pop(self.provider, None)
        self._streaks.pop(scope, None)

    def failed(self, kind: FailureKind, sentence: str, scope: str, *, is_plain: bool = True) -> None:
        """Take note of a try without a usable answer."""
        name = scope if kind in _OF_A_SCOPE else self.provider
        before = self._streak(name)
        self._streaks[name] = Streak(before.failures + 1, sentence, before.is_plain or is_plain)

    def note_pace(self, scope: str, seconds: float, limit: float, *, is_plain: bool) -> None:
        """Take note of how many seconds the reply to a read took; within the limit the count begins anew."""
        if seconds <= limit:
            self._late.pop(scope, None)
            return
        before = self._lateness(scope)
        told = f"the reads of {scope or self.provider} took {seconds:.3g} s each; raise --request-timeout to ask on"
        self._late[scope] = Streak(before.failures + 1, told, before.is_plain or is_plain)

    def note_outage(self, request: Request, received: ReceivedReply, *, is_plain: bool) -> None:
        """Count a reply that is an outage, unless it may be how a gateway refuses a creation."""
        found = received.classification
        is_limit = found.outage is FailureKind.RATE
        if found.outage is not None and found.is_temporary and (request.is_safe or is_limit):
            sentence = f"answered with {received.reply.status}, {found.words}"
            self.failed(found.outage, sentence, request.scope, is_plain=is_plain)

    def _worst(self, scope: str) -> tuple[str, Streak]:
        """Return who failed most often in a row, and how; what a plain question failed at counts first."""
        found = ((name, self._streak(name)) for name in (self.provider, scope))
        return max(found, key=lambda one: (one[1].is_plain, one[1].failures))

    def _lateness(self, scope: str) -> Streak:
        return self._late.get(scope, Streak())

    def _streak(self, name: str) -> Streak:
        return self._streaks.get(name, Streak())


def _not_sent(name: str, when: str, last: str) -> ProbeFailure:
    # The same words for all that follows, so that a report shows one cause and not a hundred.
    sentence = f"not sent: {name} gave no usable answer {when} (last: {last})"
    return ProbeFailure(sentence, kind=FailureKind.DOWN, sent=False)
