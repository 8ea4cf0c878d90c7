"""The probes whose request must be refused, as a table: one request each."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from vidconform.contracts import CREATING_ROLES, Contract, Field, Operation, RefusalCase, node_at
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

    `case` says how it is asked; without a requirement it is sent wherever its operation is. `mistyped` is a member of
    the body that has a value of another type, `is_stated` says that the document itself states the case.
    """

    name: str
    case: RefusalCase
    mistyped: str | None = None
    is_stated: bool = False

    def asks_the_same(self, other: RefusalProbe) -> bool:
        """Whether another refusal is asked for in the same way, by whatever name another document has it."""
        return self._question == other._question

    @property
    def _question(self) -> tuple[Any, ...]:
        case = replace(self.case, requirement="", responses=(), code=None, codes={}, without=())
        return case, set(self.case.without), self.mistyped

    @property
    def may_create(self) -> bool:
        """Whether a provider that does not refuse would charge for it."""
        return self.case.role in CREATING_ROLES

    def danger(self, contract: Contract) -> Danger:
        """Return how easily it is accepted all the same: a mistyped optional member by many a vendor."""
        case = self.case
        if case.key != "key":
            return Danger(1 if case.key == "none" else 2, "credential")
        if self.is_stated and self.may_create and case.id == "none":
            return Danger(4, "body")
        if not self.is_stated and (case.without or self.mistyped):
            rank = 4 if self.mistyped is None else 5 if self._is_required(contract) else OPTIONAL_MEMBER
            return Danger(rank, "body")
        return Danger(3, "target" if case.id == "unknown" else "body")

    def _is_required(self, contract: Contract) -> bool:
        operation = contract.operation(self.case.role)
        schema = contract.body_of(operation) if operation is not None else None
        place = contract.sent_place(operation, self.mistyped or "") if operation is not None else None
        if schema is None or place is None:
            return False
        return place.path[-1] in node_at(schema.source, place.path[:-1]).get("required", [])

    def __call__(self, context: ProbeContext, find: Find) -> None:
        """Send the request."""
        case, send = self.case, context.ask
        operation = context.operation(case.role).asked_as(case)
        if self.may_create:
            send = partial(context.send_expecting_refusal, danger=self.danger(context.contract))
        target = self._target(context, find)
        sent = send(self.name, operation, target, credential=case.key, body=self._body(context.contract, operation))
        if case.key == "wrong" and case.role in _READS and case.id == "known" and sent.reply.is_refusal:
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
        wanted = self.case.id
        if wanted == "none":
            return None
        if self.case.role in ("delete", "cancel") and wanted in ("known", "finished"):
            # What is given is somebody's, and a service that does not refuse would end it.
            task = context.note("own", lambda: find("own"))
            if task is None and wanted == "finished":
                raise no_own_task(find)
            return task or context.contract.unknown_id
        if wanted == "malformed":
            return context.contract.malformed_id
        if wanted == "unknown":
            return context.contract.unknown_id
        task_id: str | None = context.note(wanted, lambda: find(wanted))
        if task_id is None and wanted == "finished":
            raise no_succeeded_task(context, find)
        if task_id is None and wanted == "failed":
            raise NotSent(f"a failed task; pass --task-id={context.contract.name}=ID of one")
        return task_id or context.contract.unknown_id

    def _body(self, contract: Contract, operation: Operation) -> Any:
        body, left_out = operation.request_example, self.case.without
        if self.is_stated:
            return self.case.changed(body)
        member = next(iter(left_out), self.mistyped)
        if member is None:
            return body
        if not isinstance(body, dict):
            raise NotSent(f"a documented body of {operation.method} {operation.path}; openapi.yaml shows none")
        place = contract.sent_place(operation, member)
        if place is None or (left_out and place.read(body) is None):
            # The request would be a good one, and paid.
            raise NotSent(f"a documented body of {operation.method} {operation.path} that has {member}")
        changed = deepcopy(body)
        if self.mistyped is not None:
            return place.written(changed, mistyped(contract, operation, place))
        del Field(place.path[:-1], None).read(changed)[place.path[-1]]
        return changed


def _row(name: str, role: str, id: str = "unknown", key: str = "key", **change: Any) -> RefusalProbe:
    """Return the probe that is sent for the requirement of its own name."""
    return RefusalProbe(name, RefusalCase(f"{name}-is-refused", role, id, key, **change))


def _without(role: str, member: str, id: str = "none") -> RefusalProbe:
    return _row(f"{role}-without-{member}", role, id, without=(member,))


def _mistyped(member: str) -> RefusalProbe:
    return replace(_row(f"create-with-mistyped-{member}", "create", "none"), mistyped=member)


def _of_strangers(role: str, id: str, name: str = "", key: str = "key") -> tuple[RefusalProbe, ...]:
    """Return the probes that ask an operation, by whatever `name` it has, without its key and with a wrong one."""
    stem = name or role
    return _row(f"{stem}-without-{key}", role, id, "none"), _row(f"{stem}-with-wrong-{key}", role, id, "wrong")


REFUSALS = (
    # The code and the envelope of a refusal are seen here, whatever else is stated of it.
    RefusalProbe("unknown-task", RefusalCase("", "retrieve")),
    RefusalProbe("unknown-second-route-task", RefusalCase("", "second-retrieve")),
    _row("retrieve-without-id", "retrieve", "none"),
    _row("wrong-method", "retrieve", method="PUT"),
    *_of_strangers("retrieve", "known"),
    _row("retrieve-with-another-key", "retrieve", "known", "another"),
    *_of_strangers("second-retrieve", "known", "second-route", "token"),
    *(_without("create", member) for member in ("model", "prompt")),
    *map(_mistyped, ("model", "prompt", "seconds", "size", "image", "metadata")),
    *_of_strangers("create", "none"),
    *_of_strangers("list", "none"),
    _row("unknown-deletion", "delete"),
    _row("unknown-cancel", "cancel"),
    *_of_strangers("cancel", "known"),
    *_of_strangers("models", "none"),
    _row("unknown-content", "content"),
    _row("failed-content", "content", "failed"),
    *_of_strangers("content", "finished"),
    _row("unknown-remix", "remix"),
    _without("remix", "prompt", "finished"),
    *_of_strangers("remix", "finished"),
)
