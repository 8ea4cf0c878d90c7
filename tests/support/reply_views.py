"""Replies made by hand: one reply to one request of a contract, and the evidence that it stands in."""

from __future__ import annotations

import json
from typing import Any

from tests.support.bodies import CONTRACTS
from vidconform.contracts.contract import Contract
from vidconform.exchange.evidence import Evidence, Gap
from vidconform.exchange.messages import Exchange, Reply
from vidconform.exchange.requests import Request
from vidconform.laws.law import BrokenLaw, Inconclusive, Unseen
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject, Task
from vidconform.laws.task_field import TaskField
from vidconform.probes.registry import PROBES
from vidconform.run.bindings import all_laws

AT = "2026-11-23T00:00:00.000+00:00"
JSON = (("content-type", "application/json"),)
BY_NAME = {law.__name__.removeprefix("test_"): law for law in all_laws()}
BY_ID = {contract.id: contract for contract in CONTRACTS}


def exchange(
    body: Any = b"", code: int = 200, *, role: str = "retrieve", step: str = "poll", asked: str | None = None,
    sent: Any = None, credential: str = "key", headers: tuple[tuple[str, str], ...] = JSON, origin: str = "recorded",
    cut: bool = False,
) -> Exchange:  # fmt: skip
    """Return an exchange; a body that is no bytes is written as JSON."""
    method = "PUT" if step == "wrong-method" else "POST" if role in ("create", "remix") else "GET"
    request = Request(
        method, "https://vendor.example", f"/v1/videos/{asked}", (), None if sent is None else _bytes(sent)
    )
    reply = Reply(code, headers, _bytes(body), cut)
    return Exchange(step, role, asked, credential, request, reply, AT, 0.0, origin)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def evidence(contract: Contract, probe: str, *exchanges: Exchange, gaps: tuple[Gap, ...] = ()) -> Evidence:
    """Return what a probe brought."""
    kind = PROBES[probe].kind if probe in PROBES else "document"
    return Evidence(contract.id, probe, exchanges, gaps, "recorded", AT, kind=kind)


def view(contract: Contract, body: Any = b"", code: int = 200, *, probe: str = "observe", **facts: Any) -> ReplyView:
    """Return the only reply of a probe."""
    one = exchange(body, code, **facts)
    return ReplyView(contract, evidence(contract, probe, one), 0, one)


def field_of(requirement: str, task: Task) -> TaskField:
    """Return a task as the law of a requirement looks at it, which is about one field."""
    bound = next(law.bound[requirement] for law in all_laws() if requirement in law.bound)
    return TaskField(task.contract, task.all, bound.member, bound.other)


def ends(law: str, subject: Subject) -> str:
    """Return how a law of suites/ ends on a subject: held, broken, unseen or undecided."""
    try:
        BY_NAME[law](subject)
    except BrokenLaw:
        return "broken"
    except Unseen:
        return "unseen"
    except Inconclusive:
        return "undecided"
    return "held"


def received(law: str, subject: Subject) -> str:
    """Return what a law of suites/ says that it received instead, where it is broken."""
    try:
        BY_NAME[law](subject)
    except BrokenLaw as broken:
        return broken.received
    raise AssertionError(f"{law} is not broken")
