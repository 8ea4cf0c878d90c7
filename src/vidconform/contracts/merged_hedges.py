"""A schema as a validator takes it: hedges, shapes of ids, letter case and null in the words of JSON Schema."""

from __future__ import annotations

import re
from typing import Any

from vidconform.contracts.provider import IdSpace
from vidconform.contracts.schema_places import with_subschemas

# What these hold is said of the same instance.
_IN_PLACE = ("allOf", "anyOf", "oneOf", "x-hedged", "then", "else")


def merge_hedges(node: dict[str, Any], spaces: dict[str, IdSpace], typed: bool = False) -> dict[str, Any]:
    """Return a schema in which each hedge is a member of allOf marked `x-hedge`; `typed` says that a type is stated."""
    typed = typed or any("type" in told for told in (node, *node.get("allOf", [])))
    merged = with_subschemas(node, lambda word, inside: merge_hedges(inside, spaces, typed and word in _IN_PLACE))
    if "x-id-space" in node:
        # A pattern is about texts alone, so that a number would have any shape.
        merged |= {"pattern": _pattern(merged.pop("x-id-space"), spaces)} | ({} if typed else {"type": "string"})
    if node.get("x-any-case") and "enum" in node:
        merged |= _any_case(merged.pop("enum"))
    if "contentSchema" in node:
        # A validator tells its own words apart from what a schema says of the instance itself; this one is no word.
        merged["x-content"] = merged.pop("contentSchema")
    if "x-hedged" in node:
        merged["allOf"] = [*merged.get("allOf", []), {"x-hedge": True, **merged.pop("x-hedged")}]
    return _nullable(merged) if merged.pop("x-nullable", False) else merged


def _any_case(words: list[str]) -> dict[str, Any]:
    return {
        "type": "string",
        "pattern": f"^(?i:{'|'.join(re.escape(str(word)) for word in words)})$",
        "x-any-case": words,
    }


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that null keeps as well; its row owns what is below, and null is what it asks for."""
    own: dict[str, Any] = {key: node.pop(key) for key in ("x-requirement", "x-role", "x-unit") if key in node}
    return {**own, "if": {"type": "null"}, "else": node}


def _pattern(names: str | list[str], spaces: dict[str, IdSpace]) -> str:
    patterns = [spaces[name].pattern for name in ([names] if isinstance(names, str) else names)]
    return patterns[0] if len(patterns) == 1 else "|".join(f"(?:{pattern})" for pattern in patterns)
