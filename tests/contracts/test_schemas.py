"""A schema file as it is judged: hedges apart and in order, id spaces as patterns, roles where they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.reply_views import BY_ID
from vidconform.contracts.fields import Field
from vidconform.contracts.loading import load_schema
from vidconform.contracts.merged_hedges import merge_hedges
from vidconform.contracts.provider import IdSpace
from vidconform.contracts.schemas import Schema
from vidconform.errors.error_types import DataFileProblem

SPACES = {"public": IdSpace("^video_", "video_0"), "own": IdSpace("^task_", "task_0")}


@pytest.mark.parametrize(
    ("source", "merged"),
    [
        ({"x-id-space": "public"}, {"type": "string", "pattern": "^video_"}),
        ({"x-id-space": ["own"]}, {"type": "string", "pattern": "^task_"}),
        ({"x-id-space": ["public", "own"]}, {"type": "string", "pattern": "(?:^video_)|(?:^task_)"}),
        ({"type": "integer", "x-id-space": "own"}, {"type": "integer", "pattern": "^task_"}),
        (
            {"type": "string", "x-hedged": {"minLength": 1}},
            {"type": "string", "allOf": [{"x-hedge": True, "minLength": 1}]},
        ),
        (
            {"allOf": [{"type": "string"}], "x-hedged": {"x-hedged": {"x-id-space": "own"}}},
            {"allOf": [{"type": "string"}, {"x-hedge": True, "allOf": [{"x-hedge": True, "pattern": "^task_"}]}]},
        ),
        (
            {"properties": {"a": {"x-id-space": "own"}, "b": True}, "items": {"x-hedged": {}}},
            {
                "properties": {"a": {"type": "string", "pattern": "^task_"}, "b": True},
                "items": {"allOf": [{"x-hedge": True}]},
            },
        ),
        (
            {"anyOf": [True, {"x-id-space": "own"}], "$defs": {"id": {"x-id-space": "public"}}},
            {
                "anyOf": [True, {"type": "string", "pattern": "^task_"}],
                "$defs": {"id": {"type": "string", "pattern": "^video_"}},
            },
        ),
    ],
)
def test_a_hedge_is_one_more_member_of_all_of(source: dict[str, Any], merged: dict[str, Any]) -> None:
    before = json.dumps(source)
    assert merge_hedges(source, SPACES) == merged
    assert json.dumps(source) == before


def test_an_id_space_that_the_provider_lacks_is_named(tmp_path: Path) -> None:
    file = tmp_path / "task.schema.json"
    file.write_text('{"properties": {"id": {"x-id-space": "publik"}}}', "utf-8")
    with pytest.raises(DataFileProblem, match=r"x-id-space 'publik' is not in provider\.toml; it has public, own"):
        load_schema(file, SPACES)


def schema(source: dict[str, Any]) -> Schema:
    return Schema(Path("task.schema.json"), source, source)


def test_a_role_is_found_wherever_its_member_is_described() -> None:
    made = {"properties": {"id": {"x-role": "pending-id", "x-unit": "seconds"}, "note": {}}}
    found = schema(
        {
            "properties": {
                "input": {"allOf": [{"properties": {"model": {"x-role": "model"}}}], "then": made},
                "detail": {"$ref": "#/$defs/detail"},
            },
            "$defs": {"detail": {"x-hedged": {"properties": {"a/b": {"x-role": "detail-id"}}}}},
        }
    )
    assert {role: field.path for role, field in found.fields.items()} == {
        "model": ("input", "model"),
        "pending-id": ("input", "id"),
        "detail-id": ("detail", "a/b"),
    }
    assert [found.fields[role].unit for role in ("pending-id", "model")] == ["seconds", None]
    assert found.fields["detail-id"].pointer == "/detail/a~1b"
    assert found.fields["detail-id"].read({"detail": {"a/b": 7}}) == 7
    assert found.fields["detail-id"].read({"detail": [7]}) is None
    assert found.members == {"input", "detail"}


@pytest.mark.parametrize("above", [{}, {"data": {}}, {"data": {"other": 1}}, {"data": "task_1"}, {"data": None}])
def test_a_value_can_be_put_wherever_a_field_stands(above: dict[str, Any]) -> None:
    place = Field(("data", "task", "status"), None)
    place.write(above, "SUCCESS")
    assert place.read(above) == "SUCCESS"
    assert above["data"].get("other") in (None, 1)


def test_of_two_places_of_a_role_the_first_counts() -> None:
    twice = schema({"properties": {"a": {"x-role": "id"}, "b": {"x-role": "id"}}})
    assert twice.fields["id"].path == ("a",)


def test_a_binding_is_found_by_its_pointer_in_the_source() -> None:
    bound = BY_ID["gptge/videos"].task.bound
    assert bound["task-is-object"] == [""]
    assert bound["id-shape"] == ["/properties/id/x-hedged"]
    assert bound["id-present"] == ["/allOf/0"]
    assert bound["progress-range"] == ["/$defs/progress/x-hedged"]


@pytest.mark.parametrize(
    ("contract", "ranked"),
    [
        ("octopusx/query", [["pending", "queued"], ["processing"], ["completed"], ["failed"], ["cancelled"]]),
        ("octopusx/videos", [["queued"], ["in_progress"], ["completed"], ["failed"], []]),
        ("opeai/videos", [["NOT_START"], ["SUBMITTED"], ["QUEUED"], ["IN_PROGRESS"], ["SUCCESS"], ["FAILURE"], []]),
        ("gptge/videos", [[], [], ["completed"], [], []]),
    ],
)
def test_a_task_comes_further_with_each_phase_and_with_each_word_of_an_ordered_one(
    contract: str, ranked: list[list[str]]
) -> None:
    ranks = BY_ID[contract].task.ranks
    groups = [{ranks[word] for word in words} for words in ranked if words]
    assert all(len(group) == 1 for group in groups)
    assert sorted(groups, key=min) == groups
    assert sorted(ranks) == sorted(word for words in ranked for word in words)
    assert len({min(group) for group in groups}) == len(groups)
