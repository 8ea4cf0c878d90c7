"""The *.schema.json files of a draft: each schema of the document once, with its rows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts.documented_values import resolved
from vidconform.contracts.drafting.member_roles import with_phases, with_roles
from vidconform.contracts.drafting.published_document import Node, PublishedDocument, why
from vidconform.contracts.drafting.schema_rows import Row, RowWriter, kebab
from vidconform.contracts.drafting.taken_schemas import taken
from vidconform.contracts.keywords import NOTES
from vidconform.contracts.patterns import compiled

_WHOLE = {"task": "A task", "list": "A list", "delete": "A deletion", "error": "A refusal"}
TASK_FILE = "task.schema.json"
UNREAD = "fill in: the section of the document that says so"


@dataclass
class DraftedFiles:
    """Collects schemas and rows; what two replies share becomes one file."""

    document: PublishedDocument
    remarks: list[str]
    schemas: dict[str, Node] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    _known: dict[str, str | None] = field(default_factory=dict)

    def with_examples(self, media: Node) -> Node:
        """Return what is said of a media type with the examples that it refers to."""
        return {**media, **resolved(self.document.structure, {"examples": media.get("examples", {})})}

    def file_of(self, given: Any, sort: str, place: str, usual: str) -> str | None:
        """Return the file of a schema of the document, written where it is new; None where nothing is left of it."""
        remarks: list[str] = []
        schema = self._taken(given, place, remarks)
        key = f"{sort} {json.dumps(_asserted(schema), sort_keys=True, default=str)}"
        if key not in self._known:
            # What is lost of a schema is said once, however many replies have it.
            self.remarks += remarks
            self._known[key] = self._free(_named(given) or usual, sort) if schema else None
            if (name := self._known[key]) is not None:
                self.schemas[name] = self._written(with_roles(schema, sort), sort, name, place)
        return self._known[key]

    def _taken(self, given: Any, place: str, remarks: list[str]) -> Node:
        try:
            schema = taken(resolved(self.document.structure, given), place, remarks)
            compiled(schema)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            remarks.append(f"{place}: its schema is not taken: {why(error)}")
            return {}
        return schema if isinstance(schema, dict) else {}

    def _written(self, schema: Node, sort: str, name: str, place: str) -> Node:
        if sort == "request":
            # No reply is judged by it, so that no row stands in it.
            return schema
        ids = {row["id"] for row in self.rows}
        prefix = "" if name == TASK_FILE else name.removesuffix(".schema.json")
        source = UNREAD if self.document.file is None else place
        writer = RowWriter(_WHOLE[sort], prefix, source, ids)
        annotated: Node = writer.annotated(schema)
        self.rows += writer.rows
        return with_phases(annotated, place, self.remarks) if name == TASK_FILE else annotated

    def _free(self, stem: str, sort: str) -> str:
        if sort == "task" and TASK_FILE not in self.schemas:
            return TASK_FILE
        stems = [stem, *(f"{stem}-{number}" for number in range(2, len(self.schemas) + 3))]
        return next(
            name for name in (f"{stem}.schema.json" for stem in stems) if name not in (*self.schemas, TASK_FILE)
        )


def _named(given: Any) -> str:
    """Return the name that a document has for a schema, in small letters."""
    reference = str(given.get("$ref", "")) if isinstance(given, dict) else ""
    return kebab(reference.rpartition("/")[2])


def _asserted(node: Any) -> Any:
    """Return a schema without what it only notes, so that two of other words are the same."""
    if isinstance(node, list):
        return [_asserted(member) for member in node]
    if not isinstance(node, dict):
        return node
    names = node.get("properties", {})
    kept = {key: _asserted(value) for key, value in node.items() if key not in NOTES and key != "properties"}
    return {**kept, "properties": {name: _asserted(member) for name, member in names.items()}} if names else kept
