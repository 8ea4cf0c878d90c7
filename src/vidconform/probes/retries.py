"""How long a provider that asks for time is waited for, and when a request is worth a second try."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from vidconform.probes.classification import TOO_MANY_REQUESTS, outage_of
from vidconform.probes.exchange import Reply, Request
from vidconform.probes.failure_causes import TOO_LATE, FailureKind
from vidconform.probes.failures import ProbeFailure

LONGEST_WAIT = 60.0
"""Seconds: who asks for more is not waited for at all."""

_FIRST_WAIT = 0.05
# Who has not had enough after so many waits is not waited for again.
_MOST_TOLD = 3
_SAFE = ("GET", "HEAD")
_MAY_TELL = (TOO_MANY_REQUESTS, 503)


@dataclass
class RetryBudget:
    """The seconds that Retry-After may still cost in a run, and those before a second try that nobody asked for."""

    left: float
    pause: float = 1.0


class Attempt:
    """The tries of one read: as often as the provider says when, and once unasked. Nothing else has a second try.

    `is_slow` says that the last one was given up when its seconds were over.
    """

    def __init__(self, budget: RetryBudget, request: Request) -> None:
        self._budget = budget
        self._safe = request.method in _SAFE
        self._again = True
        self.is_slow = False
        self._least = _FIRST_WAIT
        self._told = 0

    def wait_after(self, outcome: Reply | ProbeFailure) -> float | None:
        """Return the seconds until the request is sent again, or None where this is the last word."""
        if isinstance(outcome, Reply):
            return self._after_reply(outcome)
        self.is_slow = outcome.kind in TOO_LATE
        return self._once(0.0) if self._safe and outcome.kind is not FailureKind.ADDRESS else None

    def _after_reply(self, reply: Reply) -> float | None:
        outage = outage_of(reply)
        # What may cost money is never sent again, whatever the answer asks for: each time may make a task.
        if outage is None or outage[0] is FailureKind.QUOTA or not self._safe:
            return None
        told = retry_after(reply) if reply.status in _MAY_TELL else None
        return self._once(self._budget.pause) if told is None else self._as_told(told)

    def rest_after(self, reply: Reply) -> float | None:
        """Return the seconds until a limiter lets the next request pass, where it has turned down what is sent once."""
        outage = outage_of(reply)
        is_limited = not self._safe and outage is not None and outage[0] is FailureKind.RATE
        told = retry_after(reply) if is_limited else None
        return None if told is None else self._as_told(told)

    def _as_told(self, told: float) -> float | None:
        seconds = max(told, self._least)
        if seconds > min(LONGEST_WAIT, self._budget.left) or self._told == _MOST_TOLD:
            return None
        self._told += 1
        # Who says 0 again and again is asked less and less often.
        self._least *= 2
        self._budget.left -= seconds
        return seconds

    def _once(self, seconds: float) -> float | None:
        again, self._again = self._again, False
        return seconds if again else None


def retry_after(reply: Reply) -> float | None:
    """Return the seconds of Retry-After, a number or a date (RFC 9110 section 10.2.3), or None."""
    told = reply.header("retry-after").strip()
    try:
        seconds = float(told)
    except ValueError:
        return _seconds_until(told)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _seconds_until(date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(date)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        # A time without a zone is none of HTTP's three forms.
        return None
