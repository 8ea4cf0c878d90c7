"""One generated request after the other: sent once, its reply looked at, and the end of it told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vidconform.contracts import Operation, is_plain
from vidconform.exchange import Reply
from vidconform.ledger import Danger
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.raw_request import RawRequest
from vidconform.text import Redacted
from vidconform.transport import FailureKind, NotSent, ProbeFailure

DANGER = Danger(6, "body")
# A vendor that answers with megabytes is judged by their beginning, so that hundreds of replies stay small.
LONGEST_KEPT = 65_536
_MOST_SUSPECTS = 4
_CLOSED = (FailureKind.CLOSED, FailureKind.RESET)


class NoMoreRequests(BaseException):
    """No further request: so many were allowed, or something came between. No error, which hypothesis would shrink."""


@dataclass
class RequestTrial:
    """Sends each request once and remembers whether its reply is suspicious.

    `unanswered` are those to which the connection is closed while others are answered; `dropped` is the last failure of
    that kind, where nothing was answered since.
    """

    context: ProbeContext
    operation: Operation
    may_create: bool
    most: int
    near: list[str] = field(default_factory=list)
    seen: dict[RawRequest, bool] = field(default_factory=dict)
    cause: Exception | None = None
    unanswered: list[str] = field(default_factory=list)
    dropped: Exception | None = None

    def __call__(self, raw: RawRequest) -> bool:
        """Whether the reply to a request is one that no documented service gives."""
        if raw not in self.seen:
            if len(self.seen) >= self.most:
                raise NoMoreRequests
            where = f"{self.context.contract.id}: {self.operation.method} {self.operation.path}"
            told = f"{where}, generated request {len(self.seen) + 1} of at most {self.most}"
            self.context.setting.tell(Redacted(told))
            reply = self._send(raw)
            self.seen[raw] = reply is not None and _is_suspicious(self.operation.asked(raw.target), reply)
        return self.seen[raw]

    @property
    def suspects(self) -> list[RawRequest]:
        """The requests whose replies are suspicious, as far as they were sent; a few of many."""
        found = [raw for raw, suspicious in self.seen.items() if suspicious]
        # A part of an id near a known one may be somebody's.
        return [raw for raw in found if self.operation.asked(raw.target) not in self.near][:_MOST_SUSPECTS]

    def _send(self, raw: RawRequest) -> Reply | None:
        """Return the reply to a request, None where the connection is closed, for once."""
        try:
            reply = send_generated(
                self.context,
                self.operation,
                raw,
                partial(self.context.send_expecting_refusal, danger=DANGER) if self.may_create else self.context.ask,
            )
        except (ProbeFailure, NotSent) as cause:
            if not self.may_create and self.dropped is None and getattr(cause, "kind", None) in _CLOSED:
                self.dropped = cause
                self.unanswered.append(f"{self.operation.method} {raw.target}")
                return None
            self.cause = cause
            raise NoMoreRequests from cause
        self.dropped = None
        if self.may_create and not reply.is_refusal:
            # One accident, or what may be one, is paid for; it shall be the only one.
            raise NoMoreRequests
        return reply


def send_generated(context: ProbeContext, operation: Operation, raw: RawRequest, send: Callable[..., Any]) -> Reply:
    """Return the reply to a generated request, as much of it as is kept."""
    reply: Reply = send("generated", operation, operation.asked(raw.target), raw=raw, longest=LONGEST_KEPT).reply
    return reply


def _is_suspicious(task_id: str | None, reply: Reply) -> bool:
    html = not reply.is_json and not reply.cut and (task_id is None or is_plain(task_id))
    return reply.status >= 500 or reply.is_success or html
