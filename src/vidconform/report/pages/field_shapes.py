"""The shape of a field as a contract's schema has it, in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts import Contract, in_place, types_in

_BOUNDS = ("minimum", "maximum", "pattern", "const")


def shape_of(contract: Contract, role: str) -> list[str]:
    """Return types and bounds of a role's field as its schema has them."""
    place = contract.field(role)
    if place is None:
        return []
    root = contract.task.source
    nodes = [same for node in _role_nodes(root, role) for same in in_place(root, node)]
    types = [kind for node in nodes for kind in types_in(node)]
    bounds = [f"{k} {node[k]}" for node in nodes for k in _BOUNDS if k in node]
    unit = [] if place.unit is None else [f"unit: {_UNITS.get(place.unit, place.unit)}"]
    return [place.pointer, " or ".join(dict.fromkeys(types)) or "any type", *dict.fromkeys(bounds), *unit]


_UNITS = {"either": "seconds or milliseconds"}


def _role_nodes(node: Any, role: str) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if node.get("x-role") == role:
            yield node
        for member in node.values():
            yield from _role_nodes(member, role)
    elif isinstance(node, list):
        for member in node:
            yield from _role_nodes(member, role)
