"""The one seam between probes and the wire; live HTTP, recorded replies and emulators look alike behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from vidconform.probes.circuit_breaker import CircuitBreaker
from vidconform.probes.classification import outage_of
from vidconform.probes.exchange import Reply, Request
from vidconform.probes.failure_causes import TOO_LATE, FailureKind, TooSlow, cause_of, may_have_arrived
from vidconform.probes.failures import ProbeFailure
from vidconform.probes.http_client import HttpClient
from vidconform.probes.retries import Attempt, RetryBudget
from vidconform.probes.timeouts import Timeouts


class Transport(Protocol):
    """Answers a request."""

    sleeps: bool
    """Whether waiting between two requests has a meaning."""

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply, when it came (RFC 3339) and its origin; raises ProbeFailure."""

    def recorded(self) -> Iterator[Request] | None:
        """Return the requests of a recording, in order, or None where there is a service to ask."""

    def close(self) -> None:
        """Give back what the transport holds."""


class LiveTransport:
    """Talks to one provider, and stops talking to one that is down.

    `retry_seconds` are the seconds that Retry-After may cost in a run, `count` hears of each request before it is sent,
    `pause` are the seconds before each.
    """

    sleeps = True

    def __init__(
        self,
        retry_seconds: float,
        count: Callable[[], None],
        pause: float = 0.0,
        timeouts: Timeouts | None = None,
        provider: str = "the provider",
    ) -> None:
        import httpx

        self._timeouts = timeouts or Timeouts()
        self._client = HttpClient(count, pause)
        # A shorter time-out means that the user is in a hurry.
        self._budget = RetryBudget(retry_seconds, min(1.0, self._timeouts.exchange / 30))
        self._breaker = CircuitBreaker(provider)
        # When a limiter lets the next request pass.
        self._rest_until = 0.0
        # A UnicodeError is what is left of a name that cannot be looked up.
        self._errors = (httpx.RequestError, httpx.InvalidURL, UnicodeError, TooSlow)

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply; a read that brought nothing is sent once more, as `retry_seconds` says."""
        self._breaker.check(request)
        time.sleep(max(0.0, self._rest_until - time.monotonic()))
        attempt = Attempt(self._budget, request)
        outcome = self._try(request, attempt)
        while (wait := attempt.wait_after(outcome)) is not None and not self._breaker.is_down(request.scope):
            time.sleep(wait)
            outcome = self._try(request, attempt)
        if isinstance(outcome, ProbeFailure):
            raise outcome
        rest = attempt.rest_after(outcome) if self._breaker.may_rest else None
        if rest is None:
            self._note_outage(request, outcome)
        else:
            self._breaker.may_rest = False
            self._rest_until = time.monotonic() + rest
        return outcome, datetime.now(UTC).isoformat(timespec="milliseconds"), "live"

    def recorded(self) -> Iterator[Request] | None:
        """Return None: what is sent is not known before."""
        return None

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def _try(self, request: Request, attempt: Attempt) -> Reply | ProbeFailure:
        timeouts, before, started = self._timeouts_for(request, attempt), self._breaker.waited, time.monotonic()
        try:
            return self._client.follow(request, timeouts, lambda reply: self._heard(request, reply, started))
        except self._errors as error:
            kind, cause = cause_of(error, request.url, timeouts)
            if kind is not FailureKind.ADDRESS:
                self._breaker.failed(kind, cause, request.scope)
            # A short try comes only after one that had all its seconds.
            cause = f"{before}, and again {cause}" if before and kind in TOO_LATE else cause
            return ProbeFailure(f"{request} got no answer: {cause}", kind=kind, sent=may_have_arrived(error))

    def _timeouts_for(self, request: Request, attempt: Attempt) -> Timeouts:
        """A reply that is paid for is worth a longer wait; who let the last wait run out gets a short one."""
        timeouts = self._timeouts.doubled() if request.paid else self._timeouts
        return timeouts.at_most(self._breaker.brief) if attempt.is_slow or self._breaker.is_slow else timeouts

    def _heard(self, request: Request, reply: Reply, started: float) -> None:
        outage = outage_of(reply)
        if outage is None or outage[0] is FailureKind.QUOTA:
            self._breaker.answered(request.scope, time.monotonic() - started)

    def _note_outage(self, request: Request, reply: Reply) -> None:
        """Count a reply that brought nothing, unless it may be how a gateway refuses a creation."""
        outage = outage_of(reply)
        if outage is None or outage[0] is FailureKind.QUOTA:
            return
        if request.method == "GET" or outage[0] is FailureKind.RATE:
            self._breaker.failed(outage[0], f"answered with {reply.status}, {outage[1]}", request.scope)
