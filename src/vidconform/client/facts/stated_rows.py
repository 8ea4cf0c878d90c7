"""Which rows of a ledger state a fact: found by what decides them, never by an id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Any

from vidconform.contracts import Contract, Field, Requirement, Schema, in_place, json_type, types_in, values_at
from vidconform.probes import PROBES
from vidconform.run import describe_laws

Node = dict[str, Any]


@cache
def _laws() -> list[dict[str, Any]]:
    return describe_laws()


class StatedRows:
    """The rows of one contract by the operation or the field that they are about."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of_operation(self, role: str, *concerns: str) -> list[str]:
        """Return the rows about the operation of a role, of some concerns."""
        found = [row for row, about in self._operations if about == role]
        # What nothing decides is bound to no operation but by its name.
        found += [row.id for row in self._undecided if row.id.startswith(f"{role}-")]
        return [row for row in found if self._contract.requirements[row].concern in concerns]

    def naming(self, concern: str, *names: str) -> list[str]:
        """Return the rows of a concern that nothing decides and whose place in the document names a parameter."""
        told = [row for row in self._undecided if row.concern == concern]
        return [row.id for row in told if {*names} & {*re.findall(r"[\w-]+", row.source)}]

    @cached_property
    def _undecided(self) -> list[Requirement]:
        return [row for row in self._contract.requirements.values() if row.untestable is not None]

    def of_field(self, schema: Schema, role: str) -> list[str]:
        """Return the rows about the place of a role: those of the schema, and those of laws that look at it alone."""
        place = schema.fields.get(role)
        stated = [] if place is None else [row for path in (place.path, *place.others) for row in rows_at(schema, path)]
        own = [row for row in dict.fromkeys(stated) if row in self._contract.requirements]
        return own + [row for row in self._of_laws(role) if row not in own]

    def of_examples(self, role: str) -> Iterator[str]:
        """Yield the rows that hold the examples of the document against each other, where a role stands in them."""
        for law in _laws():
            told = law["requirements"] if law["subject"] == "examples" and role in law["fields"] else ()
            yield from (one["requirement"] for one in told if one["requirement"] in self._contract.requirements)

    def _of_laws(self, role: str) -> Iterator[str]:
        for law in _laws():
            for bound in law["requirements"]:
                alone = bound["member"] == role if bound["member"] else law["fields"] == [role]
                if alone and not bound["role"] and bound["requirement"] in self._contract.requirements:
                    yield bound["requirement"]

    @cached_property
    def _operations(self) -> list[tuple[str, str]]:
        stated = [(row, case.role) for row, case in self._contract.refusals.items()]
        bound = [one for law in _laws() for one in law["requirements"]]
        found = [(one["requirement"], _role_of(one)) for one in bound]
        paced = [(row, operation.role) for operation in self._contract.operations for row in operation.paces]
        known = self._contract.requirements
        return list(dict.fromkeys(pair for pair in (*found, *stated, *paced) if pair[0] in known))


def _role_of(bound: dict[str, Any]) -> str:
    """Return the role of the operation that a row is about: what its binding says, or what its only probe asks."""
    probes = bound["probes"]
    asked = PROBES[probes[0]].role if len(probes) == 1 and probes[0] in PROBES else ""
    return str(bound["role"] or asked)


def rows_at(schema: Schema, path: Sequence[str | int]) -> Iterator[str]:
    """Yield the rows of the nodes at a place, and of those that say whether it must be there."""
    name = path[-1]
    for node in nodes_at(schema.source, path):
        if "x-requirement" in node:
            yield node["x-requirement"]
    for above in nodes_at(schema.source, path[:-1]):
        told = name in above.get("required", ()) or ("type" not in above and name in above.get("properties", ()))
        if told and "x-requirement" in above:
            yield above["x-requirement"]


def nodes_at(root: Node, path: Sequence[str | int]) -> list[Node]:
    """Return every node of a schema that says something of a place."""
    nodes = in_place(root, root)
    for name in path:
        below = [node.get("properties", {}).get(name) or node.get("items") for node in nodes]
        nodes = [same for node in below if isinstance(node, dict) for same in in_place(root, node)]
    return nodes


def documented_types(schema: Schema, field: Field) -> list[str]:
    """Return the JSON types that a place may have beside null."""
    nodes = [node for path in (field.path, *field.others) for node in nodes_at(schema.source, path)]
    named = [kind for node in nodes for kind in types_in(node)]
    # What names its values alone says their types by them.
    named = named or [json_type(value) for node in nodes for value in values_at(schema.source, node)]
    return [kind for kind in dict.fromkeys(named) if kind != "null"]
