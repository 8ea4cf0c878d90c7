"""The words of Expected and Received for schema errors, and values cut to a readable length."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vidconform.contracts import Schema, SchemaError

LONGEST = 300


def cut(text: str) -> str:
    """Return a text short enough for a line, with control characters made visible."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: LONGEST + 1])
    return shown if len(text) <= LONGEST else f"{shown[:LONGEST]}... ({len(text)} characters)"


def show(value: Any) -> str:
    """Return a JSON value as text, cut."""
    return cut(json.dumps(_trimmed(value), ensure_ascii=False, default=str))


def _trimmed(value: Any) -> Any:
    """Cut before dumping, so that a body of megabytes costs no message of megabytes."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}... ({len(value)} characters)"
    if isinstance(value, dict):
        return {str(name)[:60]: _trimmed(value[name]) for name in list(value)[:20]}
    if isinstance(value, list):
        return [_trimmed(member) for member in value[:5]]
    return value


def expected(schema: Schema, error: SchemaError) -> str:
    """Return what the failed assertion asks for."""
    parent, _, keyword = error.schema_pointer.rpartition("/")
    node = resolve(schema.merged, parent)
    asked = node.get(keyword) if isinstance(node, dict) else None
    say = _SENTENCES.get(error.keyword)
    return say(asked, schema) if say is not None else f"{error.keyword} {show(asked)}"


def received(error: SchemaError, body: Any, asked: Any) -> str:
    """Return what stands where the assertion failed."""
    value = resolve(body, error.pointer)
    place = f" at {error.pointer}" if error.pointer else ""
    if error.keyword == "required" and isinstance(value, dict):
        return f"only the members {', '.join(cut(str(name)) for name in list(value)[:20]) or 'none'}{place}"
    return f"{show(value)}{place}"


def resolve(node: Any, pointer: str) -> Any:
    """Return what a JSON Pointer (RFC 6901) points at."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        node = node[int(name)] if isinstance(node, list) else node.get(name) if isinstance(node, dict) else None
    return node


def _type(asked: Any, schema: Schema) -> str:
    return f"type {' or '.join(asked) if isinstance(asked, list) else asked}"


def _required(asked: Any, schema: Schema) -> str:
    return f"the member {', '.join(asked)}"


def _words(asked: Any, schema: Schema) -> str:
    words = [word for branch in asked for word in _enum(branch, schema)]
    return f"one of {', '.join(words)}" if words else f"anyOf {show(asked)}"


def _enum(branch: dict[str, Any], schema: Schema) -> list[str]:
    target = resolve(schema.merged, branch["$ref"].removeprefix("#")) if "$ref" in branch else branch
    return [str(word) for word in target.get("enum", [])]


_SENTENCES: dict[str, Callable[[Any, Schema], str]] = {
    "type": _type,
    "required": _required,
    "const": lambda asked, schema: show(asked),
    "enum": lambda asked, schema: f"one of {', '.join(map(show, asked))}",
    "anyOf": _words,
    "pattern": lambda asked, schema: f"a text that matches {asked}",
    "minimum": lambda asked, schema: f"at least {asked}",
    "maximum": lambda asked, schema: f"at most {asked}",
    "minLength": lambda asked, schema: f"at least {asked} characters",
}
