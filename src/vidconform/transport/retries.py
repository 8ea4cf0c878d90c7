"""When a request is sent again. Only a GET or HEAD is; what may cost money is sent once, whatever the answer asks for.

| the last try brought                   | the request is sent again                                           |
|----------------------------------------|---------------------------------------------------------------------|
| no reply                               | once, at once                                                       |
| 429 or 503 that say Retry-After        | after that wait, up to three times, as far as the run's budget goes |
| any other outage that is not the quota | once, after a pause                                                 |

There is one retry without Retry-After, whatever it is for.
A limiter that turns down what is not sent again is heeded by the next request, which rests as long as it was told.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from vidconform.exchange import Reply, Request, http_date
from vidconform.transport.classification import TOO_MANY_REQUESTS, ReceivedReply
from vidconform.transport.failures import FailureKind, ProbeFailure

LONGEST_WAIT = 60.0
"""Seconds: who asks for more is not waited for at all."""

_SHORTEST_WAIT = 0.05
# Who has not had enough after so many waits is not waited for again.
_MOST_TOLD = 3
_MAY_TELL = (TOO_MANY_REQUESTS, 503)


@dataclass
class RetryBudget:
    """The seconds that Retry-After may still cost in a run, and those before a retry that nobody asked for.

    `rest_until` is when a limiter lets the next request pass (monotonic seconds); one that turns down the request after
    a rest too is not believed again until something was answered, which `may_rest` says.
    """

    left: float
    pause: float = 1.0
    rest_until: float = 0.0
    may_rest: bool = True

    @property
    def rest_left(self) -> float:
        """The seconds until a limiter lets the next request pass."""
        return max(0.0, self.rest_until - time.monotonic())

    def take(self, seconds: float) -> bool:
        """Use up seconds of the budget and return True, or leave it where they are too many."""
        if seconds > min(LONGEST_WAIT, self.left):
            return False
        self.left -= seconds
        return True


class Attempt:
    """The tries of one request: whether there was a retry that nobody asked for, and the waits that it was told."""

    def __init__(self, budget: RetryBudget, request: Request) -> None:
        self._budget = budget
        self._is_safe = request.is_safe
        self._retried = False
        self._told = 0

    def wait_after(self, outcome: ReceivedReply | ProbeFailure) -> float | None:
        """Return the seconds until the request is sent again, or None where this outcome is the last."""
        if not self._is_safe:
            return None
        if isinstance(outcome, ProbeFailure):
            return None if outcome.kind is FailureKind.ADDRESS else self._once(0.0)
        if not outcome.classification.is_temporary:
            return None
        told = retry_after(outcome.reply) if outcome.reply.status in _MAY_TELL else None
        return self._once(self._budget.pause) if told is None else self._as_told(told)

    def rests_after(self, received: ReceivedReply) -> bool:
        """Let the next request rest where a limiter turned this one down for good and says until when."""
        is_limited = received.classification.outage is FailureKind.RATE and not self._is_safe
        told = retry_after(received.reply) if is_limited and self._budget.may_rest else None
        wait = None if told is None else self._as_told(told)
        if wait is not None:
            self._budget.may_rest, self._budget.rest_until = False, time.monotonic() + wait
        return wait is not None

    def _as_told(self, told: float) -> float | None:
        # Who says 0 again and again is asked less and less often.
        seconds = max(told, _SHORTEST_WAIT * (1 << self._told))
        if self._told == _MOST_TOLD or not self._budget.take(seconds):
            return None
        self._told += 1
        return seconds

    def _once(self, seconds: float) -> float | None:
        retried, self._retried = self._retried, True
        return None if retried else seconds


def retry_after(reply: Reply) -> float | None:
    """Return the seconds of Retry-After, a number or a date (RFC 9110 section 10.2.3), or None."""
    told = reply.header("retry-after").strip()
    try:
        seconds = float(told)
    except ValueError:
        then = http_date(told)
        return None if then is None else max(0.0, then - time.time())
    return None if math.isnan(seconds) else max(0.0, seconds)
