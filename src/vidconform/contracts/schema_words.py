"""What a schema file may have of our own keys, roles and units, and what may stand behind each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts.keywords import BRANCHES, KEYS, ROLES, UNITS
from vidconform.contracts.schema_places import pointer_below, subschemas


def unknown_words(node: dict[str, Any], pointer: str = "", branch: str = "") -> Iterator[str]:
    """Yield what a schema has of keys, roles and units that nothing here knows, with the valid ones.

    `branch` is the keyword that it stands under whose failure is no error.
    """
    yield from unknown_words_at(node, pointer)
    yield from unseen_words(node, pointer, branch)
    for path, schema in subschemas(node):
        below = branch or (str(path[0]) if path[0] in BRANCHES else "")
        yield from unknown_words(schema, pointer_below(pointer, path), below)


def unseen_words(node: dict[str, Any], pointer: str, branch: str) -> Iterator[str]:
    """Yield what one node has that nothing looks at under a branch: it is looked at where a node is judged."""
    for key in ("contentSchema", "x-sum"):
        if branch and key in node:
            yield f"{pointer or '/'}: {key} stands under {branch}, where nothing looks at it"


def unknown_words_at(node: dict[str, Any], pointer: str) -> Iterator[str]:
    """Yield what one node of a schema has of them."""
    place, role, unit = pointer or "/", node.get("x-role"), node.get("x-unit")
    for key in node:
        if key.startswith("x-") and key not in KEYS:
            yield f"{place}: unknown key {key!r}; the valid ones are {', '.join(KEYS)}"
    if role is not None and role not in ROLES:
        yield f"{place}: unknown x-role {role!r}; the valid ones are {', '.join(ROLES)}"
    if unit is not None and unit not in UNITS:
        yield f"{place}: unknown x-unit {unit!r}; the valid ones are {', '.join(UNITS)}"
    yield from (f"{place}: {sentence}" for sentence in _misused(node))


def _misused(node: dict[str, Any]) -> Iterator[str]:
    if "x-any-case" in node and not all(isinstance(word, str) for word in node.get("enum") or [None]):
        yield "x-any-case stands beside an enum of texts"
    if "contentSchema" in node and node.get("contentMediaType") != "application/json":
        yield "contentSchema stands beside `contentMediaType: application/json`"
