"""What a document shows of a value: an example before a sample, and those before what its schema says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from vidconform.contracts.bounded_reading import DEEPEST, decode_plain_json, read_text
from vidconform.contracts.fields import Field, pointer_names

_MOST_NODES = 100_000
# What an editor of documents writes where it knows the type alone.
_PLACEHOLDER = re.compile(r"<[^<>]*>|\{\{?[^{}]*\}\}?|\.{3}|string")


def resolved(document: dict[str, Any], node: Any) -> Any:
    """Return a node with the references into its own document replaced by what they lead to (RFC 6901).

    Raises KeyError for one that leads nowhere, ValueError where they come to more than anybody reads.
    """
    return _resolved(document, node, (), count())


def value_of(described: dict[str, Any] | bool) -> Any:
    """Return the value that a parameter or a schema shows, or None; a schema that is true or false shows none."""
    if isinstance(described, bool):
        return None
    if "example" in described:
        return described["example"]
    examples = described.get("examples")
    if isinstance(examples, dict) and examples:
        # OpenAPI names its examples, JSON Schema lists them.
        return next(iter(examples.values()))["value"]
    if isinstance(examples, list) and examples:
        return examples[0]
    for key in ("const", "default"):
        if key in described:
            return described[key]
    if described.get("enum"):
        return described["enum"][0]
    return value_of(described["schema"]) if isinstance(described.get("schema"), dict) else None


def body_example(folder: Path, media: dict[str, Any]) -> Any:
    """Return the request body that a media type shows, or None where it shows none that can be sent."""
    schema = schema_at(folder, media.get("schema", {}))
    shown = value_of({key: value for key, value in media.items() if key != "schema"})
    if shown is not None:
        return shown
    if _is_meant(media.get("x-sample")):
        return media["x-sample"]
    whole = value_of(schema)
    return _of_members(schema) if whole is None else whole


def _of_members(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the object of what each member's schema shows, or None where a required one shows nothing."""
    shown = {name: value_of(member) for name, member in schema.get("properties", {}).items()}
    found = {name: value for name, value in shown.items() if value is not None}
    return found if found and set(schema.get("required", [])) <= set(found) else None


def _is_meant(sample: Any) -> bool:
    """Whether a sample can be sent: none of its texts only stands for one."""
    texts = sample.values() if isinstance(sample, dict) else ()
    return bool(texts) and not any(isinstance(text, str) and _PLACEHOLDER.fullmatch(text) for text in texts)


def values_of(schema: dict[str, Any], role: str) -> tuple[Any, ...]:
    """Return the values that a body's schema names for the member of a role, which may be its name."""
    members = {name: member for name, member in schema.get("properties", {}).items() if isinstance(member, dict)}
    found = [member for name, member in members.items() if role in (member.get("x-role"), name)]
    return tuple(found[0].get("enum", ())) if found else ()


def id_in(schema: dict[str, Any]) -> Field | None:
    """Return where a body has the id that it asks for: in a member, or as the only one of a list."""
    for name, member in schema.get("properties", {}).items():
        items = member.get("items") if isinstance(member, dict) else None
        if isinstance(member, dict) and member.get("x-role") == "id":
            return Field((name,), None)
        if isinstance(items, dict) and items.get("x-role") == "id":
            return Field((name, 0), None)
    return None


def schema_at(folder: Path, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or that of the file beside it that it refers to."""
    file = folder / str(schema.get("$ref", ""))
    if not file.is_file():
        return schema
    try:
        found = decode_plain_json(read_text(file))
    except (ValueError, OSError):
        # Told where the schemas are read.
        return {}
    return found if isinstance(found, dict) else {}


def _resolved(document: dict[str, Any], node: Any, followed: tuple[str, ...], nodes: Iterator[int]) -> Any:
    # Each name may lead twice to the next one; and so on.
    if next(nodes) > _MOST_NODES or len(followed) > DEEPEST:
        raise ValueError(f"its references come to more than {_MOST_NODES} nodes, or follow each other for too long")
    if isinstance(node, list):
        return [_resolved(document, member, followed, nodes) for member in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/") and reference not in followed:
        return _resolved(document, at_reference(document, reference), (*followed, reference), nodes)
    return {name: _resolved(document, member, followed, nodes) for name, member in node.items()}


def at_reference(document: Any, reference: str) -> Any:
    """Return what a reference into its own document leads to; raises KeyError."""
    for name in pointer_names(reference):
        document = document[name]
    return document


def with_inherited(own: list[dict[str, Any]], shared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parameters of an operation behind those of its path that it does not have itself."""
    known = {(parameter["name"], parameter["in"]) for parameter in own}
    return [*(parameter for parameter in shared if (parameter["name"], parameter["in"]) not in known), *own]
