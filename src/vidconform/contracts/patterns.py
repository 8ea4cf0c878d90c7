"""Schemas and patterns of provider files, compiled so that they fetch nothing and match in linear time."""

from __future__ import annotations

import re
from functools import cache
from typing import Any


def compiled(schema: dict[str, Any]) -> Any:
    """Return the validator of a schema; raises ValueError for one that would need a fetch or a backtracking engine."""
    import jsonschema_rs

    return jsonschema_rs.validator_for(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text; raises ValueError for one that the linear engine does not take."""
    # A byte that is no UTF-8 arrives as a lone surrogate, for which the engine has no form.
    return bool(_matcher(pattern).is_valid(text.encode("utf-8", "replace").decode()))


@cache
def _matcher(pattern: str) -> Any:
    return compiled({"pattern": pattern})


def lack_of_pattern(pattern: Any) -> str | None:
    """Return why a pattern cannot be used, as words behind its place, or None."""
    try:
        # Ids are drawn from it by a library that reads it as Python does.
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError, TypeError) as error:
        return f"is no regular expression: {error}"
    try:
        _matcher(pattern)
    except ValueError:
        return (
            f"is no regular expression of linear time: {pattern[:80]!r}; look-around, back-references and "
            "thousands of repetitions are not supported"
        )
    return None
