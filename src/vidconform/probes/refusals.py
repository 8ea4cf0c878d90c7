"""The probes whose request must be refused, as a table: one request each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vidconform.contracts import Contract, Operation
from vidconform.probes.conversation import Conversation
from vidconform.probes.failures import NotSent

Find = Callable[[str], Any]

UNKNOWN_TASKS = ("unknown-task", "unknown-second-route-task")
"""The probes that ask for a task which does not exist."""

_WRONG_TYPES: dict[str, Any] = {
    "model": 7,
    "prompt": ["a", "list"],
    "seconds": 5,
    "size": 720,
    "image": 7,
    "metadata": "a text",
}


@dataclass(frozen=True)
class Refusal:
    """A request that the document gives no answer to but a refusal.

    `target` is the task asked for: an unknown one, a known one, a finished one, or none at all.
    """

    name: str
    role: str
    target: str = "unknown"
    credential: str = "key"
    left_out: str | None = None
    mistyped: str | None = None
    method: str | None = None

    @property
    def may_create(self) -> bool:
        """Whether a provider that does not refuse would charge for it."""
        return self.role in ("create", "remix")

    def applies_to(self, contract: Contract) -> bool:
        """Whether the contract has the operation, and the statement or others that are read from the same reply.

        The code and the envelope of a refusal are seen where an unknown task is asked for.
        """
        stated = f"{self.name}-is-refused" in contract.requirements or self.name in UNKNOWN_TASKS
        return contract.operation(self.role) is not None and stated

    def __call__(self, talk: Conversation, find: Find) -> None:
        """Send the request."""
        operation = talk.contract.operation(self.role)
        if operation is None:
            raise NotSent(f"an operation for {self.role}; {talk.contract.id} has none")
        send = talk.tempt if self.may_create else talk.ask
        send(
            self.name, operation, self._target(talk, find),
            credential=self.credential, body=self._body(operation), method=self.method,
        )  # fmt: skip

    def _target(self, talk: Conversation, find: Find) -> str | None:
        if self.target == "none":
            return None
        if self.target == "unknown":
            return talk.contract.unknown_id
        task_id: str | None = talk.note(self.target, lambda: find(self.target))
        if task_id is None and self.target == "finished":
            raise NotSent(f"a finished task; allow a creation or pass --task-id={talk.contract.name}=ID of one")
        return task_id or talk.contract.unknown_id

    def _body(self, operation: Operation) -> Any:
        body = operation.request_example
        if self.left_out is not None:
            return {name: value for name, value in body.items() if name != self.left_out}
        return {**body, self.mistyped: _WRONG_TYPES[self.mistyped]} if self.mistyped else body


def _mistyped(member: str) -> Refusal:
    return Refusal(f"create-with-mistyped-{member}", "create", "none", mistyped=member)


REFUSALS = (
    Refusal("unknown-task", "retrieve"),
    Refusal("unknown-second-route-task", "second-retrieve"),
    Refusal("retrieve-without-id", "retrieve", "none"),
    Refusal("wrong-method", "retrieve", method="PUT"),
    Refusal("retrieve-without-key", "retrieve", "known", "none"),
    Refusal("retrieve-with-wrong-key", "retrieve", "known", "wrong"),
    Refusal("retrieve-with-another-key", "retrieve", "known", "another"),
    Refusal("second-route-without-token", "second-retrieve", "known", "none"),
    Refusal("second-route-with-wrong-token", "second-retrieve", "known", "wrong"),
    Refusal("create-without-model", "create", "none", left_out="model"),
    Refusal("create-without-prompt", "create", "none", left_out="prompt"),
    *map(_mistyped, _WRONG_TYPES),
    Refusal("create-without-key", "create", "none", "none"),
    Refusal("create-with-wrong-key", "create", "none", "wrong"),
    Refusal("unknown-content", "content"),
    Refusal("content-without-key", "content", "finished", "none"),
    Refusal("content-with-wrong-key", "content", "finished", "wrong"),
    Refusal("unknown-remix", "remix"),
    Refusal("remix-without-prompt", "remix", "finished", left_out="prompt"),
    Refusal("remix-without-key", "remix", "finished", "none"),
    Refusal("remix-with-wrong-key", "remix", "finished", "wrong"),
)
