"""Why a conversation could not go on: withheld by us, or cut by the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidconform.probes.failure_causes import FailureKind, one_line

if TYPE_CHECKING:
    from vidconform.probes.exchange import Exchange


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
    whether the request may have reached the provider, `beside` is the step that it cut where the probe went on.
    """

    cause: str
    status: int | None = None
    kind: FailureKind = FailureKind.RECORDED
    sent: bool = True
    exchange: Exchange | None = None
    beside: str = ""

    def __post_init__(self) -> None:
        # A vendor's id or status may stand in it, and it is shown on a terminal.
        self.cause = one_line(self.cause)

    def __str__(self) -> str:
        return self.cause
