"""How the tasks ended that a run created itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vidconform.contracts import CREATING_ROLES, FINISHED, Contract
from vidconform.exchange.evidence import Evidence, phase_in
from vidconform.exchange.messages import Exchange
from vidconform.text import visible

_LONGEST = 200
_READABLE = "created-task-can-be-read"
"""The row that falls by a task which no read is served."""


def own_task_failure(contract: Contract, evidence: Evidence) -> str | None:
    """Return how the task that a probe created came to no video, as a sentence.

    None where it did, where trouble hid its end, or where a verdict tells it. A vendor may tell it with any status
    code: the body alone counts.
    """
    found = [exchange for exchange in evidence.exchanges if exchange.role in (*CREATING_ROLES, "retrieve")]
    if evidence.probe not in CREATING_ROLES or not found or not found[0].reply.is_success:
        return None
    ends = [exchange for exchange in found if phase_in(contract, exchange) in FINISHED]
    if not ends:
        if evidence.probe == "remix" and _READABLE in contract.requirements and not _is_served(found[1:]):
            return None
        if evidence.is_cut:
            return None
        if found[1:]:
            return f"the run's own task never ended: {_last(found[-1])}"
        if contract.operation("retrieve") is None:
            return None
        told = f"a creation was answered with {found[0].reply.told_status} and told no id that was asked for"
        return f"the run's own task was never read: {told}"
    phase = phase_in(contract, ends[-1])
    if phase == "succeeded":
        return None
    word = "was cancelled" if phase == "cancelled" else "failed"
    return f"the run's own task {word}: {_error(contract, ends[-1])} ({_last(ends[-1])})"


def _is_served(reads: Sequence[Exchange]) -> bool:
    return any(exchange.reply.is_success for exchange in reads)


def _last(exchange: Exchange) -> str:
    return visible(
        f"task {exchange.task_id or ''} of {exchange.request.method}, status code {exchange.reply.told_status}"
    )


def _error(contract: Contract, exchange: Exchange) -> str:
    """Return the code and the message of the error, or whatever stands in its place."""
    place, body = contract.field("error"), exchange.reply.json
    told = place.read(body) if place is not None else body.get("error") if isinstance(body, dict) else None
    if isinstance(told, dict):
        words = [_word(told[name]) for name in ("code", "message") if told.get(name) not in (None, "")]
        return ", ".join(words) or _word(told)
    return "no error is told" if told in (None, "") else _word(told)


def _word(told: Any) -> str:
    return visible(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False), _LONGEST)
