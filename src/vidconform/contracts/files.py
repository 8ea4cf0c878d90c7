"""Reading our data files, each checked against the JSON Schema of its format."""

from __future__ import annotations

import json
import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from vidconform.errors import DataFileProblem

_FORMATS = Path(__file__).parent / "formats"


def read_toml(path: Path, form: str) -> dict[str, Any]:
    """Return a TOML file that keeps the format `form` (a schema under formats/).

    Raises DataFileProblem.
    """
    try:
        content = _plain(tomllib.loads(_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise DataFileProblem(path, f"no TOML: {error}") from error
    _hold_to_format(path, content, form)
    found: dict[str, Any] = content
    return found


def _plain(node: Any) -> Any:
    """TOML has dates, which JSON Schema knows only as texts (RFC 3339)."""
    if isinstance(node, dict):
        return {name: _plain(member) for name, member in node.items()}
    if isinstance(node, list):
        return [_plain(member) for member in node]
    return node.isoformat() if isinstance(node, date | time) else node


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file that holds one object; raises DataFileProblem."""
    try:
        content = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise DataFileProblem(path, f"no JSON: {error}") from error
    return _object(path, content)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file that holds one mapping; raises DataFileProblem."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(_text(path), Loader=loader)  # noqa: S506 - the C twin of the safe loader
    except yaml.YAMLError as error:
        raise DataFileProblem(path, f"no YAML: {' '.join(str(error).split())}") from error
    return _object(path, content)


def _text(path: Path) -> str:
    try:
        # Editors of Windows put a mark before the text.
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise DataFileProblem(path, "no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileProblem(path, f"unreadable: {error}") from error


def _object(path: Path, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise DataFileProblem(path, f"expected an object, found {type(content).__name__}")
    return content


@cache
def _validator(form: str) -> Any:
    import jsonschema_rs

    schema = json.loads((_FORMATS / f"{form}.schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema), schema


def _hold_to_format(path: Path, content: dict[str, Any], form: str) -> None:
    validator, schema = _validator(form)
    # A misspelt key is missing under its right name as well; the name that stands there says more.
    errors = sorted(validator.iter_errors(content), key=lambda error: "additionalProperties" not in error.schema_path)
    if errors:
        raise DataFileProblem(path, _sentence(errors[0], content, schema))


def _sentence(error: Any, content: Any, schema: Any) -> str:
    place = _place(content, error.instance_path)
    valid = _resolve(schema, error.schema_path[:-1]).get("properties", {})
    if "additionalProperties" in error.schema_path and valid:
        unknown = sorted(set(_resolve(content, error.instance_path)) - set(valid))
        return f"unknown key {', '.join(map(repr, unknown))}{place}; the valid keys are {', '.join(valid)}"
    return f"{error.message}{place}"


def _place(content: Any, path: list[str | int]) -> str:
    """Name rows by their id and everything else by its key, as the user would look it up."""
    words: list[str] = []
    for key in path:
        content = content[key]
        named = isinstance(key, int) and isinstance(content, dict) and "id" in content
        words.append(f"{content['id']!r}" if named else f"{key}" if isinstance(key, str) else f"entry {key + 1}")
    return f" (at {', '.join(words)})" if words else ""


def _resolve(node: Any, path: list[str | int]) -> Any:
    for key in path:
        node = node[key]
    return node
