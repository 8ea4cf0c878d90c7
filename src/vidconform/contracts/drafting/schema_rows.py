"""Gives each statement of a taken schema a row of the ledger, and the node that says it the row's id."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts.drafting.published_document import Node
from vidconform.contracts.keywords import APPLICATORS, ASSERTIONS, CHOICES

Row = dict[str, str]

_LONGEST = 200


@dataclass
class RowWriter:
    """Writes the rows of one schema file; `whole` is what its body is called, `prefix` begins their ids."""

    whole: str
    prefix: str
    source: str
    taken: set[str]
    rows: list[Row] = field(default_factory=list)

    def annotated(self, node: Any, path: tuple[str, ...] = (), owned: bool = False) -> Any:
        """Return a schema whose assertions have an owner each; what stands under a choice belongs to the choice."""
        if not isinstance(node, dict):
            return node
        bare = {key: value for key, value in node.items() if key not in ("required", "allOf", "$defs")}
        asserts = _asserts(bare) and not owned
        own = {"x-requirement": self._row(path, _words(bare))} if asserts else {}
        inside = {**own, **self._below(bare, path, owned or asserts)}
        members = [self.annotated(member, path, owned or asserts) for member in node.get("allOf", [])]
        members += [self._required(name, path) for name in node.get("required", [])]
        rest = {"$defs": node["$defs"]} if "$defs" in node else {}
        return {**inside, **({"allOf": members} if members else {}), **rest}

    def _below(self, node: Node, path: tuple[str, ...], owned: bool) -> Node:
        found = dict(node)
        for key in ("properties", "patternProperties"):
            if key in node:
                # A member has a row of its own, whoever owns the object.
                found[key] = {name: self.annotated(m, (*path, name)) for name, m in node[key].items()}
        for key in ("items", "additionalProperties"):
            if key in node:
                found[key] = self.annotated(node[key], (*path, "item"), owned)
        return found

    def _required(self, name: str, path: tuple[str, ...]) -> Node:
        where = (
            f"{self.whole} has `{name}`." if not path else f"`{'.'.join(path)}` of {self.whole.lower()} has `{name}`."
        )
        return {"required": [name], "x-requirement": self._add((*path, name, "present"), where)}

    def _row(self, path: tuple[str, ...], words: str) -> str:
        subject = f"`{'.'.join(path)}` of {self.whole.lower()}" if path else self.whole
        return self._add(
            (*path, "type") if path else ("form",) if self.prefix else ("task", "form"),
            f"{subject} keeps {words}."[:_LONGEST],
        )

    def _add(self, words: tuple[str, ...], statement: str) -> str:
        id = "-".join(filter(None, (kebab(word) for word in (self.prefix, *words))))
        number, free = 2, id
        while free in self.taken:
            number, free = number + 1, f"{id}-{number}"
        self.taken.add(free)
        row = {"id": free, "level": "MUST", "concern": "schema", "statement": statement, "source": self.source}
        self.rows.append(row)
        return free


def _asserts(node: Node) -> bool:
    forbids = (value for key, value in node.items() if key in APPLICATORS)
    return any(key in (*ASSERTIONS, *CHOICES) for key in node) or any(
        value is False or (isinstance(value, dict) and False in value.values()) for value in forbids
    )


def _words(node: Node) -> str:
    """Return the assertions of a node in the schema's own words."""
    plain = [(key, node[key]) for key in node if key in ASSERTIONS]
    told = [f"`{key}: {_shown(value)}`" for key, value in plain]
    told += [f"`{key}`" for key in node if key in CHOICES]
    return ", ".join(told) or "its schema"


def _shown(value: Any) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return " ".join(shown.split())


def kebab(word: str) -> str:
    """Return a name in small letters with hyphens."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", word)
    return re.sub(r"[^a-z0-9]+", "-", split.lower()).strip("-")
