"""Why a probe got no usable answer: the request was not sent, or nothing that can be judged came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from vidconform.text import Redacted

if TYPE_CHECKING:
    from vidconform.exchange import Exchange, Reply


_LONGEST = 400


class FailureKind(StrEnum):
    """The kinds of failures: those without a reply, those that are replies, and last those of our own making."""

    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    CLOSED = "closed"
    TIMEOUT = "timeout"
    SLOW = "slow"
    PROTOCOL = "protocol"
    PROXY = "proxy"
    ADDRESS = "address"
    RATE = "rate"
    OUTAGE = "outage"
    QUOTA = "quota"
    MODEL = "model"
    MAINTENANCE = "maintenance"
    BLOCKED = "blocked"
    DOWN = "down"
    UNFINISHED = "unfinished"
    FULL = "full"
    CODING = "coding"
    RECORDED = "recorded"


TOO_LATE = frozenset({FailureKind.TIMEOUT, FailureKind.SLOW})
"""The kinds that took all the seconds they had."""


@dataclass
class NotSent(Exception):
    """A request that was not sent, with the sentence that says what would allow it."""

    hint: str

    def __str__(self) -> str:
        return self.hint


@dataclass
class ProbeFailure(Exception):
    """A request without a usable answer (time-out, lost connection, 429): nobody's verdict.

    `status` is the code of an answer that is an outage, `exchange` that answer as it would have been kept. `sent` says
    whether the request may have reached the provider, `beside` is the step that it cut where the probe went on,
    `partial_reply` as much as came of an answer to a creation. What a stranger said stands in `cause` as it
    came: it is redacted where the failure becomes a gap, and cut after that.
    """

    cause: str
    status: int | None = None
    kind: FailureKind = FailureKind.RECORDED
    sent: bool = True
    exchange: Exchange | None = field(default=None, repr=False)
    beside: str = ""
    partial_reply: Reply | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.cause


def one_line(sentence: Redacted) -> Redacted:
    """Return a sentence of one line and a bounded length: parts of it may be a stranger's words, which paint."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in sentence[: 2 * _LONGEST]).split())
    return Redacted(plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}...")
