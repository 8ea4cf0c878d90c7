"""The bodies that a schema is about, walked through it once for all its requirements."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import Contract, NodeFinding, Schema, customary_phases
from vidconform.laws import (
    DOCUMENT,
    LIVES,
    SECOND_ROUTE,
    UNKNOWN_TASKS,
    Gathered,
    Kind,
    ReplyView,
    on_routes_that_exist,
    task_replies,
)
from vidconform.laws import reply_views as views_of

_ERROR = "error.schema.json"


def kind_of_schema(schema: Schema) -> Kind:
    """Return the kind of subject whose probes show the bodies that a schema is about."""
    is_error = schema.path.name == _ERROR
    return Kind(lambda *_: [], UNKNOWN_TASKS, (SECOND_ROUTE,)) if is_error else Kind(lambda *_: [], LIVES)


def walk(
    contract: Contract, schema: Schema, gathered: Gathered, cache: dict[Any, Any]
) -> dict[str, list[tuple[ReplyView, NodeFinding]]]:
    """Return what each requirement of a schema found in which reply; `cache` keeps the walk of the same evidence."""
    key = (schema.path, *sorted((name, id(evidence)) for name, evidence in gathered.items()))
    if key not in cache:
        by_requirement: dict[str, list[tuple[ReplyView, NodeFinding]]] = {}
        for view in _bodies(contract, schema, gathered):
            for finding in _told(schema, view):
                by_requirement.setdefault(finding.requirement, []).append((view, finding))
        cache[key] = by_requirement
    found: dict[str, list[tuple[ReplyView, NodeFinding]]] = cache[key]
    return found


def would_be_shown_by_success(contract: Contract, schema: Schema, requirement: str, gathered: Gathered) -> bool:
    """Whether a task that was served would show a requirement, had it only succeeded."""
    words = (*contract.words, *customary_phases())
    succeeded = next((word for word in words if contract.phase(word) == "succeeded"), "completed")
    served = [view for view in task_replies(contract, gathered) if view.has("status")][-1:]
    shown = [finding for view in served for finding in view.altered(status=succeeded).findings(schema)]
    return any(finding.requirement == requirement for finding in shown)


def _told(schema: Schema, view: ReplyView) -> list[NodeFinding]:
    """A reply without one documented member lacks what is required; what else it could have had, it does not tell."""
    found = view.findings(schema)
    return found if view.shows_something else [finding for finding in found if not finding.hedged]


def _bodies(contract: Contract, schema: Schema, gathered: Gathered) -> list[ReplyView]:
    if schema.path.name == _ERROR:
        envelopes = on_routes_that_exist(contract, gathered, views_of(contract, gathered, *UNKNOWN_TASKS, DOCUMENT))
        found = [r for r in envelopes if r.reply.is_refusal and r.documented_schema == _ERROR]
    else:
        found = task_replies(contract, gathered)
    return [view for view in found if view.reply.is_json]
