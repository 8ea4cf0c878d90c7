"""Which members of a reply the document names, as JSON Pointers in which `*` stands for any index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts.contract import Contract
from vidconform.contracts.fields import member_pointer
from vidconform.contracts.schema_places import subschemas
from vidconform.contracts.schemas import Schema

_ELEMENTS = ("items", "prefixItems", "contains")
_NAMES = ("patternProperties", "additionalProperties")
# What stands in a schema without saying anything of the instance at this place.
_ELSEWHERE = ("$defs", "not", "propertyNames")


def documented_members(contract: Contract) -> frozenset[str]:
    """Return the pointers that the schemas of replies and the examples of a contract name (RFC 6901)."""
    answers = [answer for operation in contract.operations for answer in operation.answers.values()]
    files = {contract.task.path.name, *(answer.schema for answer in answers if answer.schema)}
    found = {pointer for name in files if name in contract.schemas for pointer in _named(contract.schemas[name])}
    shown = [example for answer in answers for example in answer.examples.values()]
    return frozenset(found.union(*(_shown(example, "") for example in shown)))


def _named(schema: Schema) -> set[str]:
    found: set[str] = set()
    _collect(schema.source, schema.source, "", (), found)
    return found


def _collect(
    root: dict[str, Any], node: dict[str, Any], pointer: str, followed: tuple[str, ...], found: set[str]
) -> None:
    found.update(member_pointer(pointer, name) for name in node.get("required", []))
    for path, schema in subschemas(node):
        if path[0] not in _ELSEWHERE:
            below = _below(pointer, path)
            found.add(below)
            _collect(root, schema, below, followed, found)
    name = node.get("$ref", "").removeprefix("#/$defs/")
    # A schema may refer to itself.
    if name and name not in followed:
        _collect(root, root["$defs"][name], pointer, (*followed, name), found)


def _below(pointer: str, path: tuple[str | int, ...]) -> str:
    """Return where the instance of a subschema stands; most keywords apply to the same place."""
    if path[0] == "properties":
        return member_pointer(pointer, path[1])
    return f"{pointer}/*" if path[0] in _ELEMENTS + _NAMES else pointer


def _shown(value: Any, pointer: str) -> Iterator[str]:
    below = [(member_pointer(pointer, name), v) for name, v in value.items()] if isinstance(value, dict) else []
    below += [(f"{pointer}/*", v) for v in value] if isinstance(value, list) else []
    for place, inner in below:
        yield place
        yield from _shown(inner, place)
