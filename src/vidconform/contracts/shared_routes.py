"""One route of two roles: a DELETE that cancels a task which still waits, and deletes one that has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vidconform.contracts.operations import Operation
from vidconform.contracts.requirements import Requirement

_OF_THE_ROUTE = ("x-also", "x-refusals", "x-lag", "x-ends-within", "x-pace")
# What each asks of a task that has ended, or of none, is answered there as a deletion.
_NOT_OF_ITS_OWN = (
    "late-cancel-is-refused", "late-cancel-changes-nothing", "unknown-cancel-is-refused",
    "cancel-without-key-is-refused", "cancel-with-wrong-key-is-refused",
)  # fmt: skip


def others_of(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an operation as the other role that its route has answers it."""
    for role, own in item.get("x-also", {}).items():
        shared = {key: value for key, value in item.items() if key not in _OF_THE_ROUTE}
        yield {**shared, "x-role": role, "responses": own["responses"]}


def undecided_rows(operation: Operation, rows: Mapping[str, Requirement]) -> Iterator[str]:
    """Yield what is wrong with rows that nothing can decide, since their request is answered in the other role."""
    found = [row for row in _NOT_OF_ITS_OWN if operation.shares and row in rows and not rows[row].untestable]
    why = f"asks for what this route answers as {operation.shares}: leave it out, or say `untestable`"
    yield from (f"x-also.{operation.role}: the row {row} {why}" for row in found)
