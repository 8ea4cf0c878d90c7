"""Sums of members: exact where binary numbers are not, in seconds for times, and none where anything is no number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vidconform.contracts.sums import amount, sum_of


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (7, Decimal(7)),
        (0.1, Decimal("0.1")),
        (-2, Decimal(-2)),
        ("1970-01-01T00:01:00Z", Decimal(60)),
        ("1970-01-01T01:00:00+01:00", Decimal(0)),
        ("1970-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("20260101", None),
        ("T", None),
        ("7", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_an_amount_is_a_number_or_a_moment(value: Any, told: Decimal | None) -> None:
    assert amount(value) == told


@pytest.mark.parametrize(
    ("terms", "owner", "told"),
    [
        (["a", "b"], {"a": 0.1, "b": 0.2}, Decimal("0.3")),
        (["a", 86400], {"a": 1}, Decimal(86401)),
        (["a", 60], {"a": "1970-01-01T00:00:00Z"}, Decimal(60)),
        (["a", "b"], {"a": 1}, None),
        (["a", "b"], {"a": 1, "b": "2"}, None),
        (["a"], [1], None),
        (["a"], None, None),
    ],
)
def test_a_sum_is_of_members_and_numbers(terms: list[Any], owner: Any, told: Decimal | None) -> None:
    assert sum_of(terms, owner) == told
