"""The exchanges and gaps of a run by contract, cut to what a page shows."""

from __future__ import annotations

import base64
from codecs import getincrementaldecoder
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.exchange import Digest, Exchange, Headers, decode
from vidconform.store import read_journal_lines

# A reader wants to see what a body is, not own it; a video of megabytes is told by its size and its first bytes.
LONGEST_TEXT = 16_384
LONGEST_BINARY = 96
_LONGEST_HEADER = 1_024
_MOST_HEADERS = 64
# Of a task that was read ten thousand times nobody reads each on a page.
_MOST_OF_A_PROBE = 400
_MOST_BYTES = 4 * 1024 * 1024

ExchangeKey = tuple[str, str, int]
"""Contract, probe and number of an exchange."""


@dataclass(frozen=True)
class Body:
    """What is shown of a body; `size` are the bytes that were read of it."""

    text: str | None
    base64: str
    size: int
    is_cut: bool


@dataclass(frozen=True)
class State:
    """What a reply says of its task's life."""

    status: str
    phase: str | None
    progress: float | None


@dataclass(frozen=True)
class Kept:
    """One exchange as kept."""

    contract: str
    probe: str
    index: int
    step: str
    role: str
    task_id: str | None
    origin: str
    at: str
    elapsed: float
    method: str
    url: str
    sent_headers: Headers
    sent: Body | None
    hops: tuple[tuple[str, str, int], ...]
    status: str
    headers: Headers
    received: Body
    state: State | None

    @property
    def key(self) -> tuple[str, int]:
        """What a verdict points with."""
        return self.probe, self.index


@dataclass
class Journalled:
    """The exchanges and gaps of one contract in one run; `left_out` are the exchanges beyond what a page shows."""

    exchanges: dict[tuple[str, int], Kept] = field(default_factory=dict)
    left_out: int = 0
    room: int = _MOST_BYTES
    gaps: list[tuple[str, str, Kept | None]] = field(default_factory=list)

    def add(self, kept: Kept, is_wanted: bool) -> None:
        """Take in an exchange that is wanted, or as long as there is room for it."""
        if is_wanted or (kept.index < _MOST_OF_A_PROBE and self.room > 0):
            self.exchanges[kept.key] = kept
            self.room -= len(kept.received.text or "")
        else:
            self.left_out += 1


def read_evidence(results: Path, wanted: Set[ExchangeKey] = frozenset()) -> dict[str, Journalled]:
    """Return the evidence beside a results file by contract; empty where there is none, without what cannot be read.

    Of each probe the first exchanges, and those that are `wanted`.
    """
    found: dict[str, Journalled] = {}
    for line in read_journal_lines(results.parent):
        journalled = found.setdefault(line["contract"], Journalled())
        if line["kind"] == "gap":
            with suppress(ValueError):
                journalled.gaps.append((line["probe"], line["sentence"], _trouble(line)))
        elif line["kind"] == "exchange":
            with suppress(ValueError):
                kept = _kept(line, decode(line))
                journalled.add(kept, (kept.contract, *kept.key) in wanted)
    return found


def _trouble(line: Mapping[str, Any]) -> Kept | None:
    """Return the reply that kept a probe from going on, where there was one."""
    if "exchange" not in line:
        return None
    place = {"contract": line["contract"], "probe": line["probe"], "index": -1, "state": None}
    return _kept(place, decode(line["exchange"]))


def _kept(line: Mapping[str, Any], exchange: Exchange) -> Kept:
    request, reply = exchange.request, exchange.reply
    return Kept(
        contract=line["contract"],
        probe=line["probe"],
        index=int(line["index"]),
        step=exchange.step,
        role=exchange.role,
        task_id=exchange.task_id,
        origin=exchange.origin,
        at=exchange.at,
        elapsed=exchange.elapsed,
        method=request.method,
        url=request.url,
        sent_headers=_shown_headers(request.headers),
        sent=None if request.body is None else _shown_body(request.body),
        hops=tuple((hop.method, hop.url[:_LONGEST_HEADER], hop.status) for hop in reply.hops),
        status=reply.told_status,
        headers=_shown_headers(reply.headers),
        received=_shown_body(reply.body, reply.cut, reply.read),
        state=_state(line["state"]),
    )


def _shown_headers(headers: Headers) -> Headers:
    return tuple((name[:_LONGEST_HEADER], value[:_LONGEST_HEADER]) for name, value in headers[:_MOST_HEADERS])


def _shown_body(body: bytes, cut: bool = False, read: Digest | None = None) -> Body:
    """Return a body as text where it is UTF-8 without NUL, else its first bytes in base64."""
    size = len(body) if read is None else read.length
    if b"\0" not in body[:LONGEST_TEXT]:
        with suppress(UnicodeDecodeError):
            is_long = len(body) > LONGEST_TEXT
            # The bound may fall into a character.
            text = getincrementaldecoder("utf-8")().decode(body[:LONGEST_TEXT], final=not is_long)
            return Body(text, "", size, cut or is_long)
    return Body(None, base64.b64encode(body[:LONGEST_BINARY]).decode(), size, cut or len(body) > LONGEST_BINARY)


def _state(state: Any) -> State | None:
    return None if state is None else State(state["status"], state["phase"], percent(state["progress"]))


def percent(progress: Any) -> float | None:
    """Return progress as a number from 0 to 100, whatever a vendor calls it; None where it says nothing."""
    if isinstance(progress, bool) or progress is None:
        return None
    try:
        number = float(str(progress).strip().removesuffix("%"))
    except ValueError:
        return None
    if isinstance(progress, float) and 0 < number < 1:
        number *= 100
    return min(max(number, 0.0), 100.0) if number == number else None
