"""Fields and pointers lead through a text that holds JSON, and through no other text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vidconform.contracts.fields import Field, decoded, resolve


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1]", [1]),
        ("7", "7"),
        ('"text"', '"text"'),
        ("{a}", "{a}"),
        ('{"a": NaN}', '{"a": NaN}'),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ("{\ud800", "{\ud800"),
        ({"a": 1}, {"a": 1}),
        (None, None),
    ],
)
def test_a_text_counts_as_what_it_holds_where_that_is_an_object_or_an_array(value: Any, told: Any) -> None:
    assert decoded(value) == told


def test_a_field_is_read_and_written_inside_a_text_which_stays_one() -> None:
    field, body = Field(("data", "task", 0, "id"), None), {"data": json.dumps({"task": [{"id": "x"}], "n": 1})}
    assert (field.read(body), resolve(body, field.pointer)) == ("x", "x")
    field.write(body, "y")
    assert json.loads(body["data"]) == {"task": [{"id": "y"}], "n": 1}


def test_what_stands_in_the_way_of_a_field_is_made_anew() -> None:
    for stands in ("no JSON", "[1]", 7, None):
        body: dict[str, Any] = {"data": stands}
        Field(("data", "id"), None).write(body, "x")
        assert Field(("data", "id"), None).read(body) == "x"
    assert resolve({"data": "no JSON"}, "/data/id") is None
