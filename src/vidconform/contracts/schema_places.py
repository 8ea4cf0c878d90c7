"""Where a schema speaks of which member of the object: the places of roles, and the schema of a place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vidconform.contracts.fields import Field, MemberPath

Node = dict[str, Any]
# What a text holds as JSON counts as the text's own.
_IN_PLACE = ("then", "else", "x-hedged", "contentSchema", "x-content")

_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
# Keywords that hold a schema, an array of schemas, and schemas by name.
ONE = ("if", "then", "else", "not", "items", "contains", "additionalProperties", "propertyNames", "x-hedged",
       "contentSchema")  # fmt: skip
MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")


def subschemas(node: Any) -> list[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Return the schemas one step below a schema, each with its path (JSON Schema 2020-12 section 10)."""
    found: list[tuple[tuple[str | int, ...], Any]] = [((k,), node[k]) for k in ONE if k in node]
    found += [((k, i), member) for k in MANY for i, member in enumerate(node.get(k, []))]
    found += [((k, name), member) for k in NAMED for name, member in node.get(k, {}).items()]
    return [(path, schema) for path, schema in found if isinstance(schema, dict)]


def with_subschemas(node: Node, change: Callable[[str, Node], Node]) -> Node:
    """Return a copy of a schema in which each schema one step below it is changed, given the keyword that holds it."""
    changed = {key: value.copy() if isinstance(value, list | dict) else value for key, value in node.items()}
    for path, schema in subschemas(node):
        owner: Any = changed
        for key in path[:-1]:
            owner = owner[key]
        owner[path[-1]] = change(str(path[0]), schema)
    return changed


def without_booleans(node: Node) -> Node:
    """Return a schema whose members and branches are objects, where JSON Schema may say `true` or `false` instead."""
    told = with_subschemas(node, lambda _, schema: without_booleans(schema))
    for members in [told[key] for key in (*MANY, *NAMED) if key in told]:
        for place, schema in list(members.items() if isinstance(members, dict) else enumerate(members)):
            if isinstance(schema, bool):
                members[place] = {} if schema else {"not": {}}
    return told


def every_schema(node: Node, pointer: str = "") -> Iterator[tuple[str, Node]]:
    """Yield a schema and all below it as they are written, each behind its pointer."""
    yield pointer, node
    for path, schema in subschemas(node):
        yield from every_schema(schema, pointer_below(pointer, path))


def pointer_below(pointer: str, path: tuple[str | int, ...]) -> str:
    """Return the pointer to what `subschemas` has at a path."""
    return pointer + "".join(f"/{key}" for key in path)


def fields_of(root: Node, node: Node, path: MemberPath) -> list[tuple[str, Field]]:
    """Return each role with its place, of the members of a schema that stands at a path."""
    found = []
    named = {name: schema for name, schema in node.get("properties", {}).items() if isinstance(schema, dict)}
    for name, schema in named.items():
        if "x-role" in schema:
            found.append((schema["x-role"], Field((*path, name), schema.get("x-unit"))))
        for same in in_place(root, schema):
            found += fields_of(root, same, (*path, name))
    # An array of one is a wrapper; of a longer one no element is the task, though the first may hold its result.
    if isinstance(items := node.get("items"), dict):
        inside = [(items["x-role"], Field((*path, 0), items.get("x-unit")))] if "x-role" in items else []
        inside += [pair for same in in_place(root, items) for pair in fields_of(root, same, (*path, 0))]
        found += [pair for pair in inside if node.get("maxItems") == 1 or pair[0] == "result"]
    return found


def node_at(root: Node, path: MemberPath) -> Node:
    """Return the schema of a member of the object, or an empty one."""
    node = root
    for name in path:
        applied = in_place(root, node)
        found = [same.get("properties", {}).get(name, same.get("items")) for same in applied]
        node = next((schema for schema in found if isinstance(schema, dict)), {})
    return node


def holds_json(root: Node, path: MemberPath) -> bool:
    """Whether the member at a path is a text that holds JSON."""
    return any("contentSchema" in same for same in in_place(root, node_at(root, path)))


def in_place(root: Node, node: Node) -> list[Node]:
    """Return a schema and those that it applies to the same instance (JSON Schema 2020-12 section 10.2)."""
    written = [*(node.get(key) for key in _IN_PLACE), *node.get("allOf", [])]
    members = [member for member in written if isinstance(member, dict)]
    if "$ref" in node:
        members.append(root["$defs"][node["$ref"].removeprefix("#/$defs/")])
    return [node, *(same for member in members for same in in_place(root, member))]


def values_at(root: Node, node: Node) -> Iterator[Any]:
    """Yield the values that a schema admits by name, in any of its branches."""
    for same in in_place(root, node):
        yield from (*same.get("enum", ()), *([same["const"]] if "const" in same else ()))
        for branch in (*same.get("anyOf", ()), *same.get("oneOf", ())):
            yield from values_at(root, branch) if isinstance(branch, dict) else ()


def json_type(value: Any) -> str:
    """Return the JSON type of a value."""
    return _TYPES.get(type(value), "null")


def types_in(node: Node) -> list[str]:
    """Return the JSON types that a schema names itself."""
    named = node.get("type", [])
    return [named] if isinstance(named, str) else list(named)
