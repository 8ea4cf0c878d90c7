"""A reply tells a field where it is well-formed, in one unit, and never more than the reply shows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.reply_views import BY_ID, JSON, view
from vidconform.contracts.schemas import Schema

GPTGE, QUERY, VIDEOS = BY_ID["gptge/videos"], BY_ID["octopusx/query"], BY_ID["octopusx/videos"]
CHAINHUB, OPEAI = BY_ID["chainhub/videos"], BY_ID["opeai/videos"]


@pytest.mark.parametrize(
    ("raw", "percent"),
    [
        (0, 0.0), (42, 42.0), (0.5, 0.5), ("42", 42.0), ("007", 7.0), ("1234567890123", 123456789.0),
        ("50%", None), ("-1", None), ("", None), ("\N{ARABIC-INDIC DIGIT THREE}", None), (True, None), ([7], None),
        (None, None),
    ],
)  # fmt: skip
def test_progress_is_told_in_percent_as_a_number_or_as_digits(raw: Any, percent: float | None) -> None:
    value = view(GPTGE, {"progress": raw}).value("progress")
    assert (value, type(value)) == (percent, type(percent))


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (1_762_010_621, 1_762_010_621.0), (1_000_000_000, 1e9), (999_999_999, None),
        (9_999_999_999, 9_999_999_999.0), (10_000_000_000, None), (1_762_010_621.5, 1_762_010_621.5),
        (1_762_010_621_323, None), (True, None), ("1762010621", None), (None, None),
    ],
)  # fmt: skip
def test_a_time_in_seconds_is_one_of_ten_digits(raw: Any, seconds: float | None) -> None:
    value = view(GPTGE, {"created_at": raw}).value("created")
    assert (value, type(value)) == (seconds, type(seconds))


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [(1_762_010_621_323, 1_762_010_621.323), (1_762_010_621, None), (1_000_000_000_000, 1e9), (10**13, None)],
)
def test_a_time_in_milliseconds_is_told_in_seconds(raw: int, seconds: float | None) -> None:
    assert view(CHAINHUB, {"status_update_time": raw}).value("updated") == seconds


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (1_762_010_621, 1_762_010_621.0), (1_762_010_621_323, 1_762_010_621.323),
        (1_000_000_000_000, 1e9), (9_999_999_999, 9_999_999_999.0), (10_000_000_000, None), (10**13, None),
    ],
)  # fmt: skip
def test_a_time_in_either_unit_is_told_by_its_size(raw: int, seconds: float | None) -> None:
    assert view(QUERY, {"status_update_time": raw}).value("updated") == seconds


@pytest.mark.parametrize(
    ("role", "name", "of_seven"), [("id", "id", "7"), ("status", "status", 7), ("result", "video_url", None)]
)
def test_an_id_a_status_and_a_result_are_texts_and_the_first_two_may_be_numbers(
    role: str, name: str, of_seven: object
) -> None:
    assert view(QUERY, {name: "a text"}).value(role) == "a text"
    assert view(QUERY, {name: 7}).value(role) == of_seven
    assert view(QUERY, {name: True}).value(role) is None


def test_any_other_field_is_told_as_it_stands() -> None:
    assert view(GPTGE, {"error": {"code": 1}}).value("error") == {"code": 1}


@pytest.mark.parametrize(
    ("body", "well_formed"),
    [
        ({"progress": 40}, True),
        ({"progress": 180}, True),  # beyond a hedged range, and a number all the same
        ({"progress": "40"}, False),
        ({"progress": None}, False),
        ({}, False),
        ({"progress": 40, "size": 7}, True),
        ({"progress": 40, "status": "completed", "error": "broken"}, True),
    ],
)
def test_a_field_is_well_formed_by_its_own_errors_and_no_others(body: Any, well_formed: bool) -> None:
    assert view(GPTGE, {"id": "video_1", **body}).has("progress") is well_formed


def test_a_field_of_another_type_than_its_hedge_has_is_not_well_formed() -> None:
    hedged = [name for name in ("size", "model", "object") if view(CHAINHUB, {name: "7"}).has(name)]
    assert hedged
    assert not any(view(CHAINHUB, {name: 7}).has(name) for name in hedged)


def test_what_is_no_object_has_no_field() -> None:
    assert not view(GPTGE, ["progress"]).has()
    assert not view(GPTGE, {"progress": 40}, 404).has("progress")
    assert view(GPTGE, {}).has()


def test_a_field_inside_an_object_falls_with_the_object() -> None:
    whole = {"detail": {"id": "task_1", "status": "pending", "input": {"prompt": "a cat", "model": "sora-2"}}}
    assert view(CHAINHUB, whole).has("detail-id", "input-prompt")
    assert not view(CHAINHUB, {"detail": [whole["detail"]]}).has("detail-id")
    broken = {"detail": {**whole["detail"], "input": "a cat"}}
    assert view(CHAINHUB, broken).has("detail-id")
    assert not view(CHAINHUB, broken).has("input-prompt")


NESTED = {
    "x-requirement": "task-is-object",
    "properties": {
        "detail": {"x-role": "error", "minProperties": 2, "properties": {"id": {"x-role": "id", "type": "string"}}},
        "details": {"x-role": "object", "type": "string"},
    },
}


@pytest.mark.parametrize(
    ("detail", "details", "well_formed"),
    [
        ({"id": "1", "note": 1}, "x", {"error", "id", "object"}),
        ({"id": "1"}, "x", {"object"}),  # what is wrong with an object is wrong with its members
        ({"id": 1, "note": 1}, "x", {"object"}),  # and the other way round
        ({"id": "1", "note": 1}, 7, {"error", "id"}),  # another name that starts alike is another place
    ],
)
def test_a_field_falls_with_what_it_is_in_and_with_what_is_in_it(
    detail: Any, details: Any, well_formed: set[str]
) -> None:
    schema = Schema(Path("task.schema.json"), NESTED, NESTED)
    contract = replace(GPTGE, schemas={"task.schema.json": schema})
    one = view(contract, {"detail": detail, "details": details})
    assert {role for role in ("error", "id", "object") if one.has(role)} == well_formed


def test_a_role_that_a_contract_does_not_have_is_nowhere() -> None:
    assert not view(OPEAI, {"progress": 40}).has("progress")
    assert view(OPEAI, {"progress": 40}).raw("progress") is None
    assert view(OPEAI, {"progress": 40}).pointer("progress") == ""
    assert view(CHAINHUB, {}).pointer("input-prompt") == "/detail/input/prompt"


@pytest.mark.parametrize(
    ("sent", "members"),
    [
        (None, {}),
        (b"", {}),
        (["model"], {}),
        ({"model": "sora-2", "seconds": "5"}, {"model": "sora-2", "seconds": "5"}),
    ],
)
def test_the_members_of_a_request_are_those_of_its_object(sent: Any, members: dict[str, Any]) -> None:
    created = view(VIDEOS, {}, role="create", sent=sent)
    assert created.sent == members
    assert created.sent_value("seconds") == members.get("seconds")


def test_nothing_is_known_to_be_sent_where_no_creation_is_documented() -> None:
    assert view(GPTGE, {}, sent={"seconds": "5"}).sent_value("seconds") is None
    assert view(VIDEOS, {}, sent={"progress": 5}).sent_value("progress") is None


@pytest.mark.parametrize(
    ("body", "code", "role", "shows"),
    [
        ({"id": "video_1"}, 200, "retrieve", True),
        ({"status": "queued", "note": 1}, 200, "retrieve", True),
        ({"note": 1}, 200, "retrieve", False),
        ({}, 200, "retrieve", False),
        (["id"], 200, "retrieve", False),
        ("id", 200, "retrieve", False),
        (b"<html>", 200, "retrieve", False),
        ({}, 404, "retrieve", True),
        (b"\0\0\0\x18ftypmp42", 200, "content", True),
        ({"id": "video_1"}, 200, "content", False),
        ({}, 404, "content", True),
    ],
)
def test_a_success_shows_something_by_a_documented_member_or_bytes(
    body: Any, code: int, role: str, shows: bool
) -> None:
    assert view(VIDEOS, body, code, role=role).shows_something is shows


def test_a_reading_counts_as_looked_at_from_then_on() -> None:
    one = view(GPTGE, {})
    assert one.observed is False
    one.observe()
    assert one.observed is True


def test_a_body_is_walked_once() -> None:
    one = view(GPTGE, {"id": "video_1"})
    assert one.findings(GPTGE.task) is one.findings(GPTGE.task)


def test_an_altered_copy_differs_in_what_was_named_alone() -> None:
    task = {"id": "video_1", "status": "queued"}
    one = view(GPTGE, task, headers=(("Content-Type", "application/json"), ("X-Trace", "7")), cut=True)
    coded = one.altered(code=404)
    assert (coded.reply.status, coded.reply.body) == (404, one.reply.body)
    assert one.altered(headers={"x-trace": "8"}).reply.headers == (*JSON, ("x-trace", "8"))
    assert one.altered().reply.headers == (*JSON, ("x-trace", "7"))
    assert one.altered(body={"id": "another"}).reply.body == b'{"id": "another"}'
    assert one.altered(body=b"<html>").reply.body == b"<html>"
    assert [copy.reply.cut for copy in (coded, one.altered(body=b""))] == [True, True]
    assert (one.reply.status, json.loads(one.reply.body)) == (200, task)


def test_a_field_is_altered_where_its_role_stands_and_made_where_there_is_none() -> None:
    task = {"detail": {"id": "task_1", "input": {"prompt": "a cat"}}, "id": "sora-2:task_1"}
    one = view(CHAINHUB, task)
    assert one.altered(input_prompt="a dog").body == {**task, "detail": {"id": "task_1", "input": {"prompt": "a dog"}}}
    assert one.altered(id="x", status="pending").body == {**task, "id": "x", "status": "pending"}
    assert one.altered(pending_id="task_2").body["detail"]["pending_info"] == {"id": "task_2"}
    assert one.body == task


@pytest.mark.parametrize(
    ("body", "code", "tells"),
    [
        ({"id": "video_1"}, 200, True), ({"status": "queued"}, 200, True), ({"id": None, "model": "x"}, 200, False),
        ({}, 200, False), ([], 200, False), ({"id": "video_1", "status": "queued"}, 404, False),
    ],
)  # fmt: skip
def test_a_reply_tells_a_task_by_its_id_or_its_status(body: Any, code: int, tells: bool) -> None:
    assert view(GPTGE, body, code).tells_a_task is tells
