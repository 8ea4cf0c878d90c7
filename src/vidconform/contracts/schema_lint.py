"""The rules of the schema files, so that every error has one owner and every owner one level.

An error falls on the nearest node above it that carries `x-requirement`. A branch of anyOf or the condition of an `if`
fails without being wrong, so that no requirement stands there; a missing member's error falls on its object, so that
each `required` stands apart; and a hedge is judged apart from its host, so that it owns its own assertions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vidconform.contracts.contract import Contract
from vidconform.contracts.keywords import APPLICATORS, ASSERTIONS, BRANCHES, CHOICES, IN_SEVERAL_PLACES, NOTES
from vidconform.contracts.requirements import Level
from vidconform.contracts.schema_places import every_schema, pointer_below, subschemas
from vidconform.contracts.unseen_words import unseen_words_at

Sentences = Iterator[str]


@dataclass(frozen=True)
class _SchemaPlace:
    """How a node was reached: the pointer to it, what owns its errors, what it stands under."""

    pointer: str = ""
    owner: str | None = None
    branch: str | None = None
    hedged: bool = False


@dataclass
class _Linter:
    root: dict[str, Any]
    levels: Mapping[str, Level] | None
    reached: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    roles: dict[str, str] = field(default_factory=dict)

    def lint(self) -> Sentences:
        """Yield the sentences of the whole file."""
        yield from self._visit(self.root, _SchemaPlace())
        for pointer, node in every_schema(self.root):
            yield from self._written(node, pointer)

    def _visit(self, node: dict[str, Any], at: _SchemaPlace) -> Sentences:
        """Follow the schema as a validator does, through references."""
        self.reached.add(at.pointer)
        requirement = node.get("x-requirement")
        if requirement is not None:
            yield from self._requirement(requirement, at)
            at = replace(at, owner=at.pointer)
        yield from self._assertions(node, at)
        if "$ref" in node:
            # It leads to a name in $defs, and in no circle: any other was refused when the file was read.
            name = node["$ref"].removeprefix("#/$defs/")
            yield from self._visit(self.root["$defs"][name], replace(at, pointer=f"/$defs/{name}"))
        for path, schema in subschemas(node):
            if path[0] != "$defs":
                yield from self._visit(schema, _below(at, path))

    def _requirement(self, requirement: str, at: _SchemaPlace) -> Sentences:
        if at.branch is not None:
            yield f"{_shown(at)}: x-requirement {requirement!r} stands under {at.branch}, whose failure is no error"
        if self.levels is None:
            yield f"{_shown(at)}: x-requirement {requirement!r} stands in a request body, which no reply is judged by"
            return
        level = self.levels.get(requirement)
        if level is None:
            yield f"{_shown(at)}: x-requirement {requirement!r} has no row in requirements.toml"
        elif at.hedged and level is Level.MUST:
            yield f"{_shown(at)}: {requirement!r} is MUST, but under x-hedged are SHOULD and MAY alone"
        elif not at.hedged and level is not Level.MUST:
            yield f"{_shown(at)}: {requirement!r} is {level.value}, so that it belongs under x-hedged"

    def _assertions(self, node: dict[str, Any], at: _SchemaPlace) -> Sentences:
        asserting = _asserting(node)
        yield from unseen_words_at(node, at.pointer, at.branch or "")
        if at.owner is not None and asserting:
            self.owners.add(at.owner)
        if at.branch is not None or self.levels is None:
            return
        if at.owner is None and asserting:
            yield f"{_shown(at)}: no x-requirement at or above it owns {', '.join(asserting)}"
        if "required" in node:
            yield from self._required(node, at)

    def _required(self, node: dict[str, Any], at: _SchemaPlace) -> Sentences:
        # What a member must be to count as there at all falls on the member and belongs to the same row.
        named = set(node.get("properties", {})) <= set(node["required"])
        with_it = {"required", "x-requirement", *NOTES, *(["properties"] if named else [])}
        beside = [key for key in node if key not in with_it]
        step, _, name = at.pointer.rpartition("/")
        apart = "x-requirement" in node and not beside
        if not apart or not (name == "x-hedged" or step.endswith("/allOf")):
            yield (
                f"{_shown(at)}: required is a member of allOf of its own, with its own x-requirement "
                "and at most what its members must be"
            )
        row = (self.levels or {}).get(node.get("x-requirement", ""))
        if len(node["required"]) > 1 and row is not Level.MAY:
            yield f"{_shown(at)}: one x-requirement for {', '.join(node['required'])}; only a MAY bundles members"

    def _written(self, node: dict[str, Any], pointer: str) -> Sentences:
        """Look at a node as it is written, also where nothing leads to it."""
        yield from self._keys(node, pointer)
        yield from self._role(node, pointer)
        if "x-requirement" in node and pointer not in self.reached:
            yield f"{pointer}: no $ref reaches x-requirement {node['x-requirement']!r}"
        elif "x-requirement" in node and pointer not in self.owners:
            yield f"{pointer or '/'}: x-requirement {node['x-requirement']!r} owns no assertion and cannot be unmet"

    def _keys(self, node: dict[str, Any], pointer: str) -> Sentences:
        for key in node:
            if not key.startswith("x-") and key not in (*ASSERTIONS, *APPLICATORS, *NOTES):
                yield f"{pointer or '/'}: {key!r} is not one of the keywords that a contract's schema may have"
        if "$defs" in node and pointer:
            yield f"{pointer}: $defs stands at the top of the file alone"
        condition = node.get("if")
        if "if" in node and not (isinstance(condition, dict) and "type" in condition):
            # An `if` without a type holds for every value of another type than it has in mind.
            yield f"{pointer}/if: an if states its type"

    def _role(self, node: dict[str, Any], pointer: str) -> Sentences:
        role, unit = node.get("x-role"), node.get("x-unit")
        if role in self.roles and role not in IN_SEVERAL_PLACES:
            yield f"{pointer}: x-role {role!r} stands at {self.roles[role]} already"
        # A result may stand in an array.
        is_listed = role == "result" and pointer.endswith("/items")
        if role is not None and pointer.split("/")[-2:-1] != ["properties"] and not is_listed:
            yield f"{pointer}: x-role {role!r} is found at a member of properties alone"
        if unit is not None and role is None:
            yield f"{pointer}: x-unit {unit!r} stands beside an x-role"
        if role is not None:
            self.roles.setdefault(role, pointer)


def lint(contract: Contract) -> list[str]:
    """Return what the schema files of a contract break of their rules, as sentences; none when all is well."""
    levels = {name: row.level for name, row in contract.requirements.items()}
    requests = {operation.request_schema for operation in contract.operations}
    return [
        f"{schema.path}: {sentence}"
        for name, schema in contract.schemas.items()
        for sentence in lint_schema(schema.source, None if name in requests else levels)
    ]


def lint_schema(source: dict[str, Any], levels: Mapping[str, Level] | None) -> list[str]:
    """Return what one schema breaks; `levels` are the rows of its ledger, or None for the body of a request."""
    # A node that several $refs reach would say the same several times.
    return list(dict.fromkeys(_Linter(source, levels).lint()))


def _below(at: _SchemaPlace, path: tuple[str | int, ...]) -> _SchemaPlace:
    pointer, keyword = pointer_below(at.pointer, path), str(path[0])
    if keyword in BRANCHES:
        return replace(at, pointer=pointer, branch=at.branch or keyword)
    if keyword == "x-hedged":
        return replace(at, pointer=pointer, owner=None, hedged=True)
    return replace(at, pointer=pointer)


def _asserting(node: dict[str, Any]) -> list[str]:
    """Return the keywords of a node that can fail at the node itself."""
    own = (*ASSERTIONS, *CHOICES)
    return [key for key, value in node.items() if key in own or (key in APPLICATORS and value is False)]


def _shown(at: _SchemaPlace) -> str:
    return at.pointer or "/"
