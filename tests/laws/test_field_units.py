"""Spellings of one thing: times as numbers and texts, progress as percent, as a text and as a fraction of one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.formats import words_of
from vidconform.laws.field_units import BY_ROLE, BY_UNIT, as_it_stands

NOON = 1_762_012_800


def test_every_unit_of_a_schema_has_a_meaning_and_every_role_is_one() -> None:
    assert set(BY_UNIT) == set(words_of("x-unit"))
    assert set(BY_ROLE) <= set(words_of("x-role"))
    assert as_it_stands({"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("unit", "raw", "seconds"),
    [
        ("seconds", NOON, NOON), ("seconds", NOON * 1000, None), ("seconds", "1762012800", None),
        ("seconds", True, None), ("seconds", None, None),
        ("seconds", 1_000_000_000, 1e9), ("seconds", 999_999_999, None), ("seconds", 9_999_999_999, 9_999_999_999),
        ("seconds", 10_000_000_000, None), ("seconds", float(NOON), NOON),
        ("milliseconds", NOON * 1000 + 323, NOON + 0.323), ("milliseconds", NOON, None), ("milliseconds", None, None),
        ("either", NOON, NOON), ("either", NOON * 1000, NOON), ("either", NOON * 1_000_000, None),
        ("either", "x", None), ("either", None, None),
        ("either", 9_999_999_999, 9_999_999_999), ("either", 10_000_000_000, None), ("either", False, None),
        ("rfc3339", "2025-11-01T16:00:00Z", NOON), ("rfc3339", "2025-11-01T17:00:00.5+01:00", NOON + 0.5),
        ("rfc3339", "2025-11-01T16:00:00", None), ("rfc3339", "yesterday", None), ("rfc3339", NOON, None),
        ("rfc3339", "1970-01-01T00:00:00Z", None), ("rfc3339", None, None),
    ],
)  # fmt: skip
def test_a_time_is_told_in_seconds_since_1970(unit: str, raw: Any, seconds: float | None) -> None:
    assert BY_UNIT[unit](raw) == seconds


@pytest.mark.parametrize(
    ("unit", "raw", "percent"),
    [
        ("fraction", 0, 0), ("fraction", 0.93, 93), ("fraction", 0.29, 29), ("fraction", 1, 100),
        ("fraction", 1.0, 100), ("fraction", "0.5", None), ("fraction", True, None), ("fraction", None, None),
        ("percent", "50%", 50), ("percent", "100%", 100), ("percent", "50", None), ("percent", "%", None),
        ("percent", "50%%", None), ("percent", 50, None), ("percent", "a%", None),
    ],
)  # fmt: skip
def test_progress_is_told_in_percent(unit: str, raw: Any, percent: float | None) -> None:
    assert BY_UNIT[unit](raw) == percent


@given(st.sampled_from(sorted(BY_UNIT)), st.none() | st.booleans() | st.text() | st.lists(st.none()) | st.just({}))
def test_what_is_no_value_of_a_unit_is_none_and_no_error(unit: str, raw: Any) -> None:
    told = BY_UNIT[unit](raw)
    assert told is None or isinstance(raw, str)
