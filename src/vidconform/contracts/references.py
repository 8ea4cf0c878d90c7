"""What a provider's files may refer to: themselves and each other, never an address, and in no circle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidconform.contracts.patterns import lack_of_pattern
from vidconform.contracts.schema_places import every_schema, subschemas
from vidconform.errors import DataFileProblem

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FOR_EDITORS = "formats/body.schema.json"
"""What a schema may name as its `$schema` by a path that ends so: the same dialect with our keys, for an editor."""

_LOCAL = "#/$defs/"
_RENAMING = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary")
_REFERENCES = ("$ref", "operationRef", "externalValue")
_BESIDE = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*)?(?:#.*)?")
_MOST_EXPANSIONS = 10_000


def check_schema_references(path: Path, schema: dict[str, Any]) -> None:
    """Raise DataFileProblem for the first place of a schema that leads out of its file, or into a circle."""
    told = (problem for place, node in every_schema(schema) for problem in _problems(schema, node, place))
    problem = next(told, None) or _circle(schema)
    if problem is not None:
        raise DataFileProblem(path, problem)


def check_document_references(path: Path, document: Any) -> None:
    """Raise DataFileProblem for a place of an OpenAPI document that refers to more than a file beside it."""
    for place, reference in _references(document, ""):
        if not isinstance(reference, str) or _BESIDE.fullmatch(reference) is None:
            raise DataFileProblem(
                path, f"{place}: {_shown(reference)} is not a file beside this one; nothing is fetched"
            )


def _references(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in inner:
        below = f"{place}/{name}"
        is_dialect = name in ("$schema", "jsonSchemaDialect") and isinstance(value, str)
        if (name in _REFERENCES and isinstance(node, dict)) or (is_dialect and value != DIALECT):
            yield below, value
        yield from _references(value, below)


def _problems(root: dict[str, Any], node: dict[str, Any], place: str) -> Iterator[str]:
    if node.get("$schema", DIALECT) != DIALECT:
        yield f"{place}/$schema: {_shown(node['$schema'])} is not {DIALECT}; nothing is fetched"
    for key in _RENAMING:
        if key in node:
            yield f"{place}/{key}: not supported; refer to {_LOCAL} and a name in $defs of the same file"
    if "$ref" in node and _target(root, node) is None:
        yield (
            f"{place}/$ref: {_shown(node['$ref'])} is not {_LOCAL} and a name in $defs of the same file, "
            "and no *.schema.json beside it or in another contract's folder (../NAME/); nothing is fetched"
        )
    for pattern in [*([node["pattern"]] if "pattern" in node else []), *_keys_of(node, "patternProperties")]:
        if (lack := lack_of_pattern(pattern)) is not None:
            yield f"{place or '/'}: the pattern {lack}"


def _keys_of(node: dict[str, Any], key: str) -> list[str]:
    value = node.get(key)
    return list(value) if isinstance(value, dict) else []


def _target(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema that a node refers to, or None where its file has none of that name."""
    reference, named = node["$ref"], root.get("$defs")
    if not isinstance(reference, str) or not reference.startswith(_LOCAL) or not isinstance(named, dict):
        return None
    found = named.get(reference.removeprefix(_LOCAL))
    return found if isinstance(found, dict) else None


def _circle(root: dict[str, Any]) -> str | None:
    """Return the sentence that a schema comes back to itself or grows beyond bounds, or None.

    Each $ref is followed as often as it stands there: twenty definitions that each name the next one twice are a
    million.
    """
    pending: list[tuple[dict[str, Any], tuple[str, ...]]] = [(root, ())]
    for _ in range(_MOST_EXPANSIONS):
        if not pending:
            return None
        node, followed = pending.pop()
        target = _target(root, node) if "$ref" in node else None
        if target is not None:
            if node["$ref"] in followed:
                return f"$ref {_shown(node['$ref'])} leads back to itself"
            pending.append((target, (*followed, node["$ref"])))
        # What nothing refers to is looked at once, as the file has it.
        inner = [schema for path, schema in subschemas(node) if path[0] != "$defs" or not followed]
        pending += [(schema, followed) for schema in inner]
    return f"its references come to more than {_MOST_EXPANSIONS} schemas"


def _shown(reference: Any) -> str:
    return repr(str(reference)[:100])
