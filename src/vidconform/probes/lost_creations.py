"""Looks up creations whose answers were lost, by what is left of their ids: to read a task is free."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from vidconform.contracts import status_word
from vidconform.exchange import Exchange, Reply
from vidconform.ledger import salvaged_id, task_id_in
from vidconform.text import Redacted
from vidconform.transport import NotSent, ProbeFailure

if TYPE_CHECKING:
    from vidconform.contracts import Contract
    from vidconform.probes.probe_context import ProbeContext


def id_left_of(context: ProbeContext, url: str, failure: ProbeFailure) -> Redacted | None:
    """Return what is left of a task's id in the answer to a creation that brought a failure; None for a secret."""
    reply = failure.partial_reply if failure.exchange is None else failure.exchange.reply
    return None if reply is None else id_in_answer(context, url, reply)


def id_in_answer(context: ProbeContext, url: str, reply: Reply) -> Redacted | None:
    """Return what is left of a task's id in an answer to a creation; None for what holds a secret."""
    found = salvaged_id(context.contract, reply, url)
    shown = None if found is None else context.setting.redactor.text(found)
    return shown if shown == found else None


def look_up(context: ProbeContext) -> None:
    """Read each task that may have come of a lost creation, once in a run; one that is there is lost no more."""
    setting = context.setting
    for lost in setting.creations.lost_to_look_up(context.contract.id, setting.base_url):
        exchange = _read(context, str(lost.task_id))
        if exchange is not None and _shows(context.contract, exchange):
            setting.creations.found(lost, setting.redactor.exchange(exchange))
            setting.budget.find(context.contract.provider.name, lost.told)


def _read(context: ProbeContext, task_id: str) -> Exchange | None:
    with suppress(NotSent, ProbeFailure):
        operation = context.operation("retrieve")
        return None if operation.polls else context.aside().ask("poll", operation, task_id)
    return None


def _shows(contract: Contract, read: Exchange) -> bool:
    """Whether a reply shows the task that was asked for: gateways answer with 200 to what they do not know."""
    told = task_id_in(contract, read.reply)
    if told is None and read.reply.is_success and contract.field("status") is not None:
        return status_word(contract.value("status", read.reply.json)) is not None
    return told == read.task_id
