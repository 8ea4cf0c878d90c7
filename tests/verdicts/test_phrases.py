"""What a person reads of a schema's error: what was asked for, what stands there, and never more than a line of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidconform.contracts.error_ownership import SchemaError
from vidconform.contracts.fields import resolve
from vidconform.contracts.merged_hedges import merge_hedges
from vidconform.contracts.schemas import Schema
from vidconform.verdicts.phrases import LONGEST, expected, received, shorten, show

SOURCE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": ["string", "null"], "pattern": "^v"},
        "status": {"anyOf": [{"enum": ["queued"]}, {"enum": ["done", "failed"]}, {"type": "null"}, {"const": True}]},
        "progress": {"minimum": 0, "maximum": 100, "minLength": 2, "multipleOf": 5},
    },
}
SCHEMA = Schema(Path("task.schema.json"), SOURCE, SOURCE)
PROGRESS = "/properties/progress"


def error(schema_pointer: str, pointer: str = "/status") -> SchemaError:
    return SchemaError(schema_pointer.rpartition("/")[2], pointer, schema_pointer)


def test_words_in_any_case_sums_and_json_in_a_text_are_asked_for_in_words() -> None:
    members = {
        "word": {"x-any-case": True, "enum": ["Queued", "Done"]},
        "gone": {"x-sum": ["made", 86400]},
        "data": {"contentMediaType": "application/json", "contentSchema": {"properties": {"n": {"minimum": 1}}}},
    }
    source = {"properties": members}
    schema = Schema(Path("task.schema.json"), source, merge_hedges(source, {}))
    told = {"inside": '{"n": 0}'}
    asked = [
        (error("/properties/word/pattern"), 'one of "Queued", "Done"'),
        (error("/properties/gone/x-sum"), "the sum of made and 86400"),
        (error("/properties/data/x-content"), "a text that holds JSON"),
        (error("/properties/data/x-content/properties/n/minimum", "/inside/n"), "at least 1"),
    ]
    assert [expected(schema, [one]) for one, _ in asked] == [words for _, words in asked]
    assert received(schema, asked[3][0], told) == "0 at /inside/n"


def test_a_text_of_a_line_is_shown_whole_and_a_longer_one_with_its_length() -> None:
    assert LONGEST == 300
    assert shorten("x" * 300) == "x" * 300
    assert shorten("x" * 301) == f"{'x' * 300}... (301 characters)"


def test_what_cannot_be_printed_is_made_visible() -> None:
    assert shorten("a\x1b[31m\n\0é") == "a\\x1b[31m\\x0a\\x00é"
    assert shorten("\ufeff{}\ud800\U000e0001") == "\\ufeff{}\\ud800\\U000e0001"


def test_only_what_is_shown_is_looked_at() -> None:
    looked: list[str] = []

    class Text(str):
        __slots__ = ()

        def __getitem__(self, key: Any) -> str:
            looked.append(str(str.__getitem__(self, key)))
            return looked[-1]

    shorten(Text("x" * 100_000))
    assert [len(part) for part in looked] == [LONGEST + 1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", '"é"'),
        (None, "null"),
        ({"a": [1, {"b": "x" * 241}]}, '{"a": [1, {"b": "' + "x" * 240 + '... (241 characters)"}]}'),
        (["x" * 200, "x" * 200], f'["{"x" * 200}", "{"x" * 94}... (408 characters)'),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, 5]"),
        ([1, 2, 3, 4, 5, 6], '[1, 2, 3, 4, 5, "... (6 items)"]'),
        ({str(n): n for n in range(21)}, "{" + ", ".join(f'"{n}": {n}' for n in range(20)) + ', "...": "21 members"}'),
        ({"n" * 61: 1}, '{"' + "n" * 60 + '...": 1}'),
        ("x" * 240, f'"{"x" * 240}"'),
        ("x" * 100_000, f'"{"x" * 240}... (100000 characters)"'),
    ],
)
def test_a_value_is_shown_as_json_and_its_first_parts_alone(value: Any, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    ("schema_pointer", "sentence"),
    [
        ("/type", "type object"),
        ("/properties/id/type", "type string or null"),
        ("/required", "the members id, status"),
        ("/properties/id/pattern", "a text that matches ^v"),
        ("/properties/status/anyOf/1/enum", 'one of "done", "failed"'),
        ("/properties/status/anyOf/3/const", "true"),
        (f"{PROGRESS}/minimum", "at least 0"),
        (f"{PROGRESS}/maximum", "at most 100"),
        (f"{PROGRESS}/minLength", "at least 2 characters"),
        (f"{PROGRESS}/multipleOf", "multipleOf 5"),
        ("/properties/other/format", "format null"),
    ],
)
def test_what_an_assertion_asks_for_is_a_sentence(schema_pointer: str, sentence: str) -> None:
    assert expected(SCHEMA, [error(schema_pointer)]) == sentence


def test_the_branches_of_a_choice_are_told_together() -> None:
    branches = [error(f"/properties/status/anyOf/{at}") for at in ("2/type", "0/enum", "1/enum", "2/type")]
    assert expected(SCHEMA, branches) == 'one of "queued", "done", "failed" or null, or the member left out'


def test_an_error_elsewhere_is_not_told_with_the_first() -> None:
    errors = [error("/properties/id/type", "/id"), error(f"{PROGRESS}/minimum", "/progress")]
    assert expected(SCHEMA, errors) == "type string or null"
    assert expected(SCHEMA, [*errors, error("/properties/id/pattern", "/id")]).endswith(" or a text that matches ^v")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"note": 1, "model": 2}, "no id, status, but the members note, model"),
        ({}, "no id, status, but the members none"),
        (
            {str(n): n for n in range(30)},
            f"no id, status, but the members {', '.join(map(str, range(20)))}, ... (30 in all)",
        ),
        ({"n" * 400: 1}, f"no id, status, but the members {'n' * 300}... (400 characters)"),
        (["id"], '["id"]'),
    ],
)
def test_a_missing_member_is_told_by_those_that_are_there(body: Any, sentence: str) -> None:
    assert received(SCHEMA, error("/required", ""), body) == sentence


def test_what_stands_in_the_wrong_place_is_told_with_the_place() -> None:
    assert received(SCHEMA, error("/properties/id/type", "/id"), {"id": {"a": 1}}) == '{"a": 1} at /id'
    assert received(SCHEMA, error("/type", ""), [7]) == "[7]"
    assert (
        received(SCHEMA, error("/required", "/error"), {"error": {"code": 1}})
        == "no id, status, but the members code at /error"
    )


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", {"a": [{"~/": 7}]}), ("/a", [{"~/": 7}]), ("/a/0/~0~1", 7), ("/a/0/x/y", None), ("/b", None)],
)
def test_a_pointer_leads_to_a_value_or_to_nothing(pointer: str, value: Any) -> None:
    assert resolve({"a": [{"~/": 7}]}, pointer) == value
