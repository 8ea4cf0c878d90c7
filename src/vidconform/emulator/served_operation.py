"""One operation as it is served: whose tasks a call opens, which one it asks for, and the bodies that answer it."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from vidconform.contracts import Contract, Operation, Schema, Scheme
from vidconform.emulator.error_bodies import refused_with
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.schema_values import GONE, made_up, mended
from vidconform.emulator.server_state import Call
from vidconform.emulator.task_bodies import TaskView, shown_task
from vidconform.emulator.tasks import EmulatedTask, Life, Step

_ACCOUNT = "account"


@dataclass(frozen=True)
class ServedOperation:
    """One documented operation and how the emulator serves it; `created_life` is that of a task it creates."""

    contract: Contract
    operation: Operation
    created_life: Life
    has_one_account: bool

    def owner(self, call: Call) -> str | None:
        """Return whose tasks the credential opens, None for everybody's, or refuse it."""
        choices, sent = self._choices, self.schemes(call)
        if not sent and (self.operation.keyless or not choices):
            return None if self.operation.keyless else _ACCOUNT
        owners = [self._owner(call, scheme) for scheme in sent or choices[0]]
        return _ACCOUNT if self.has_one_account and owners[0] is not None else owners[0]

    def schemes(self, call: Call) -> tuple[Scheme, ...]:
        """Return the schemes of the first choice whose headers a call has."""
        sent = (c for c in self._choices if all(scheme.header.lower() in call.headers for scheme in c))
        return next(sent, ())

    @property
    def _choices(self) -> list[tuple[Scheme, ...]]:
        # A credential without a variable is nobody's here.
        return [choice for choice in self.operation.choices if all(scheme.variable for scheme in choice)]

    def _owner(self, call: Call, scheme: Scheme) -> str | None:
        value = call.credential(scheme.header, scheme.prefix)
        if call.server_state.keys.belongs_to_another(self.contract.provider.other_key_variable, value):
            return self._of_another(call, value)
        return call.owner(scheme.variable or "", value, refused_with(self.operation, (401, 403)))

    def _of_another(self, call: Call, value: str) -> str | None:
        """Keep the tasks of the one account from another, which has its own where keys tell accounts apart."""
        if not self.has_one_account:
            return call.owner(self.contract.provider.key_variable, value, 401)
        if "tenant" not in call.waived:
            raise self.unknown("tenant")
        return _ACCOUNT

    def task(self, call: Call) -> tuple[EmulatedTask, str | None]:
        """Find the task that is asked for and its owner, or refuse."""
        owner = self.owner(call)
        id = call.asked
        if not id:
            name = self.operation.id_parameter
            raise RefusedRequest(400, f"the parameter {name} is required", "missing_parameter", param=name)
        store = call.server_state.stores[call.contract]
        task = store.find(id, owner)
        if task is None:
            raise self.unknown("owner")
        if store.is_gone(id, owner) and "gone" not in call.waived:
            raise self.unknown("gone")
        return task, owner

    def unknown(self, check: str) -> RefusedRequest:
        """Return the refusal of an id that no task has, as the document states it where it does."""
        case = next((case for case in self.operation.refusals if case.is_of_an_unknown_task), None)
        code = (case and case.first_code) or refused_with(self.operation, (404, 410, 400, 422))
        return RefusedRequest(code, "video not found", "video_not_found", param="id", check=check, case=case)

    def require_video(self, task: EmulatedTask, call: Call) -> None:
        """Refuse what needs a finished video before there is one."""
        if self.contract.phase(task.step.status) != "succeeded" and "finished" not in call.waived:
            code = refused_with(self.operation, (400, 409, 425, 404))
            raise RefusedRequest(code, "the task is not completed", "task_not_completed", check="finished", task=task)

    def reply(self, task: EmulatedTask, step: Step, call: Call) -> EmulatedReply:
        """Show a task in a state."""
        polling = f"{call.base_url}/polling/{self.contract.name}/{quote(task.id, safe='')}"
        result = partial(self.result, task, call)
        shown, body = shown_task(TaskView(self.contract, self.operation, task, step, result, self.success, polling))
        return EmulatedReply(body, shown.status, task=task)

    def result(self, task: EmulatedTask, call: Call) -> str:
        """Return the address of a finished video: the content route of the contract, or else a file."""
        content = self.contract.operation("content")
        if content is not None:
            return call.base_url + content.target(task.id)
        return call.file_url(task.id.rpartition(":")[2])

    @property
    def success(self) -> int:
        """The documented status code of a request that is served."""
        return next(iter(self.operation.success_codes), 200)

    @property
    def schema(self) -> Schema | None:
        """The schema of a request that is served."""
        shown = self.operation.success
        return self.contract.schemas.get((shown and shown.schema) or "")

    def body(self, told: dict[str, Any]) -> Any:
        """Return a documented body that is no task, with what is told in it: by role, or by the member's name."""
        shown, schema = self.operation.success, self.schema
        example = next(iter(shown.examples.values()), None) if shown else None
        made = example if isinstance(example, dict) else made_up(schema.source, schema.source) if schema else None
        base, places = deepcopy(made or {}), schema.fields if schema else {}
        body = {**base, **{name: value for name, value in told.items() if not base or name in base}}
        by_path = {places[role].path: value for role, value in told.items() if role in places}
        for role in told.keys() & places.keys():
            places[role].write(body, told[role])
        if schema is None:
            return body
        return mended(schema, body, lambda at: told.get(str(at[-1]), GONE) if at else GONE, frozenset(by_path))
