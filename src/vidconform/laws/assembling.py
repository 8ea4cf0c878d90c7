"""From evidence to subjects: which probes a kind of subject needs, and how it is made of their exchanges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vidconform.contracts import Contract
from vidconform.evidence import Evidence
from vidconform.laws.generated import Generated
from vidconform.laws.reading import Reading
from vidconform.laws.subjects import UNFINISHED, Creation, Keyed, Published, Refused, Remixed, Subject, Task
from vidconform.probes import PROBES, probes_of

Gathered = Mapping[str, Evidence]
DOCUMENT = "document"

SECOND_ROUTE = "second-route"
LIVES = ("observe", "create", "remix", SECOND_ROUTE)
_TASK_ROLES = ("create", "remix", "retrieve", "second-retrieve")
_ROLE_PREFIXES = {
    "retrieve": ("retrieve", ("observe", "create")),
    "create": ("create", ("create",)),
    "remix": ("remix", ("remix",)),
    "content": ("content", ("content",)),
    "second-route": ("second-retrieve", (SECOND_ROUTE,)),
}


@dataclass(frozen=True)
class Kind:
    """One kind of subject: the probes it needs for a requirement, and how it is assembled.

    `beside` says that it may be made of what a probe asks for beside its main thread; `witnesses` are probes that it
    looks at where others need them, and that are not sent for its sake.
    """

    probes: Callable[[str], tuple[str, ...]]
    build: Callable[[Contract, str, Gathered], list[Subject]]
    of_document: bool = False
    beside: bool = False
    witnesses: tuple[str, ...] = ()

    def probes_for(self, contract: Contract, requirement: str) -> list[str]:
        """Return the needed probes that apply to the contract."""
        applicable = {probe.name for probe in probes_of(contract)}
        return [name for name in self.probes(requirement) if name in applicable]


def readings(contract: Contract, gathered: Gathered, *probes: str) -> list[Reading]:
    """Return the exchanges of some probes as readings."""
    chosen = [gathered[name] for name in probes if name in gathered]
    return [Reading(contract, evidence, index, exchange) for evidence in chosen for index, exchange in evidence]


def task_readings(contract: Contract, gathered: Gathered) -> list[Reading]:
    """Return the replies that should hold a task: whatever was asked rightly and served."""
    found = readings(contract, gathered, *LIVES, DOCUMENT)
    return [r for r in found if r.exchange.role in _TASK_ROLES and r.reply.is_success]


def of_routes_that_are_there(contract: Contract, gathered: Gathered, found: list[Reading]) -> list[Reading]:
    """Return readings without the refusals by a second route that refuses a known task too: it may not exist."""
    asked = readings(contract, gathered, SECOND_ROUTE)
    is_missing = bool(asked) and not any(reading.reply.is_success for reading in asked)
    return [r for r in found if not is_missing or r.exchange.role != "second-retrieve"]


def refusals(contract: Contract, gathered: Gathered) -> list[Reading]:
    """Return the replies to requests that had to be refused."""
    names = [probe.name for probe in probes_of(contract) if probe.refusal is not None]
    early = [r for r in readings(contract, gathered, "create") if r.exchange.step == "early-content" and _was_early(r)]
    return readings(contract, gathered, *names) + early


def tasks(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    """Return the life of each task; an example of a document is a life of one reading."""
    lives: list[Subject] = []
    for name in (*LIVES, DOCUMENT):
        found = [r for r in readings(contract, gathered, name) if r.exchange.role in _TASK_ROLES]
        lives += [Task(contract, life) for life in _lives(found)]
    return lives


def _lives(found: list[Reading]) -> list[list[Reading]]:
    lives: dict[object, list[Reading]] = {}
    for position, reading in enumerate(found):
        creates = reading.exchange.role in ("create", "remix")
        documented = reading.exchange.origin == "documented"
        key: object = position if documented else "created" if creates or "created" in lives else reading.asked
        lives.setdefault(key, []).append(reading)
    return list(lives.values())


def _was_early(reading: Reading) -> bool:
    """Whether a later read showed the task still unfinished, so that its content was asked for too early.

    A word that says nothing of the state, as gateways begin with, is passed over.
    """
    later = [Reading(reading.contract, reading.evidence, at, e) for at, e in reading.evidence if e.role == "retrieve"]
    return next((r.phase for r in later if r.phase not in (None, "unknown")), None) in UNFINISHED


def _replies(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    return [Subject(contract, [reading]) for reading in task_readings(contract, gathered)]


def _refused(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    name = requirement.removesuffix("-is-refused")
    return [Refused(contract, [r]) for r in refusals(contract, gathered) if r.exchange.step == name]


def _refusals(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    return [Refused(contract, [reading]) for reading in refusals(contract, gathered)]


def _unknown(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    unknown = [Refused(contract, [reading]) for reading in readings(contract, gathered, "unknown-task")]
    for subject in unknown:
        subject.accepted = any(reading.reply.is_success for reading in readings(contract, gathered, "observe"))
    return list(unknown)


def _served(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    role, probes = _role_of(requirement)
    found = [r for r in readings(contract, gathered, *probes) if r.exchange.role == role]
    by_task: dict[str | None, list[Reading]] = {}
    for reading in found:
        by_task.setdefault(reading.asked, []).append(reading)
    return [Subject(contract, served) for served in by_task.values()]


def _keyed(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    subjects = [Keyed(contract, subject.all) for subject in _served(contract, requirement, gathered)]
    witnesses = readings(contract, gathered, *_witnesses(requirement))
    for subject in subjects:
        subject.accepted = any(reading.reply.status not in (401, 403) for reading in witnesses)
    return list(subjects)


def _witnesses(requirement: str) -> tuple[str, ...]:
    """Return the probes that bring the same credential elsewhere; the second route has two of its own."""
    if requirement.startswith("second-route"):
        return ("unknown-second-route-task",) if requirement.endswith("-token") else ("second-route-admin",)
    return "unknown-task", "observe"


def _creation(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    creations = [Creation(contract, [reading]) for reading in readings(contract, gathered, "create")[:1]]
    for creation in creations:
        creation.member = requirement.removeprefix("accepts-")
    return list(creations)


def _role_of(requirement: str) -> tuple[str, tuple[str, ...]]:
    if requirement.startswith("second-route-accepts-admin"):
        return "second-retrieve", ("second-route-admin",)
    return next(value for prefix, value in _ROLE_PREFIXES.items() if requirement.startswith(prefix))


def _of(probe: str, subject: type[Subject]) -> Kind:
    def build(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
        found = readings(contract, gathered, probe)
        return [subject(contract, found[:1])] if found else []

    return Kind(lambda requirement: (probe,), build)


def _routes(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    second = readings(contract, gathered, SECOND_ROUTE)
    first = [r for r in readings(contract, gathered, "observe") if second and r.asked == second[0].asked]
    return [Task(contract, [*first, *second])] if first and second else []


def _published(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    examples = readings(contract, gathered, DOCUMENT)
    return [Published(contract, contract.published, examples)] if contract.published is not None else []


def _examples(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    examples = readings(contract, gathered, DOCUMENT)
    return [Task(contract, examples)] if examples else []


def _generated(contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    found = of_routes_that_are_there(contract, gathered, readings(contract, gathered, *_ALL_GENERATED))
    return [Generated(contract, found)] if found else []


_ALL_GENERATED = tuple(probe.name for probe in PROBES.values() if probe.generated is not None)
_ALL_REFUSALS = tuple(probe.name for probe in PROBES.values() if probe.refusal is not None)


def _refusal_probes(requirement: str) -> tuple[str, ...]:
    name = requirement.removesuffix("-is-refused")
    return ("create",) if name == "early-content" else (name,)


KINDS: dict[str, Kind] = {
    "task": Kind(lambda requirement: LIVES, tasks, of_document=True),
    "reply": Kind(lambda requirement: LIVES, _replies),
    "served": Kind(lambda requirement: _role_of(requirement)[1], _served),
    "keyed": Kind(lambda requirement: (*_role_of(requirement)[1], *_witnesses(requirement)[:1]), _keyed),
    "refusal": Kind(_refusal_probes, _refused, beside=True),
    "any_refusal": Kind(lambda requirement: (*_ALL_REFUSALS, "create"), _refusals, beside=True),
    "unknown_task": Kind(lambda requirement: ("unknown-task",), _unknown, witnesses=("observe",)),
    "generated": Kind(lambda requirement: _ALL_GENERATED, _generated, witnesses=(SECOND_ROUTE,)),
    "creation": Kind(lambda requirement: ("create",), _creation),
    "content": _of("content", Subject),
    "remix": _of("remix", Remixed),
    "both_routes": Kind(lambda requirement: ("observe", SECOND_ROUTE), _routes),
    "published": Kind(lambda requirement: (), _published, of_document=True),
    "examples": Kind(lambda requirement: (), _examples, of_document=True),
}
"""The kinds of subject by the name of a law's parameter."""
