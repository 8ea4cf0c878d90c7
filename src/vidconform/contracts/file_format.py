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
_LONGEST_FOUND = 40
_LONGEST_MESSAGE = 200


class FileFormat:
    """A JSON Schema in a file, compiled when it is first needed; it may refer to others in files beside it.

    One that `is_open` takes keys and words that it does not know.
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
            told = schema["properties"].items()
            words = {key: {"type": "string"} for key, value in told if isinstance(value, dict) and "enum" in value}
            schema = {**schema, "properties": {**schema["properties"], **words}, "additionalProperties": True}
        return jsonschema_rs.validator_for(schema, retriever=lambda uri: _read(self._beside(uri)))

    def _beside(self, uri: str) -> Path:
        return self._path.with_name(uri.rpartition("/")[2])

    def _problem(self, error: Any) -> str:
        kind = error.kind
        match kind.name:
            case "additionalProperties":
                unknown = ", ".join(map(repr, sorted(kind.unexpected)))
                valid = ", ".join(self._schema_of(error).get("properties", []))
                return f"unknown key {unknown}" + (f"; the valid keys are {valid}" if valid else "")
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


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _place(value: Any, path: list[str | int]) -> str:
    """Name an entry of an array by its id where it has one, as a person would look for it."""
    place = ""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            # A member whose name is empty is left out of the path.
            return f"below {place.removeprefix('.')}"
        id = value.get("id", step) if isinstance(value, dict) else step
        place += f"[{id!r}]" if isinstance(step, int) else f".{step}"
    return place.removeprefix(".")


def _found(value: Any) -> str:
    if isinstance(value, dict | list):
        return _NAMES["object" if isinstance(value, dict) else "array"]
    return repr(str(value)[:_LONGEST_FOUND])
