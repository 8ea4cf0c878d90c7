"""The probes whose requests are generated: free ones alone, as many as the run allows, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from vidconform.contracts import CREATING_ROLES, Contract, Operation
from vidconform.exchange import NEAR, UNANSWERED
from vidconform.probes.generated.exploration import DRAWING_PROCESSES, draw, drawing_input, drawn_request
from vidconform.probes.generated.invalid_bodies import aimed_bodies, must_be_refused
from vidconform.probes.generated.request_trial import NoMoreRequests, RequestTrial, send_generated
from vidconform.probes.generated.unknown_ids import aimed_ids, near_ids, unknown_to
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.raw_request import EXPLORING, ODD_HEADERS, RawRequest, raw_request
from vidconform.probes.task_lookup import Find
from vidconform.transport import NotSent

REQUIREMENT = "any-request-is-no-server-error"
"""The statement about whatever may be asked."""
ACCIDENT = "any-bad-request-is-refused"
"""The statement that a creation among them breaks; without this one or that nothing is generated."""
GENERATED_ROLES = ("create", "remix", "retrieve", "second-retrieve", "content")
# Requests to one operation, and to all of a provider; who asks for more than the first wants neither bound.
MOST_OF_ONE, MOST_OF_ALL = 30, 60
# Of all requests to an operation, those that no seed changes; the rest explores and shrinks.
_AIMED = 2 / 3


@dataclass(frozen=True)
class GeneratedProbe:
    """A probe of generated requests to the operation of a role."""

    role: str

    @property
    def name(self) -> str:
        """The probe's name."""
        return f"generated-{self.role}"

    @property
    def may_create(self) -> bool:
        """Whether a provider that does not refuse would charge for it."""
        return self.role in CREATING_ROLES

    def __call__(self, context: ProbeContext, find: Find) -> None:
        """Send the requests, or those of the recording."""
        operation, most = context.operation(self.role), context.setting.generation.most
        if not most:
            raise NotSent("generated requests; pass --fuzz=25")
        if operation.id_in == "body":
            raise NotSent(f"generated requests, and none is made for an id in a body, as {operation.path} has it")
        if self.may_create and operation.id_parameter is None and context.contract.body_of(operation) is None:
            raise NotSent(f"a schema of the body of {operation.method} {operation.path}; openapi.yaml has none")
        context.note("seed", lambda: str(context.setting.generation.seed))
        recorded = context.transport.recorded()
        if recorded is None:
            known, near = find("task_ids") or [], self._near(context, find)
            _generate(context, operation, RequestTrial(context, operation, self.may_create, most, near), known)
        for request in recorded or ():
            raw = raw_request(operation, request.target, request.body, dict(request.headers))
            send_generated(context, operation, raw, context.ask)

    def _near(self, context: ProbeContext, find: Find) -> list[str]:
        """Return ids near one that the service serves; the content of such a one tells not whose it is."""
        if self.role not in ("retrieve", "second-retrieve", "content"):
            return []
        served = find("served")
        known = [served] if served is not None else []
        near: list[str] = context.note(NEAR, lambda: near_ids(context.contract, known, self.role == "content"))
        return near


def _generate(context: ProbeContext, operation: Operation, trial: RequestTrial, known: list[str]) -> None:
    """Send what is aimed first, then what the seed draws; raises what came between."""
    may_send = _harmless(context.contract, operation, known)
    if trial.most >= EXPLORING:
        DRAWING_PROCESSES.start()
    try:
        for raw in aimed_first(context.contract, operation, trial.most, known, trial.near):
            trial(raw)
        if trial.most >= EXPLORING and len(trial.seen) < trial.most:
            drawing = drawing_input(
                context.contract, operation, context.setting.generation.seed, trial.most, trial.suspects
            )
            draw(drawing, partial(_answer, operation, trial, may_send))
    except NoMoreRequests:
        pass
    if trial.dropped is not None:
        # Nobody knows whether anything would have been answered after it.
        trial.unanswered.pop()
    if trial.unanswered:
        context.note(UNANSWERED, lambda: trial.unanswered)
    cause = trial.cause or trial.dropped
    if cause is not None:
        raise cause


def aimed_first(
    contract: Contract, operation: Operation, most: int, known: list[str], near: Sequence[str] = ()
) -> list[RawRequest]:
    """Return the requests that are sent whatever the seed, of `most` in all, ids `near` a known one among the first."""
    may_ask = unknown_to(contract, known)
    far = [raw for raw in _aimed(contract, operation) if may_ask(operation.asked(raw.target))]
    close = [raw_request(operation, operation.target(task_id)) for task_id in near]
    # Three of these before each of the others, so that a short run asks for most of them.
    triples = [close[at : at + 3] for at in range(0, len(close), 3)]
    mixed = [raw for triple, one in zip(triples, far, strict=False) for raw in (*triple, one)]
    aimed = [*mixed, *far[len(triples) :]]
    return aimed[: round(most * (_AIMED if most >= EXPLORING else 1))]


def most_of_each(wanted: int, contracts: Sequence[Contract]) -> int:
    """Return how many requests each operation of a provider is sent at most, where `wanted` were asked for."""
    stating = [contract for contract in contracts if not {REQUIREMENT, ACCIDENT}.isdisjoint(contract.requirements)]
    shares = sum(contract.operation(role) is not None for contract in stating for role in GENERATED_ROLES)
    return wanted if wanted > MOST_OF_ONE else min(wanted, MOST_OF_ALL // max(1, shares))


def _harmless(contract: Contract, operation: Operation, known: list[str]) -> Callable[[RawRequest], bool]:
    """Return whether a request costs nothing: an unknown id does not, and neither does a body that is no creation."""
    may_ask = unknown_to(contract, known)
    schema = contract.body_of(operation)
    if operation.id_parameter is not None or schema is None:
        return lambda raw: may_ask(operation.asked(raw.target))
    refused = must_be_refused(schema)
    return lambda raw: refused(raw.body or b"")


def _answer(
    operation: Operation, trial: RequestTrial, may_send: Callable[[RawRequest], bool], drawn: dict[str, Any]
) -> str:
    """Return what the engine needs to know of a request that it drew."""
    raw = drawn_request(operation, drawn)
    try:
        return ("suspicious" if trial(raw) else "fine") if may_send(raw) else "unfit"
    except NoMoreRequests:
        return "enough"


def _aimed(contract: Contract, operation: Operation) -> Iterator[RawRequest]:
    """Yield requests with an odd id, with a bad body, or in turn with either; last those with odd headers."""
    ids = aimed_ids(contract) if operation.id_parameter is not None else []
    bodies: list[bytes] = []
    schema = contract.body_of(operation)
    if schema is not None:
        bodies = aimed_bodies(schema, operation.request_example)
    for index in range(max(len(ids), len(bodies))):
        if index < len(ids):
            yield raw_request(operation, operation.target(ids[index]), _example(operation))
        if index < len(bodies):
            yield raw_request(operation, operation.target(contract.unknown_id), bodies[index])
    for headers in ODD_HEADERS:
        yield raw_request(operation, operation.target(contract.unknown_id), (bodies or [b""])[0], headers)


def _example(operation: Operation) -> bytes | None:
    return None if operation.request_example is None else json.dumps(operation.request_example).encode()
