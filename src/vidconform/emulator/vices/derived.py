"""The vices of a contract that has no `vices.toml`: for each of its requirements what breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy, deepcopy
from dataclasses import replace
from functools import cache

from vidconform.contracts import CREATING_ROLES, Contract, RefusalCase, read_toml
from vidconform.emulator.lives import known_tasks
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server_state import EmulatedProvider
from vidconform.emulator.vices.derived_members import felled_rows, of_members
from vidconform.emulator.vices.operators import OPERATORS
from vidconform.emulator.vices.samples import Sampling
from vidconform.emulator.vices.stated_faults import keeps, stated_faults, tells_a_code
from vidconform.emulator.vices.vice import Fault, Operator
from vidconform.locations import data_folder

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
    samples = [*served, *refused, *(reply for _, reply in stated)]
    members = list(of_members(contract, samples, bound - {row for f in shapes for row in f.breaks}))
    laws = _of_laws(contract, set(contract.requirements) - bound, served)
    refusals = [_with_schemas(contract, fault, stated) for fault in stated_faults(contract)]
    found = [*shapes, *states, *members, *laws, *_of_credentials(contract), *refusals]
    return [replace(fault, breaks=fault.breaks | _stated(contract, fault.operator, stated)) for fault in found]


def _with_schemas(contract: Contract, fault: Fault, stated: Iterable[tuple[RefusalCase, ReplyContext]]) -> Fault:
    """Return a fault of a refusal with the rows of schemas that its reply breaks; a success is no task's of the run."""
    changed = [reply for _, one in stated if (reply := _changed(fault.operator, one)).status >= 400]
    return replace(fault, breaks=fault.breaks | {row for reply in changed for row in felled_rows(contract, reply)})


def _stated(contract: Contract, operator: Operator, stated: Iterable[tuple[RefusalCase, ReplyContext]]) -> set[str]:
    """Return the refusals that the document states and an operator leaves unkept.

    A code that is out of its place, or no text, is told by the rows of the schema where there are any.
    """
    changed = [(case, _changed(operator, reply)) for case, reply in stated]
    # After one creation that must fail and did not, no other is sent.
    seen = [(case, reply) for case, reply in changed if case.role not in CREATING_ROLES or reply.status >= 400]
    unkept = [(case, reply) for case, reply in seen if not keeps(case, reply)]
    return {case.requirement for case, reply in unkept if not _is_of_the_schema(contract, case, reply)}


def _is_of_the_schema(contract: Contract, case: RefusalCase, reply: ReplyContext) -> bool:
    return case.answers(reply.status) and not tells_a_code(case, reply) and bool(felled_rows(contract, reply))


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
    felled = {row for reply in Sampling(provider, contract, known).served() for row in felled_rows(contract, reply)}
    if felled:
        yield Fault(contract.id, frozenset(felled), operator)


def _of_states(contract: Contract, served: list[ReplyContext]) -> Iterator[Fault]:
    """Yield the fault that each state is shown with the status code of another, where a schema tells them apart."""
    read = [reply for reply in served if reply.role == "retrieve"]
    felled = {row for reply in read for row in felled_rows(contract, _changed(OPERATORS[_STATES], reply))}
    if felled:
        yield Fault(contract.id, frozenset(felled), OPERATORS[_STATES])


def _of_credentials(contract: Contract) -> Iterator[Fault]:
    """Yield the fault that opens with one credential where the document asks for several."""
    choices = [choice for operation in contract.operations for choice in operation.choices if choice[1:]]
    schemes = {scheme.name for choice in choices for scheme in choice}
    rows = frozenset(case.requirement for case in contract.refusals.values() if case.key in schemes)
    if rows:
        yield Fault(contract.id, rows, OPERATORS[_ONE])


def _of_laws(contract: Contract, rows: set[str], served: list[ReplyContext]) -> Iterator[Fault]:
    """Yield for each requirement of a law the first operators that break it here, with what they break of schemas."""
    known = {name: breaks & rows for name, breaks in _customary().items() if _shows(contract, OPERATORS[name])}
    chosen = {name for row in rows for name in [name for name in known if row in known[name]][:_MOST_FOR_A_ROW]}
    for operator in [OPERATORS[name] for name in sorted(chosen)]:
        changed = [_changed(operator, reply) for reply in served]
        # What is refused instead is told by the row that says so.
        felled = {row for reply in changed if reply.status < 400 for row in felled_rows(contract, reply)}
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
