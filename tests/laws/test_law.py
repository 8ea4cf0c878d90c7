"""What a law is made of: what it expects, what it looks at, and the words in which it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.reply_views import BY_ID, view
from vidconform.laws.law import Binding, BrokenLaw, Unseen, expect, require_observed, requires

ONE = view(BY_ID["gptge/videos"], {"status": "queued", "progress": 7})


@pytest.mark.parametrize(
    ("received", "told"), [("a text", "'a text'"), ("", "''"), (7, "7"), (None, "None"), (["a"], "['a']")]
)
def test_a_broken_law_says_what_was_expected_and_received(received: Any, told: str) -> None:
    with pytest.raises(BrokenLaw) as end:
        expect(received == 0, "none at all", received, ONE, "progress")
    broken = end.value
    assert (broken.expected, broken.received, broken.view, broken.pointer) == ("none at all", told, ONE, "/progress")
    assert str(broken) == f"Expected none at all\nReceived {told}"


def test_a_law_may_break_nowhere_in_particular() -> None:
    with pytest.raises(BrokenLaw) as end:
        expect(False, "this", "that")
    assert (end.value.view, end.value.pointer) == (None, "")
    with pytest.raises(BrokenLaw) as end:
        expect(0, "this", "that", ONE)
    assert (end.value.view, end.value.pointer) == (ONE, "")


def test_what_holds_ends_nothing() -> None:
    expect(True, "this", "that")
    expect("a text", "this", "that", ONE, "progress")


def test_a_law_sees_what_it_is_shown_and_nothing_where_there_is_nothing() -> None:
    views = [view(BY_ID["gptge/videos"], {}) for _ in range(3)]
    assert require_observed((one for one in views[:2]), "two of them") == views[:2]
    assert [one.observed for one in views] == [True, True, False]
    with pytest.raises(Unseen, match="two of them"):
        require_observed(iter(()), "two of them")


def test_a_law_knows_its_requirements_and_what_breaks_it() -> None:
    @requires("status-type", "id-type")
    def law(task: Any) -> None:
        """Judge nothing."""

    @law.broken_by
    def change(task: Any) -> None:
        """Change nothing."""

    assert law.requirements == ("status-type", "id-type")
    assert law.counterexamples == [change]


def test_a_sentence_about_no_field_stands_as_it_is() -> None:
    with pytest.raises(BrokenLaw) as end:
        expect(False, "a success with 2xx", "404 text/plain: no", ONE)
    assert (end.value.received, end.value.pointer) == ("404 text/plain: no", "")


def test_several_bindings_stand_above_one_law_and_keep_their_order() -> None:
    @requires("list-accepts-key", "create-route", role="list", probe="observe", elsewhere=("unknown-task", "observe"))
    @requires("accepts-size", member="size", apart={"create-route": (400, 415)})
    def law(auth_attempt: Any) -> None:
        """Judge nothing."""

    @law.broken_by
    def change(auth_attempt: Any) -> None:
        """Change nothing."""

    parts: dict[str, Any] = {"role": "list", "probes": ("observe",), "elsewhere": ("unknown-task", "observe")}
    assert law.requirements == ("list-accepts-key", "create-route", "accepts-size")
    assert law.bound == {
        "list-accepts-key": Binding("list-accepts-key", **parts),
        "create-route": Binding("create-route", **parts),
        "accepts-size": Binding("accepts-size", member="size", apart={"create-route": (400, 415)}),
    }
    assert law.counterexamples == [change]


def test_an_id_is_bound_to_one_thing() -> None:
    with pytest.raises(ValueError, match="law: 'create-route' is bound twice, and not to the same"):

        @requires("create-route", role="create", probe="create")
        @requires("create-route", role="remix", probe="remix")
        def law(served: Any) -> None:
            """Judge nothing."""
