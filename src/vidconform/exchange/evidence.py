"""What a probe brought home: its exchanges, where they come from, and what is missing and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NewType
from urllib.parse import urljoin, urlsplit

from vidconform.contracts import FINISHED, BodyStatus, Contract, status_word
from vidconform.exchange.messages import Exchange, ProbeKind
from vidconform.text import Redacted


@dataclass(frozen=True)
class Gap:
    """Something that a probe did not bring: withheld by us (unseen, or refused for its cost) or cut (inconclusive).

    `beside` is the step that was cut where the probe itself went on, `exchange` the trouble itself where it is a reply.
    """

    kind: str
    sentence: Redacted
    beside: str = ""
    exchange: Exchange | None = field(default=None, repr=False)

    @property
    def cuts(self) -> bool:
        """Whether trouble ended the probe itself, or a part of it."""
        return self.kind == "inconclusive" and not self.beside


@dataclass(frozen=True)
class Evidence:
    """The exchanges of one probe; `kind` says what they are of, `at` is RFC 3339.

    `spec` is the SHA-256 of the files of the contract that asked, where it was written down.
    """

    contract: str
    probe: str
    exchanges: tuple[Exchange, ...] = field(repr=False)
    gaps: tuple[Gap, ...]
    origin: str
    at: str
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    kind: ProbeKind = field(kw_only=True)
    spec: str = field(default="", kw_only=True, compare=False)

    @property
    def is_cut(self) -> bool:
        """Whether trouble ended the probe, or a part of it, early."""
        return any(gap.cuts for gap in self.gaps)

    def read_by(self, body_status: BodyStatus | None) -> Evidence:
        """Return the evidence with the status codes that its replies stand for by a document."""
        read = tuple(one.read_by(body_status) for one in self.exchanges)
        is_same = all(one is other for one, other in zip(read, self.exchanges, strict=True))
        return self if is_same else replace(self, exchanges=read)

    def __iter__(self) -> Iterator[tuple[int, Exchange]]:
        return iter(enumerate(self.exchanges))


RedactedEvidence = NewType("RedactedEvidence", Evidence)
"""Evidence without any secret, which is all that is written of it; verdicts are formed on what came."""


def succeeded_task(contract: Contract, evidence: Evidence) -> str | None:
    """Return the id of a task that was read as succeeded, or None; rather of one that tells its result."""
    reads = [e for e in reversed(evidence.exchanges) if e.step == "reread" and phase_in(contract, e) == "succeeded"]
    telling = [e for e in reads if contract.value("result", e.reply.json)]
    return next((exchange.task_id for exchange in telling or reads), None)


def ended_task(contract: Contract, evidence: Evidence) -> str | None:
    """Return the id of a task that was read until it had ended, or None."""
    ends = [e.task_id for e in evidence.exchanges if e.step == "reread" and phase_in(contract, e) in FINISHED]
    return next(iter(ends), None)


def value_in(contract: Contract, role: str, exchange: Exchange) -> Any:
    """Return what a reply holds where its operation has the role, or None."""
    return contract.value(role, exchange.reply.json, exchange.role, exchange.reply.status)


def phase_in(contract: Contract, exchange: Exchange) -> str | None:
    """Return the phase of the task that a reply tells of, whatever its status code, or None."""
    return contract.phase_of(value_in(contract, "status", exchange), exchange.reply.json)


def answered_task(evidence: Evidence) -> str | None:
    """Return the id of a task that was served, or None."""
    served = [e.task_id for e in evidence.exchanges if e.role == "retrieve" and e.reply.is_success]
    return served[0] if served else None


def task_outcomes(contract: Contract, evidence: Evidence) -> dict[str, str]:
    """Return the last known state of each task that was asked for, and of a creation that was refused or told no id."""
    found: dict[str, str] = {}
    for exchange in (e for e in evidence.exchanges if e.role in ("create", "retrieve")):
        word = contract.value("status", exchange.reply.json)
        is_told = exchange.reply.is_success and status_word(word) is not None
        if exchange.role == "retrieve" or not exchange.reply.is_success:
            asked = exchange.task_id or "a creation"
            found[asked] = f"is {word!r}" if is_told else f"was answered with {exchange.reply.told_status}"
        elif not any(e.role == "retrieve" for e in evidence.exchanges):
            found["a creation"] = f"was answered with {exchange.reply.told_status} and told no id that was asked for"
    return found


def failed_task(contract: Contract, gathered: Iterable[Evidence]) -> str | None:
    """Return the id of a task that was read as failed to the last, or None."""
    status, last = contract.field("status"), dict[str | None, str | None]()
    for exchange in (exchange for evidence in gathered for exchange in evidence.exchanges):
        if exchange.role == "retrieve" and exchange.reply.is_success and status is not None:
            last[exchange.task_id] = phase_in(contract, exchange)
    return next((id for id, phase in last.items() if id is not None and phase == "failed"), None)


def own_result(contract: Contract, gathered: Iterable[Evidence], base_url: str) -> str | None:
    """Return path and query of the result of the task that `succeeded_task` names, if its address is under this host.

    None where it is elsewhere, where nothing is sent to.
    """
    for evidence in gathered:
        finished = succeeded_task(contract, evidence)
        reads = [e for e in evidence.exchanges if e.task_id == finished and e.step == "reread"]
        if finished is not None:
            return own_target(contract.value("result", reads[-1].reply.json), base_url, reads[-1])
    return None


def own_polling(contract: Contract, evidence: Evidence, base_url: str) -> list[str] | None:
    """Return the task that a creation came to and path and query of where it tells to poll it; None for elsewhere.

    A task that no read of its own tells of is the business of other rows.
    """
    created = next((e for e in evidence.exchanges if e.role == "create"), None)
    target = polling_target(contract, created, base_url) if created is not None else None
    told = (e for e in evidence.exchanges if e.role == "retrieve" and e.reply.is_success and _tells(contract, e))
    followed = next((e.task_id for e in told if e.task_id is not None), None)
    return None if target is None or followed is None else [followed, target]


def _tells(contract: Contract, exchange: Exchange) -> bool:
    """Whether a read tells the id or the status of a task where the document has them."""
    told = any(value_in(contract, role, exchange) is not None for role in ("id", "status"))
    return told or phase_in(contract, exchange) is not None


def polling_target(contract: Contract, created: Exchange, base_url: str) -> str | None:
    """Return path and query of the address that a creation told to poll its task at, None where it is elsewhere."""
    return own_target(value_in(contract, "polling-url", created), base_url, created)


def own_target(address: object, base_url: str, told_by: Exchange) -> str | None:
    """Return path and query of an address, absolute or relative to the request that told it, if it is on this host."""
    if not isinstance(address, str) or not address:
        return None
    try:
        asked, own = urlsplit(urljoin(base_url + told_by.request.target, address)), urlsplit(base_url)
        same = (asked.scheme, asked.hostname, asked.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        return None
    # Nothing is sent that a request line could not hold.
    path = asked.path.removeprefix(own.path)
    plain = re.fullmatch(r"[\x21-\x7e]+", f"{path}?{asked.query}")
    if not same or not asked.path.startswith(f"{own.path}/") or plain is None:
        return None
    return f"{path}?{asked.query}" if asked.query else path
