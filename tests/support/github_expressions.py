"""What stands between `${{` and `}}` in a workflow, evaluated as GitHub does, as far as our workflows use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Functions = Mapping[str, Callable[..., Any]]

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*|&&|\|\||[!=]=|[!()\[\],])")
_IN_PYTHON = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}
_FUNCTIONS: Functions = {"fromJSON": json.loads, "format": lambda text, *words: text.format(*words)}


class Context(dict[str, Any]):
    """A context of GitHub: what is not there is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def evaluate(text: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """Return what a condition or the inside of an expression comes to."""
    python, place = "", 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        assert found is not None, f"an expression that the tests do not read: {text[place:]}"
        place = found.end()
        python += _in_python(found[1], is_call=text[place : place + 1] == "(")
    known = {**_FUNCTIONS, **functions}
    return eval(python, {"read": lambda name: _read(contexts, name), "call": known.__getitem__})


def _in_python(token: str, *, is_call: bool) -> str:
    if token[0] == "'":
        return repr(token[1:-1].replace("''", "'"))
    if not re.match(r"[A-Za-z_]", token) or token in _IN_PYTHON:
        return _IN_PYTHON.get(token, token)
    return f"call({token!r})" if is_call else f"read({token!r})"


def _read(contexts: Mapping[str, Any], name: str) -> Any:
    first, *more = name.split(".")
    assert first in contexts, f"there is no context {first} here"
    found = contexts[first]
    for part in more:
        found = found[part] if isinstance(found, Mapping) else ""
    return found


def filled(value: Any, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """Return a value of a workflow with its expressions evaluated; one that is nothing else keeps its type."""
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", value, re.DOTALL)
    if whole is not None:
        return evaluate(whole[1], contexts, functions)
    return _EXPRESSION.sub(lambda found: as_text(evaluate(found[1], contexts, functions)), value)


def as_text(value: Any) -> str:
    """Return a value as a variable or an input of a step has it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)
