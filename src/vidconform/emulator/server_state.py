"""What one running emulator remembers, and one request to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract, Field, Operation
from vidconform.emulator.emulator_options import EmulatorOptions
from vidconform.emulator.replies import EmulatedReply, Envelope, RefusedRequest, openai_envelope
from vidconform.emulator.tasks import KnownTask, TaskStore, new_ids

SERVER = "vidconform-emulator"
WRONG_KEY = "vidconform-wrong"
NEAR_KEY = "nobodyxholdsxthis"
OTHER_KEY = "vidconform-other"


@dataclass(frozen=True)
class EmulatedProvider:
    """One vendor: its routes, its known tasks by contract and its keys' variables."""

    name: str
    operations: tuple[EmulatedOperation, ...]
    known: Mapping[str, tuple[KnownTask, ...]]
    variables: tuple[str, ...]
    contracts: Mapping[str, Contract] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class EmulatedOperation:
    """One route of a contract, by the role it has there."""

    contract: str
    role: str
    method: str
    path: str
    handle: Callable[[Call], EmulatedReply]
    id_parameter: str = "id"
    id_place: Field | None = None
    envelope: Envelope = openai_envelope


class Keys:
    """Which credentials are accepted: the environment's where it names one, else any but the wrong ones.

    Where the environment names none of another account, those that start with OTHER_KEY are.
    """

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        self._spelled: dict[str, str] = {}

    def fixed(self, variable: str) -> bool:
        """Whether the environment names the one accepted value."""
        return bool(self._environ.get(variable))

    def accepts(self, variable: str, value: str) -> bool:
        """Whether this value is accepted as the credential of that variable."""
        if self.fixed(variable):
            return self._is_the_one(variable, value)
        if not value or value.lower().startswith(WRONG_KEY) or NEAR_KEY in value:
            return False
        # A key in another case is another key.
        return self._spelled.setdefault(value.casefold(), value) == value

    def belongs_to_another(self, variable: str, value: str) -> bool:
        """Whether this value is a credential of another account, which that variable names."""
        return self._is_the_one(variable, value) if self.fixed(variable) else value.startswith(OTHER_KEY)

    def _is_the_one(self, variable: str, value: str) -> bool:
        return hmac.compare_digest(value.encode("latin-1", "replace"), self._environ[variable].encode())


@dataclass
class ServerState:
    """Everything a running emulator remembers."""

    provider: EmulatedProvider
    options: EmulatorOptions
    requests: int = 0
    creations: int = 0
    files: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = Keys(self.options.environ)
        self.ids = new_ids(self.options.seed)
        own, other = self.provider.known, self.options.known
        self.known = {name: other(name, known) if other is not None else known for name, known in own.items()}
        self.stores = {name: TaskStore(name, known, self.options) for name, known in self.known.items()}


def json_in(body: bytes) -> Any:
    """Return the value of a body of JSON, and None of any other."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True)
class Call:
    """One request as the routes see it; `waived` names the checks a vice leaves out."""

    server_state: ServerState
    contract: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    base_url: str
    asked: str | None = None
    method: str = ""
    waived: frozenset[str] = frozenset()

    def credential(self, header: str, prefix: str) -> str:
        """The credential of a header, empty without one; what stands before it in any case (RFC 9110 section 11.1)."""
        value = self.headers.get(header, "").strip()
        return value[len(prefix) :].strip() if value.lower().startswith(prefix.lower()) else ""

    def option(self, operation: Operation, role: str) -> str:
        """The value of an option by its role, empty without one."""
        named = operation.options.get(role)
        if named is None or role in self.waived:
            return ""
        return self.query.get(named.name, "") if named.place is None else named.value_in("", json_in(self.body))

    def owner(self, variable: str, value: str, code: int) -> str | None:
        """Returns whose tasks this credential opens, None for everybody's, or refuses it."""
        if self.server_state.keys.accepts(variable, value):
            return None if "owner" in self.waived else hashlib.sha256(value.encode()).hexdigest()
        if "key" in self.waived:
            return None
        message = "the key is not valid" if value else "no key was sent"
        headers = {"www-authenticate": "Bearer"}
        raise RefusedRequest(code, message, "invalid_api_key", check="key", headers=headers)

    def file_url(self, name: str) -> str:
        """Publishes a finished video and returns its address."""
        self.server_state.files.add(name)
        return f"{self.base_url}/files/{name}.mp4"
