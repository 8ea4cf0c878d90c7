"""Whose error it is: reads the requirements met and unmet by a body from the validator's annotation output.

An error belongs to the nearest node above it that carries `x-requirement`. A node reached that owns no error is
met; one never reached is not in the result. A hedge is left out when its host has an error of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts.schemas import Schema


@dataclass(frozen=True)
class SchemaError:
    """One failed assertion with its two addresses: in the body and in the schema."""

    keyword: str
    pointer: str
    schema_pointer: str


@dataclass
class NodeFinding:
    """One requirement at one place of a body; `errors` is empty when it is met."""

    requirement: str
    pointer: str
    hedged: bool
    errors: list[SchemaError] = field(default_factory=list)


def findings(schema: Schema, body: Any) -> list[NodeFinding]:
    """Return a finding for each annotated node that the body reaches."""
    walk = _Walk()
    walk.visit(schema.validator.evaluate(body).hierarchical(), None)
    walk.visit_hedges()
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: list[NodeFinding] = []
        self.hedges: list[tuple[dict[str, Any], NodeFinding | None, set[str]]] = []
        self.hedged = False
        self.failed: set[str] = set()

    def visit(self, unit: dict[str, Any], owner: NodeFinding | None) -> None:
        notes = _notes(unit)
        if "x-requirement" in notes:
            owner = NodeFinding(notes["x-requirement"], unit["instanceLocation"], self.hedged)
            self.found.append(owner)
        self._assign(unit, owner)
        for child in children(unit):
            if "x-hedge" in _notes(child):
                self.hedges.append((child, owner, self.failed))
            else:
                self.visit(child, owner)

    def visit_hedges(self) -> None:
        """Visit the hedges whose host had no error of its own, and then the hedges in those."""
        self.hedged = True
        while self.hedges:
            unit, owner, failed = self.hedges.pop(0)
            if unit["instanceLocation"] not in failed:
                self.failed = set()
                self._visit_hedge(unit, owner)

    def _visit_hedge(self, unit: dict[str, Any], owner: NodeFinding | None) -> None:
        self.visit({**unit, "annotations": {k: v for k, v in _notes(unit).items() if k != "x-hedge"}}, owner)

    def _assign(self, unit: dict[str, Any], owner: NodeFinding | None) -> None:
        for keyword in unit.get("errors", {}):
            if keyword != "required":
                # A missing member is its own requirement; the object that misses it is still well-formed.
                self.failed.add(unit["instanceLocation"])
            if owner is not None:
                owner.errors.append(SchemaError(keyword, unit["instanceLocation"], unit["schemaLocation"]))


def _notes(unit: dict[str, Any]) -> dict[str, Any]:
    """Return the unknown keywords of a unit; an invalid unit's annotations are in droppedAnnotations."""
    notes = unit.get("annotations", unit.get("droppedAnnotations"))
    return notes if isinstance(notes, dict) else {}


def children(unit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the units below, without the condition of an `if` and without the failed branches of a met anyOf.

    `then` and `else` are reported under a wrapper whose path ends with /if and whose condition has that same path.
    """
    for child in unit.get("details", []):
        condition = child["evaluationPath"] == unit["evaluationPath"] and child["evaluationPath"].endswith("/if")
        # The standard's verbose output has them (JSON Schema 2020-12 core, section 12.4.4); this validator may one day.
        branch_not_taken = unit["valid"] and not child["valid"]
        if not condition and not branch_not_taken:
            yield child
