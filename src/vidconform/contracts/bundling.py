"""Brings into one schema what it refers to in the files beside it, so that a validator needs no other file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from vidconform.contracts.data_files import read_json
from vidconform.contracts.documented_values import schema_at
from vidconform.contracts.schema_places import with_subschemas, without_booleans
from vidconform.contracts.schemas import PHASES
from vidconform.errors import DataFileProblem

_FILE = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.schema\.json"
_ELSEWHERE = re.compile(rf"\.\./([A-Za-z0-9_-][A-Za-z0-9_.-]*/{_FILE})")
_BESIDE = re.compile(rf"((?:\.\./[A-Za-z0-9_-][A-Za-z0-9_.-]*/)?{_FILE})(?:#(?:/\$defs/([^/]+))?)?")
_WITHIN = re.compile(r"#(?:/\$defs/([^/]+))?")
Wanted = tuple[str, str]
"""A file, and a name in its `$defs`; no name is the whole file."""


def of_another_contract(path: Path, source: dict[str, Any]) -> Path | None:
    """Return the schema file of another contract of the provider that a file stands for, which is a `$ref` alone."""
    named = _ELSEWHERE.fullmatch(str(source.get("$ref", "")))
    return (
        path.parent.parent / named[1] if named is not None and set(source) <= {"$ref", "$schema", "$comment"} else None
    )


def bundled(path: Path, source: dict[str, Any]) -> tuple[dict[str, Any], frozenset[str], tuple[Path, ...]]:
    """Return a schema with copies of what it refers to in other files, the names of those beside it, and the files.

    Raises DataFileProblem.
    """
    wanted: list[Wanted] = []
    whole, copies, files = _moved(source, "", wanted), dict[str, Any](), dict[str, dict[str, Any]]()
    while wanted:
        file, name = wanted.pop()
        if _named((file, name)) not in copies:
            found = _wanted(path, files, file, name)
            copies[_named((file, name))] = _moved(found, file, wanted)
            wanted += [(file, phase) for phase in PHASES if phase in files[file].get("$defs", {})]
    whole = {**whole, "$defs": {**whole.get("$defs", {}), **copies}} if copies else source
    # The rows of a file beside are its own; those of another contract's are nobody else's here.
    beside = frozenset(name for name in copies if not name.startswith("..:"))
    return whole, beside, tuple(_path(path, file) for file in files)


def body_schema_at(folder: Path, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a request body as openapi.yaml says it, with what it refers to, or the file that it names.

    What refers to itself is whatever it may be. Raises DataFileProblem.
    """
    found = schema_at(folder, schema)
    return found if found is not schema else bundled(folder / "openapi.yaml", without_booleans(_uncircled(schema)))[0]


def _uncircled(node: Any) -> Any:
    if isinstance(node, list):
        return [_uncircled(member) for member in node]
    if not isinstance(node, dict):
        return node
    if str(node.get("$ref", "")).startswith("#"):
        return {}
    return {name: _uncircled(member) for name, member in node.items()}


def _wanted(path: Path, files: dict[str, dict[str, Any]], file: str, name: str) -> dict[str, Any]:
    if not _path(path, file).is_file():
        beside = ", ".join(sorted(other.name for other in path.parent.glob("*.schema.json")))
        raise DataFileProblem(path, f"$ref {file!r} is no file beside it; there are {beside}")
    source = files[file] if file in files else files.setdefault(file, read_json(_path(path, file)))
    if not name:
        return {key: value for key, value in source.items() if key not in ("$defs", "$schema")}
    found = source.get("$defs", {}).get(name)
    if not isinstance(found, dict):
        raise DataFileProblem(path, f"$ref '{file}#/$defs/{name}': {file} has no such name in $defs")
    return found


def _path(path: Path, file: str) -> Path:
    """Return a file that a schema refers to: beside it, or in the folder of another contract of the provider."""
    elsewhere = _ELSEWHERE.fullmatch(file)
    return path.parent.parent / elsewhere[1] if elsewhere is not None else path.parent / file


def _moved(node: dict[str, Any], file: str, wanted: list[Wanted]) -> dict[str, Any]:
    """Return a schema of a file with its references as they are in the bundle; `file` is empty for the bundle's own."""
    moved = with_subschemas(node, lambda _, schema: _moved(schema, file, wanted))
    target = _target(node.get("$ref"), file)
    if target is not None:
        wanted.append(target)
        moved["$ref"] = f"#/$defs/{_named(target)}"
    return moved


def _target(reference: Any, file: str) -> Wanted | None:
    if not isinstance(reference, str):
        return None
    if beside := _BESIDE.fullmatch(reference):
        above = "" if beside[1].startswith("../") else file[: file.rfind("/") + 1]
        return above + beside[1], beside[2] or ""
    within = _WITHIN.fullmatch(reference)
    return (file, within[1] or "") if within and file else None


def _named(target: Wanted) -> str:
    # A slash would be a step in the pointer.
    return ":".join(filter(None, target)).replace("/", ":")
