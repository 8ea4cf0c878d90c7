"""A task as a list shows it: as a read does, or in a shape of its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from vidconform.contracts import Contract, Field, Schema, in_place, node_at
from vidconform.emulator.schema_values import made_up
from vidconform.emulator.served_operation import ServedOperation
from vidconform.emulator.tasks import EmulatedTask


def as_listed(served: ServedOperation, task: EmulatedTask, body: Any) -> Any:
    """Return a task as the document's list shows it; `body` is what a read shows."""
    schema, read = served.schema, served.contract.task.fields
    own = schema.listed if schema is not None else {}
    if schema is None or "id" not in own or _is_the_read_one(own, read):
        return _unwrapped(served.contract, body)
    told = {"id": task.id, "status": task.step.status, "model": task.sent.get("model")}
    item = _shown(served, schema)
    for role, value in told.items():
        if role in own and value is not None:
            own[role].write(item, value)
    if "created" in own:
        own["created"].write(item, _moment(own["created"], task.created_at))
    return item


def _is_the_read_one(own: dict[str, Field], read: dict[str, Field]) -> bool:
    """Whether each field of a listed task stands where a read has it, but for what is around a task that is read."""
    around = read["id"].path[: -len(own["id"].path)] if "id" in read else ()
    return all(role in read and read[role].path == (*around, *place.path) for role, place in own.items())


def _unwrapped(contract: Contract, body: Any) -> Any:
    """Return a task without what is around it where it is shown by itself."""
    place = contract.field("id")
    found = Field(place.path[:-1], None).read(body) if place is not None else None
    return found if isinstance(found, dict) else body


def _moment(place: Field, seconds: int) -> int:
    return seconds * 1000 if place.unit == "milliseconds" else seconds


def _shown(served: ServedOperation, schema: Schema) -> Any:
    """Return the first task in the document's example of a list, or one that its schema allows."""
    place, shown = schema.fields["tasks"], served.operation.success
    listed = [place.read(example) for example in shown.examples.values()] if shown is not None else []
    found = next((tasks[0] for tasks in listed if isinstance(tasks, list) and tasks), None)
    items = node_at(schema.source, place.path).get("items", {})
    made = (made_up(schema.source, same) for same in in_place(schema.source, items))
    return deepcopy(found) if found is not None else next(filter(None, made), {})
