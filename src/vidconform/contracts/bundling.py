"""Brings into one schema what it refers to in the files beside it, so that a validator needs no other file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vidconform.contracts.data_files import read_json
from vidconform.contracts.schemas import copied, replaced, subschemas
from vidconform.errors import DataFileProblem

_BESIDE = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9_.-]*\.schema\.json)(?:#(?:/\$defs/([^/]+))?)?")
_WITHIN = re.compile(r"#(?:/\$defs/([^/]+))?")
Wanted = tuple[str, str]
"""A file, and a name in its `$defs`; no name is the whole file."""


def bundled(path: Path, source: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return a schema with copies of what it refers to in other files, and the names of those in its `$defs`.

    Raises DataFileProblem.
    """
    wanted: list[Wanted] = []
    whole, copies, files = _moved(source, "", wanted), dict[str, Any](), dict[str, dict[str, Any]]()
    while wanted:
        file, name = wanted.pop()
        if _named((file, name)) not in copies:
            found = _wanted(path, files, file, name)
            copies[_named((file, name))] = _moved(found, file, wanted)
    return ({**whole, "$defs": {**whole.get("$defs", {}), **copies}} if copies else source), frozenset(copies)


def _wanted(path: Path, files: dict[str, dict[str, Any]], file: str, name: str) -> dict[str, Any]:
    if not (path.parent / file).is_file():
        beside = ", ".join(sorted(other.name for other in path.parent.glob("*.schema.json")))
        raise DataFileProblem(path, f"$ref {file!r} is no file beside it; there are {beside}")
    source = files[file] if file in files else files.setdefault(file, read_json(path.parent / file))
    if not name:
        return {key: value for key, value in source.items() if key not in ("$defs", "$schema")}
    found = source.get("$defs", {}).get(name)
    if not isinstance(found, dict):
        raise DataFileProblem(path, f"$ref '{file}#/$defs/{name}': {file} has no such name in $defs")
    return found


def _moved(node: dict[str, Any], file: str, wanted: list[Wanted]) -> dict[str, Any]:
    """Return a schema of a file with its references as they are in the bundle; `file` is empty for the bundle's own."""
    moved = copied(node)
    for path, schema in subschemas(node):
        replaced(moved, path, _moved(schema, file, wanted))
    target = _target(node.get("$ref"), file)
    if target is not None:
        wanted.append(target)
        moved["$ref"] = f"#/$defs/{_named(target)}"
    return moved


def _target(reference: Any, file: str) -> Wanted | None:
    if not isinstance(reference, str):
        return None
    if beside := _BESIDE.fullmatch(reference):
        return beside[1], beside[2] or ""
    within = _WITHIN.fullmatch(reference)
    return (file, within[1] or "") if within and file else None


def _named(target: Wanted) -> str:
    return ":".join(filter(None, target))
