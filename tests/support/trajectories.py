"""Lives of tasks as a contract's own words allow them, told in the document's payloads and by no emulator."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from vidconform.contracts.contract import Contract
from vidconform.contracts.customary_words import customary_phases
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Exchange, Reply
from vidconform.exchange.requests import Request
from vidconform.laws.gathered_replies import Gathered

AT = "2026-11-23T00:00:00.000+00:00"
GOING_ON = ("waiting", "running", "unknown")
BARE = ("detail-id", "pending-id", "moderation-task")
ENDED = ("completed", "expires", "result")
MAY_BE_NULL = ("size", "seconds", "progress")
FAILURE = {"code": "generation_failed", "message": "the video could not be generated"}


@dataclass(frozen=True)
class Moment:
    """What one read sees: a word, the progress in percent, and the seconds since the task was made."""

    word: str
    progress: int
    age: int


@dataclass(frozen=True)
class Life:
    """One task: the roles that a failure leaves empty are null then."""

    id: str
    created: int
    moments: Sequence[Moment]
    empty: frozenset[str]


def vocabulary(contract: Contract) -> dict[str, list[str]]:
    """Return the words of each phase: the document's own, and customary ones where it has no list of them."""
    customary = {} if "status-vocabulary" in contract.requirements else customary_phases()
    cased = {word: phase for small, phase in customary.items() for word in (small, small.upper())}
    phases = {**cased, **{str(word): phase for word, phase in contract.task.phases.items()}}
    found: dict[str, list[str]] = {}
    for word, phase in phases.items():
        found.setdefault(phase, []).append(word)
    # A document that has words for a state has no others.
    own = set(contract.task.phases.values())
    return {p: [w for w in words if p not in own or w in contract.task.phases] for p, words in found.items()}


def lives(contract: Contract) -> st.SearchStrategy[Life]:
    """Return a strategy for lives that move along the document's own words to an end, or stop short of one."""
    spaces = contract.provider.id_spaces
    pattern = spaces[contract.id_space_names[0]].pattern
    return st.builds(
        Life,
        st.from_regex(re.compile(pattern), fullmatch=True),
        st.integers(1_500_000_000, 2_000_000_000),
        moments(vocabulary(contract)),
        st.frozensets(st.sampled_from(MAY_BE_NULL)),
    )


@st.composite
def moments(draw: st.DrawFn, words: dict[str, list[str]]) -> list[Moment]:
    """Draw the moments of one life."""
    # Of few words and of many: each end is drawn as often.
    ends = st.sampled_from([words[phase] for phase in ("succeeded", "failed", "cancelled") if phase in words])
    order = [word for phase in ("waiting", "running") for word in words.get(phase, [])]
    path = [word for word in order if draw(st.booleans())]
    path.insert(draw(st.integers(0, len(path))), draw(st.sampled_from([*words.get("unknown", [""]), ""])))
    told = [word for word in path if word for _ in range(draw(st.integers(1, 3)))]
    told += [draw(ends.flatmap(st.sampled_from))] * 3 if not told or draw(st.integers(0, 4)) else []
    ages = sorted(draw(st.lists(st.integers(0, 5000), min_size=len(told), max_size=len(told))))
    progress = sorted(draw(st.lists(st.integers(0, 99), min_size=len(told), max_size=len(told))))
    return [
        Moment(word, 100 if word in words.get("succeeded", []) else seen, age)
        for word, seen, age in zip(told, progress, ages, strict=True)
    ]


def told(contract: Contract, life: Life) -> list[Any]:
    """Return the payload of each moment; a state keeps the time of its first one."""
    since = {moment.word: moment.age for moment in reversed(life.moments)}
    return [_payload(contract, life, moment, since[moment.word]) for moment in life.moments]


