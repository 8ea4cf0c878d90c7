"""The formats of our own files as JSON Schemas (2020-12), and what is said of a file that does not keep one."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

_NAMES = {
    "array": "an array", "boolean": "true or false", "integer": "an integer", "null": "null", "number": "a number",
    "object": "an object", "string": "a string",
}  # fmt: skip
# Of the keys in a file those that begin with x- are ours.
_NOT_OURS = "^(?!x-)"
_LONGEST_FOUND = 40
_LONGEST_MESSAGE = 200


class FileFormat:
    """A JSON Schema in a file, compiled when it is first needed; it may refer to others in files beside it.

    One that `is_open` takes keys that it does not know, but none that looks like one of ours. A node may say by
    `errorMessage`, as it does to editors, what is wrong with a value that it refuses.
    """

    def __init__(self, path: Path, *, is_open: bool = False) -> None:
        self._path, self._is_open = path, is_open

    def check(self, value: Any) -> None:
        """Raise ValueError for a value that the schema refuses, with one sentence that names the place."""
        try:
            if self._validator.is_valid(value):
                return
        except ValueError as error:
            raise ValueError(f"holds what JSON has no form for: {error}") from error
        # A misspelt key is missing under its right name as well; the name that stands there says more.
        errors = sorted(self._validator.iter_errors(value), key=lambda e: e.kind.name != "additionalProperties")
        place = _place(value, errors[0].instance_path)
        raise ValueError(f"{place}: {self._problem(errors[0])}" if place else self._problem(errors[0]))

    @cached_property
    def _validator(self) -> Any:
        import jsonschema_rs

        schema = _read(self._path)
        if self._is_open:
            schema = {**schema, "patternProperties": {_NOT_OURS: True}}
        return jsonschema_rs.validator_for(schema, retriever=lambda uri: _read(self._beside(uri)))

    def _beside(self, uri: str) -> Path:
        return self._path.with_name(uri.rpartition("/")[2])

    def _problem(self, error: Any) -> str:
        kind, schema = error.kind, self._schema_of(error)
        if "errorMessage" in schema:
            told = str(schema["errorMessage"])
            return f"{told}, found {_found(error.instance)}" if told.startswith("expected") else told
        match kind.name:
            case "additionalProperties":
                return _unknown(sorted(kind.unexpected), schema)
            case "required":
                return f"{kind.property} is missing"
            case "type":
                return f"expected {' or '.join(_NAMES[name] for name in kind.types)}, found {_found(error.instance)}"
            case "enum":
                return f"expected one of {', '.join(map(str, kind.options))}, found {_found(error.instance)}"
        return str(error.message[:_LONGEST_MESSAGE])

    def _schema_of(self, error: Any) -> Any:
        """Return the schema whose keyword an error is of, wherever the references on its way lead."""
        node = document = _read(self._path)
        for step in error.evaluation_path[:-1]:
            node = node[step]
            if step == "$ref":
                file, _, pointer = node.partition("#")
                node = document = _read(self._beside(file)) if file else document
                for name in pointer.split("/")[1:]:
                    node = node[name]
        return node


def _unknown(keys: list[str], schema: dict[str, Any]) -> str:
    """Name the keys that a schema does not have, and those that it has: ours alone where all of them look like it."""
    known = [name for name, told in schema.get("properties", {}).items() if told is True or "not" not in told]
    ours = [name for name in known if name.startswith("x-") and all(key.startswith("x-") for key in keys)]
    hint = f"; the valid keys are {', '.join(ours or known)}" if known else ""
    return f"unknown key {', '.join(map(repr, keys))}{hint}"


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _place(value: Any, path: list[str | int]) -> str:
    """Name an entry of an array by its id or name where it has one, as a person would look for it."""
    place = ""
    for given in path:
        # A name of digits comes as a number.
        step = str(given) if isinstance(value, dict) else given
        try:
            value = value[step]
        except (LookupError, TypeError):
            # A member whose name is empty is left out of the path.
            return f"below {place.removeprefix('.')}"
        id = value.get("id", value.get("name", step)) if isinstance(value, dict) else step
        place += f"[{id!r}]" if isinstance(step, int) else f".{step}"
    return place.removeprefix(".")


def _found(value: Any) -> str:
    if isinstance(value, dict | list):
        return _NAMES["object" if isinstance(value, dict) else "array"]
    return repr(str(value)[:_LONGEST_FOUND])
