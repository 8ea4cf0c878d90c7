"""The probes whose request must be refused, as a table: one request each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vidconform.contracts import Operation
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.task_lookup import Find, finished_task

_WRONG_TYPES: dict[str, Any] = {
    "model": 7,
    "prompt": ["a", "list"],
    "seconds": 5,
    "size": 720,
    "image": 7,
    "metadata": "a text",
}


@dataclass(frozen=True)
class RefusalProbe:
    """A request that the document gives no answer to but a refusal.

    `target` is the task asked for: an unknown one, a known one, a finished one, or none at all. `requirement` is the
    id of the one that it is sent for; without one it is sent wherever the operation is.
    """

    name: str
    role: str
    requirement: str = ""
    target: str = "unknown"
    credential: str = "key"
    left_out: str | None = None
    mistyped: str | None = None
    method: str | None = None

    @property
    def may_create(self) -> bool:
        """Whether a provider that does not refuse would charge for it."""
        return self.role in ("create", "remix")

    def __call__(self, context: ProbeContext, find: Find) -> None:
        """Send the request."""
        operation = context.operation(self.role)
        send = context.send_expecting_refusal if self.may_create else context.ask
        send(
            self.name, operation, self._target(context, find),
            credential=self.credential, body=self._body(operation), method=self.method,
        )  # fmt: skip

    def _target(self, context: ProbeContext, find: Find) -> str | None:
        if self.target == "none":
            return None
        if self.target == "unknown":
            return context.contract.unknown_id
        if self.target == "finished":
            return finished_task(context, find)
        known: str | None = context.note("known", lambda: find("known"))
        return known or context.contract.unknown_id

    def _body(self, operation: Operation) -> Any:
        body = operation.request_example
        if self.left_out is not None:
            return {name: value for name, value in body.items() if name != self.left_out}
        return {**body, self.mistyped: _WRONG_TYPES[self.mistyped]} if self.mistyped else body


REFUSALS = (
    # The code and the envelope of a refusal are seen here, whatever else is stated of it.
    RefusalProbe("unknown-task", "retrieve"),
    RefusalProbe("unknown-second-route-task", "second-retrieve"),
    RefusalProbe("retrieve-without-id", "retrieve", "retrieve-without-id-is-refused", "none"),
    RefusalProbe("wrong-method", "retrieve", "wrong-method-is-refused", method="PUT"),
    RefusalProbe("retrieve-without-key", "retrieve", "retrieve-without-key-is-refused", "known", "none"),
    RefusalProbe("retrieve-with-wrong-key", "retrieve", "retrieve-with-wrong-key-is-refused", "known", "wrong"),
    RefusalProbe("retrieve-with-another-key", "retrieve", "retrieve-with-another-key-is-refused", "known", "another"),
    RefusalProbe(
        "second-route-without-token", "second-retrieve", "second-route-without-token-is-refused", "known", "none"
    ),
    RefusalProbe(
        "second-route-with-wrong-token", "second-retrieve", "second-route-with-wrong-token-is-refused", "known", "wrong"
    ),
    RefusalProbe("create-without-model", "create", "create-without-model-is-refused", "none", left_out="model"),
    RefusalProbe("create-without-prompt", "create", "create-without-prompt-is-refused", "none", left_out="prompt"),
    RefusalProbe(
        "create-with-mistyped-model", "create", "create-with-mistyped-model-is-refused", "none", mistyped="model"
    ),
    RefusalProbe(
        "create-with-mistyped-prompt", "create", "create-with-mistyped-prompt-is-refused", "none", mistyped="prompt"
    ),
    RefusalProbe(
        "create-with-mistyped-seconds", "create", "create-with-mistyped-seconds-is-refused", "none", mistyped="seconds"
    ),
    RefusalProbe(
        "create-with-mistyped-size", "create", "create-with-mistyped-size-is-refused", "none", mistyped="size"
    ),
    RefusalProbe(
        "create-with-mistyped-image", "create", "create-with-mistyped-image-is-refused", "none", mistyped="image"
    ),
    RefusalProbe(
        "create-with-mistyped-metadata",
        "create",
        "create-with-mistyped-metadata-is-refused",
        "none",
        mistyped="metadata",
    ),
    RefusalProbe("create-without-key", "create", "create-without-key-is-refused", "none", "none"),
    RefusalProbe("create-with-wrong-key", "create", "create-with-wrong-key-is-refused", "none", "wrong"),
    RefusalProbe("unknown-content", "content", "unknown-content-is-refused"),
    RefusalProbe("content-without-key", "content", "content-without-key-is-refused", "finished", "none"),
    RefusalProbe("content-with-wrong-key", "content", "content-with-wrong-key-is-refused", "finished", "wrong"),
    RefusalProbe("unknown-remix", "remix", "unknown-remix-is-refused"),
    RefusalProbe("remix-without-prompt", "remix", "remix-without-prompt-is-refused", "finished", left_out="prompt"),
    RefusalProbe("remix-without-key", "remix", "remix-without-key-is-refused", "finished", "none"),
    RefusalProbe("remix-with-wrong-key", "remix", "remix-with-wrong-key-is-refused", "finished", "wrong"),
)
