"""Bodies of a creation that its schema alone obliges a provider to refuse, so that none of them costs anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vidconform.contracts import Schema, compiled
from vidconform.exchange import UndecodableJson, decode_json

# None of them is a text, the type of every member that a document requires; a schema that allows one is heeded.
_WRONG: tuple[Any, ...] = (None, [], {}, 0, True, 1.5, -1, [None], {"": {}}, [[[[[[[[]]]]]]]], 10**30, False, ["a"])
_BROKEN = (b"[]", b"null", b'""', b"{", b"", b"0", b"[[]", b"\xff", b"\x00", b"{]}", b"[" * 2000, b'"\\ud800"')
# A server that takes what is empty for an empty object meets these where it reads the first member.
_NO_OBJECTS = (b'"x"', b"[1]", b"1", b"true")


def aimed_bodies(schema: Schema, example: Any) -> list[bytes]:
    """Return bodies to send whatever the seed: each required member missing or wrong, then no object at all."""
    members = _required(schema)
    base = {name: example.get(name, "") for name in members}
    missing = [{other: base[other] for other in members if other != name} for name in members]
    wrong = [{**base, name: value} for value in _WRONG for name in members]
    first, later = [*wrong[: 4 * len(members)], {}], wrong[4 * len(members) :]
    bodies = [*map(_text, missing), *_NO_OBJECTS, *map(_text, first), *_BROKEN[:5], *map(_text, later), *_BROKEN[5:]]
    return [body for body in dict.fromkeys(bodies) if must_be_refused(schema)(body)]


def bodies_drawn_from(schema: Schema, example: Any) -> dict[str, Any]:
    """Return what bodies are drawn from in which some required members are missing or of a wrong type."""
    names = _required(schema)
    required = {name: example.get(name, "") for name in names}
    return {"required": required, "others": {n: v for n, v in example.items() if n not in names}, "wrong": _WRONG}


def must_be_refused(schema: Schema) -> Callable[[bytes], bool]:
    """Return whether a body breaks what the schema requires, beyond what a lenient provider may overlook."""
    names, source = _required(schema), schema.source
    properties = {name: source.get("properties", {}).get(name, True) for name in names}
    kept: dict[str, Any] = {key: source[key] for key in ("$schema", "type", "required", "$defs") if key in source}
    validator = compiled({**kept, "properties": properties})

    def judge(body: bytes) -> bool:
        try:
            value = decode_json(body)
        except UndecodableJson:
            # A provider may read past a broken character or bracket, but not past a name that is not there.
            return not all(name.encode() in body for name in names)
        if not isinstance(value, dict):
            return True
        return not _resembles(value, names) and not validator.is_valid(value)

    return judge


def _resembles(value: dict[str, Any], names: list[str]) -> bool:
    """Whether a member is a required one but for its case or a space: some decoders take it for that."""
    return any(name.strip().casefold() in names and name not in names for name in value)


def _required(schema: Schema) -> list[str]:
    return list(schema.source.get("required", []))


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
