"""The rules of the schema files: each contract keeps them, and each rule can be broken."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.support.bodies import CONTRACTS
from vidconform.contracts.contract import Contract
from vidconform.contracts.requirements import Level
from vidconform.contracts.schema_lint import lint, lint_schema

LEVELS = {
    "task-is-object": Level.MUST,
    "id-type": Level.MUST,
    "id-present": Level.MUST,
    "status-type": Level.MUST,
    "result-type": Level.MUST,
    "status-words": Level.SHOULD,
    "seconds-type": Level.SHOULD,
    "seconds-form": Level.MAY,
    "members-present": Level.MAY,
}

GOOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A schema that keeps every rule",
    "type": "object",
    "x-requirement": "task-is-object",
    "properties": {
        "id": {"x-role": "id", "type": "string", "x-requirement": "id-type"},
        "status": {
            "x-role": "status",
            "type": "string",
            "x-requirement": "status-type",
            "x-hedged": {"anyOf": [{"$ref": "#/$defs/waiting"}], "x-requirement": "status-words"},
        },
        "seconds": {"if": {"type": "null"}, "else": {"$ref": "#/$defs/seconds"}},
        "created_at": {"x-role": "created", "x-unit": "seconds"},
    },
    "allOf": [
        {"required": ["id"], "x-requirement": "id-present"},
        {
            "if": {"type": "object", "required": ["status"], "properties": {"status": {"$ref": "#/$defs/waiting"}}},
            "else": {"properties": {"url": {"$ref": "#/$defs/url"}}},
        },
    ],
    "x-hedged": {"required": ["status", "seconds"], "x-requirement": "members-present"},
    "$defs": {
        "waiting": {"enum": ["queued"]},
        "url": {"type": "string", "x-requirement": "result-type"},
        "seconds": {
            "x-hedged": {
                "type": "string",
                "x-requirement": "seconds-type",
                "x-hedged": {"pattern": "^[0-9]+$", "x-requirement": "seconds-form"},
            }
        },
    },
}

BROKEN: dict[str, tuple[str, Any, str]] = {
    "a requirement under if": ("/allOf/1/if/x-requirement", "id-type", "stands under if"),
    "a requirement under not": ("/properties/id/not", {"const": "", "x-requirement": "id-type"}, "stands under not"),
    "a requirement under anyOf": ("/$defs/waiting/x-requirement", "status-words", "stands under anyOf"),
    "a requirement under oneOf": (
        "/properties/id/oneOf", [{"minLength": 1, "x-requirement": "id-type"}], "stands under oneOf",
    ),
    "a requirement under contains": (
        "/properties/id/contains", {"const": 1, "x-requirement": "id-type"}, "stands under contains",
    ),
    "an if without a type": ("/allOf/1/if", {"required": ["status"]}, "an if states its type"),
    "an if that is no object": ("/allOf/1/if", True, "an if states its type"),
    "required beside other assertions": ("/required", ["id"], "a member of allOf of its own"),
    "required without its own requirement": ("/allOf/0/x-requirement", None, "a member of allOf of its own"),
    "required beside a reference": ("/allOf/0/$ref", "#/$defs/waiting", "a member of allOf of its own"),
    "required that is no member of allOf": (
        "/allOf/1/then", {"required": ["id"], "x-requirement": "id-present"}, "a member of allOf of its own",
    ),
    "one MUST for two members": ("/allOf/0/required", ["id", "status"], "one x-requirement for id, status"),
    "an assertion without an owner": ("/x-requirement", None, "no x-requirement at or above it owns type"),
    "a choice without an owner": ("/properties/created_at/x-hedged", {"anyOf": [{"type": "integer"}]}, "owns anyOf"),
    "a refusal of all values without an owner": (
        "/properties/created_at/x-hedged", {"additionalProperties": False}, "owns additionalProperties",
    ),
    "a hedged assertion owned by its host alone": (
        "/properties/status/x-hedged/x-requirement", None, "/properties/status/x-hedged: no x-requirement",
    ),
    "a referenced assertion without an owner": (
        "/$defs/seconds/x-hedged/x-requirement", None, "/$defs/seconds/x-hedged: no x-requirement",
    ),
    "a MUST under x-hedged": ("/properties/status/x-hedged/x-requirement", "id-type", "'id-type' is MUST"),
    "a MUST in a referenced hedge": ("/$defs/seconds/x-hedged/x-requirement", "id-type", "'id-type' is MUST"),
    "a MUST referenced from a hedge": (
        "/properties/created_at/x-hedged", {"$ref": "#/$defs/url"}, "/$defs/url: 'result-type' is MUST",
    ),
    "a SHOULD without a hedge": ("/properties/id/x-requirement", "status-words", "belongs under x-hedged"),
    "a requirement without a row": ("/properties/id/x-requirement", "no-such-row", "has no row"),
    "a requirement that nothing reaches": (
        "/$defs/forgotten", {"type": "string", "x-requirement": "id-type"}, "/$defs/forgotten: no $ref reaches",
    ),
    "a requirement that cannot be unmet": ("/properties/id/type", None, "owns no assertion"),
    "an $id": ("/$id", "https://example.org/task", "'$id' is not one of the keywords"),
    "an assertion that nothing asserts": ("/properties/id/format", "uuid", "'format' is not one of the keywords"),
    "a misspelt keyword": ("/properties/id/patern", "^a", "'patern' is not one of the keywords"),
    "definitions inside": ("/properties/id/$defs", {}, "$defs stands at the top"),
    "JSON in a text that nobody looks into": (
        "/allOf/1/if/contentSchema", {"type": "object"}, "contentSchema stands under if, where nothing looks at it",
    ),
    "a sum that nobody adds up": (
        "/$defs/waiting/x-sum", ["id", 1], "x-sum stands under anyOf, where nothing looks at it",
    ),
    "a role twice": ("/properties/created_at/x-role", "status", "stands at /properties/status already"),
    "a role outside properties": ("/x-role", "object", "is found at a member of properties alone"),
    "a unit without a role": ("/properties/seconds/x-unit", "seconds", "stands beside an x-role"),
}  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_every_contract_keeps_the_rules(contract: Contract) -> None:
    assert lint(contract) == []


def test_the_schema_that_is_broken_below_keeps_every_rule() -> None:
    assert lint_schema(GOOD, LEVELS) == []


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_can_be_broken(name: str) -> None:
    pointer, value, fragment = BROKEN[name]
    sentences = lint_schema(changed(pointer, value), LEVELS)
    assert [sentence for sentence in sentences if fragment in sentence]


def test_a_requirement_is_wrong_in_a_request_body_and_assertions_there_need_no_owner() -> None:
    body = {"type": "object", "required": ["model"], "properties": {"model": {"x-role": "model", "type": "string"}}}
    assert lint_schema(body, None) == []
    body["x-requirement"] = "model-type"
    assert "stands in a request body" in lint_schema(body, None)[0]


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """Return the good schema with one place set, or removed where the value is None."""
    schema = copy.deepcopy(GOOD)
    *path, last = pointer.split("/")[1:]
    node: Any = schema
    for key in path:
        node = node[int(key)] if isinstance(node, list) else node[key]
    node[last] = value
    if value is None:
        del node[last]
    return schema