def _payload(contract: Contract, life: Life, moment: Moment, age: int) -> Any:
    phase = contract.phase(moment.word)
    body, bare = copy.deepcopy(_example(contract, phase)), life.id.rpartition(":")[2]
    iso = datetime.fromtimestamp(life.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    now = life.created + age
    values = {"id": life.id, "task-id": life.id, "status": moment.word, "detail-status": moment.word}
    facts: dict[str, Any] = {**values, **dict.fromkeys(BARE, bare), "created": life.created, "pending-created": iso}
    facts |= {"updated": now * 1000, "completed": now, "expires": now + 3600, "progress": moment.progress}
    for role, value in facts.items():
        _replace(contract, body, role, value)
    _end(contract, body, phase or "", life)
    return _whole(contract, body, facts)


def _end(contract: Contract, body: Any, phase: str, life: Life) -> None:
    for role in ENDED if phase != "succeeded" else ():
        _drop(contract, body, role)
    if phase == "succeeded" and contract.field("result") is not None:
        _write(contract, body, "result", f"https://vendor.example/v1/videos/{life.id}/content")
    if phase == "failed" and contract.field("error") is not None:
        _write(contract, body, "error", FAILURE)
    for role in life.empty if phase in ("failed", "cancelled") else ():
        _replace(contract, body, role, None)


def _whole(contract: Contract, body: Any, facts: Mapping[str, Any]) -> Any:
    """Fill in the members that the vendor's own OpenAPI requires and its own examples lack."""
    roles = {place.path: role for role, place in contract.task.fields.items()}
    for name in _required(contract.published or {}):
        role = roles.get((name,), "")
        body.setdefault(name, None if role in ENDED else facts.get(role, "a text"))
    return body


def _required(node: Any) -> list[str]:
    """Return every name that a published schema requires."""
    if isinstance(node, list):
        return [name for member in node for name in _required(member)]
    if not isinstance(node, dict):
        return []
    own = node.get("required", [])
    return (own if isinstance(own, list) else []) + [name for member in node.values() for name in _required(member)]


def _example(contract: Contract, phase: str | None) -> Any:
    """Return the document's payload for a state, or for another one."""
    status = contract.field("status")
    assert status is not None
    shown = [
        value for o in contract.operations for a in o.answers.values() for value in a.examples.values()
        if contract.phase(status.read(value)) is not None
    ]  # fmt: skip
    same = [value for value in shown if (contract.phase(status.read(value)) in GOING_ON) == (phase in GOING_ON)]
    return (same or shown)[0]


def _replace(contract: Contract, body: Any, role: str, value: Any) -> None:
    """Write a role where the example has it, in the example's own type."""
    place = contract.field(role)
    known = place.read(body) if place is not None else None
    if known is not None:
        _write(contract, body, role, str(value) if isinstance(known, str) and value is not None else value)


def _write(contract: Contract, body: Any, role: str, value: Any) -> None:
    place = contract.field(role)
    assert place is not None
    for name in place.path[:-1]:
        body = body[name]
    body[place.path[-1]] = value


def _drop(contract: Contract, body: Any, role: str) -> None:
    place = contract.field(role)
    if place is not None and place.read(body) is not None:
        del body[place.path[-1]]


def evidence(contract: Contract, life: Life) -> Gathered:
    """Return a life as the probes would bring it: read by its id, and created where the contract can."""
    bodies = told(contract, life)
    steps = ["poll"] * (len(bodies) - 2) + ["reread"] * 2
    reads = [
        _exchange(contract, "retrieve", step, life.id, body)
        for step, body in zip(steps[-len(bodies) :], bodies, strict=True)
    ]
    found = {"observe": _evidence(contract, "observe", reads)}
    if contract.operation("create") is not None and contract.phase(life.moments[0].word) == "waiting":
        made = _exchange(contract, "create", "create", None, _echoing(contract, bodies[0], 0))
        polls = [_exchange(contract, "retrieve", "poll", life.id, _echoing(contract, body, None)) for body in bodies]
        found["create"] = _evidence(contract, "create", [made, *polls])
    if contract.operation("second-retrieve") is not None:
        second = _exchange(contract, "second-retrieve", "second-route", life.id, bodies[-1])
        found["second-route"] = _evidence(contract, "second-route", [second])
    return found


def _echoing(contract: Contract, body: Any, progress: int | None) -> Any:
    """Return a payload of a task that we created: what was sent comes back, unless the failure left it empty."""
    create, echoed = contract.operation("create"), copy.deepcopy(body)
    for role in ("model", "seconds", "size"):
        place = contract.schemas["creation.schema.json"].fields.get(role)
        if create is not None and place is not None:
            _replace(contract, echoed, role, place.read(create.request_example))
    if progress is not None:
        _replace(contract, echoed, "progress", progress)
    return echoed


def _exchange(contract: Contract, role: str, step: str, task_id: str | None, body: Any) -> Exchange:
    operation = contract.operation(role)
    assert operation is not None
    sent = None if operation.request_example is None else json.dumps(operation.request_example).encode()
    request = Request(operation.method, "https://vendor.example", operation.target(task_id), (), sent)
    reply = Reply(200, (("content-type", "application/json"),), json.dumps(body).encode())
    return Exchange(step, role, task_id, "key", request, reply, AT, 0.0, "recorded")


def _evidence(contract: Contract, probe: str, exchanges: list[Exchange]) -> Evidence:
    return Evidence(contract.id, probe, tuple(exchanges), (), "recorded", AT, kind="life")
