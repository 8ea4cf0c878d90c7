"""Values that a schema allows, made up from it, and bodies mended until it has no complaint."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from vidconform.contracts import MemberPath, Schema, fits, node_at, types_in, value_of

_TEXTS = (
    "text",
    "5",
    "1280x720",
    "16:9",
    "https://files.example/video.mp4",
    "2026-01-01T00:00:00Z",
    "a1",
    "video_1a2b",
)
_ROUNDS = 40
GONE = object()

Suggest = Callable[[MemberPath], Any]


def nodes(root: dict[str, Any], node: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and those that it applies to the same instance, each once."""
    if not isinstance(node, dict):
        return
    yield node
    reference = str(node.get("$ref", ""))
    named = root.get("$defs", {}).get(reference.removeprefix("#/$defs/")) if reference.startswith("#/$defs/") else None
    for same in (named, node.get("then"), node.get("else"), node.get("x-hedged"), *node.get("allOf", [])):
        yield from nodes(root, same)


def types_of(root: dict[str, Any], node: Any) -> list[str]:
    """Return the types that a schema names first."""
    return next((types_in(same) for same in nodes(root, node) if "type" in same), [])


def made_up(root: dict[str, Any], node: Any) -> Any:
    """Return a value of a schema, None where it says nothing of one."""
    applied = list(nodes(root, node))
    shown = next((value for same in applied if (value := value_of(_own(same))) is not None), None)
    if shown is not None:
        return deepcopy(shown)
    # What a condition says of a member counts where it holds, and not before what the member itself says.
    members = {name: member for same in reversed(applied) for name, member in same.get("properties", {}).items()}
    if members:
        made = {name: made_up(root, member) for name, member in members.items()}
        return {name: value for name, value in made.items() if value is not None or "x-role" in members[name]}
    kinds = [kind for kind in types_of(root, node) if kind != "null"]
    usual = "integer" if any("x-sum" in same for same in applied) else ""
    wrapped = next((same["items"] for same in applied if "items" in same and _shows_one(root, same)), None)
    if wrapped is not None:
        return [made_up(root, wrapped)]
    return _of_type(kinds[0] if kinds else usual, applied)


def _shows_one(root: dict[str, Any], array: dict[str, Any]) -> bool:
    """Whether an array has one element: it stands around a task, or rows about its elements alone would be unseen."""
    inside = list(_below(root, array["items"]))
    told = any("x-requirement" in node for node in inside) and not any("x-role" in node for node in inside)
    return array.get("maxItems") == 1 or told


def _below(root: dict[str, Any], node: Any) -> Iterator[dict[str, Any]]:
    for same in nodes(root, node):
        yield same
        for member in (*same.get("properties", {}).values(), *([same["items"]] if "items" in same else [])):
            yield from _below(root, member)


def _own(node: dict[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in ("example", "examples", "const", "default", "enum") if key in node}


def _of_type(kind: str, applied: list[dict[str, Any]]) -> Any:
    least = next((same["minimum"] for same in applied if "minimum" in same), 1)
    pattern = next((same["pattern"] for same in applied if "pattern" in same), "")
    text = next((text for text in _TEXTS if fits(pattern, text)), "text")
    made: dict[str, Any] = {
        "string": text,
        "integer": least,
        "number": least,
        "boolean": False,
        "array": [],
        "object": {},
    }
    return deepcopy(made.get(kind))


def mended(schema: Schema, body: Any, suggest: Suggest, kept: frozenset[MemberPath] = frozenset()) -> Any:
    """Return a body without what a schema finds wrong with it, as far as small changes beside what is kept mend it."""
    for _ in range(_ROUNDS):
        errors = [error for error in faults(schema, body) if tuple(error.instance_path) not in kept]
        better = next((tried for error in errors for tried in _tries(schema, body, error, suggest)), None)
        if better is None:
            return body
        body = better
    return body


def faults(schema: Schema, body: Any) -> list[Any]:
    """Return what a schema finds wrong with a body."""
    return list(schema.validator.iter_errors(without_surrogates(body)))


def without_surrogates(value: Any) -> Any:
    """Return a value without lone surrogates, which JSON may hold and the validator has no form for."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _tries(schema: Schema, body: Any, error: Any, suggest: Suggest) -> Iterator[Any]:
    """Yield the body with one place changed, where fewer errors are left."""
    wrong = len(faults(schema, body))
    missing = getattr(error.kind, "property", None)
    place: MemberPath = (*error.instance_path, missing) if missing is not None else tuple(error.instance_path)
    for value in (suggest(place), made_up(schema.source, node_at(schema.source, place)), None, GONE, {}, "text"):
        tried = put(body, place, value) if place else body
        if tried is not body and len(faults(schema, tried)) < wrong:
            yield tried


def put(body: Any, place: MemberPath, value: Any) -> Any:
    """Return a copy of a body with another value at a place, or without it; the body itself where none is there."""
    changed = deepcopy(body)
    owner: Any = changed
    for name in place[:-1]:
        try:
            owner = owner[name]
        except (KeyError, IndexError, TypeError):
            return body
    last: Any = place[-1]
    if not isinstance(owner, dict if isinstance(last, str) else list):
        return body
    if value is GONE and last not in owner:
        return body
    if value is GONE:
        del owner[last]
    else:
        owner[last] = value
    return changed
