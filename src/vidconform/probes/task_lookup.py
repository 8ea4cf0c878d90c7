"""Which existing tasks a probe asks for, and what would bring one where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.probes.probe_context import ProbeContext
from vidconform.transport import NotSent

Find = Callable[[str], Any]
"""Looks up a fact by its name: `task_ids`, `known`, `finished`, `ends` and more; None where there is none."""


def given_tasks(context: ProbeContext, find: Find) -> list[str]:
    """Return the ids of the known tasks; raises NotSent."""
    ids: list[str] = context.note("task_ids", lambda: find("task_ids"))
    if not ids:
        raise _no_known_task(context)
    return ids


def known_task(context: ProbeContext, find: Find) -> str:
    """Return the id of a task that the service serves; raises NotSent."""
    known: str | None = context.note("known", lambda: find("known"))
    if known is None:
        raise _no_known_task(context)
    return known


def require_succeeded_task(context: ProbeContext, find: Find) -> str:
    """Return the id of a finished task; raises NotSent."""
    finished: str | None = context.note("finished", lambda: find("finished"))
    if finished is None:
        raise no_succeeded_task(context, find)
    return finished


def _no_known_task(context: ProbeContext) -> NotSent:
    return NotSent(f"a known task; pass --task-id={context.contract.name}=ID")


def no_succeeded_task(context: ProbeContext, find: Find) -> NotSent:
    """Return why a finished task is missing, for the user who may have done all that could bring one."""
    ends: dict[str, str] = find("ends") or {}
    if ends:
        told = ", ".join(f"{task_id} {end}" for task_id, end in list(ends.items())[:3])
        return NotSent(f"a task that has succeeded; of this run's, {told}")
    creates = context.contract.operation("create") is not None
    hint = f"pass --task-id={context.contract.name}=ID of one"
    return NotSent(f"a finished task; {'allow a creation or ' if creates else ''}{hint}")


def no_own_task(find: Find) -> NotSent:
    """Return why a task of the run's own is missing; raises ProbeFailure where trouble was in its way."""
    find("lost")
    return NotSent("a task of the run's own that has ended; allow a creation")
