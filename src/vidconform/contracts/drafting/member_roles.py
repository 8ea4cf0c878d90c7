"""Gives the members of a reply's schema their roles, by the names that vendors usually give them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from vidconform.contracts.customary_words import customary_phases
from vidconform.contracts.drafting.published_document import Node
from vidconform.contracts.keywords import TIMES
from vidconform.contracts.schemas import PHASES

_DEEPEST = 4


def with_roles(schema: Node, sort: str) -> Node:
    """Return a schema in which members have their `x-role`; `sort` is a table of members.toml."""
    places = _objects(schema, ())
    if sort == "task":
        # A wrapper may have an id of its own; the task is what tells a status.
        places.sort(key=lambda place: _name_of("status", "task", _members(schema, place)) is None)
    marked, roles = schema, set[str]()
    for place in places:
        for role in _names()[sort]:
            name = _name_of(role, sort, _members(schema, place))
            if name is not None and role not in roles and (place == places[0] or role in ("result", "error-code")):
                roles.add(role)
                marked = _put(marked, (*place, name), _marks(role, _members(schema, place)[name]))
    return marked


def roles_in(schema: Any) -> set[str]:
    """Return the roles that members of a schema have."""
    if not isinstance(schema, dict):
        return set()
    members = schema.get("properties", {}).values()
    return {m["x-role"] for m in members if "x-role" in m} | {role for m in members for role in roles_in(m)}


def with_phases(schema: Node, place: str, remarks: list[str]) -> Node:
    """Return the schema of a task with the words of its status under the phases that they usually mean."""
    path = _status_in(schema, ())
    words = _at(schema, path).get("enum", []) if path else []
    told = [word for word in words if isinstance(word, str)]
    if not told:
        remarks.append(f"{place}: no list of status words; fill in $defs and the status of task.schema.json")
        return schema
    unknown = [word for word in told if word.casefold() not in customary_phases()]
    if unknown:
        words_ = ", ".join(map(repr, unknown))
        remarks.append(f"{place}: nothing tells what the status {words_} means; it stands in $defs under unknown")
    phases = {phase: [w for w in told if customary_phases().get(w.casefold(), "unknown") == phase] for phase in PHASES}
    named = {phase: {"enum": found} for phase, found in phases.items() if found}
    member = {key: value for key, value in _at(schema, path).items() if key != "enum"}
    spelled = {**member, "anyOf": [{"$ref": f"#/$defs/{phase}"} for phase in named]}
    return {**_put(schema, path, spelled), "$defs": named}


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    """Return the names that members of each role usually have, by the sort of the reply."""
    return tomllib.loads((Path(__file__).parent / "members.toml").read_text("utf-8"))


def _name_of(role: str, sort: str, members: Node) -> str | None:
    return next((name for name in _names()[sort].get(role, []) if isinstance(members.get(name), dict)), None)


def _objects(schema: Any, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the paths to the objects of a reply, the outer ones first."""
    if not isinstance(schema, dict) or len(path) > _DEEPEST:
        return []
    below = [_objects(member, (*path, name)) for name, member in schema.get("properties", {}).items()]
    return sorted([path, *(found for paths in below for found in paths)], key=len)


def _members(schema: Node, path: tuple[str, ...]) -> Node:
    found: Node = _at(schema, path).get("properties", {})
    return found


def _at(schema: Node, path: tuple[str, ...]) -> Node:
    for name in path:
        schema = schema["properties"][name]
    return schema


def _put(schema: Node, path: tuple[str, ...], member: Node) -> Node:
    """Return a copy with another member at a path."""
    inner = member if len(path) == 1 else _put(schema["properties"][path[0]], path[1:], member)
    return {**schema, "properties": {**schema["properties"], path[0]: inner}}


def _marks(role: str, member: Node) -> Node:
    unit: Node = {}
    if role in TIMES:
        unit = {"x-unit": "rfc3339" if member.get("type") == "string" else "either"}
    elif role == "progress" and member.get("maximum") == 1:
        unit = {"x-unit": "fraction"}
    return {"x-role": role, **unit, **member}


def _status_in(schema: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    members = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name, member in members.items():
        if isinstance(member, dict) and member.get("x-role") == "status":
            return (*path, name)
        if found := _status_in(member, (*path, name)):
            return found
    return ()
