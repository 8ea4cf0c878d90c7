"""Which test items stand for a case, and whether tests are run at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from vidconform.verdicts import Case

_JUDGING_NOTHING = ("collectonly", "setuponly", "setupplan")


def runs_no_test(config: pytest.Config) -> bool:
    """Whether an option tells pytest to run no test."""
    return any(config.getoption(name, False) for name in _JUDGING_NOTHING)


def case_of(item: pytest.Item) -> Case | None:
    """Return the case that an item stands for, or None."""
    return next((value for value in parameters(item).values() if isinstance(value, Case)), None)


def due_case(item: pytest.Item) -> Case | None:
    """Return the case that an item stands for, or None also where a mark of somebody's keeps it from being run."""
    return None if any(map(_skips, item.iter_markers())) else case_of(item)


def due_cases(items: Iterable[pytest.Item]) -> Iterator[Case]:
    """Yield the cases that are going to be judged."""
    yield from filter(None, map(due_case, items))


def _skips(mark: pytest.Mark) -> bool:
    """Whether a test is not run for a mark; what pytest must evaluate itself, a text, is asked for as if it were."""
    if mark.name == "skipif" or (mark.name == "xfail" and mark.kwargs.get("run") is False):
        return True in (mark.args or [mark.kwargs.get("condition", True)])
    return mark.name == "skip"


def parameters(item: pytest.Item) -> dict[str, object]:
    """Return what an item was parametrised with, by us or by anybody."""
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec is not None else {}
