"""The vices of a contract that has no `vices.toml`: for each of its requirements what breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy, deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

from vidconform.contracts import Contract, RefusalCase, Schema, decoded, findings, read_toml
from vidconform.emulator.lives import known_tasks
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server_state import EmulatedProvider
from vidconform.emulator.vices.member_faults import NAMED, Damage, damaged, on_member, put
from vidconform.emulator.vices.samples import Sampling
from vidconform.emulator.vices.stated_faults import keeps, stated_faults
from vidconform.emulator.vices.triggers import TRIGGERS
from vidconform.emulator.vices.vice import OPERATORS, Fault, Operator
from vidconform.locations import data_folder

# Those that break a type come first: laws look at well-formed values alone.
_DAMAGES = (
    *NAMED.values(),
    *(
        put(name, value)
        for name, value in (("as-another-text", "?!"), ("as-no-text", ""), ("below-0", -1), ("as-99999", 99999))
    ),
    put("as-a-value", "https://cdn.example/video.mp4"),
)
_OF_TASKS = ("task-shown", "completed", "failed", "unfinished", "read-again")
_OTHERS = (
    "creation", "remix", "second-route", "list", "models", "cancellation", "deletion", "content", "unknown-task",
    "refusal",
)  # fmt: skip
# When a member is damaged, or a whole body, which takes all its members with it: in the most replies first.
_MOMENTS = (
    *((moment, False) for moment in _OF_TASKS),
    ("task-shown", True),
    *((moment, whole) for moment in _OTHERS for whole in (False, True)),
)
# A task whose status is never told has no end.
_ENDLESS = ("task-shown", "completed", "failed")
_MOST_FOR_A_ROW = 2
_SHAPE, _STATES, _ONE = "ids-of-another-shape", "reads-with-the-code-of-another-state", "opens-with-one-credential"
# A task that is unknown at first is a fault, or one that stays so where the document lets it be so for a while.
_FIRST, _LASTING = "created-task-unknown-at-first", "created-task-unknown"


def derived(provider: EmulatedProvider, contract: Contract) -> list[Fault]:
    """Return the faults of a contract: of its bodies by its schemas, of its replies and lives by its laws."""
    served, refused = list(Sampling(provider, contract).served()), list(Sampling(provider, contract).refused())
    stated = list(Sampling(provider, contract).stated())
    shapes, states = list(_of_ids(provider, contract)), list(_of_states(contract, served))
    bound = {row for schema in contract.schemas.values() for row in schema.bound if row in contract.requirements}
    members = list(_of_members(contract, [*served, *refused], bound - {row for f in shapes for row in f.breaks}))
    laws = _of_laws(contract, set(contract.requirements) - bound, served)
    found = [*shapes, *states, *members, *laws, *_of_credentials(contract), *stated_faults(contract)]
    return [replace(fault, breaks=fault.breaks | _stated(fault.operator, stated)) for fault in found]


def _stated(operator: Operator, stated: Iterable[tuple[RefusalCase, ReplyContext]]) -> set[str]:
    """Return the refusals that the document states and an operator leaves unkept."""
    changed = [(case, _changed(operator, reply)) for case, reply in stated]
    # After one creation that must fail and did not, no other is sent.
    seen = [(case, reply) for case, reply in changed if case.role not in ("create", "remix") or reply.status >= 400]
    return {case.requirement for case, reply in seen if not keeps(case, reply)}


def _changed(operator: Operator, reply: ReplyContext) -> ReplyContext:
    copied = replace(reply, body=deepcopy(reply.body), headers=dict(reply.headers), task=copy(reply.task))
    if operator.change is not None:
        operator.change(copied)
    return copied


def _of_ids(provider: EmulatedProvider, contract: Contract) -> Iterator[Fault]:
    """Yield the fault of ids that have another shape, where a schema says which one they have."""
    operator = OPERATORS[_SHAPE]
    assert operator.known is not None
    known = operator.known(Sampling(provider, contract).known)
    felled = {row for reply in Sampling(provider, contract, known).served() for row in _felled(contract, reply)}
    if felled:
        yield Fault(contract.id, frozenset(felled), operator)


def _of_states(contract: Contract, served: list[ReplyContext]) -> Iterator[Fault]:
    """Yield the fault that each state is shown with the status code of another, where a schema tells them apart."""
    read = [reply for reply in served if reply.role == "retrieve"]
    felled = {row for reply in read for row in _felled(contract, _changed(OPERATORS[_STATES], reply))}
    if felled:
        yield Fault(contract.id, frozenset(felled), OPERATORS[_STATES])


def _of_credentials(contract: Contract) -> Iterator[Fault]:
    """Yield the fault that opens with one credential where the document asks for several."""
    choices = [choice for operation in contract.operations for choice in operation.choices if choice[1:]]
    schemes = {scheme.name for choice in choices for scheme in choice}
    rows = frozenset(case.requirement for case in contract.refusals.values() if case.key in schemes)
    if rows:
        yield Fault(contract.id, rows, OPERATORS[_ONE])


def _of_members(contract: Contract, samples: list[ReplyContext], rows: set[str]) -> Iterator[Fault]:
    """Yield for each requirement of a schema the damage to a body that breaks it and the fewest others."""
    best: dict[str, tuple[int, Fault]] = {}
    for moment, whole in _MOMENTS:
        missing, shown = rows - set(best), [reply for reply in samples if TRIGGERS[moment].holds(reply)]
        for place in ([""] if whole else _places(reply.body for reply in shown)) if missing else ():
            for damage in _DAMAGES[whole:]:
                felled = _felled_by(contract, shown, moment, place, damage)
                for row in felled & missing:
                    if row not in best or len(felled) < best[row][0]:
                        best[row] = (
                            len(felled),
                            Fault(contract.id, frozenset(felled), _operator(moment, place, damage)),
                        )
    yield from {fault.operator.name: fault for _, fault in best.values()}.values()


def _operator(moment: str, place: str, damage: Damage) -> Operator:
    return on_member(place, damage, TRIGGERS[moment], "" if moment == "task-shown" else moment)


def _places(bodies: Iterable[Any]) -> list[str]:
    """Return the places in some bodies, the deepest first: what stands above a member takes others with it."""
    found = dict.fromkeys(place for body in bodies for place in _members(body, ""))
    return sorted(found, key=lambda place: -place.count("."))


def _members(body: Any, above: str) -> Iterator[str]:
    inside = decoded(body)
    for name, value in inside.items() if isinstance(inside, dict) else ():
        yield above + name
        yield from _members(value, f"{above}{name}.")


def _felled_by(contract: Contract, shown: list[ReplyContext], moment: str, place: str, damage: Damage) -> set[str]:
    felled: set[str] = set()
    for reply in shown:
        if _is_spoiled(contract, reply, moment, place, damage):
            return set()
        try:
            felled |= _felled(contract, replace(reply, body=damaged(deepcopy(reply.body), place, damage)))
        except (TypeError, ValueError, AttributeError, OverflowError):
            return set()
    return felled


def _is_spoiled(contract: Contract, reply: ReplyContext, moment: str, place: str, damage: Damage) -> bool:
    """Whether a damage hides what it should show: a task with a wrong id cannot be read."""
    own = {role: ".".join(map(str, field.path)) for role in ("id", "status") if (field := reply.place(role))}
    is_of_the_id = place == own.get("id") and damage.puts and damage.suffix != "missing" and reply.role != "delete"
    return is_of_the_id or (moment in _ENDLESS and place == own.get("status"))


def _felled(contract: Contract, reply: ReplyContext) -> set[str]:
    """Return the requirements that a body does not keep, by the schema of its operation and status code."""
    media_type = reply.headers.get("content-type", "").partition(";")[0]
    schema = contract.reply_schema(reply.role, reply.status, media_type)
    if schema is None or isinstance(reply.body, bytes):
        return set()
    found = [finding for finding in findings(schema, reply.body) if finding.errors]
    is_told = reply.status >= 400 or _shows_something(contract, schema, reply.body)
    return {finding.requirement for finding in found if is_told or not finding.hedged}


def _shows_something(contract: Contract, schema: Schema, body: Any) -> bool:
    return isinstance(body, dict) and any(name in contract.task.members | schema.members for name in body)


def _of_laws(contract: Contract, rows: set[str], served: list[ReplyContext]) -> Iterator[Fault]:
    """Yield for each requirement of a law the first operators that break it here, with what they break of schemas."""
    known = {name: breaks & rows for name, breaks in _customary().items() if _shows(contract, OPERATORS[name])}
    chosen = {name for row in rows for name in [name for name in known if row in known[name]][:_MOST_FOR_A_ROW]}
    for operator in [OPERATORS[name] for name in sorted(chosen)]:
        changed = [_changed(operator, reply) for reply in served]
        # What is refused instead is told by the row that says so.
        felled = {row for reply in changed if reply.status < 400 for row in _felled(contract, reply)}
        yield Fault(contract.id, known[operator.name] | felled, operator)


def _shows(contract: Contract, operator: Operator) -> bool:
    """Whether an operator is a fault here: one of lives changes a life, one of late tasks comes later than allowed."""
    retrieve = contract.operation("retrieve")
    lags = retrieve is not None and retrieve.lag is not None
    is_of_none = operator.role != "" and contract.operation(operator.role) is None
    if is_of_none or operator.name == (_FIRST if lags else _LASTING):
        return False
    return operator.life is None or any(operator.life(known.life) != known.life for known in known_tasks(contract))


@cache
def _customary() -> dict[str, frozenset[str]]:
    """Return what each operator breaks in any contract, in the order in which they are chosen."""
    path = data_folder("specs") / "customary-vices.toml"
    return {name: frozenset(breaks) for name, breaks in read_toml(path, "vices")["vices"].items()}
