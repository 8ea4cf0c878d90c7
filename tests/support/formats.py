"""The formats of our own files as they are written, and the words that they name."""

from __future__ import annotations

import json
from typing import Any

from vidconform.contracts import format_files


def written(named: str) -> Any:
    """Return a format as it stands in its file."""
    (file,) = (file for file in format_files() if file.name == f"{named}.schema.json")
    return json.loads(file.read_text("utf-8"))


def keys_of_ours() -> list[str]:
    """Return the keys that a schema of a contract may have beside those of JSON Schema."""
    return [key for key in written("body")["properties"] if key.startswith("x-")]


def words_of(key: str) -> list[str]:
    """Return the words that may stand behind one of them."""
    words: list[str] = written("body")["properties"][key]["enum"]
    return words
