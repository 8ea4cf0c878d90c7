"""Words of ours in a schema that mean nothing where they stand: they are looked at where a node is judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts.keywords import BRANCHES
from vidconform.contracts.schema_places import pointer_below, subschemas


def unseen_words(node: dict[str, Any], pointer: str = "", branch: str = "") -> Iterator[str]:
    """Yield what a schema has under a branch, the keyword whose failure is no error, and nothing looks at there."""
    yield from unseen_words_at(node, pointer, branch)
    for path, schema in subschemas(node):
        below = branch or (str(path[0]) if path[0] in BRANCHES else "")
        yield from unseen_words(schema, pointer_below(pointer, path), below)


def unseen_words_at(node: dict[str, Any], pointer: str, branch: str) -> Iterator[str]:
    """Yield what one node has of them."""
    for key in ("contentSchema", "x-sum"):
        if branch and key in node:
            yield f"{pointer or '/'}: {key} stands under {branch}, where nothing looks at it"
