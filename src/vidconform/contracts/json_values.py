"""Ways through a whole JSON value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any


def members_of(value: Any) -> Collection[Any]:
    """Return the values one step below a value; none below a text, a number and the like."""
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield each object of a value, the outer before the inner."""
    if isinstance(value, dict):
        yield value
    for member in members_of(value):
        yield from objects_in(member)


def with_leaves(value: Any, change: Callable[[Any], Any], name: Callable[[Any], Any] = lambda name: name) -> Any:
    """Return a copy of a value in which all but objects and arrays is changed, and each `name` of a member."""
    if isinstance(value, Mapping):
        return {name(own): with_leaves(member, change, name) for own, member in value.items()}
    if isinstance(value, list | tuple):
        return [with_leaves(member, change, name) for member in value]
    return change(value)
