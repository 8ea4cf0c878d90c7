"""Where a role stands in an object, also inside a text that holds JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from vidconform.contracts.strict_json import UndecodableJson, decode_json

MemberPath = tuple[str | int, ...]
"""The names of members, and indices of arrays, that lead to a place in a body."""

StatusWord = str | int | float


def decoded(value: Any) -> Any:
    """Return the object or array that a text holds as JSON, and any other value as it stands."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return decode_json(value.encode("utf-8", "surrogatepass"))
    except UndecodableJson:
        return value


def id_text(value: Any) -> str | None:
    """Return an id as an address has it: a text as it stands, an integer in digits; None for what is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def status_word(value: Any) -> StatusWord | None:
    """Return what a status is told by, a text or a number; None for what tells none."""
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def resolve(node: Any, pointer: str) -> Any:
    """Return what a JSON Pointer (RFC 6901) points at; it leads through a text that holds JSON."""
    for name in pointer_names(pointer):
        inside = decoded(node)
        node = inside[int(name)] if isinstance(inside, list) else _inside(inside, name)
    return node


def read_at(body: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to in an object of objects, or None where it leads to nothing."""
    return _at(body, pointer_names(pointer))


def write_at(body: Any, pointer: str, value: Any) -> None:
    """Put a value where a JSON Pointer leads to; what stands above it and is no object is made anew."""
    _written(body, pointer_names(pointer), value)


def pointer_names(pointer: str) -> tuple[str, ...]:
    """Return the names that a JSON Pointer leads through, unescaped."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def member_pointer(pointer: str, name: str | int) -> str:
    """Return the pointer of a member below another (RFC 6901 section 3)."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def overlap(one: str, other: str) -> bool:
    """Whether one JSON Pointer is the other or stands above or below it; the root is everybody's."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


@dataclass(frozen=True)
class Field:
    """Where a role stands in the object, as member names, and the unit of a time.

    Of it and its `others` the first place that holds something counts.
    """

    path: MemberPath
    unit: str | None
    others: tuple[MemberPath, ...] = ()

    @property
    def pointer(self) -> str:
        """The JSON Pointer (RFC 6901) of the field."""
        return "".join(member_pointer("", name) for name in self.path)

    def at(self, body: Any) -> Field:
        """Return it as it stands in a body."""
        if not self.others:
            return self
        held = (path for path in (self.path, *self.others) if _at(body, path) not in (None, ""))
        return replace(self, path=next(held, self.path), others=())

    def read(self, body: Any) -> Any:
        """Return the field's value, or None where it is absent."""
        return _at(body, self.at(body).path)

    def write(self, body: dict[str, Any], value: Any) -> None:
        """Put a value in the field's place; what stands above it and is of another kind is made anew."""
        _written(body, self.path, value)

    def written(self, body: Any, value: Any) -> Any:
        """Return a body with a value in the field's place, made anew where it is of another kind."""
        return _written(body, self.path, value)


def _at(body: Any, path: MemberPath) -> Any:
    for name in path:
        # Most of what is looked into is an object.
        body = body.get(name) if isinstance(body, dict) else _inside(decoded(body), name)
    return body


def _written(body: Any, path: Sequence[str | int], value: Any) -> Any:
    kind = list if isinstance(path[0], int) else dict
    inside = decoded(body)
    if not isinstance(inside, kind):
        body = inside = kind()
    below = _written(_inside(inside, path[0]), path[1:], value) if path[1:] else value
    _put(inside, path[0], below)
    return json.dumps(inside) if isinstance(body, str) else inside


def _inside(body: Any, name: str | int) -> Any:
    if isinstance(name, int):
        return body[name] if isinstance(body, list) and len(body) > name else None
    return body.get(name) if isinstance(body, dict) else None


def _put(body: Any, name: Any, value: Any) -> None:
    if isinstance(body, list) and len(body) <= name:
        body.append(value)
    else:
        body[name] = value
