"""Whose error it is: a second reading of every error, by another validator and another way, names the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.support.bodies import (
    CONTRACTS,
    DROPPED,
    Path,
    by_status,
    changed,
    conforming,
    declared,
    documented,
    places,
    recorded,
    second_validator,
    words,
)
from vidconform.contracts.contract import Contract
from vidconform.contracts.error_ownership import findings, findings_in
from vidconform.contracts.requirements import Level
from vidconform.contracts.schemas import Schema
from vidconform.run.session import Session

VALUES: tuple[Any, ...] = (
    DROPPED, None, True, -1, 101, 1.5, 1762010621, 1762010621323, "", "x", "https://cdn.example/v.mp4", [7], ["x"], {},
    {"x": ""},
)  # fmt: skip
FEWER: tuple[Any, ...] = (DROPPED, None, -1, "x", ["x"], {})
ADDED: tuple[Any, ...] = ("x", -1, {})

# What a keyword adds to the two paths of an error: steps in the schema, steps in the body.
STEPS = {"properties": (2, 1), "items": (1, 1), "prefixItems": (2, 1), "allOf": (2, 0), "then": (1, 0), "else": (1, 0)}

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


@each_contract
def test_a_status_word_that_no_document_knows_breaks_the_row_of_the_words_alone(
    contract: Contract, session: Session
) -> None:
    place = contract.task.fields["status"]
    bodies = [body for body in conforming(session, contract) if place.read(body) is not None]
    found = [unmet(contract.task, changed(body, place.path, "vidconform")) for body in bodies]
    before = [unmet(contract.task, body) for body in bodies]
    new = [rows - known for rows, known in zip(found, before, strict=True)]
    assert bodies
    assert [rows for rows in new if len(rows) > 1 or not all("status" in row for row in rows)] == []


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_one_change_breaks_the_rows_that_own_the_broken_nodes_and_no_other(
    contract: Contract, session: Session
) -> None:
    broken = set()
    shown = [*conforming(session, contract), *documented(contract, contract.task)]
    for body in by_status(contract, shown):
        for path, value in changes(body, contract.task):
            change = changed(body, path, value)
            found = unmet(contract.task, change)
            assert found == owners(contract.task, change), (path, value)
            broken |= found
    # A row that no change breaks would be a row that cannot fail.
    assert set(contract.task.bound) - broken == set()


@pytest.mark.sampled(5)
@each_contract
def test_a_valid_body_meets_the_same_by_the_short_way_as_by_the_long_one(contract: Contract, session: Session) -> None:
    short, long = contract.task, replace(contract.task)
    vars(long)["hedged_rows"] = None
    shown = [*conforming(session, contract), *documented(contract, short)]
    tried = [changed(body, path, value) for body in by_status(contract, shown) for path, value in changes(body, short)]
    valid = [body for body in (*shown, *tried) if short.validator.is_valid(body)]
    assert len(valid) > len(shown)
    for body in valid:
        assert _told(short, body) == _told(long, body)


def _told(schema: Schema, body: Any) -> list[tuple[str, str, bool, int]]:
    found = findings(schema, body)
    return sorted((one.requirement, one.pointer, one.hedged, len(one.errors)) for one in found)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "contract",
    [c for c in CONTRACTS if ENVELOPE in c.schemas and documented(c, c.schemas[ENVELOPE])],
    ids=lambda contract: contract.id,
)
def test_the_rows_of_an_error_envelope_are_broken_one_by_one(contract: Contract) -> None:
    schema = contract.schemas[ENVELOPE]
    shown = documented(contract, schema)
    assert [unmet(schema, body) for body in shown] == [set()] * len(shown)
    broken = [changed(body, path, value) for body in shown for path, value in changes(body, schema)]
    assert [unmet(schema, change) for change in broken] == [owners(schema, change) for change in broken]
    assert set().union(*(unmet(schema, change) for change in broken)) == set(schema.bound)


def test_a_long_body_is_not_kept_beyond_its_reply() -> None:
    task = CONTRACTS[0].task
    short, long = b'{"id": "x"}', b'{"id": "' + b"x" * 20_000 + b'"}'
    assert findings_in(task, short) is findings_in(task, short)
    assert findings_in(task, long) is not findings_in(task, long)
    assert findings_in(task, long) == findings(task, {"id": "x" * 20_000})


def changes(body: Any, schema: Schema) -> Iterator[tuple[Path, Any]]:
    """Yield each change of one place: any value at the top and at every member, and every word as the status."""
    here = list(places(body))
    yield from (((), value) for value in VALUES if value is not DROPPED)
    yield from ((path, value) for path in here for value in (VALUES if len(path) < 3 else FEWER))
    lacking = declared(schema) - set(here)
    yield from ((path, value) for path in sorted(lacking) for value in ADDED)
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
    child = node if schema_steps else None
    for key in path[:schema_steps]:
        # A member may be described behind the reference alone.
        child = child.get(key) if isinstance(child, dict) else child and child[key]
    if child is not None:
        yield from ([here, *trail] for trail in _trails(root, child, path[schema_steps:], steps + body_steps))
