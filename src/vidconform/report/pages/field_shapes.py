"""The shape of a field as a contract's schema has it, in a few words."""

from __future__ import annotations

from vidconform.contracts import Contract, in_place, objects_in, types_in

_BOUNDS = ("minimum", "maximum", "pattern", "const")


def shape_of(contract: Contract, role: str) -> list[str]:
    """Return types and bounds of a role's field as its schema has them."""
    place = contract.field(role)
    if place is None:
        return []
    root = contract.task.source
    told = [node for node in objects_in(root) if node.get("x-role") == role]
    nodes = [same for node in told for same in in_place(root, node)]
    types = [kind for node in nodes for kind in types_in(node)]
    bounds = [f"{k} {node[k]}" for node in nodes for k in _BOUNDS if k in node]
    unit = [] if place.unit is None else [f"unit: {_UNITS.get(place.unit, place.unit)}"]
    return [place.pointer, " or ".join(dict.fromkeys(types)) or "any type", *dict.fromkeys(bounds), *unit]


_UNITS = {"either": "seconds or milliseconds"}
