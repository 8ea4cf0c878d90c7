"""The bodies that a schema is about, walked through it once for all its requirements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidconform.contracts import Contract, NodeFinding, Schema, customary_phases, grouped
from vidconform.laws import (
    CANCEL_AGAIN,
    DOCUMENT,
    LIFECYCLE_PROBES,
    SECOND_ROUTE,
    Gathered,
    ReplyView,
    SubjectKind,
    on_routes_that_exist,
)
from vidconform.laws import reply_views as views_of

_SERVED: Mapping[str, tuple[str, ...]] = {
    "create": ("create",),
    "remix": ("remix",),
    "retrieve": ("observe", "create", "remix"),
    "second-retrieve": (SECOND_ROUTE,),
    "content": ("content",),
    "list": ("list",),
    "cancel": ("cancel",),
    "delete": ("create", "delete"),
    "models": ("models", "models-keyless"),
}
"""The probes that show what an operation answers when all goes well, by its role."""
_REFUSED: Mapping[str, tuple[str, ...]] = {
    "retrieve": ("unknown-task",),
    "second-retrieve": ("unknown-second-route-task",),
    "content": ("unknown-content",),
    "delete": ("unknown-deletion",),
    "cancel": ("unknown-cancel", "late-cancel"),
}
"""The free probes that show how an operation refuses."""
_OF_A_KEY = ("retrieve", "second-retrieve", "content", "list", "models", "cancel")
_KEYLESS: Mapping[str, tuple[str, ...]] = {
    **{role: (f"{role}-without-key", f"{role}-with-wrong-key") for role in _OF_A_KEY},
    "second-retrieve": ("second-route-without-token", "second-route-with-wrong-token"),
}
"""Those that show how it refuses a credential."""
_REFUSAL = "refusal"
_OTHERS = ("content", "list", "create-as-form", "cancel", "late-cancel", "delete", "models", "models-keyless")
"""What else is asked rightly."""


def kind_of_schema(contract: Contract, requirement: str, schema: Schema) -> SubjectKind:
    """Return the kind of subject whose probes show the bodies that the schemas of a requirement are about."""
    schemas = schemas_of(contract, requirement, schema)
    own = _answers(contract, [one for one in schemas if requirement in one.bound])
    answers = own or _answers(contract, schemas)
    served = {name for role, code in answers if code[0] == "2" for name in _SERVED.get(role, ())}
    beside = {name for role, code in _answers(contract, schemas) if code[0] == "2" for name in _SERVED.get(role, ())}
    refused = {name for role, code in answers if code[0] != "2" for name in _refusals(role, code)}
    is_refusal = any(code[0] != "2" for _, code in answers)
    # What only a creation shows is not sent for this alone where something free shows it too.
    wanted = refused or ({_REFUSAL} if is_refusal else set())
    order = (*LIFECYCLE_PROBES, *_OTHERS, *_names(_REFUSED), *_names(_KEYLESS), _REFUSAL)
    probes = tuple(name for name in order if name in served | wanted)
    optional_probes = ((SECOND_ROUTE, _REFUSAL) if is_refusal else ()) + tuple(sorted(beside - served))
    return SubjectKind(lambda *_: [], probes, optional_probes)


def _answers(contract: Contract, schemas: list[Schema]) -> set[tuple[str, str]]:
    """Return the replies that some schemas are about, each as the role of its operation and its status code."""
    files = {one.path.name for one in schemas}
    return {
        (operation.role, code)
        for operation in contract.operations
        for code, answer in operation.answers.items()
        if not files.isdisjoint((answer.schema, *answer.schemas.values()))
    }


def roles_of_schema(contract: Contract, requirement: str, schema: Schema) -> set[str]:
    """Return the roles of the operations whose replies the schemas of a requirement are about."""
    return {role for role, _ in _answers(contract, schemas_of(contract, requirement, schema))}


def schemas_of(contract: Contract, requirement: str, first: Schema) -> list[Schema]:
    """Return the schema files that tell of a requirement, `first` first: each judges the replies of its own."""
    others = [one for one in contract.schemas.values() if one is not first and requirement in one.told]
    return [first, *others]


Told = Mapping[str, list[NodeFinding]]
"""What one reply tells, by requirement."""


def walk(contract: Contract, schema: Schema, gathered: Gathered, cache: dict[Any, Any]) -> list[tuple[ReplyView, Told]]:
    """Return what each reply tells of the requirements of a schema; `cache` keeps the walk of the same evidence."""
    key = schema, frozenset(map(id, gathered.values()))
    if key not in cache:
        # Thousands of replies tell the same, in one list that they share: what is made of it is shared, too.
        known: dict[tuple[int, bool], tuple[list[NodeFinding], Told]] = {}
        walked: list[tuple[ReplyView, Told]] = []
        for view in _bodies(contract, schema, gathered):
            found, shows = view.findings(schema), view.shows_something
            if (id(found), shows) not in known:
                known[id(found), shows] = found, _by_requirement(found, shows)
            walked.append((view, known[id(found), shows][1]))
        cache[key] = walked
    kept: list[tuple[ReplyView, Told]] = cache[key]
    return kept


def would_be_shown_by_success(contract: Contract, schema: Schema, requirement: str, gathered: Gathered) -> bool:
    """Whether a task that was served would show a requirement, had it only succeeded."""
    words = (*contract.words, *customary_phases())
    succeeded = next((word for word in words if contract.phase(word) == "succeeded"), "completed")
    served = [view for view in _bodies(contract, schema, gathered) if view.has("status")][-1:]
    shown = [finding for view in served for finding in view.altered(status=succeeded).findings(schema)]
    return any(finding.requirement == requirement for finding in shown)


def _refusals(role: str, code: str) -> tuple[str, ...]:
    keyless = _KEYLESS.get(role, ()) if code in ("401", "403") or not code.isdigit() else ()
    return (*(_REFUSED.get(role, ()) if code not in ("401", "403") else ()), *keyless)


def _names(by_role: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [name for names in by_role.values() for name in names]


def _by_requirement(found: list[NodeFinding], shows_something: bool) -> Told:
    """A reply without one documented member lacks what is required; what else it could have had, it does not tell."""
    told = (finding for finding in found if shows_something or not finding.hedged)
    return grouped(told, lambda finding: finding.requirement)


def _bodies(contract: Contract, schema: Schema, gathered: Gathered) -> list[ReplyView]:
    """Return the replies whose own operation and status code the document gives this schema for."""
    found = views_of(contract, gathered, *LIFECYCLE_PROBES, *_OTHERS, DOCUMENT)
    lives = [view for view in found if view.exchange.step != CANCEL_AGAIN]
    asked_wrongly = [view for view in found if view.exchange.step == CANCEL_AGAIN]
    asked_wrongly += views_of(contract, gathered, _REFUSAL)
    # What had to be refused and was served is told by the row that says so.
    refusals = [view for view in asked_wrongly if not view.reply.is_success]
    asked = on_routes_that_exist(contract, gathered, [*lives, *refusals])
    return [view for view in asked if view.documented_schema == schema.path.name and view.reply.is_json]
