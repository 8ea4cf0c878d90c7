"""A contract: one document as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from vidconform.contracts.body_status import BodyStatus
from vidconform.contracts.customary_words import customary_phase
from vidconform.contracts.data_files import read_yaml
from vidconform.contracts.edition import Edition
from vidconform.contracts.fields import Field, StatusWord, status_word
from vidconform.contracts.json_values import objects_in
from vidconform.contracts.operations import Operation
from vidconform.contracts.provider import Provider
from vidconform.contracts.refusal_cases import RefusalCase
from vidconform.contracts.requirements import Requirement
from vidconform.contracts.schemas import Schema


@dataclass(frozen=True, eq=False)
class Contract:
    """What one document promises; laws read names, words and places from here, never from a vendor's name."""

    provider: Provider
    name: str
    edition: Edition
    requirements: dict[str, Requirement]
    operations: tuple[Operation, ...]
    schemas: dict[str, Schema]
    body_status: BodyStatus | None = None

    @cached_property
    def id(self) -> str:
        """`provider/name`: the contract as its provider keeps it."""
        return f"{self.provider.name}/{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called by in options and files: its name, its id, and its id whichever version is meant."""
        return self.name, self.id, f"{self.provider.stem}/{self.name}"

    @property
    def held_to(self) -> str | None:
        """The id of the contract that somebody else published and that this provider is held to, or None."""
        if self.provider.publishes:
            return None
        return self.provider.held_to or f"{self.provider.declared}/{self.name}"

    @property
    def attribution(self) -> dict[str, str]:
        """Who published it and which version of the service is judged, as results have it; empty where it is plain."""
        told = {"held_to": self.held_to, "version": self.provider.version}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def folder(self) -> Path:
        """The folder of the contract's files."""
        return (self.provider.home or self.provider.folder) / self.name

    @property
    def task(self) -> Schema:
        """The schema of the task object."""
        return self.schemas["task.schema.json"]

    def operation(self, role: str) -> Operation | None:
        """Return the first operation of a role, or None."""
        return self._by_role.get(role)

    def is_sent_without_key(self, role: str) -> bool:
        """Whether the document names no credential for the operation of a role, so that none is sent."""
        operation = self.operation(role)
        return operation is not None and not operation.schemes

    def body_of(self, operation: Operation) -> Schema | None:
        """Return the schema of an operation's request body: a file's, or what openapi.yaml itself says; or None."""
        found = self.schemas.get(operation.request_schema or "")
        if found is not None or not operation.body_schema:
            return found
        return Schema(self.folder / "openapi.yaml", operation.body_schema, operation.body_schema)

    def sent_place(self, operation: Operation, member: str) -> Field | None:
        """Return where the body of a request has a member, by its role or else by its name; None where it has none."""
        schema, shown = self.body_of(operation), operation.request_example
        by_role = schema.fields.get(member) if schema is not None else None
        is_named = member in (shown if isinstance(shown, dict) else {}) or (
            schema is not None and member in schema.members
        )
        return by_role or (Field((member,), None) if is_named else None)

    @cached_property
    def _by_role(self) -> dict[str, Operation]:
        return {operation.role: operation for operation in reversed(self.operations)}

    def shown_in_creation(self, name: str) -> Any:
        """Return the member that the document's own creation has by a name, or None."""
        creation = self.operation("create")
        shown = creation.request_example if creation is not None else None
        return shown.get(name) if isinstance(shown, dict) else None

    @property
    def request_contract(self) -> Contract:
        """The contract whose document shapes the requests: this one, unless it judges the replies to another's."""
        return self

    def covers(self, role: str, target: str) -> bool:
        """Whether the document covers a request to an operation, by its role, with this path and query."""
        return True

    def field(self, role: str, asked: str = "", status: int = 200) -> Field | None:
        """Return where a role stands in the task object, or None.

        The reply of an operation, `asked` by its role, may have another place for it, as its own schema says.
        """
        own = self.reply_schema(asked, status)
        found = own.fields.get(role) if own is not None else None
        return found or self.task.fields.get(role)

    def value(self, role: str, body: Any, asked: str = "", status: int = 200) -> Any:
        """Return what a body holds where the role stands, as `field` says, or None."""
        place = self.field(role, asked, status)
        return place.read(body) if place is not None else None

    def listed_field(self, role: str) -> Field | None:
        """Return where a role stands in a listed task, which may have a shape of its own, or None."""
        own = self.reply_schema("list")
        found = own.listed.get(role) if own is not None else None
        return found or self.task.fields.get(role)

    def reply_schema(self, asked: str, status: int = 200, media_type: str = "") -> Schema | None:
        """Return the schema that the document gives for a reply of an operation, by its role, or None."""
        operation = self.operation(asked)
        answer = operation.answer_to(status) if operation is not None else None
        return self.schemas.get((answer.schema_of(media_type) if answer is not None else None) or "")

    def phase(self, word: Any, own: Schema | None = None) -> str | None:
        """Return the phase of a status word: the document's own, or else the customary one.

        The schema of a reply may have words of its `own`, such as those of a creation.
        """
        if status_word(word) is None:
            return None
        told = (schema.phases.get(schema.spelled(word)) for schema in (own, self.task) if schema is not None)
        alike = (phase for one, phase in self.task.phases.items() if str(one) == str(word))
        return next(filter(None, told), None) or next(alike, None) or customary_phase(word)

    def phase_of(self, word: Any, body: Any, own: Schema | None = None) -> str | None:
        """Return the phase of a task: of its body where the document has another member decide, or of its word."""
        # What is no object would keep most schemas, and what is no JSON none can look at.
        conditions = self.task.conditions if isinstance(body, dict | list) else ()
        decided = (phase for phase, validator in conditions if validator.is_valid(body))
        return next(decided, None) or self.phase(word, own)

    @property
    def words(self) -> list[StatusWord]:
        """The document's status words in the order in which a task goes through them."""
        return list(self.task.phases)

    @cached_property
    def unknown_id(self) -> str:
        """An id of this contract's own id space that no task has."""
        spaces = self.provider.id_spaces
        return next((spaces[name].unknown for name in self.id_space_names), "unknown-task")

    @cached_property
    def malformed_id(self) -> str:
        """An id that is none of this contract's id space."""
        spaces = self.provider.id_spaces
        told = (spaces[name].malformed for name in self.id_space_names)
        return next((id for id in told if id is not None), f"{self.unknown_id}!")

    @cached_property
    def refusals(self) -> dict[str, RefusalCase]:
        """The refusals that the document states as data, by their row."""
        return {case.requirement: case for operation in self.operations for case in operation.refusals}

    @cached_property
    def id_space_names(self) -> list[str]:
        """The id spaces that the id field names, or else all of the provider's."""
        told = [node["x-id-space"] for node in objects_in(self.task.source) if "x-id-space" in node]
        named = [name for names in told for name in ([names] if isinstance(names, str) else names)]
        return named or list(self.provider.id_spaces)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 (hexadecimal) over the files that evidence is judged by: operations, ledger, then schemas by name."""
        schemas = sorted({path for schema in self.schemas.values() for path in (schema.path, *schema.files)})
        digest = sha256()
        for path in (self.folder / "openapi.yaml", self.folder / "requirements.toml", *schemas):
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    @cached_property
    def published(self) -> dict[str, Any] | None:
        """The structure of the vendor's own OpenAPI export, where the document is one."""
        path = self.folder / "published.yaml"
        return read_yaml(path) if path.is_file() else None
