"""Where a role of a field stands in a body."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Field:
    """Where a role stands in the object, as member names, and the unit of a time.

    Of it and its `others` the first place that holds something counts.
    """

    path: tuple[str | int, ...]
    unit: str | None
    others: tuple[tuple[str | int, ...], ...] = ()

    @property
    def pointer(self) -> str:
        """The JSON Pointer (RFC 6901) of the field."""
        return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in self.path)

    def at(self, body: Any) -> Field:
        """Return it as it stands in a body."""
        held = (path for path in (self.path, *self.others) if _at(body, path) not in (None, ""))
        return replace(self, path=next(held, self.path), others=()) if self.others else self

    def read(self, body: Any) -> Any:
        """Return the field's value, or None where it is absent."""
        return _at(body, self.at(body).path)

    def write(self, body: dict[str, Any], value: Any) -> None:
        """Put a value in the field's place; what stands above it and is of another kind is made anew."""
        inside: Any = body
        for name, below in pairwise(self.path):
            kind = list if isinstance(below, int) else dict
            if not isinstance(_inside(inside, name), kind):
                _put(inside, name, kind())
            inside = inside[name]
        _put(inside, self.path[-1], value)


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for name in path:
        body = _inside(body, name)
    return body


def _inside(body: Any, name: str | int) -> Any:
    if isinstance(name, int):
        return body[name] if isinstance(body, list) and len(body) > name else None
    return body.get(name) if isinstance(body, dict) else None


def _put(body: Any, name: Any, value: Any) -> None:
    if isinstance(body, list) and len(body) <= name:
        body.append(value)
    else:
        body[name] = value
