"""The probes whose request must be refused, as a table: one request each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from vidconform.contracts import CREATING_ROLES, Contract, Operation, RefusalCase
from vidconform.ledger import Danger
from vidconform.probes.credentials import near_credentials
from vidconform.probes.mistyped_members import mistyped
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.task_lookup import Find, no_own_task, no_succeeded_task
from vidconform.transport import NotSent

OPTIONAL_MEMBER = 7
"""The highest rank of danger: a mistyped optional member, which comes last of all."""
_READS = ("retrieve", "second-retrieve")


@dataclass(frozen=True)
class RefusalProbe:
    """A request that the document gives no answer to but a refusal.

    `target` is the task asked for: an unknown one, a known one, a finished or a failed one, or none at all.
    `requirement` is the id of the one that it is sent for; without one it is sent wherever the operation is. `case` is
    what the document itself says of it.
    """

    name: str
    role: str
    requirement: str = ""
    target: str = "unknown"
    credential: str = "key"
    left_out: str | None = None
    mistyped: str | None = None
    method: str | None = None
    case: RefusalCase | None = None

    @classmethod
    def of(cls, case: RefusalCase) -> RefusalProbe:
        """Return the probe of a refusal that a document states as data."""
        return cls(case.probe, case.role, case.requirement, case.id, case.key, method=case.method, case=case)

    def asks_the_same(self, other: RefusalProbe) -> bool:
        """Whether another refusal is asked for in the same way, by whatever name another document has it."""
        return self._question == other._question

    @property
    def _question(self) -> tuple[Any, ...]:
        case = self.case or RefusalCase("", self.role)
        left_out = {*case.without, *([self.left_out] if self.left_out else [])}
        return (
            self.role, self.target, self.credential, left_out, self.mistyped, self.method,
            case.changes, case.body, case.query, case.headers,
        )  # fmt: skip

    @property
    def may_create(self) -> bool:
        """Whether a provider that does not refuse would charge for it."""
        return self.role in CREATING_ROLES

    def danger(self, contract: Contract) -> Danger:
        """Return how easily it is accepted all the same: a mistyped optional member by many a vendor."""
        if self.credential != "key":
            return Danger(1 if self.credential == "none" else 2, "credential")
        if self.case is not None and self.may_create and self.target == "none":
            return Danger(4, "body")
        if self.left_out is not None or self.mistyped is not None:
            rank = 4 if self.mistyped is None else 5 if self._is_required(contract) else OPTIONAL_MEMBER
            return Danger(rank, "body")
        return Danger(3, "target" if self.target == "unknown" else "body")

    def _is_required(self, contract: Contract) -> bool:
        operation = contract.operation(self.role)
        schema = contract.body_of(operation) if operation is not None else None
        return schema is not None and self.mistyped in schema.source.get("required", [])

    def __call__(self, context: ProbeContext, find: Find) -> None:
        """Send the request."""
        operation, send = context.operation(self.role), context.ask
        if self.case is not None:
            operation = operation.asked_as(self.case)
        if self.may_create:
            send = partial(context.send_expecting_refusal, danger=self.danger(context.contract))
        target = self._target(context, find)
        sent = send(
            self.name, operation, target,
            credential=self.credential, body=self._body(context.contract, operation), method=self.method,
        )  # fmt: skip
        if self.credential == "wrong" and self.role in _READS and self.target == "known" and sent.reply.is_refusal:
            self._ask_with_near_keys(context, operation, target)

    def _ask_with_near_keys(self, context: ProbeContext, operation: Operation, target: str | None) -> None:
        """Ask with keys that a careless comparison takes for the right one; of free reads alone."""
        if target == context.contract.unknown_id:
            return
        # An older recording has none.
        is_live, keys = not context.transport.is_replay, context.setting.keys
        for name in context.note("near_keys", lambda: near_credentials(operation, keys) if is_live else []):
            context.ask(self.name, operation, target, credential=name)

    def _target(self, context: ProbeContext, find: Find) -> str | None:
        if self.target == "none":
            return None
        own = self.role in ("delete", "cancel") and self.target in ("known", "finished")
        if own:
            # What is given is somebody's, and a service that does not refuse would end it.
            task = context.note("own", lambda: find("own"))
            if task is None and self.target == "finished":
                raise no_own_task(find)
            return task or context.contract.unknown_id
        if self.target == "malformed":
            return context.contract.malformed_id
        if self.target == "unknown":
            return context.contract.unknown_id
        task_id: str | None = context.note(self.target, lambda: find(self.target))
        if task_id is None and self.target == "finished":
            raise no_succeeded_task(context, find)
        if task_id is None and self.target == "failed":
            raise NotSent(f"a failed task; pass --task-id={context.contract.name}=ID of one")
        return task_id or context.contract.unknown_id

    def _body(self, contract: Contract, operation: Operation) -> Any:
        body = operation.request_example
        if self.case is not None:
            return self.case.changed(body)
        if (self.left_out or self.mistyped) and not isinstance(body, dict):
            raise NotSent(f"a documented body of {operation.method} {operation.path}; openapi.yaml shows none")
        if self.left_out is not None and self.left_out not in body:
            # Without it the request would be a good one, and paid.
            raise NotSent(f"a documented body of {operation.method} {operation.path} that has {self.left_out}")
        if self.left_out is not None:
            return {name: value for name, value in body.items() if name != self.left_out}
        return {**body, self.mistyped: mistyped(contract, operation, self.mistyped)} if self.mistyped else body


def _to_be_refused(
    name: str,
    role: str,
    target: str = "unknown",
    credential: str = "key",
    *,
    left_out: str | None = None,
    mistyped: str | None = None,
    method: str | None = None,
) -> RefusalProbe:
    """Return the probe that is sent for the requirement of its own name."""
    return RefusalProbe(name, role, f"{name}-is-refused", target, credential, left_out, mistyped, method)


REFUSALS = (
    # The code and the envelope of a refusal are seen here, whatever else is stated of it.
    RefusalProbe("unknown-task", "retrieve"),
    RefusalProbe("unknown-second-route-task", "second-retrieve"),
    _to_be_refused("retrieve-without-id", "retrieve", "none"),
    _to_be_refused("wrong-method", "retrieve", method="PUT"),
    _to_be_refused("retrieve-without-key", "retrieve", "known", "none"),
    _to_be_refused("retrieve-with-wrong-key", "retrieve", "known", "wrong"),
    _to_be_refused("retrieve-with-another-key", "retrieve", "known", "another"),
    _to_be_refused("second-route-without-token", "second-retrieve", "known", "none"),
    _to_be_refused("second-route-with-wrong-token", "second-retrieve", "known", "wrong"),
    _to_be_refused("create-without-model", "create", "none", left_out="model"),
    _to_be_refused("create-without-prompt", "create", "none", left_out="prompt"),
    _to_be_refused("create-with-mistyped-model", "create", "none", mistyped="model"),
    _to_be_refused("create-with-mistyped-prompt", "create", "none", mistyped="prompt"),
    _to_be_refused("create-with-mistyped-seconds", "create", "none", mistyped="seconds"),
    _to_be_refused("create-with-mistyped-size", "create", "none", mistyped="size"),
    _to_be_refused("create-with-mistyped-image", "create", "none", mistyped="image"),
    _to_be_refused("create-with-mistyped-metadata", "create", "none", mistyped="metadata"),
    _to_be_refused("create-without-key", "create", "none", "none"),
    _to_be_refused("create-with-wrong-key", "create", "none", "wrong"),
    _to_be_refused("list-without-key", "list", "none", "none"),
    _to_be_refused("list-with-wrong-key", "list", "none", "wrong"),
    _to_be_refused("unknown-deletion", "delete"),
    _to_be_refused("unknown-cancel", "cancel"),
    _to_be_refused("cancel-without-key", "cancel", "known", "none"),
    _to_be_refused("cancel-with-wrong-key", "cancel", "known", "wrong"),
    _to_be_refused("models-without-key", "models", "none", "none"),
    _to_be_refused("models-with-wrong-key", "models", "none", "wrong"),
    _to_be_refused("unknown-content", "content"),
    _to_be_refused("failed-content", "content", "failed"),
    _to_be_refused("content-without-key", "content", "finished", "none"),
    _to_be_refused("content-with-wrong-key", "content", "finished", "wrong"),
    _to_be_refused("unknown-remix", "remix"),
    _to_be_refused("remix-without-prompt", "remix", "finished", left_out="prompt"),
    _to_be_refused("remix-without-key", "remix", "finished", "none"),
    _to_be_refused("remix-with-wrong-key", "remix", "finished", "wrong"),
)
