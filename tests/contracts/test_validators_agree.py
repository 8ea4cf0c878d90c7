"""Two validators say the same of every body; where they cannot, the difference stands here with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.support.bodies import DROPPED, SCHEMAS, changed, documented, places, second_validator, words
from tests.support.processes import PROVIDERS
from vidconform.contracts.contract import Contract
from vidconform.contracts.schema_places import subschemas
from vidconform.contracts.schemas import Schema

settings.register_profile(
    "agree", derandomize=True, deadline=None, database=None, max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip

each_schema = pytest.mark.parametrize(
    ("contract", "schema"), SCHEMAS, ids=[f"{contract.id}-{schema.path.name}" for contract, schema in SCHEMAS]
)


@dataclass(frozen=True)
class Difference:
    """A value that jsonschema takes and jsonschema-rs refuses, or the other way round, and why."""

    schema: dict[str, Any]
    value: Any
    taken_by_jsonschema: bool
    reason: str


DIFFERENCES = {
    "final newline": Difference(
        {"pattern": "^[0-9]+$"}, "5\n", True,
        "Python's $ matches before a final newline as well; that of ECMA 262, which JSON Schema names, does not.",
    ),
    "foreign digits": Difference(
        {"pattern": "^\\d$"}, "\N{ARABIC-INDIC DIGIT THREE}", True,
        "Python's \\d is every decimal digit of Unicode, that of ECMA 262 is 0 to 9; our patterns have no \\d.",
    ),
    "foreign letters": Difference(
        {"pattern": "^\\w$"}, "\N{LATIN SMALL LETTER E WITH ACUTE}", True,
        "Python's \\w is every letter of Unicode, that of ECMA 262 is ASCII; our patterns have no \\w.",
    ),
    "binary fractions": Difference(
        {"multipleOf": 0.01}, 19.99, False,
        "19.99 / 0.01 is not whole in binary fractions, jsonschema-rs counts in decimal; we have no multipleOf.",
    ),
}  # fmt: skip

Said = tuple[tuple[str | int, ...], str]


@each_schema
def test_both_say_the_same_of_every_documented_example(contract: Contract, schema: Schema) -> None:
    examples = documented(contract, schema)
    # What a document tells by its shapes alone is held by the next test.
    if not examples:
        pytest.skip("the document shows none")
    for body in examples:
        assert first_says(schema, body) == second_says(schema, body)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("contract", "schema"),
    # Those of the first documents: the validators know no vendor, and each schema takes seconds.
    [(c, schema) for c, schema in SCHEMAS if documented(c, schema) and c.provider.name in PROVIDERS],
    ids=lambda value: value.id if isinstance(value, Contract) else value.path.name,
)
def test_both_say_the_same_of_every_changed_example(contract: Contract, schema: Schema) -> None:
    said = set()

    @given(bodies(documented(contract, schema)))
    @settings(settings.get_profile("agree"))
    def agree(body: Any) -> None:
        if first_says(schema, body) != second_says(schema, body):
            # Only a final newline may explain it, and without it they agree.
            assert first_says(schema, body) > second_says(schema, body)
            body = without_final_newlines(body)
        assert first_says(schema, body) == second_says(schema, body)
        said.add(first_says(schema, body))

    agree()
    # Bodies that are all alike would show nothing; a request of one text has few ways to be wrong.
    assert len(said) > 2


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_listed_difference_is_there(name: str) -> None:
    listed = DIFFERENCES[name]
    assert Draft202012Validator(listed.schema).is_valid(listed.value) == listed.taken_by_jsonschema
    assert jsonschema_rs.validator_for(listed.schema).is_valid(listed.value) != listed.taken_by_jsonschema


@each_schema
def test_a_schema_uses_nothing_else_in_which_they_differ(contract: Contract, schema: Schema) -> None:
    for node in nodes(schema.merged):
        assert "multipleOf" not in node
        for pattern in (node.get("pattern", ""), *node.get("patternProperties", {})):
            plain = pattern.replace("(?:", "(")
            assert plain.isascii()
            assert not any(escape in plain for escape in ("\\d", "\\w", "\\s", "\\b", "\\p", "(?"))


def first_says(schema: Schema, body: Any) -> frozenset[Said]:
    """Return where jsonschema-rs sees an error in a body, and by which keyword."""
    return frozenset((tuple(e.instance_path), str(e.schema_path[-1])) for e in schema.validator.iter_errors(body))


def second_says(schema: Schema, body: Any) -> frozenset[Said]:
    """Return the same of jsonschema."""
    return frozenset((tuple(e.absolute_path), str(e.validator)) for e in second_validator(schema).iter_errors(body))


@st.composite
def bodies(draw: st.DrawFn, examples: list[Any]) -> Any:
    """Draw an example with up to three places changed."""
    body = draw(st.sampled_from(examples))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([(), *places(body)]))
        if not path and isinstance(body, dict):
            body = {**body, draw(names(examples)): draw(values())}
        else:
            body = changed(body, path, draw(values() if not path else values() | st.just(DROPPED)))
    return body


def names(examples: list[Any]) -> st.SearchStrategy[str]:
    known = sorted({str(path[-1]) for example in examples for path in places(example)})
    return st.sampled_from([*known, "video_url", "error", "detail"]) | st.text(max_size=5)


def values() -> st.SearchStrategy[Any]:
    """Return a strategy for values of every type, near to what the documents have."""
    texts = st.sampled_from(
        [*words(), "", "7", "100", "9:16", "1280x720", "video_1", "sora-2:task_1", "https://a.example/v"]
    )
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    times = st.sampled_from([999999999, 1000000000, 9999999999, 10000000000, 1762010621323, 1762010621.0])
    ended = texts.map(lambda text: f"{text}\n")
    leaf = st.none() | st.booleans() | numbers | times | texts | ended | st.text(max_size=8)
    return leaf | st.lists(leaf, max_size=2) | st.dictionaries(st.text(max_size=5), leaf, max_size=2)


def without_final_newlines(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: without_final_newlines(value) for name, value in body.items()}
    if isinstance(body, list):
        return [without_final_newlines(value) for value in body]
    return str(body).rstrip("\n") if isinstance(body, str) else body


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *(node for _, child in subschemas(schema) for node in nodes(child))]
