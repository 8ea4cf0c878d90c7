"""Which requirements a valid body meets, as far as the validator's flat list of annotations tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts.keywords import BRANCHES
from vidconform.contracts.schema_places import subschemas

Node = dict[str, Any]
_MEASURED = ("x-sum", "x-content")


def hedged_rows(root: Node) -> frozenset[str] | None:
    """Return the requirements that stand in a hedge; None where a list of annotations would not tell what is met.

    It does not where one stands in a hedge and outside, or in a branch, nor where a body is measured by more than
    JSON Schema.
    """
    reached = list(_reached(root, root, False, set()))
    inside, outside = ({_row(node) for node, hedged in reached if hedged is told} - {None} for told in (True, False))
    is_measured = any(word in node for node, _ in reached for word in _MEASURED)
    if is_measured or inside & outside or any(_rows_in_branches(root, node) for node, _ in reached):
        return None
    return frozenset(row for row in inside if row is not None)


def _row(node: Node) -> str | None:
    return node.get("x-requirement")


def _reached(root: Node, node: Node, hedged: bool, known: set[tuple[int, bool]]) -> Iterator[tuple[Node, bool]]:
    """Yield each schema that is applied, through references, and whether it is in a hedge."""
    if (id(node), hedged) in known:
        return
    known.add((id(node), hedged))
    yield node, hedged
    if "$ref" in node:
        yield from _reached(root, root["$defs"][node["$ref"].removeprefix("#/$defs/")], hedged, known)
    for path, schema in subschemas(node):
        if path[0] != "$defs":
            yield from _reached(root, schema, hedged or "x-hedge" in schema, known)


def _rows_in_branches(root: Node, node: Node) -> bool:
    branches = [schema for path, schema in subschemas(node) if path[0] in BRANCHES]
    return any(_row(below) for branch in branches for below, _ in _reached(root, branch, False, set()))
