"""Which test items stand for a case, and whether tests are run at all."""

from __future__ import annotations

import pytest

from vidconform.verdicts import Case

_JUDGING_NOTHING = ("collectonly", "setuponly", "setupplan")


def runs_no_test(config: pytest.Config) -> bool:
    """Whether an option tells pytest to run no test."""
    return any(config.getoption(name, False) for name in _JUDGING_NOTHING)


def case_of(item: pytest.Item) -> Case | None:
    """Return the case that an item stands for, or None."""
    return next((value for value in parameters(item).values() if isinstance(value, Case)), None)


def parameters(item: pytest.Item) -> dict[str, object]:
    """Return what an item was parametrised with, by us or by anybody."""
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec is not None else {}
