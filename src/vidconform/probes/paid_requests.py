"""Sends what may be paid for: written down before, and settled by what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vidconform.contracts import Operation
from vidconform.exchange import Exchange, Request
from vidconform.probes.lost_creations import id_left_of, look_up
from vidconform.probes.raw_request import documented_request
from vidconform.transport import NotSent, ProbeFailure, one_line

if TYPE_CHECKING:
    from vidconform.probes.probe_context import ProbeContext


def spend(
    context: ProbeContext,
    step: str,
    operation: Operation,
    task_id: str | None,
    choices: dict[str, Any],
    came_to_nothing: Callable[[ProbeFailure], bool],
) -> tuple[int, Exchange]:
    """Write down and send what is counted already; it is given back when nothing came of it for certain."""
    log, number = context.setting.creations, None
    try:
        # What there is no time for is not even written down.
        context.setting.clock.check()
        number = log.sent(context.contract.id, context.probe, _announced(context, operation, task_id, choices))
        return number, context.ask(step, operation, task_id, **choices)
    except (NotSent, ProbeFailure) as reason:
        told, provider = one_line(context.setting.redactor.text(str(reason))), context.contract.provider.name
        if isinstance(reason, NotSent) or came_to_nothing(reason):
            context.setting.budget.give_back(provider)
            if number is not None:
                log.nothing(number, told)
        else:
            context.setting.budget.lose(provider, told)
            if number is not None:
                url = context.setting.base_url + operation.target(task_id)
                log.lost(number, told, id_left_of(context, url, reason))
                look_up(context)
        raise


def _announced(context: ProbeContext, operation: Operation, task_id: str | None, choices: Mapping[str, Any]) -> Request:
    said = choices.get("raw") or documented_request(operation, task_id, choices.get("body"))
    method = choices.get("method") or operation.method
    return context.setting.redactor.request(Request(method, context.setting.base_url, said.target))
