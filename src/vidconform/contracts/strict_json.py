"""The one JSON decoder: strict RFC 8259, and the same for every byte a vendor may send."""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from vidconform.contracts.json_values import members_of

DEEPEST = 128
"""Levels of arrays and objects that are read; the validator and the interpreter's stack end at about 250."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
# A sign and 310 digits: beyond binary64 whatever they are. The interpreter's own limit is somewhere above.
_LONGEST_INTEGER = 311


@dataclass
class UndecodableJson(ValueError):
    """Bytes that are no JSON text (RFC 8259)."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def decode_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises UndecodableJson for anything that RFC 8259 does not allow or leaves unpredictable: bad UTF-8, a byte order
    mark, NaN, numbers beyond binary64, duplicate member names, lone surrogates, nesting deeper than DEEPEST.
    """
    try:
        return _decode(body)
    except UndecodableJson:
        raise
    except RecursionError as error:
        raise UndecodableJson(_TOO_DEEP) from error
    except ValueError as error:
        raise UndecodableJson(_sentence(body, error)) from error


def _decode(body: bytes) -> Any:
    text = body.decode("utf-8")
    value = _DECODER.decode(text)
    if text.count("[") + text.count("{") > DEEPEST:
        _refuse_deep(value)
    if _SURROGATE_ESCAPE.search(text):
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def _sentence(body: bytes, error: ValueError) -> str:
    if not body.strip():
        return "an empty body"
    if isinstance(error, UnicodeDecodeError):
        return f"invalid UTF-8 at byte {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return "a lone surrogate"
    if body.startswith(b"\xef\xbb\xbf"):
        return "a byte order mark before the text"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}"
    return "no JSON text"


def _refuse_deep(value: Any) -> None:
    # Level by level, not by recursion: where that ends depends on who calls.
    level = [value]
    for _ in range(DEEPEST):
        level = [member for node in level for member in members_of(node) if isinstance(member, list | dict)]
        if not level:
            return
    raise UndecodableJson(_TOO_DEEP)


def _refuse_constant(name: str) -> NoReturn:
    raise UndecodableJson(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise UndecodableJson(f"the number {text[:40]} is out of range")
    return value


def _in_range(text: str) -> int:
    """Arithmetic on an integer beyond binary64 overflows; RFC 8259 section 6 lets a reader end there."""
    _finite(text[:_LONGEST_INTEGER])
    return int(text)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # The same names stand in each of thousands of replies.
    members = {sys.intern(name): value for name, value in pairs}
    if len(members) != len(pairs):
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise UndecodableJson(f"the member {repeated[:40]!r} stands twice in one object")
    return members


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, parse_int=_in_range, object_pairs_hook=_unique_members
)
