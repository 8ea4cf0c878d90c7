"""One contract judges the replies to another's requests; their operations are matched by role."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qs

from vidconform.contracts.contract import Contract
from vidconform.contracts.keywords import OPERATION_ROLES
from vidconform.contracts.operations import Operation
from vidconform.contracts.refusal_cases import RefusalCase

Part = Literal["address", "headers", "body", "credential", "draws"]
"""A part of a request, or of those that are drawn from a document: how one is answered says nothing of another."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ForeignContract(Contract):
    """What one document promises (`promised`) of the replies to requests that another shapes (`asked`)."""

    asked: Contract
    promised: Contract

    @property
    def request_contract(self) -> Contract:
        """The contract whose document shapes the requests."""
        return self.asked

    @cached_property
    def unknown_id(self) -> str:
        """The id that the requests have for a task that does not exist."""
        return self.asked.unknown_id

    @cached_property
    def malformed_id(self) -> str:
        """The id that the requests have for one that is no id."""
        return self.asked.malformed_id

    @cached_property
    def refusals(self) -> dict[str, RefusalCase]:
        """The refusals that the promising document states."""
        return self.promised.refusals

    @cached_property
    def published(self) -> dict[str, Any] | None:
        """The structure of the promising document."""
        return self.promised.published

    def covers(self, role: str, target: str) -> bool:
        """Whether both documents have an operation, and the promising one each option that a request has."""
        key = role, target.partition("?")[2]
        if key not in self._told:
            self._told[key] = self._tells_of(*key)
        return self._told[key]

    @cached_property
    def _told(self) -> dict[tuple[str, str], bool]:
        return {}

    def _tells_of(self, role: str, query: str) -> bool:
        if role not in OPERATION_ROLES:
            return True
        own, other = self.asked.operation(role), self.promised.operation(role)
        if own is None or other is None:
            return False
        used = parse_qs(query) if own.options else {}
        return all(
            _offers(other, kind, option.name, used[option.name])
            for kind, option in own.options.items()
            if option.name in used
        )

    def asks_alike(self, part: Part, role: str) -> bool:
        """Whether both documents have the same for a part of a request."""
        own, other = self.asked.operation(role), self.promised.operation(role)
        if part == "draws" or own is None or other is None:
            return self.asked is self.promised
        if part == "credential":
            # Of several choices the first is sent.
            sent, known = _choices(own)[:1], _choices(other)
            return sent == known[:1] or (bool(sent) and sent[0] in known)
        return bool(_shape(own, part) == _shape(other, part))


def as_foreign_contract(promised: Contract, asked: Contract) -> ForeignContract:
    """Return a contract that judges the replies to another one's requests by what it promises itself."""
    operations, schemas = [], dict(promised.schemas)
    for role in dict.fromkeys(operation.role for operation in promised.operations):
        own, other = asked.operation(role), promised.operation(role)
        if own is not None and other is not None:
            told = replace(
                own, answers=other.answers, ends_within=other.ends_within, lag=other.lag, models=other.models
            )
            sent = asked.schemas.get(own.request_schema or "")
            if sent is not None and sent is not schemas.get(sent.path.name):
                # No file beside a schema has a name with a slash in it.
                told = replace(told, request_schema=f"asked/{sent.path.name}")
                schemas[f"asked/{sent.path.name}"] = sent
            operations.append(told)
    return ForeignContract(
        asked.provider, asked.name, promised.edition, promised.requirements, tuple(operations), schemas,
        promised.body_status, asked=asked, promised=promised,
    )  # fmt: skip


def part_in_words(operation: Operation, part: Part) -> str:
    """Return what a document has a part of a request look like."""
    if part == "credential":
        choices = [" and ".join(f"{s.header}: {s.prefix}KEY" for s in choice) for choice in operation.choices]
        return " or ".join(choices) or "no credential"
    if part == "headers":
        return ", ".join(f"{name}: {value}" for name, value in operation.headers.items()) or "no header of its own"
    if part == "body":
        return " or ".join(operation.media_types) or "no body"
    query = f"?{operation.id_parameter}=ID" if operation.id_in == "query" else ""
    inside = f" with the id at {operation.id_place.pointer} of the body" if operation.id_place is not None else ""
    return f"{operation.method} {operation.path}{query}{inside}"


def _shape(operation: Operation, part: Part) -> Any:
    if part == "headers":
        return operation.headers
    if part == "body":
        return operation.body_type, operation.request_example
    named = operation.id_parameter if operation.id_in == "query" else operation.id_place
    return operation.method, re.sub(r"\{[^{}]*\}", "{}", operation.path), named, operation.query, operation.segments


def _choices(operation: Operation) -> list[list[tuple[str, str]]]:
    return [[(scheme.header.lower(), scheme.prefix) for scheme in choice] for choice in operation.choices]


def _offers(operation: Operation, kind: str, name: str, values: list[str]) -> bool:
    """Whether an operation has an option of a kind by the same name, and names the values if it names any."""
    option = operation.options.get(kind)
    known = [json.dumps(value).strip('"') for value in option.values] if option is not None else []
    return option is not None and option.name == name and (not known or set(values) <= set(known))
