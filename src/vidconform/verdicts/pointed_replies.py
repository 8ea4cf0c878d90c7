"""Points at the replies that a verdict was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidconform.laws import ReplyView
from vidconform.verdicts.verdict import Pointer

_MOST_POINTERS = 3
# Of as many tasks as a run comes to know.
_MOST_ELSEWHERE = 12


def pointers(views: Sequence[ReplyView], pointer: str, most: int = _MOST_POINTERS) -> tuple[Pointer, ...]:
    """Point at the first few replies; hundreds of equal ones say no more."""
    return tuple(Pointer(r.evidence.probe, r.index, pointer, r.exchange.origin, r.exchange.at) for r in views[:most])


def pointers_elsewhere(first: ReplyView, views: Iterable[ReplyView]) -> tuple[Pointer, ...]:
    """Point at one reply of each other task on each route: the life of a task shows what it broke.

    Of ids that were made up there is one example on each route.
    """
    found: dict[tuple[str, str | None], ReplyView] = {}
    for view in views:
        found.setdefault(_place(view), view)
    found.pop(_place(first), None)
    return pointers(list(found.values()), "", _MOST_ELSEWHERE)


def _place(view: ReplyView) -> tuple[str, str | None]:
    return view.route, None if view.evidence.kind == "generated" else view.exchange.task_id
