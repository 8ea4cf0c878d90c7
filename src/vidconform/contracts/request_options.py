"""What a request may carry beside what it needs, by its role: as a query parameter, or in the body of a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from vidconform.contracts.fields import Field, MemberPath
from vidconform.contracts.keywords import LIST_ROLES


@dataclass(frozen=True)
class Option:
    """A query parameter that a request may carry, or a member of the body of a list, which then has a `place` in it.

    `values` are those that the document names, `default` is what a request without it asks for.
    """

    name: str
    values: tuple[Any, ...] = ()
    default: Any = None
    place: Field | None = None

    @property
    def others(self) -> tuple[Any, ...]:
        """The values that ask for something else than a request without one."""
        return tuple(value for value in self.values if value != self.default)

    def later(self, first: int, pages: int = 1) -> int:
        """Return what asks for a later page, `first` being the first one's value where the document gives none."""
        return (self.default if isinstance(self.default, int) else first) + pages

    def told_by(self, cursor: Any) -> Any:
        """Return the value that the cursor of a page gives it: in the query of the next page's address, or itself."""
        if self.place is not None or not isinstance(cursor, str):
            return cursor
        return parse_qs(cursor.partition("?")[2]).get(self.name, [cursor])[0]

    def value_in(self, target: str, body: Any) -> str:
        """Return the value that a request has for it, by its path with the query and its body; empty without one."""
        if self.place is None:
            return parse_qs(urlsplit(target).query).get(self.name, [""])[0]
        value = self.place.read(body)
        return "" if value is None else str(value)


def options_in(schema: dict[str, Any], role: str) -> dict[str, Option]:
    """Return what the body of a list may carry, by role; another body has no options."""
    return dict(_members(schema, ())) if role == "list" else {}


def _members(schema: dict[str, Any], above: MemberPath) -> Iterator[tuple[str, Option]]:
    for name, member in schema.get("properties", {}).items():
        if not isinstance(member, dict):
            continue
        for described, place in ((member, (*above, name)), (member.get("items"), (*above, name, 0))):
            if isinstance(described, dict) and described.get("x-role") in LIST_ROLES:
                yield described["x-role"], option_of(name, described, Field(place, None))
        yield from _members(member, (*above, name))


def option_of(name: str, schema: Any, place: Field | None = None) -> Option:
    """Return what a request may carry by a name, as its schema says."""
    described = schema if isinstance(schema, dict) else {}
    return Option(name, tuple(described.get("enum", ())), described.get("default"), place)
