"""The table of readings: every word once, with signs of its own, and the same words wherever they are written."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from vidconform.verdicts.labels import BY_COLUMN, LABELS, NOT_JUDGED, NOT_SEEN, UNMET, Label

REPORT = files("vidconform.report")


def test_the_table_has_the_words_that_results_may_say() -> None:
    schema = json.loads((REPORT / "results.schema.json").read_text("utf-8"))
    (words,) = [w for w in enums(schema) if "fails" in w]
    assert {*words} == {*map(str, Label)}
    assert [Label(label.value) for label in LABELS] == [*LABELS]


def enums(node: object) -> list[list[str]]:
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    own = [node["enum"]] if isinstance(node, dict) and "enum" in node else []
    return own + [found for inner in below for found in enums(inner)]


def test_no_sign_stands_for_two_words() -> None:
    for signs in (
        [label.letter for label in Label],
        [label.mark for label in Label],
        [label.column for label in Label],
    ):
        assert len(set(signs)) == len(Label)
    assert [label.column for label in BY_COLUMN] == [*range(len(Label))]
    assert BY_COLUMN[:3] == [Label.CONFORMS, Label.FAILS, Label.DEVIATES]


@pytest.mark.parametrize("label", Label)
def test_a_page_has_a_colour_for_every_word(label: Label) -> None:
    css = (REPORT / "pages/templates/report.css").read_text("utf-8")
    for rule in (f"td.{label.letter}", f".word.{label.letter}", f"u.{label.letter}", f"svg rect.{label.letter}"):
        assert f"{rule}," in css or f"{rule}{{" in css, rule


def test_what_says_nothing_of_the_service_harms_nobody() -> None:
    assert {label for label in Label if label.harm is None} == {*NOT_JUDGED, *NOT_SEEN}
    assert UNMET == (Label.FAILS, Label.CONTRADICTS, Label.DEVIATES, Label.NOT_OFFERED)
    assert {*UNMET, *NOT_JUDGED, *NOT_SEEN, Label.CONFORMS} == {*Label}


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [("must", {Label.FAILS, Label.ERRORED}),
     ("should", {Label.FAILS, Label.ERRORED, Label.DEVIATES, Label.CONTRADICTS})],
)  # fmt: skip
def test_some_words_fail_a_run(fail_on: str, failing: set[Label]) -> None:
    assert {label for label in Label if label.fails(fail_on)} == failing
