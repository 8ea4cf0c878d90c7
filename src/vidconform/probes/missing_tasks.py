"""What to say where no finished task is known: what would bring one, and what the tasks of the run came to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.probes.probe_context import ProbeContext
from vidconform.transport import NotSent, one_line


def no_finished_task(context: ProbeContext, find: Callable[[str], Any]) -> NotSent:
    """Return why a finished task is missing, for the user who may have done all that could bring one."""
    ends: dict[str, str] = find("ends") or {}
    if ends:
        told = ", ".join(f"{task_id} {end}" for task_id, end in list(ends.items())[:3])
        return NotSent(one_line(f"a task that has succeeded; of this run's, {told}"))
    creates = context.contract.operation("create") is not None
    hint = f"pass --task-id={context.contract.name}=ID of one"
    return NotSent(f"a finished task; {'allow a creation or ' if creates else ''}{hint}")
