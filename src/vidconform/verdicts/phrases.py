"""The words of Expected and Received for schema errors, and values cut to a readable length."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from vidconform.contracts import Schema, SchemaError, resolve
from vidconform.text import Redacted

LONGEST = 300
# Leaves room for what stands around it, so that the length that is told is that of the text.
_LONGEST_TEXT = 240
_LONGEST_NAME = 60
_MOST_MEMBERS, _MOST_ITEMS = 20, 5


def shorten_redacted(text: Redacted) -> Redacted:
    """Return a text short enough for a line, with control characters made visible."""
    return Redacted(shorten(text))


def shorten(text: str) -> str:
    """Return the same of a text that is only quoted in another one, which is redacted as a whole."""
    shown = text[: LONGEST + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else _visible(c) for c in shown)
    return shown if len(text) <= LONGEST else f"{shown[:LONGEST]}... ({len(text)} characters)"


def _visible(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else character.encode("unicode_escape").decode()


def show(value: Any) -> str:
    """Return a JSON value as text, cut."""
    return shorten(json.dumps(_trimmed(value), ensure_ascii=False, default=str))


def _trimmed(value: Any) -> Any:
    """Cut before dumping, so that a body of megabytes costs no message of megabytes."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}... ({len(value)} characters)"
    if isinstance(value, dict):
        more = {"...": f"{len(value)} members"} if len(value) > _MOST_MEMBERS else {}
        return {_name(name): _trimmed(value[name]) for name in list(value)[:_MOST_MEMBERS]} | more
    if isinstance(value, list):
        more_items = [f"... ({len(value)} items)"] if len(value) > _MOST_ITEMS else []
        return [*map(_trimmed, value[:_MOST_ITEMS]), *more_items]
    return value


def _name(name: Any) -> str:
    text = str(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}..."


def expected(schema: Schema, errors: Sequence[SchemaError]) -> str:
    """Return what the failed assertions at the place of the first one ask for; a failed anyOf fails in each branch.

    Nothing where the only one is a `not`, which asks for anything else.
    """
    here = [error for error in errors if error.pointer == errors[0].pointer]
    asked = {error: _words(schema, error) for error in here}
    words = [word for found in asked.values() for word in found]
    choices = [f"one of {', '.join(map(show, words))}"] if words else []
    choices += [_expected(schema, error) for error, found in asked.items() if not found]
    return " or ".join(filter(None, dict.fromkeys(choices)))


def _words(schema: Schema, error: SchemaError) -> list[Any]:
    """Return the words that an enum asks for, also one in which letter case does not matter."""
    of_any_case = resolve(schema.merged, error.schema_pointer.rpartition("/")[0] + "/x-any-case")
    found = _asked(schema, error) if error.keyword == "enum" else of_any_case if error.keyword == "pattern" else None
    return list(found or [])


def _expected(schema: Schema, error: SchemaError) -> str:
    asked = _asked(schema, error)
    say = _SENTENCES.get(error.keyword)
    return say(asked) if say is not None else f"{error.keyword} {show(asked)}"


def _asked(schema: Schema, error: SchemaError) -> Any:
    parent, _, keyword = error.schema_pointer.rpartition("/")
    node = resolve(schema.merged, parent)
    return node.get(keyword) if isinstance(node, dict) else None


def received(schema: Schema, error: SchemaError, body: Any) -> str:
    """Return what stands where the assertion failed, or which members are missing there."""
    value = resolve(body, error.pointer)
    place = f" at {error.pointer}" if error.pointer else ""
    if error.keyword == "required" and isinstance(value, dict):
        missing = ", ".join(name for name in _asked(schema, error) or () if name not in value)
        members = ", ".join(shorten(str(name)) for name in list(value)[:_MOST_MEMBERS]) or "none"
        more = f", ... ({len(value)} in all)" if len(value) > _MOST_MEMBERS else ""
        return f"no {missing}, but the members {members}{more}{place}"
    return f"{show(value)}{place}"


def _type(asked: Any) -> str:
    if asked == "null":
        return "null, or the member left out"
    return f"type {' or '.join(asked) if isinstance(asked, list) else asked}"


def _required(asked: Any) -> str:
    return f"the member{'s' if asked[1:] else ''} {', '.join(asked)}"


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "type": _type,
    "required": _required,
    "const": lambda asked: show(asked),
    "enum": lambda asked: f"one of {', '.join(map(show, asked))}",
    "pattern": lambda asked: f"a text that matches {asked}",
    "minimum": lambda asked: f"at least {asked}",
    "maximum": lambda asked: f"at most {asked}",
    "not": lambda asked: "",
    "x-content": lambda asked: "a text that holds JSON",
    "x-sum": lambda asked: f"the sum of {' and '.join(map(str, asked))}",
    "minLength": lambda asked: f"at least {asked} characters",
}
