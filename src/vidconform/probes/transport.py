"""The one seam between probes and the wire; live HTTP, recorded replies and emulators look alike behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from vidconform.probes.bounds import Bounds
from vidconform.probes.causes import TOO_LATE, TooSlow, TroubleKind, cause_of, may_have_arrived
from vidconform.probes.exchange import Reply, Request
from vidconform.probes.outage import outage_of
from vidconform.probes.patience import Patience, Turn
from vidconform.probes.standing import Standing
from vidconform.probes.trouble import Trouble
from vidconform.probes.wire import Wire


class Transport(Protocol):
    """Answers a request."""

    sleeps: bool
    """Whether waiting between two requests has a meaning."""

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply, when it came (RFC 3339) and its origin; raises Trouble."""

    def recorded(self) -> Iterator[Request] | None:
        """Return the requests of a recording, in order, or None where there is a service to ask."""

    def close(self) -> None:
        """Give back what the transport holds."""


class LiveTransport:
    """Talks to one provider, and stops talking to one that is down.

    `patience` are the seconds that Retry-After may cost in a run, `count` hears of each request before it is sent,
    `pause` are the seconds before each.
    """

    sleeps = True

    def __init__(
        self,
        patience: float,
        count: Callable[[], None],
        pause: float = 0.0,
        bounds: Bounds | None = None,
        provider: str = "the provider",
    ) -> None:
        import httpx

        self._bounds = bounds or Bounds()
        self._wire = Wire(count, pause)
        # A shorter time-out means that the user is in a hurry.
        self._patience = Patience(patience, min(1.0, self._bounds.exchange / 30))
        self._standing = Standing(provider)
        # When a limiter lets the next request pass.
        self._rest_until = 0.0
        # A UnicodeError is what is left of a name that cannot be looked up.
        self._errors = (httpx.RequestError, httpx.InvalidURL, UnicodeError, TooSlow)

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply; a read that brought nothing is sent once more, as `patience` says."""
        self._standing.check(request)
        time.sleep(max(0.0, self._rest_until - time.monotonic()))
        turn = Turn(self._patience, request)
        outcome = self._try(request, turn)
        while (wait := turn.wait_after(outcome)) is not None and not self._standing.is_down(request.scope):
            time.sleep(wait)
            outcome = self._try(request, turn)
        if isinstance(outcome, Trouble):
            raise outcome
        rest = turn.rest_after(outcome) if self._standing.may_rest else None
        if rest is None:
            self._note_outage(request, outcome)
        else:
            self._standing.may_rest = False
            self._rest_until = time.monotonic() + rest
        return outcome, datetime.now(UTC).isoformat(timespec="milliseconds"), "live"

    def recorded(self) -> Iterator[Request] | None:
        """Return None: what is sent is not known before."""
        return None

    def close(self) -> None:
        """Close the client."""
        self._wire.close()

    def _try(self, request: Request, turn: Turn) -> Reply | Trouble:
        bounds, before, started = self._bounds_for(request, turn), self._standing.waited, time.monotonic()
        try:
            return self._wire.follow(request, bounds, lambda reply: self._heard(request, reply, started))
        except self._errors as error:
            kind, cause = cause_of(error, request.url, bounds)
            if kind is not TroubleKind.ADDRESS:
                self._standing.failed(kind, cause, request.scope)
            # A short try comes only after one that had all its seconds.
            cause = f"{before}, and again {cause}" if before and kind in TOO_LATE else cause
            return Trouble(f"{request} got no answer: {cause}", kind=kind, sent=may_have_arrived(error))

    def _bounds_for(self, request: Request, turn: Turn) -> Bounds:
        """A reply that is paid for is worth a longer wait; who let the last wait run out gets a short one."""
        bounds = self._bounds.doubled() if request.paid else self._bounds
        return bounds.at_most(self._standing.brief) if turn.is_slow or self._standing.is_slow else bounds

    def _heard(self, request: Request, reply: Reply, started: float) -> None:
        outage = outage_of(reply)
        if outage is None or outage[0] is TroubleKind.QUOTA:
            self._standing.answered(request.scope, time.monotonic() - started)

    def _note_outage(self, request: Request, reply: Reply) -> None:
        """Count a reply that brought nothing, unless it may be how a gateway refuses a creation."""
        outage = outage_of(reply)
        if outage is None or outage[0] is TroubleKind.QUOTA:
            return
        if request.method == "GET" or outage[0] is TroubleKind.RATE:
            self._standing.failed(outage[0], f"answered with {reply.status}, {outage[1]}", request.scope)
