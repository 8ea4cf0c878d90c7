"""Rows that stand in an openapi.yaml itself, where nobody would judge by them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts.json_values import objects_in


def problems_of_responses(item: dict[str, Any], place: str) -> Iterator[str]:
    """Yield the schemas of responses, at a place of an operation, that have rows of their own."""
    for code, answer in item.get("responses", {}).items():
        for media, shown in answer.get("content", {}).items():
            if any("x-requirement" in node for node in objects_in(shown.get("schema", {}))):
                at = f"{place}.{code}.content.{media}.schema"
                yield f"{at}: x-requirement stands in a *.schema.json that this refers to by $ref"
