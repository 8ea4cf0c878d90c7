"""How many seconds and bytes one exchange may take, and how many seconds the next one gets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vidconform.exchange import Request
from vidconform.transport.failures import TOO_LATE, FailureKind

SHORT = 1.0
"""Seconds of a try after one that ran out, for a provider that has never been slow."""

# A part of the seconds of an exchange; what is sooner than this many, a busy machine of ours may be late itself.
_LATE, _NEVER_LATE = 1 / 3, 0.25

_LONGEST_SHORT = 2.4
"""Two of these, and a provider that hangs costs its time-out and five seconds."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, between two reads and for the whole exchange; bytes of its body."""

    connect: float = 10.0
    read: float = 30.0
    exchange: float = 30.0
    # No documented reply but a video is longer, and of a video the beginning is enough.
    max_body: int = 1024 * 1024

    @classmethod
    def of(cls, seconds: float | None, max_body: int | None = None) -> Timeouts:
        """Return the limits that follow from those that the user chose, or the usual ones."""
        usual = cls() if max_body is None else cls(max_body=max_body)
        if seconds is None:
            return usual
        return replace(usual, connect=min(cls.connect, seconds), read=seconds, exchange=seconds)

    @property
    def late(self) -> float:
        """The seconds beyond which an answer that came in time is trouble all the same, if others are like it."""
        return max(self.exchange * _LATE, _NEVER_LATE)

    def doubled(self) -> Timeouts:
        """Return time-outs with twice the seconds for the answer."""
        return replace(self, read=self.read * 2, exchange=self.exchange * 2)

    def at_most(self, seconds: float) -> Timeouts:
        """Return time-outs none of which is longer than some seconds."""
        connect, read, exchange = (min(timeout, seconds) for timeout in (self.connect, self.read, self.exchange))
        return replace(self, connect=connect, read=read, exchange=exchange)


@dataclass
class AdaptiveTimeouts:
    """The time-outs of the next try: once a provider let one run out, short ones until it answers.

    `waited` says how long it was waited for in vain before the tries became short, `slowest` are the seconds that its
    slowest reply took.
    """

    usual: Timeouts
    waited: str = ""
    slowest: float = 0.0

    def of(self, request: Request) -> Timeouts:
        """Return the time-outs of a try; a reply that is paid for is worth a longer wait."""
        timeouts = self.usual.doubled() if request.paid else self.usual
        return timeouts.at_most(self.short) if self.waited else timeouts

    @property
    def short(self) -> float:
        """The seconds of a try after one that ran out: more for a provider whose replies take longer."""
        return min(max(SHORT, 1.5 * self.slowest), _LONGEST_SHORT)

    def heard(self, seconds: float) -> None:
        """Take note of a reply and of how long it took."""
        self.waited, self.slowest = "", max(self.slowest, seconds)

    def failed(self, kind: FailureKind, cause: str) -> str:
        """Take note of a try without a reply; return the long wait before it if this was a short one that ran out."""
        before = self.waited if kind in TOO_LATE else ""
        self.waited = before or (cause if kind in TOO_LATE else "")
        return before
