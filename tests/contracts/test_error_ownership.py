"""Whose error it is: a second reading of every error, by another validator and another way, names the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.bodies import (
    CONTRACTS,
    DROPPED,
    Path,
    changed,
    conforming,
    documented,
    places,
    recorded,
    second_validator,
    words,
)
from vidconform.contracts.contract import Contract
from vidconform.contracts.error_ownership import findings
from vidconform.contracts.requirements import Level
from vidconform.contracts.schemas import Schema
from vidconform.run.session import Session

VALUES: tuple[Any, ...] = (
    DROPPED, None, True, -1, 101, 1.5, 1762010621, 1762010621323, "", "x", "https://cdn.example/v.mp4", [7], ["x"], {},
    {"x": ""},
)  # fmt: skip
FEWER: tuple[Any, ...] = (DROPPED, None, -1, "x", ["x"], {})

# What a keyword adds to the two paths of an error: steps in the schema, steps in the body.
STEPS = {"properties": (2, 1), "items": (1, 1), "allOf": (2, 0), "then": (1, 0), "else": (1, 0)}

ENVELOPE = "error.schema.json"

each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


@each_contract
def test_a_recorded_task_keeps_its_schema(contract: Contract, session: Session) -> None:
    held = {name for name, row in contract.requirements.items() if row.level is not Level.MAY}
    bodies = conforming(session, contract)
    assert len(bodies) > 1
    assert [unmet(contract.task, body) & held for body in bodies] == [set()] * len(bodies)


@pytest.mark.slow
@each_contract
def test_one_change_breaks_the_rows_that_own_the_broken_nodes_and_no_other(
    contract: Contract, session: Session
) -> None:
    broken = set()
    shown = [*conforming(session, contract), *documented(contract, contract.task)]
    for body in {body["status"]: body for body in shown}.values():
        for path, value in changes(body):
            change = changed(body, path, value)
            found = unmet(contract.task, change)
            assert found == owners(contract.task, change), (path, value)
            broken |= found
    # A row that no change breaks would be a row that cannot fail.
    assert set(contract.task.bound) - broken == set()


@pytest.mark.parametrize(
    "contract",
    [c for c in CONTRACTS if ENVELOPE in c.schemas and documented(c, c.schemas[ENVELOPE])],
    ids=lambda contract: contract.id,
)
def test_the_rows_of_an_error_envelope_are_broken_one_by_one(contract: Contract) -> None:
    schema = contract.schemas[ENVELOPE]
    (body,) = documented(contract, schema)
    assert unmet(schema, body) == set()
    broken = [changed(body, path, value) for path, value in changes(body)]
    assert [unmet(schema, change) for change in broken] == [owners(schema, change) for change in broken]
    assert set().union(*(unmet(schema, change) for change in broken)) == set(schema.bound)


def changes(body: Any) -> Iterator[tuple[Path, Any]]:
    """Yield each change of one place: any value at the top and at every member, and every word as the status."""
    yield from (((), value) for value in VALUES if value is not DROPPED)
    yield from ((path, value) for path in places(body) for value in (VALUES if len(path) < 3 else FEWER))
    yield from ((("status",), word) for word in words())


def unmet(schema: Schema, body: Any) -> set[str]:
    return {finding.requirement for finding in findings(schema, body) if finding.errors}


@dataclass(frozen=True)
class Error:
    """An error of the second validator: its keyword, its owner, where it is, and the hedges around it."""

    keyword: str
    owner: str
    place: tuple[Any, ...]
    hedges: tuple[tuple[int, tuple[Any, ...]], ...]


def owners(schema: Schema, body: Any) -> set[str]:
    """Return the rows that a body breaks, from the paths of jsonschema's errors."""
    errors = [_error(schema, error) for error in second_validator(schema).iter_errors(body)]
    return {
        error.owner for error in errors
        if not any(_silenced(error, depth, errors) for depth in range(len(error.hedges)))
    }  # fmt: skip


def _silenced(error: Error, depth: int, errors: list[Error]) -> bool:
    """Whether the host of the hedge at a depth has an error of its own; a missing member is none."""
    outside, (_, place) = error.hedges[:depth], error.hedges[depth]
    return any(other.hedges == outside and other.place == place and other.keyword != "required" for other in errors)


def _error(schema: Schema, error: Any) -> Error:
    place = tuple(error.absolute_path)
    found = _trails(schema.merged, schema.merged, list(error.absolute_schema_path), 0)
    trail = next(trail for trail in found if trail[-1][0] is error.schema)
    owner = [node["x-requirement"] for node, _ in trail if "x-requirement" in node][-1]
    hedges = tuple((id(node), place[:steps]) for node, steps in trail if "x-hedge" in node)
    return Error(error.validator, owner, place, hedges)


def _trails(root: Any, node: Any, path: list[Any], steps: int) -> Iterator[list[tuple[Any, int]]]:
    """Yield the nodes on a schema path, each with the steps into the body; jsonschema leaves $ref out of its paths."""
    here = (node, steps)
    if len(path) == 1 and path[0] in node:
        yield [here]
    if "$ref" in node:
        target = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        yield from ([here, *trail] for trail in _trails(root, target, path, steps))
    schema_steps, body_steps = STEPS.get(path[0], (0, 0))
    if path[0] in node and schema_steps:
        child = node
        for key in path[:schema_steps]:
            child = child[key]
        yield from ([here, *trail] for trail in _trails(root, child, path[schema_steps:], steps + body_steps))
