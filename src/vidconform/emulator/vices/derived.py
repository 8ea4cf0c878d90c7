"""The vices of a contract that has no `vices.toml`: for each of its requirements what breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from vidconform.contracts import Contract, Operation, Schema, decoded, findings, read_toml
from vidconform.emulator.error_bodies import error_body, refused_with
from vidconform.emulator.lives import known_tasks
from vidconform.emulator.replies import RefusedRequest
from vidconform.emulator.task_bodies import TaskView, shown_task
from vidconform.emulator.tasks import EmulatedTask
from vidconform.emulator.vices.member_faults import NAMED, damaged, on_member, put
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
# The phases in which each shows.
_MOMENTS = {
    "task-shown": "",
    "completed": "succeeded",
    "failed": "failed",
    "unfinished": "waiting running unknown",
    "created": "created",
    "read-again": "succeeded failed",
}
_MOST_FOR_A_ROW = 2
# An operator that says itself what it breaks does so in every contract.
_EVERY = 1000
# A task that is unknown at first is a fault, or one that stays so where the document lets it be so for a while.
_FIRST, _LASTING = "created-task-unknown-at-first", "created-task-unknown"


class Sample(NamedTuple):
    """A body as it is shown of a task in a phase, perhaps at its creation, with the schema that it is judged by."""

    phase: str
    created: bool
    schema: Schema
    body: Any

    def is_of(self, moment: str) -> bool:
        """Whether it is shown at a moment."""
        phases = _MOMENTS.get(moment, "").split()
        return not phases or self.phase in phases or (self.created and "created" in phases)


def derived(contract: Contract) -> list[Fault]:
    """Return the faults of a contract: of its members by its schemas, of its replies and lives by its laws."""
    retrieve = contract.operation("retrieve")
    members = list(_of_members(contract, retrieve)) if retrieve is not None else []
    felled = {requirement for fault in members for requirement in fault.breaks}
    return [*members, *_of_laws(contract, set(contract.requirements) - felled), *_of_credentials(contract)]


def _of_credentials(contract: Contract) -> Iterator[Fault]:
    """Yield the fault that opens with one credential where the document asks for several."""
    schemes = {scheme.name for operation in contract.operations for scheme in operation.schemes}
    rows = frozenset(case.requirement for case in contract.refusals.values() if case.key in schemes)
    if rows:
        yield Fault(contract.id, rows, OPERATORS["opens-with-one-credential"])


def _of_members(contract: Contract, retrieve: Operation) -> Iterator[Fault]:
    create = contract.operation("create")
    tasks = list(_tasks(contract, retrieve))
    tasks += list(_tasks(contract, create))[:1] if create is not None else []
    yield from _breaking(contract, tasks, tuple(_MOMENTS))
    yield from _of_states(contract, retrieve, tasks)
    code = refused_with(retrieve, (404, 410, 400, 422))
    documented = retrieve.answer_to(code)
    schema = contract.schemas.get((documented and documented.schema) or "")
    if schema is not None and all(schema is not sample.schema for sample in tasks):
        refusal = RefusedRequest(code, "video not found", "video_not_found", param="id")
        sample = Sample("", False, schema, error_body(contract, retrieve, refusal))
        yield from _breaking(contract, [sample], ("unknown-task",))


def _of_states(contract: Contract, retrieve: Operation, tasks: list[Sample]) -> Iterator[Fault]:
    """Yield the fault that each state is shown with the status code of another."""
    files = [answer.schema for code, answer in retrieve.answers.items() if code.startswith("2")]
    schemas = [contract.schemas[file] for file in files if file is not None]
    felled: set[str] = set()
    for sample in (sample for sample in tasks if not sample.created):
        other = next((schema for schema in schemas if schema is not sample.schema), sample.schema)
        felled |= {found.requirement for found in findings(other, sample.body) if found.errors}
    if felled:
        yield Fault(contract.id, frozenset(felled), OPERATORS["reads-with-the-code-of-another-state"])


def _tasks(contract: Contract, operation: Operation) -> Iterator[Sample]:
    for known in known_tasks(contract):
        task = EmulatedTask(known.id, known.life, known.created_at, known.sent)
        for step in dict.fromkeys(known.life):
            asked = TaskView(contract, operation, task, step, lambda: "https://files.example/video.mp4")
            view, body = shown_task(asked)
            yield Sample(view.phase, operation.role == "create", view.whole, body)


def _breaking(contract: Contract, samples: list[Sample], moments: tuple[str, ...]) -> Iterator[Fault]:
    """Yield for each requirement of what is shown the fault that breaks it and the fewest others."""
    best: dict[str, tuple[int, Fault]] = {}
    rows = {row for sample in samples for row in sample.schema.told}
    ids, words = ({_place(sample.schema, role) for sample in samples} for role in ("id", "status"))
    for moment in moments:
        missing = rows - set(best)
        for place in _places(samples) if missing else ():
            for damage in _DAMAGES:
                # A task whose status is never told has no end, and one with a wrong id cannot be read.
                if place in ids and damage.puts and damage.suffix != "missing":
                    continue
                if moment in ("task-shown", "completed", "failed") and place in words:
                    continue
                felled = _felled([sample for sample in samples if sample.is_of(moment)], place, damage)
                for requirement in felled & missing:
                    if requirement not in best or len(felled) < best[requirement][0]:
                        operator = on_member(place, damage, TRIGGERS[moment], _MOMENTS.get(moment, "") and moment)
                        best[requirement] = (len(felled), Fault(contract.id, frozenset(felled), operator))
    yield from {fault.operator.name: fault for _, fault in best.values()}.values()


def _place(schema: Schema, role: str) -> str:
    field = schema.fields.get(role)
    return ".".join(map(str, field.path)) if field is not None else ""


def _places(samples: list[Sample]) -> list[str]:
    # The deepest first: what stands above a member takes others with it.
    found = dict.fromkeys(place for sample in samples for place in _members(sample.body, ""))
    return sorted(found, key=lambda place: -place.count("."))


def _members(body: Any, above: str) -> Iterator[str]:
    inside = decoded(body)
    for name, value in inside.items() if isinstance(inside, dict) else ():
        yield above + name
        yield from _members(value, f"{above}{name}.")


def _felled(samples: list[Sample], place: str, damage: Any) -> set[str]:
    felled: set[str] = set()
    for sample in samples:
        try:
            altered = damaged(deepcopy(sample.body), place, damage)
        except (TypeError, ValueError, AttributeError, OverflowError):
            return set()
        felled |= {found.requirement for found in findings(sample.schema, altered) if found.errors}
    return felled


def _of_laws(contract: Contract, rows: set[str]) -> Iterator[Fault]:
    """Yield for each requirement of a law the operators that break it in the most contracts of the project."""
    known = {name: use for name, use in _uses().items() if _shows(contract, OPERATORS[name])}
    chosen: set[str] = set()
    for row in rows:
        names = sorted((name for name in known if row in known[name].breaks), key=lambda name: -known[name].contracts)
        # One that a single contract lists often shows what that one alone has.
        chosen |= {name for name in names[:_MOST_FOR_A_ROW] if known[name].contracts > 1 or name == names[0]}
    yield from (Fault(contract.id, known[name].breaks & rows, OPERATORS[name]) for name in sorted(chosen))


def _shows(contract: Contract, operator: Operator) -> bool:
    """Whether an operator is a fault here: it answers with no documented code, and changes a life that there is."""
    own = [one for one in contract.operations if operator.name.startswith(f"{one.role}-")] or contract.operations
    codes = {code for operation in own for code in operation.answers}
    retrieve, told = contract.operation("retrieve"), re.search(r"-as-(\d{3})", operator.name)
    lags = retrieve is not None and retrieve.lag is not None
    if operator.name == (_LASTING if not lags else _FIRST):
        return False
    changes = operator.life is None or any(operator.life(known.life) != known.life for known in known_tasks(contract))
    return changes and (told is None or told[1] not in codes)


class Use(NamedTuple):
    """What an operator breaks in one contract of the project or another, and how many list it."""

    breaks: frozenset[str]
    contracts: int


@cache
def _uses() -> dict[str, Use]:
    found = {name: Use(one.breaks, _EVERY) for name, one in OPERATORS.items() if one.breaks}
    for path in sorted(data_folder("specs").glob("*/*/vices.toml")):
        for name, breaks in read_toml(path, "vices")["vices"].items():
            before = found.get(name, Use(frozenset(), 0))
            found[name] = Use(before.breaks | frozenset(breaks), before.contracts + 1)
    return found
