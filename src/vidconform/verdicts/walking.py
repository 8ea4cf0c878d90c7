"""The bodies that a schema is about, walked through it once for all its requirements."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import Contract, Finding, Schema
from vidconform.laws import DOCUMENT, LIVES, Gathered, Kind, Reading, task_readings
from vidconform.laws.assembling import SECOND_ROUTE, UNKNOWN_TASKS, of_routes_that_are_there
from vidconform.laws.assembling import readings as readings_of

_ERROR = "error.schema.json"


def kind_of_schema(schema: Schema) -> Kind:
    """Return the kind of subject whose probes show the bodies that a schema is about."""
    is_error = schema.path.name == _ERROR
    return Kind(lambda *_: [], UNKNOWN_TASKS, (SECOND_ROUTE,)) if is_error else Kind(lambda *_: [], LIVES)


def walk(
    contract: Contract, schema: Schema, gathered: Gathered, cache: dict[Any, Any]
) -> dict[str, list[tuple[Reading, Finding]]]:
    """Return what each requirement of a schema found in which reading; `cache` keeps the walk of the same evidence."""
    key = (schema.path, *sorted((name, id(evidence)) for name, evidence in gathered.items()))
    if key not in cache:
        by_requirement: dict[str, list[tuple[Reading, Finding]]] = {}
        for reading in _bodies(contract, schema, gathered):
            for finding in _told(schema, reading):
                by_requirement.setdefault(finding.requirement, []).append((reading, finding))
        cache[key] = by_requirement
    found: dict[str, list[tuple[Reading, Finding]]] = cache[key]
    return found


def _told(schema: Schema, reading: Reading) -> list[Finding]:
    """A reply without one documented member lacks what is required; what else it could have had, it does not tell."""
    found = reading.findings(schema)
    return found if reading.shows_something else [finding for finding in found if not finding.hedged]


def _bodies(contract: Contract, schema: Schema, gathered: Gathered) -> list[Reading]:
    if schema.path.name == _ERROR:
        envelopes = of_routes_that_are_there(
            contract, gathered, readings_of(contract, gathered, *UNKNOWN_TASKS, DOCUMENT)
        )
        found = [r for r in envelopes if r.reply.is_refusal and r.documented_schema == _ERROR]
    else:
        found = task_readings(contract, gathered)
    return [reading for reading in found if reading.reply.is_json]
