"""The vices of a contract that has no `vices.toml`: for each of its requirements what breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

from vidconform.contracts import Contract, Operation, Schema, findings, read_toml
from vidconform.emulator.error_bodies import error_body, refused_with
from vidconform.emulator.lives import known_tasks
from vidconform.emulator.replies import RefusedRequest
from vidconform.emulator.task_bodies import TaskView, task_body
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
_MOMENTS = {"task-shown": "", "completed": "succeeded", "failed": "failed", "unfinished": "waiting running unknown"}
_MOST_FOR_A_ROW = 2
Samples = list[tuple[str, Any]]


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
    tasks = [(phase, body) for phase, body in _tasks(contract, retrieve)]
    success = retrieve.success
    shown = contract.schemas.get((success and success.schema) or "", contract.task)
    yield from _breaking(contract, shown, tasks, tuple(_MOMENTS))
    code = refused_with(retrieve, (404, 410, 400, 422))
    documented = retrieve.answer_to(code)
    schema = contract.schemas.get((documented and documented.schema) or "")
    if schema is not None and schema is not shown:
        refusal = RefusedRequest(code, "video not found", "video_not_found", param="id")
        yield from _breaking(contract, schema, [("", error_body(contract, retrieve, refusal))], ("unknown-task",))


def _tasks(contract: Contract, retrieve: Operation) -> Iterator[tuple[str, Any]]:
    for known in known_tasks(contract):
        task = EmulatedTask(known.id, known.life, known.created_at, known.sent)
        for step in dict.fromkeys(known.life):
            view = TaskView(contract, retrieve, task, step, lambda: "https://files.example/video.mp4")
            yield view.phase, task_body(view)


def _breaking(contract: Contract, schema: Schema, samples: Samples, moments: tuple[str, ...]) -> Iterator[Fault]:
    """Yield for each requirement of a schema the fault that breaks it and the fewest others."""
    best: dict[str, tuple[int, Fault]] = {}
    for moment in moments:
        missing = set(schema.told) - set(best)
        for place in _places(samples) if missing else ():
            for damage in _DAMAGES:
                # A task whose status is never told has no end, and one with a wrong id cannot be read.
                if place == _place(schema, "id") and damage.puts and damage.suffix != "missing":
                    continue
                if moment in ("task-shown", "completed", "failed") and place == _place(schema, "status"):
                    continue
                felled = _felled(schema, samples, moment, place, damage)
                for requirement in felled & missing:
                    if requirement not in best or len(felled) < best[requirement][0]:
                        operator = on_member(place, damage, TRIGGERS[moment], _MOMENTS.get(moment, "") and moment)
                        best[requirement] = (len(felled), Fault(contract.id, frozenset(felled), operator))
    yield from {fault.operator.name: fault for _, fault in best.values()}.values()


def _place(schema: Schema, role: str) -> str:
    field = schema.fields.get(role)
    return ".".join(map(str, field.path)) if field is not None else ""


def _places(samples: Samples) -> list[str]:
    # The deepest first: what stands above a member takes others with it.
    found = dict.fromkeys(place for _, body in samples for place in _members(body, ""))
    return sorted(found, key=lambda place: -place.count("."))


def _members(body: Any, above: str) -> Iterator[str]:
    for name, value in body.items() if isinstance(body, dict) else ():
        yield above + name
        yield from _members(value, f"{above}{name}.")


def _felled(schema: Schema, samples: Samples, moment: str, place: str, damage: Any) -> set[str]:
    felled: set[str] = set()
    phases = _MOMENTS.get(moment, "").split()
    for phase, body in samples:
        if not phases or phase in phases:
            try:
                altered = damaged(deepcopy(body), place, damage)
            except (TypeError, ValueError, AttributeError, OverflowError):
                return set()
            felled |= {found.requirement for found in findings(schema, altered) if found.errors}
    return felled


def _of_laws(contract: Contract, rows: set[str]) -> Iterator[Fault]:
    """Yield for each requirement of a law the operators that break it in the most contracts of the project."""
    codes = {code for operation in contract.operations for code in operation.answers}
    known = {name: use for name, use in _uses().items() if _shows(contract, OPERATORS[name], codes)}
    chosen: set[str] = set()
    for row in rows:
        names = sorted((name for name in known if row in known[name].breaks), key=lambda name: -known[name].contracts)
        # One that a single contract lists often shows what that one alone has.
        chosen |= {name for name in names[:_MOST_FOR_A_ROW] if known[name].contracts > 1 or name == names[0]}
    yield from (Fault(contract.id, known[name].breaks & rows, OPERATORS[name]) for name in sorted(chosen))


def _shows(contract: Contract, operator: Operator, codes: set[str]) -> bool:
    """Whether an operator is a fault here: it answers with no documented code, and changes a life that there is."""
    told = re.search(r"-as-(\d{3})", operator.name)
    changes = operator.life is None or any(operator.life(known.life) != known.life for known in known_tasks(contract))
    return changes and (told is None or told[1] not in codes)


class Use(NamedTuple):
    """What an operator breaks in one contract of the project or another, and how many list it."""

    breaks: frozenset[str]
    contracts: int


@cache
def _uses() -> dict[str, Use]:
    found: dict[str, Use] = {}
    for path in sorted(data_folder("specs").glob("*/*/vices.toml")):
        for name, breaks in read_toml(path, "vices")["vices"].items():
            before = found.get(name, Use(frozenset(), 0))
            found[name] = Use(before.breaks | frozenset(breaks), before.contracts + 1)
    own = {name: Use(operator.breaks, 1) for name, operator in OPERATORS.items() if operator.breaks}
    return {**own, **found}
