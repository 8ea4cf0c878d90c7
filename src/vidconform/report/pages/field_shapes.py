"""The shape of a field as a contract's schema has it, in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts import Contract

_BOUNDS = ("minimum", "maximum", "pattern", "const")


def shape_of(contract: Contract, role: str) -> list[str]:
    """Return types and bounds of a role's field as its schema has them."""
    place = contract.field(role)
    if place is None:
        return []
    nodes = [
        member for node in _role_nodes(contract.task.source, role) for member in _members(contract.task.source, node)
    ]
    types = [kind for node in nodes for kind in _listed(node.get("type"))]
    bounds = [f"{k} {node[k]}" for node in nodes for k in _BOUNDS if k in node]
    unit = [] if place.unit is None else [f"unit: {_UNITS.get(place.unit, place.unit)}"]
    return [place.pointer, " or ".join(dict.fromkeys(types)) or "any type", *dict.fromkeys(bounds), *unit]


_UNITS = {"either": "seconds or milliseconds"}


def _listed(kind: Any) -> list[str]:
    return [kind] if isinstance(kind, str) else list(kind or [])


def _role_nodes(node: Any, role: str) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("x-role") == role:
            yield node
        for member in node.values():
            yield from _role_nodes(member, role)
    elif isinstance(node, list):
        for member in node:
            yield from _role_nodes(member, role)


def _members(root: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and what it applies to the same value; an `if` asserts nothing."""
    yield node
    inner = [node[key] for key in ("then", "else", "x-hedged") if key in node] + node.get("allOf", [])
    if "$ref" in node:
        inner.append(root["$defs"][node["$ref"].removeprefix("#/$defs/")])
    for member in inner:
        yield from _members(root, member)
