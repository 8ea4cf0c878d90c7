"""The object of a task as its contract shows it: the document's example with this task's own facts."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from vidconform.contracts import Contract, Field, Operation, Schema, in_place, node_at
from vidconform.emulator.body_members import closed, opened
from vidconform.emulator.schema_values import GONE, faults, made_up, mended, put, types_of
from vidconform.emulator.tasks import EmulatedTask, Step

_KEPT_SECONDS = 3600
_FAILURE = "the video could not be generated"
_ECHOED = ("model", "prompt", "seconds", "size")
# What there is at some ends alone.
_AT_SUCCESS, _AT_FAILURE = ("result", "completed", "expires"), ("error",)
_BARE = ("detail-id", "pending-id", "moderation-task")


@dataclass(frozen=True)
class TaskView:
    """One task in one state; `result` makes the address of its video, `polling` is where it is read."""

    contract: Contract
    operation: Operation
    task: EmulatedTask
    step: Step
    result: Callable[[], str]
    status: int = 200
    polling: str = ""

    @property
    def phase(self) -> str:
        """The phase of the present word."""
        return self.contract.phase(self.step.status) or "unknown"

    @property
    def whole(self) -> Schema:
        """The schema of the reply, or else that of the task."""
        shown = self.operation.answer_to(self.status)
        return self.contract.schemas.get((shown and shown.schema) or "", self.contract.task)

    @property
    def schema(self) -> Schema:
        """The same with what its texts hold as JSON in the place of the texts."""
        return self.whole.opened

    @cached_property
    def examples(self) -> list[dict[str, Any]]:
        """The bodies that the document shows for this schema, those of the operation itself first."""
        return [
            opened(self.whole, example)
            for operation in (self.operation, *self.contract.operations)
            for code, answer in operation.answers.items()
            if code.startswith("2") and self.contract.schemas.get(answer.schema or "", self.contract.task) is self.whole
            for example in answer.examples.values()
            if isinstance(example, dict)
        ]


def shown_task(view: TaskView) -> tuple[TaskView, Any]:
    """Render a task with the documented status code whose schema allows its state, and return the view with the body.

    Where none does, or the document names one alone, that is the first.
    """
    views = [replace(view, status=code) for code in view.operation.success_codes or [view.status]]
    rendered = [(one, _rendered(one, settled=len(views) == 1)) for one in views]
    found = next((shown for shown in rendered if not faults(shown[0].schema, shown[1])), rendered[0])
    return found[0], closed(found[0].whole, found[1])


def _rendered(view: TaskView, *, settled: bool) -> Any:
    """Render a task in the code of a view; where another code may fit better, its status word stays."""
    fields, body = view.schema.fields, _base(view)
    for role, field in fields.items():
        body = _filled(view, body, role, field)
    roles = {path: role for role, field in fields.items() for path in (field.path, *field.others)}

    def suggest(place: tuple[str | int, ...]) -> Any:
        if (listed := roles.get((*place, 0))) is not None:
            return [_value(view, listed, fields[listed], None)]
        role = roles.get(place, "")
        return _value(view, role, fields[role], None) if role else GONE

    # What was sent is told as it was sent, and an id as it is, whatever a schema thinks of it.
    told = {
        "id",
        "task-id",
        *(() if settled else ("status",)),
        *(role for role, value in view.task.sent.items() if value is not None),
    }
    echoed = frozenset(field.path for role, field in fields.items() if role in told)
    body = mended(view.schema, body, suggest, echoed)
    # In what was made just now.
    for role in (role for role in _ECHOED if role in fields):
        body = _filled(view, body, role, fields[role])
    return body


def _base(view: TaskView) -> dict[str, Any]:
    """Return the example that is nearest to the task's state, or else what the schema allows."""
    schema, contract, shown = view.schema, view.contract, view.examples
    status = schema.fields.get("status")
    if not shown:
        return made_up(schema.source, schema.source) or {}
    phases = [contract.phase(status.read(example)) if status else None for example in shown]
    order = (view.phase, "running", "waiting", "failed", *phases)
    wanted = next(phase for phase in order if phase in phases)
    return deepcopy(shown[phases.index(wanted)])


