"""Schemas of OpenAPI 3.0 and 3.1 as JSON Schemas (2020-12) that a contract may have, and what of them is lost."""

from __future__ import annotations

from typing import Any

from vidconform.contracts.drafting.published_document import Node
from vidconform.contracts.keywords import APPLICATORS, ASSERTIONS, NOTES
from vidconform.contracts.patterns import lack_of_pattern
from vidconform.contracts.schema_places import MANY, NAMED, ONE

_KEPT = {*APPLICATORS, *ASSERTIONS, *NOTES} - {"$schema", "$ref", "$defs", "x-id-space"}
# What is told in other words, or is for people and other formats alone.
_SILENT = {"xml", "externalDocs", "example", "nullable", "$ref"}
_PLAIN = {"type", "properties", "required", "title", "description", "examples"}


def taken(node: Any, place: str, remarks: list[str]) -> Any:
    """Return a schema whose references are resolved as a contract has it, and say what could not be taken."""
    if not isinstance(node, dict):
        return node if isinstance(node, bool) else {}
    if "$ref" in node:
        remarks.append(f"{place}: not taken, {str(node['$ref'])[:80]!r} leads back to itself or out of the document")
    found = {key: value for key, value in node.items() if key in _KEPT and _is_usable(key, value, place, remarks)}
    silent = _SILENT | ({"format"} if node.get("format") == "binary" else set())
    lost = [key for key in node if key not in _KEPT and key not in silent]
    if lost:
        remarks.append(f"{place}: not taken, {', '.join(map(repr, lost))}")
    return _joined({**_below(found, place, remarks), **_of_older_versions(node)})


def _joined(node: Node) -> Node:
    """Return a schema with the members of an allOf of plain objects as its own, as a reader would write it."""
    parts = node.get("allOf", [])
    if not parts or not all(isinstance(part, dict) and set(part) <= _PLAIN for part in parts):
        return node
    whole = {key: value for key, value in node.items() if key != "allOf"}
    properties = {name: member for part in (*parts, whole) for name, member in part.get("properties", {}).items()}
    required = dict.fromkeys(name for part in (*parts, whole) for name in part.get("required", []))
    kinds = {"type": "object"} if any("type" in part for part in (*parts, whole)) else {}
    return {**whole, **kinds, "properties": properties, **({"required": list(required)} if required else {})}


def _is_usable(key: str, value: Any, place: str, remarks: list[str]) -> bool:
    if key in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
        return False
    if key in ("required", "allOf") and not isinstance(value, list):
        remarks.append(f"{place}: not taken, {key!r} is no list")
        return False
    patterns = [value] if key == "pattern" else list(value) if key == "patternProperties" else []
    lacks = [lack for pattern in patterns if (lack := lack_of_pattern(pattern)) is not None]
    remarks.extend(f"{place}: not taken, {key!r} {lack}" for lack in lacks)
    return not lacks


def _below(node: Node, place: str, remarks: list[str]) -> Node:
    found = dict(node)
    for key in ONE:
        if key in node:
            found[key] = taken(node[key], f"{place}, {key}", remarks)
    for key in MANY:
        if key in node:
            found[key] = [taken(member, f"{place}, {key}", remarks) for member in node[key]]
    for key in NAMED:
        if key in node:
            found[key] = {name: taken(member, f"{place}, {name}", remarks) for name, member in node[key].items()}
    return found


def _of_older_versions(node: Node) -> Node:
    """Return what OpenAPI 3.0 says in words that JSON Schema 2020-12 has others for."""
    found: Node = {"x-nullable": True} if node.get("nullable") is True else {}
    if node.get("format") == "binary":
        found["contentMediaType"] = "application/octet-stream"
    if "example" in node and "examples" not in node:
        found["examples"] = [node["example"]]
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if node.get(exclusive) is True and bound in node:
            found[exclusive] = node[bound]
    return found
