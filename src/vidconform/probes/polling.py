"""The address that a creation tells to read its task at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vidconform.contracts import Operation
from vidconform.exchange import Exchange, polling_target
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.task_lookup import Find
from vidconform.transport import NotSent

_HINT = "an address on the service's own host to poll a task at, in the reply of a creation; no other host is asked"


def polling(context: ProbeContext, find: Find) -> None:
    """Read the run's own task at the address that its creation told."""
    task_id: str | None = context.note("created", lambda: (find("polling") or [None])[0])
    target: str | None = context.note("polling", lambda: own_address(find))
    if target is None:
        raise NotSent(_HINT)
    context.ask("polling", _at(context, target, "polling"), task_id)


def reading(context: ProbeContext, told: Callable[[], str | None]) -> Operation:
    """Return what reads a task: the document's own route, or the address that its creation told, where that is it."""
    operation = context.operation("retrieve")
    if not operation.polls:
        return operation
    target = context.note("polled", told)
    if target is None:
        raise NotSent(_HINT)
    return _at(context, target, "retrieve")


def told_by(context: ProbeContext, created: Exchange | None) -> str | None:
    """Return path and query of the address that a creation told to poll its task at."""
    base_url = context.setting.base_url
    return polling_target(context.contract, created, base_url) if created is not None else None


def own_address(find: Find) -> str | None:
    """Return that of the run's own task."""
    told: list[str] | None = find("polling")
    return told[1] if told is not None else None


def _at(context: ProbeContext, target: str, role: str) -> Operation:
    return replace(
        context.operation("retrieve"), id="polling", role=role, method="GET", path=target, id_parameter=None,
        id_in=None, id_place=None, query={}, segments={}, options={}, request_example=None,
    )  # fmt: skip
