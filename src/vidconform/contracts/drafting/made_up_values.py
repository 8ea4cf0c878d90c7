"""A request body for an operation whose document shows none, so that its folder can be served and tried at once."""

from __future__ import annotations

from typing import Any

from vidconform.contracts.documented_values import value_of

_PROMPT = "A cat on a skateboard"
_DEEPEST = 8


def made_up_body(schema: Any) -> dict[str, Any]:
    """Return the required members of an object with values of their types; a prompt where nothing is required."""
    schema = schema if isinstance(schema, dict) else {}
    members = schema.get("properties", {})
    return {name: _value(name, members.get(name, {}), 0) for name in schema.get("required", ["prompt"])}


def _value(name: str, schema: Any, depth: int) -> Any:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return name
    shown = value_of(schema)
    if shown is not None:
        return shown
    for choice in ("oneOf", "anyOf", "allOf"):
        if schema.get(choice) and "type" not in schema:
            return _value(name, schema[choice][0], depth + 1)
    return _of_type(name, schema, depth)


def _of_type(name: str, schema: dict[str, Any], depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "object":
            members = schema.get("properties", {})
            return {inner: _value(inner, members.get(inner, {}), depth + 1) for inner in schema.get("required", [])}
        case "array":
            return [_value(name, schema.get("items", {}), depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 5)
        case "boolean":
            return False
    if name.lower().endswith(("url", "urls")):
        return "https://files.example/picture.png"
    return _PROMPT if "prompt" in name or "text" in name else f"{name}-1"
