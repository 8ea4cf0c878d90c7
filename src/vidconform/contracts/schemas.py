"""JSON Schemas of a contract: hedges merged, roles and phases found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from vidconform.contracts.customary_words import customary_phase
from vidconform.contracts.fields import Field, StatusWord, resolve, status_word
from vidconform.contracts.grouping import by_key
from vidconform.contracts.keywords import IN_SEVERAL_PLACES
from vidconform.contracts.patterns import compiled
from vidconform.contracts.reached_rows import hedged_rows
from vidconform.contracts.schema_places import (
    every_schema,
    fields_of,
    in_place,
    node_at,
    values_at,
    with_subschemas,
)

PHASES = ("waiting", "running", "succeeded", "failed", "cancelled", "unknown")
FINISHED = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, eq=False)
class Schema:
    """One schema file of a contract as judged: every `x-hedged` merged as one more member of allOf.

    `brought` are the names in its `$defs` of what it refers to in files beside it, `files` all that it is made of.
    """

    path: Path
    source: dict[str, Any]
    merged: dict[str, Any]
    brought: frozenset[str] = frozenset()
    files: tuple[Path, ...] = ()

    @cached_property
    def validator(self) -> Any:
        """The compiled validator; jsonschema-rs decides verdicts."""
        return compiled(self.merged)

    @cached_property
    def hedged_rows(self) -> frozenset[str] | None:
        """The requirements that stand in a hedge; None where a list of annotations would not tell what a body meets."""
        return hedged_rows(self.merged)

    @cached_property
    def _contents(self) -> dict[str, Any]:
        return {}

    def content_validator(self, pointer: str) -> Any:
        """Return the validator of what a text holds as JSON, by the pointer to its schema."""
        if pointer not in self._contents:
            inside = {**resolve(self.merged, pointer), "$defs": self.merged.get("$defs", {})}
            self._contents[pointer] = compiled(inside)
        return self._contents[pointer]

    @cached_property
    def opened(self) -> Schema:
        """The schema with what its texts hold as JSON in the place of the texts."""
        return Schema(self.path, _opened(self.source), _opened(self.merged), self.brought)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The field of each role."""
        told = [pair for same in in_place(self.source, self.source) for pair in fields_of(self.source, same, ())]
        # Reversed, so that of two places for one role the first counts; of some roles each may.
        found = dict(reversed(told))
        for role in filter(found.get, IN_SEVERAL_PLACES):
            others = dict.fromkeys(
                field.path for name, field in told if name == role and field.path != found[role].path
            )
            found[role] = replace(found[role], others=tuple(others))
        return found

    @cached_property
    def listed(self) -> dict[str, Field]:
        """The field of each role in one of the tasks that a list holds."""
        place = self.fields.get("tasks")
        items = node_at(self.source, place.path).get("items") if place is not None else None
        applied = in_place(self.source, items) if isinstance(items, dict) else []
        return dict(reversed([pair for same in applied for pair in fields_of(self.source, same, ())]))

    @cached_property
    def members(self) -> set[str]:
        """The names that the object's own members may have by the document."""
        return set(self.source.get("properties", {}))

    @cached_property
    def documented_words(self) -> list[StatusWord]:
        """The words that the schema of the status names."""
        field = self.fields.get("status")
        values = values_at(self.source, node_at(self.source, field.path)) if field is not None else ()
        return list(dict.fromkeys(word for word in values if status_word(word) is not None))

    @property
    def has_own_words(self) -> bool:
        """Whether it says itself what status words mean, and not by a file that it refers to."""
        return any(phase in self.source.get("$defs", {}) for phase in PHASES)

    @cached_property
    def stated_phases(self) -> dict[str, dict[str, Any]]:
        """What `$defs` says of each phase: its own, or that of the files it refers to; a phase may be missing."""
        named = self.source.get("$defs", {})
        beside = {phase: node for phase in PHASES for name, node in named.items() if name.endswith(f":{phase}")}
        return {phase: named[phase] for phase in PHASES if phase in named} or beside

    @cached_property
    def _phase_nodes(self) -> dict[str, dict[str, Any]]:
        return {phase: (self.stated_phases or self._customary).get(phase, {}) for phase in PHASES}

    @cached_property
    def _customary(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for word in self.documented_words:
            if phase := customary_phase(word):
                found.setdefault(phase, {"enum": []})["enum"].append(word)
        return found

    @cached_property
    def phases(self) -> dict[StatusWord, str]:
        """The phase of each status word, in the document's order."""
        return {word: phase for phase, node in self._phase_nodes.items() for word in node.get("enum", [])}

    @cached_property
    def spellings(self) -> dict[str, str]:
        """The documented spelling of each status word whose letter case does not matter, by its folded one."""
        named = self.source.get("$defs", {}).values()
        return {word.casefold(): word for node in named if node.get("x-any-case") for word in node["enum"]}

    def spelled(self, word: StatusWord) -> StatusWord:
        """Return a status word as the document spells it, where its letter case does not matter."""
        return self.spellings.get(word.casefold(), word) if isinstance(word, str) else word

    @cached_property
    def word_sets(self) -> list[Any]:
        """The validators of the sets of status words that the document knows: the branches of an `anyOf`."""
        field = self.fields.get("status")
        applied = in_place(self.merged, node_at(self.merged, field.path)) if field is not None else []
        branches: list[dict[str, Any]] = next((node["anyOf"] for node in applied if "anyOf" in node), [])
        return [compiled({**branch, "$defs": self.merged.get("$defs", {})}) for branch in branches]

    @cached_property
    def conditions(self) -> list[tuple[str, Any]]:
        """The phases that another member than the status decides, each with the validator of a task that is in it."""
        told = self._phase_nodes.items()
        return [(phase, compiled(node["x-when"])) for phase, node in told if "x-when" in node]

    @cached_property
    def ranks(self) -> dict[StatusWord, tuple[int, int]]:
        """How far a task has come at each status word: the words of a phase are equal unless it is `x-ordered`.

        Words whose phase is unknown have no rank.
        """
        return {
            word: (rank, place if node.get("x-ordered") else 0)
            for rank, node in enumerate(list(self._phase_nodes.values())[:-1])
            for place, word in enumerate(node.get("enum", []))
        }

    @cached_property
    def bound(self) -> dict[str, list[str]]:
        """The schema pointers at which each requirement stands in this file."""
        named = self.source.get("$defs", {})
        own = {name: node for name, node in named.items() if name not in self.brought}
        return _rows({**self.source, "$defs": own} if named else self.source)

    @cached_property
    def told(self) -> frozenset[str]:
        """The requirements that its bodies show, of this file and of those that it refers to."""
        return frozenset(_rows(self.source))


def schema_errors(schema: dict[str, Any], instance: Any) -> list[str]:
    """Return what a schema finds wrong with an instance, each as the last name of its place and a sentence."""
    errors = compiled(schema).iter_errors(instance)
    return [f"{error.instance_path[-1] if error.instance_path else ''}: {error.message}" for error in errors]


def _opened(node: dict[str, Any]) -> dict[str, Any]:
    inside = node.get("contentSchema", node.get("x-content"))
    return with_subschemas(node if inside is None else inside, lambda _, schema: _opened(schema))


def _rows(source: dict[str, Any]) -> dict[str, list[str]]:
    rows = ((node["x-requirement"], pointer) for pointer, node in every_schema(source) if "x-requirement" in node)
    return by_key(rows)
