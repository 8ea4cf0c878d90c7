"""Cases of one kind, of which a few stand for all where time is short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], every: int = 4, others: pytest.MarkDecorator = pytest.mark.exhaustive) -> list[Any]:
    """Return cases for `parametrize`: one in so many as it is, and the others with a mark."""
    return [case if place % every == 0 else _marked(case, others) for place, case in enumerate(cases)]


def _marked(case: Any, mark: pytest.MarkDecorator) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=mark)
