"""Schema files as the rest reads them: each keyword of the kind that it has to be, and no schema that is a boolean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidconform.contracts.file_format import FileFormat
from vidconform.contracts.schema_places import with_subschemas
from vidconform.contracts.schemas import PHASES
from vidconform.errors import DataFileProblem

# Unknown words and places are a lint's to tell.
_FORMAT = FileFormat(Path(__file__).parent / "formats" / "body.schema.json", is_open=True)
_WITH_MEMBERS = ("allOf", "anyOf", "oneOf", "prefixItems", "properties", "patternProperties", "$defs")


def check_form(path: Path, source: dict[str, Any]) -> None:
    """Raise DataFileProblem for a keyword that is of another kind than JSON Schema (2020-12), or we, have it."""
    try:
        _FORMAT.check(source)
    except ValueError as error:
        raise DataFileProblem(path, f"no JSON Schema: {error}") from error
    for phase, node in source.get("$defs", {}).items():
        words = node.get("enum", []) if phase in PHASES and isinstance(node, dict) else []
        if not all(isinstance(word, str | int) and not isinstance(word, bool) for word in words):
            raise DataFileProblem(path, f"$defs.{phase}.enum: expected strings or integers, for these are status words")


def without_booleans(node: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose members and branches are objects, where JSON Schema may say `true` or `false` instead."""
    told = with_subschemas(node, lambda _, schema: without_booleans(schema))
    for members in [told[key] for key in _WITH_MEMBERS if key in told]:
        for place, schema in list(members.items() if isinstance(members, dict) else enumerate(members)):
            if isinstance(schema, bool):
                members[place] = {} if schema else {"not": {}}
    return told