def _filled(view: TaskView, body: Any, role: str, field: Field) -> Any:
    own = field.read(body)
    is_there, shown = own is not None or _stands(body, field), own if view.examples else None
    if role in (*_AT_SUCCESS, *_AT_FAILURE):
        due = view.phase == "succeeded" if role in _AT_SUCCESS else view.phase == "failed"
        if due:
            return _written(body, field, _value(view, role, field, shown))
        # One that the document shows as null stays so.
        place = field.path[:-1] if isinstance(field.path[-1], int) else field.path
        return put(body, place, GONE) if own is not None or not view.examples else body
    # What is made up says nothing of the document.
    value = _value(view, role, field, shown)
    return put(body, field.path, value) if is_there and value is not GONE else body


def _written(body: Any, field: Field, value: Any) -> Any:
    """Return a body with a value in a field's place; the array that it stands in may have to be made."""
    if not any(isinstance(name, int) for name in field.path):
        return put(body, field.path, value)
    changed = deepcopy(body)
    field.write(changed, value)
    return changed


def _stands(body: Any, field: Field) -> bool:
    for name in field.path:
        there = len(body) > name if isinstance(body, list) and isinstance(name, int) else name in (body or ())
        if not there:
            return False
        body = body[name]
    return True


def _value(view: TaskView, role: str, field: Field, own: Any) -> Any:
    """Return what a role says of a task, GONE where it says nothing that is not there."""
    task, step = view.task, view.step
    if (role in _AT_SUCCESS and view.phase != "succeeded") or (role in _AT_FAILURE and view.phase != "failed"):
        return None
    if role in ("created", "pending-created", "updated", "completed", "expires"):
        return _time(view, role, field, own)
    if role in _ECHOED:
        # A task that is there from the start was made by the document's own creation.
        sent = task.sent.get(role, view.contract.shown_in_creation(role) if own is None else None)
        return sent if sent is not None and (own is None or type(sent) is type(own)) else GONE
    if role in _BARE:
        return task.id.rpartition(":")[2]
    if role in ("progress", "pending-progress"):
        return _progress(view, field, own, step.progress)
    if role == "error":
        return _error(view, field, own)
    if role == "status-code":
        return str(view.status) if _is_text(view, field, own) else view.status
    said: dict[str, Any] = {"id": task.id, "task-id": task.id, "status": step.status, "detail-status": step.status}
    said |= {"polling-url": view.polling} if view.polling else {}
    if own is None or "source" in task.sent:
        # Of a task that is no remix it is nothing, where the document shows nothing else.
        said["source"] = task.sent.get("source")
    if role in ("id", "task-id") and _is_number(view, field, own):
        return int(task.id) if task.id.isdigit() else task.id
    return view.result() if role == "result" else said.get(role, GONE)


def _time(view: TaskView, role: str, field: Field, own: Any) -> Any:
    created = view.task.created_at * 1000
    since = view.task.since_ms(view.step)
    moment = {"updated": since, "completed": since, "expires": since + _KEPT_SECONDS * 1000}.get(role, created)
    unit = field.unit or ("rfc3339" if _is_text(view, field, own) else "seconds")
    if unit == "rfc3339":
        told = datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # The document's own moment keeps its fraction.
        return own if isinstance(own, str) and own[:19] == told[:19] else told
    return moment // 1000 if unit == "seconds" else moment


def _progress(view: TaskView, field: Field, own: Any, share: int) -> Any:
    applied = in_place(view.schema.source, node_at(view.schema.source, field.path))
    steps = [step for same in applied for step in same.get("enum", []) if type(step) is int and step <= share]
    if steps:
        return max(steps)
    if field.unit == "fraction":
        return share / 100
    if field.unit == "percent":
        return f"{share}%"
    return str(share) if _is_text(view, field, own) else share


def _error(view: TaskView, field: Field, own: Any) -> Any:
    # What the document shows of a failure may be one of few codes; a placeholder holds nothing.
    if any(own.values()) if isinstance(own, dict) else own:
        return own
    return _FAILURE if _is_text(view, field, None) else {"code": "generation_failed", "message": _FAILURE}


def _is_number(view: TaskView, field: Field, own: Any) -> bool:
    return isinstance(own, int) or types_of(view.schema.source, node_at(view.schema.source, field.path)) == ["integer"]


def _is_text(view: TaskView, field: Field, own: Any) -> bool:
    if own is not None:
        return isinstance(own, str)
    return "string" in types_of(view.schema.source, node_at(view.schema.source, field.path))
