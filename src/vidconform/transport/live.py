"""The one seam between probes and HTTP; live, recorded replies and emulators look alike behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from vidconform.exchange import Request, timestamp
from vidconform.text import Redacted
from vidconform.transport.circuit_breaker import CircuitBreaker
from vidconform.transport.classification import ReceivedReply
from vidconform.transport.failure_causes import cause_of, may_have_arrived
from vidconform.transport.failures import TOO_LATE, FailureKind, ProbeFailure
from vidconform.transport.http_client import HttpClient
from vidconform.transport.retries import Attempt, RetryBudget
from vidconform.transport.run_clock import RunClock
from vidconform.transport.timeouts import AdaptiveTimeouts, Timeouts

# Seconds; a time-out of none would be an error of the HTTP library.
_LEAST = 0.05


class Transport:
    """Answers a request; this much of one has no recording, and holds nothing."""

    is_replay = False
    """Whether the replies are recorded: nothing is paid for, and to wait between two requests has no meaning."""

    def send(self, request: Request) -> ReceivedReply:
        """Return the reply, of whatever kind; raises ProbeFailure where there is none."""
        raise NotImplementedError

    def recorded(self) -> Iterator[Request] | None:
        """Return the requests of a recording, in order, or None where there is a service to ask."""
        return None

    def close(self) -> None:
        """Give back what the transport holds, if it holds anything."""


class LiveTransport(Transport):
    """Talks to one provider, and stops talking to one that is down.

    `retry_seconds` are the seconds that Retry-After may cost in a run, `count` hears of each request before it is sent,
    `pause` are the seconds before each. What a service said of a failure goes through `redact`. When `clock` has run
    out, a read is no longer waited for, and what may be paid for is.
    """

    def __init__(
        self,
        retry_seconds: float,
        count: Callable[[], None],
        pause: float = 0.0,
        timeouts: Timeouts | None = None,
        provider: str = "the provider",
        redact: Callable[[str], Redacted] = Redacted,
        clock: RunClock | None = None,
    ) -> None:
        self._redact, self._pause, self._clock = redact, pause, clock or RunClock()
        self._client = HttpClient(count, pause)
        self._timeouts = AdaptiveTimeouts(timeouts or Timeouts())
        # A shorter time-out means that the user is in a hurry.
        self._budget = RetryBudget(retry_seconds, min(1.0, self._timeouts.usual.exchange / 30))
        self._breaker = CircuitBreaker(provider)
        self._answered_before: dict[str, Request] = {}

    def send(self, request: Request) -> ReceivedReply:
        """Return the last reply of as many tries as `retries` and `circuit_breaker` allow; raises ProbeFailure."""
        question = self._plain_question(request.scope)
        if question is not None and self._breaker.is_in_doubt(request):
            with suppress(ProbeFailure):
                self._tried(question)
        self._breaker.check(request)
        return self._tried(request)

    def _tried(self, request: Request) -> ReceivedReply:
        if not self._wait(self._budget.rest_left):
            raise self._clock.used_up()
        self._clock.check()
        attempt = Attempt(self._budget, request)
        outcome = self._try(request)
        while (wait := attempt.wait_after(outcome)) is not None and not self._breaker.is_open(request.scope):
            if not self._wait(wait):
                break
            outcome = self._try(request)
        if isinstance(outcome, ProbeFailure):
            raise outcome
        if not attempt.rests_after(outcome):
            self._breaker.note_outage(request, outcome, is_plain=self._is_plain(request))
        return outcome

    def _wait(self, seconds: float) -> bool:
        """Wait before a request and return True, or do neither where no time is left to send it then."""
        self._clock.allow(seconds)
        if seconds >= self._clock.left():
            return False
        time.sleep(seconds)
        return True

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def _try(self, request: Request) -> ReceivedReply | ProbeFailure:
        timeouts, started = self._timeouts_of(request), time.monotonic()
        try:
            reply = self._client.follow(request, timeouts, lambda: self._answered(request.scope))
        except self._client.errors as error:
            kind, cause = cause_of(error, request.url, timeouts, self._redact)
            if kind in TOO_LATE and request.is_safe and self._clock.left() <= 0:
                # Cut by us, which says nothing of the provider.
                return ProbeFailure(f"{request} got no answer before {self._clock.words} was used up", kind=kind)
            told = cause if kind is FailureKind.ADDRESS else self._failed(request, kind, cause)
            partial_reply = None if request.is_safe else self._client.partial_reply
            sent = may_have_arrived(error)
            return ProbeFailure(f"{request} got no answer: {told}", kind=kind, sent=sent, partial_reply=partial_reply)
        received = ReceivedReply.of(request, reply, timestamp(), "live")
        # The pauses before each hop are our own.
        seconds = time.monotonic() - started - self._pause * (1 + len(reply.hops))
        self._timeouts.heard(seconds)
        self._note_pace(request, seconds)
        self._remember(request, received)
        if not received.classification.is_temporary:
            self._answered(request.scope)
        return received

    def _timeouts_of(self, request: Request) -> Timeouts:
        timeouts = self._timeouts.of(request)
        return timeouts.at_most(max(_LEAST, self._clock.left())) if request.is_safe else timeouts

    def _note_pace(self, request: Request, seconds: float) -> None:
        if request.is_safe:
            limit = self._timeouts.usual.late
            self._breaker.note_pace(request.scope, seconds, limit, is_plain=self._is_plain(request))
        else:
            self._clock.allow(seconds)

    def _plain_question(self, scope: str) -> Request | None:
        """Return what has been answered before, of this contract or else of another; it costs nothing to ask again."""
        known = self._answered_before
        found = known.get(scope) or next(iter(known.values()), None)
        return found and replace(found, is_plain=True)

    def _is_plain(self, request: Request) -> bool:
        """Whether a failure of it is the service's; where nothing was answered before, there is no plainer question."""
        return request.is_plain or not self._answered_before

    def _remember(self, request: Request, received: ReceivedReply) -> None:
        """Keep the first question that was answered, as the document shows it if there is one; none with a video."""
        is_usable = request.is_safe and received.classification.outage is None and received.reply.is_json
        known = self._answered_before.get(request.scope)
        if is_usable and (known is None or (request.is_plain and not known.is_plain)):
            self._answered_before[request.scope] = request

    def _answered(self, scope: str) -> None:
        self._breaker.answered(scope)
        self._budget.may_rest = True

    def _failed(self, request: Request, kind: FailureKind, cause: str) -> str:
        """Take note of a try without a reply; return its cause, before a short wait the long one that led to it."""
        waited = self._timeouts.failed(kind, cause)
        self._breaker.failed(kind, waited or cause, request.scope, is_plain=self._is_plain(request))
        return f"{waited}, and again {cause}" if waited else cause
