"""Whose error it is: reads the requirements met and unmet by a body from the validator's annotation output.

An error belongs to the nearest node above it that carries `x-requirement`. A node reached that owns no error is
met; one never reached is not in the result. A hedge is left out when its host has an error of its own. What JSON
Schema only annotates is looked at here: what a text holds as JSON (`x-content`), and sums of members (`x-sum`).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vidconform.contracts.fields import decoded, resolve
from vidconform.contracts.schemas import Schema
from vidconform.contracts.strict_json import UndecodableJson, decode_json
from vidconform.contracts.sums import amount, sum_of


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One failed assertion with its two addresses: in the body and in the schema."""

    keyword: str
    pointer: str
    schema_pointer: str


@dataclass(slots=True)
class NodeFinding:
    """One requirement at one place of a body; `errors` is empty when it is met. Once it is told, it stays as it is."""

    requirement: str
    pointer: str
    hedged: bool
    errors: list[SchemaError] = field(default_factory=list)
    measured: bool = True


def findings(schema: Schema, body: Any) -> list[NodeFinding]:
    """Return a finding for each annotated node that the body reaches; bodies alike that break nothing share theirs."""
    evaluated, hedged = schema.validator.evaluate(body), schema.hedged_rows
    if evaluated.valid and hedged is not None:
        return _all_met(tuple(_met(evaluated.annotations(), hedged)))
    walk = _Walk(schema, body)
    walk.visit(evaluated.hierarchical(), None)
    walk.visit_hedges()
    return [found for found in walk.found if found.errors or found.measured]


def _met(units: list[dict[str, Any]], hedged: Set[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield what a body meets that breaks nothing: a fifth of what telling whose an error is would cost."""
    for unit in units:
        row = _notes(unit).get("x-requirement")
        if row is not None:
            yield row, unit["instanceLocation"], row in hedged


# The replies of a life differ in values, and seldom in what they have.
@lru_cache(maxsize=256)
def _all_met(met: tuple[tuple[str, str, bool], ...]) -> list[NodeFinding]:
    return [NodeFinding(*one) for one in met]


# Of longer bodies each reply keeps its own: what is kept here outlives a run.
_LONGEST_SHARED = 16_384


def findings_in(schema: Schema, body: bytes) -> list[NodeFinding]:
    """Return the findings of a JSON text; a short one that was walked before is not walked again."""
    return _shared(schema, body) if len(body) <= _LONGEST_SHARED else findings(schema, decode_json(body))


# A reading of a task that has not changed, and most refusals, say the same again.
@lru_cache(maxsize=256)
def _shared(schema: Schema, body: bytes) -> list[NodeFinding]:
    return findings(schema, decode_json(body))


class _Walk:
    def __init__(self, schema: Schema, body: Any) -> None:
        self.schema = schema
        self.body = body
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
        if "x-sum" in notes and owner is not None:
            self._add_up(unit, notes["x-sum"], owner)
        if "x-content" in notes:
            self._open(unit, owner)
        for child in children(unit):
            if "x-hedge" in _notes(child):
                self.hedges.append((child, owner, self.failed))
            else:
                self.visit(child, owner)

    def _add_up(self, unit: dict[str, Any], terms: list[Any], owner: NodeFinding) -> None:
        """Hold a member against the sum of those beside it; where one of them is no number, nothing was measured."""
        place = unit["instanceLocation"]
        expected = sum_of(terms, decoded(resolve(self.body, place.rpartition("/")[0])))
        received = amount(resolve(self.body, place))
        if expected is None or received is None:
            owner.measured = False
        elif expected != received:
            owner.errors.append(SchemaError("x-sum", place, f"{unit['schemaLocation']}/x-sum"))

    def _open(self, unit: dict[str, Any], owner: NodeFinding | None) -> None:
        """Visit what a text holds as JSON; a text that holds none is an error of its own."""
        place, text = unit["instanceLocation"], resolve(self.body, unit["instanceLocation"])
        there = f"{unit['schemaLocation']}/x-content"
        try:
            inside = decode_json(text.encode()) if isinstance(text, str) else None
        except UndecodableJson:
            self._assign({**unit, "errors": {"x-content": "no JSON"}, "schemaLocation": there}, owner)
            return
        if isinstance(text, str):
            found = self.schema.content_validator(there).evaluate(inside).hierarchical()
            self.visit(_moved(found, place, there), owner)

    def visit_hedges(self) -> None:
        """Visit the hedges whose host had no error of its own, and then the hedges in those."""
        self.hedged = True
        while self.hedges:
            unit, owner, failed = self.hedges.pop(0)
            if unit["instanceLocation"] not in failed:
                self.failed = set()
                self.visit({**unit, "annotations": {k: v for k, v in _notes(unit).items() if k != "x-hedge"}}, owner)

    def _assign(self, unit: dict[str, Any], owner: NodeFinding | None) -> None:
        for keyword in unit.get("errors", {}):
            if keyword != "required":
                # A missing member is its own requirement; the object that misses it is still well-formed.
                self.failed.add(unit["instanceLocation"])
            if owner is not None:
                owner.errors.append(SchemaError(keyword, unit["instanceLocation"], unit["schemaLocation"]))


def _moved(unit: dict[str, Any], place: str, there: str) -> dict[str, Any]:
    """Return a unit of what a text holds with its addresses in the whole body and in the whole schema."""
    own = unit["schemaLocation"]
    return {
        **unit,
        "instanceLocation": place + unit["instanceLocation"],
        "schemaLocation": own if own.startswith("/$defs/") else there + own,
        "details": [_moved(child, place, there) for child in unit.get("details", [])],
    }


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
