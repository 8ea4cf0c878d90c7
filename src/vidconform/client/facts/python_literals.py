"""Python literals as a formatter leaves them: on one line where they fit, else one element a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What black and ruff format take where nobody chose another.
_WIDTH = 88
_STEP = 4


@dataclass(frozen=True)
class CallOf:
    """A call of a class by its name, with keyword arguments."""

    name: str
    arguments: Mapping[str, Any]


def assigned(target: str, value: Any) -> str:
    """Return an assignment."""
    return f"{target} = {_literal(value, 0, len(target) + 3, 0)}"


def _literal(value: Any, indent: int, before: int, behind: int) -> str:
    """Return a value that stands behind `before` characters of its line and in front of `behind` others."""
    flat = _flat(value)
    opening, closing, parts = _parts(value)
    if not parts or indent + before + len(flat) + behind <= _WIDTH:
        return flat
    inner, lines = indent + _STEP, []
    for prefix, member in parts:
        lines.append(f"{' ' * inner}{prefix}{_literal(member, inner, len(prefix), 1)},")
    return "\n".join([opening, *lines, f"{' ' * indent}{closing}"])


def _flat(value: Any) -> str:
    opening, closing, parts = _parts(value)
    if not opening:
        return _scalar(value)
    # A tuple of one keeps its comma.
    comma = "," if isinstance(value, Sequence) and len(parts) == 1 else ""
    return opening + ", ".join(prefix + _flat(member) for prefix, member in parts) + comma + closing


def _parts(value: Any) -> tuple[str, str, list[tuple[str, Any]]]:
    """Return what a value begins and ends with, and its members, each with what stands before it."""
    if isinstance(value, CallOf):
        return f"{value.name}(", ")", [(f"{name}=", member) for name, member in value.arguments.items()]
    if isinstance(value, Mapping):
        return "{", "}", [(f"{_text(name)}: ", member) for name, member in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "(", ")", [("", member) for member in value]
    return "", "", []


def _scalar(value: Any) -> str:
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """Return a text in double quotes, or in single ones where that needs fewer backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_character(one, quote) for one in text) + quote


def _character(one: str, quote: str) -> str:
    if one in (quote, "\\"):
        return f"\\{one}"
    return one if one.isascii() and one.isprintable() else ascii(one)[1:-1]
