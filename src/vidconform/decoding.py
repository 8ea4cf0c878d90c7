"""The one JSON decoder: strict RFC 8259, and the same for every byte a vendor may send."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass
class UndecodableJson(ValueError):
    """Bytes that are no JSON text (RFC 8259)."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def decode_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises UndecodableJson for anything that RFC 8259 does not allow or leaves unpredictable: bad UTF-8, NaN,
    numbers out of range, duplicate member names, lone surrogates, nesting beyond the interpreter's depth.
    """
    try:
        return _decode(body)
    except UndecodableJson:
        raise
    except RecursionError as error:
        raise UndecodableJson("nested too deeply") from error
    except ValueError as error:
        raise UndecodableJson(_sentence(body, error)) from error


def _decode(body: bytes) -> Any:
    text = body.decode("utf-8")
    value = json.loads(
        text,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        object_pairs_hook=_unique_members,
    )
    if _SURROGATE_ESCAPE.search(text):
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _sentence(body: bytes, error: ValueError) -> str:
    if not body.strip():
        return "an empty body"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno} column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"invalid UTF-8 at byte {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return "a lone surrogate"
    return "a number with too many digits"


def _refuse_constant(name: str) -> NoReturn:
    raise UndecodableJson(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise UndecodableJson(f"the number {text[:40]} is out of range")
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise UndecodableJson(f"the member {repeated[:40]!r} stands twice in one object")
    return members
