"""What a body meets and breaks, node by node: met where it is reached without an error, and nothing where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidconform.contracts.error_ownership import children, findings
from vidconform.contracts.merged_hedges import merge_hedges
from vidconform.contracts.schemas import Schema

SOURCE: dict[str, Any] = {
    "type": "object",
    "x-requirement": "task-is-object",
    "properties": {
        "status": {
            "type": "string",
            "x-requirement": "status-type",
            "x-hedged": {"anyOf": [{"enum": ["queued"]}, {"enum": ["done"]}], "x-requirement": "status-words"},
        },
        "seconds": {"if": {"type": "null"}, "else": {"type": "string", "x-requirement": "seconds-type"}},
        "progress": {
            "x-hedged": {
                "type": "integer",
                "x-requirement": "progress-type",
                "x-hedged": {"minimum": 0, "x-requirement": "progress-range"},
            }
        },
        "urls": {"items": {"type": "string", "x-requirement": "url-type"}},
    },
    "allOf": [{"required": ["status"], "x-requirement": "status-present"}],
    "x-hedged": {"required": ["progress"], "x-requirement": "progress-present"},
}
SCHEMA = Schema(Path("task.schema.json"), SOURCE, merge_hedges(SOURCE, {}))
HEDGED = {"status-words", "progress-type", "progress-range", "progress-present"}


def met(body: Any) -> set[str]:
    return {finding.requirement for finding in findings(SCHEMA, body) if not finding.errors}


def unmet(body: Any) -> set[str]:
    return {finding.requirement for finding in findings(SCHEMA, body) if finding.errors}


@pytest.mark.parametrize(
    ("body", "kept", "broken"),
    [
        (
            {"status": "done", "progress": 7, "seconds": "5", "urls": ["a"]},
            {"task-is-object", "status-type", "status-present", "seconds-type", "url-type", *HEDGED},
            set(),
        ),
        ({"status": "done", "seconds": None, "urls": []}, {"task-is-object", "status-type", "status-present",
                                                           "status-words"}, {"progress-present"}),
        ({}, {"task-is-object"}, {"status-present", "progress-present"}),
        ([], {"status-present"}, {"task-is-object"}),
        ({"status": 7, "progress": 7}, {"task-is-object", "status-present", *HEDGED - {"status-words"}},
         {"status-type"}),
        ({"status": "other", "progress": -1}, {"task-is-object", "status-present", "status-type", "progress-type",
                                               "progress-present"}, {"status-words", "progress-range"}),
        ({"status": "queued", "progress": "x"}, {"task-is-object", "status-present", "status-type", "status-words",
                                                 "progress-present"}, {"progress-type"}),
        ({"status": "queued", "progress": 1, "seconds": 5, "urls": ["a", 1]},
         {"task-is-object", "status-present", "status-type", "url-type", *HEDGED}, {"seconds-type", "url-type"}),
    ],
)  # fmt: skip
def test_a_node_is_met_or_unmet_where_the_body_reaches_it(body: Any, kept: set[str], broken: set[str]) -> None:
    assert unmet(body) == broken
    assert met(body) == kept


def test_a_finding_says_whether_it_is_hedged() -> None:
    found = findings(SCHEMA, {"status": "done", "progress": 7})
    assert {finding.requirement for finding in found if finding.hedged} == HEDGED


def test_an_error_has_its_place_in_the_body_and_in_the_schema() -> None:
    (broken,) = [finding for finding in findings(SCHEMA, {"status": "done", "progress": -1}) if finding.errors]
    (error,) = broken.errors
    assert (broken.pointer, error.pointer, error.keyword) == ("/progress", "/progress", "minimum")
    assert error.schema_pointer.endswith("/minimum")


def test_a_hedge_within_a_hedge_is_judged_after_all_others() -> None:
    found = [finding.requirement for finding in findings(SCHEMA, {"status": "done", "progress": 7, "seconds": 5})]
    assert found[-1] == "progress-range"
    assert set(found[-4:]) == HEDGED


@pytest.mark.parametrize(
    ("condition", "body"),
    [({"type": "null"}, None), ({"type": "null"}, "x"), ({"anyOf": [{"type": "null"}, {"const": 1}]}, None),
     ({"not": {"type": "null"}}, "x")],
)  # fmt: skip
def test_the_condition_of_an_if_is_neither_met_nor_unmet(condition: Any, body: Any) -> None:
    source = {"x-requirement": "a", "if": {"x-requirement": "b", **condition}, "then": {"x-requirement": "c"}}
    schema = Schema(Path("task.schema.json"), source, source)
    found = findings(schema, body)
    assert {finding.requirement for finding in found} - {"c"} == {"a"}
    assert not any(finding.errors for finding in found)


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_a_branch_that_is_not_taken_is_no_error(word: str) -> None:
    source = {"x-requirement": "a", word: [{"type": "null"}, {"type": "string"}]}
    schema = Schema(Path("task.schema.json"), source, source)
    assert [finding.errors for finding in findings(schema, "x")] == [[]]
    assert [bool(finding.errors) for finding in findings(schema, 7)] == [True]


@pytest.mark.parametrize(("valid", "seen"), [(True, ["/anyOf/1"]), (False, ["/anyOf/0", "/anyOf/1"])])
def test_a_branch_that_fails_is_no_error_where_another_is_taken(valid: bool, seen: list[str]) -> None:
    branches = [{"evaluationPath": "/anyOf/0", "valid": False}, {"evaluationPath": "/anyOf/1", "valid": valid}]
    unit = {"evaluationPath": "", "valid": valid, "details": branches}
    assert [child["evaluationPath"] for child in children(unit)] == seen


ROW: dict[str, Any] = {"type": "string", "x-requirement": "row"}
HEDGE: dict[str, Any] = {"x-hedged": {"pattern": "^a", "x-requirement": "hedge", "x-hedged": {"$ref": "#/$defs/more"}}}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (SOURCE, HEDGED),
        ({"properties": {"a": HEDGE}, "$defs": {"more": ROW}}, {"hedge", "row"}),
        ({"properties": {"a": HEDGE, "b": ROW}, "$defs": {"more": ROW}}, None),
        ({"properties": {"a": HEDGE, "b": {"$ref": "#/$defs/more"}}, "$defs": {"more": ROW}}, None),
        ({"properties": {"a": {"anyOf": [ROW, {"type": "null"}]}}}, None),
        ({"properties": {"a": {"if": {"$ref": "#/$defs/more"}}}, "$defs": {"more": ROW}}, None),
        ({"properties": {"a": {"x-sum": ["b"], "x-requirement": "sum"}}}, None),
        ({"properties": {"a": {"contentSchema": ROW}}}, None),
    ],
)
def test_annotations_alone_tell_of_a_valid_body_only_where_each_row_is_a_hedge_or_none(
    source: dict[str, Any], told: set[str] | None
) -> None:
    assert Schema(Path("task.schema.json"), source, merge_hedges(source, {})).hedged_rows == told
