"""Reading our data files, each checked against the JSON Schema of its format."""

from __future__ import annotations

import json
import tomllib
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from vidconform.contracts.bounded_reading import bounded, decode_plain_json, read_text
from vidconform.contracts.file_format import FileFormat
from vidconform.contracts.json_values import with_leaves
from vidconform.contracts.yaml_values import decode_yaml
from vidconform.errors import DataFileProblem

_FORMATS = Path(__file__).parent / "formats"
_LARGEST = 4 * 1024 * 1024
# Beside the others, and of no file in a provider's folder.
_OF_OURS = ("words.schema", "facts.schema")
# A lint tells the keywords of JSON Schema that nothing here asserts.
_OPEN = ("body",)


def read_toml(path: Path, form: str) -> dict[str, Any]:
    """Return a TOML file that keeps the format `form` (a schema under formats/).

    Raises DataFileProblem.
    """
    try:
        content = _plain(bounded(tomllib.loads(_text(path))))
    except RecursionError as error:
        raise DataFileProblem(path, "no TOML that can be read: nested too deep") from error
    except ValueError as error:
        raise DataFileProblem(path, f"no TOML: {error}") from error
    check_format(path, form, content)
    found: dict[str, Any] = content
    return found


def check_format(path: Path, form: str, content: Any) -> None:
    """Raise DataFileProblem for what a file holds and its format `form` does not allow."""
    try:
        _format(form).check(content)
    except ValueError as error:
        raise DataFileProblem(path, str(error)) from error


def format_files() -> list[Path]:
    """Return the JSON Schemas of the files that a provider's folder may hold, for editors."""
    return sorted(file for file in _FORMATS.glob("*.schema.json") if file.stem not in _OF_OURS)


@cache
def _format(name: str) -> FileFormat:
    return FileFormat(_FORMATS / f"{name}.schema.json", is_open=name in _OPEN)


def _plain(content: Any) -> Any:
    """TOML and YAML have dates, which JSON knows only as texts (RFC 3339), and YAML has names that are no texts."""
    return with_leaves(content, lambda leaf: leaf.isoformat() if isinstance(leaf, date | time) else leaf, _name)


def _name(name: Any) -> str:
    return name if isinstance(name, str) else json.dumps(name)


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file that holds one object; raises DataFileProblem."""
    try:
        content = decode_plain_json(_text(path))
    except ValueError as error:
        raise DataFileProblem(path, f"no JSON: {error}") from error
    return _object(path, content)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file that holds one mapping; raises DataFileProblem."""
    import yaml

    try:
        content = _plain(decode_yaml(_text(path)))
    except (yaml.YAMLError, ValueError) as error:
        raise DataFileProblem(path, f"no YAML: {' '.join(str(error).split())}") from error
    return _object(path, content)


def _text(path: Path) -> str:
    try:
        return read_text(path, _LARGEST)
    except FileNotFoundError as error:
        raise DataFileProblem(path, "no such file") from error
    except (OSError, ValueError) as error:
        raise DataFileProblem(path, f"unreadable: {error}") from error


def _object(path: Path, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise DataFileProblem(path, f"expected an object, found {type(content).__name__}")
    return content
