"""The probes that follow tasks: observe, create, content, remix and the second route."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from vidconform.contracts import FINISHED, Operation
from vidconform.probes.conversation import Conversation
from vidconform.probes.exchange import Exchange
from vidconform.probes.trouble import Trouble, Withheld

Find = Callable[[str], Any]

_REREADS = 2
_MISSES = 3


def observe(talk: Conversation, find: Find) -> None:
    """Follow each known task to its end."""
    ids = talk.note("task_ids", lambda: find("task_ids"))
    if not ids:
        raise Withheld(f"a known task; pass --task-id={talk.contract.name}=ID")
    _follow_each(talk, _role(talk, "retrieve"), ids)


def second_route(talk: Conversation, find: Find) -> None:
    """Read a known task through the contract's second route."""
    operation = _role(talk, "second-retrieve")
    talk.ask("second-route", operation, _known(talk, find))


def second_route_admin(talk: Conversation, find: Find) -> None:
    """Read a known task, and an id that no task has, through the second route with its other credential."""
    operation = _role(talk, "second-retrieve")
    talk.ask("second-route-admin", operation, _known(talk, find), credential="admin")
    # A credential that opens neither may have expired; one that is taken for the other id has not.
    talk.ask("second-route-admin", operation, talk.contract.unknown_id, credential="admin")


def create(talk: Conversation, find: Find) -> None:
    """Create a task as the document shows, try its content too early, follow it to its end."""
    operation = _role(talk, "create")
    task_id = _task_id(talk, talk.create("create", operation, body=operation.request_example))
    if task_id is None:
        return
    content = talk.contract.operation("content")
    if content is not None:
        talk.try_ask("early-content", content, task_id)
    _follow(talk, _role(talk, "retrieve"), task_id)


def content(talk: Conversation, find: Find) -> None:
    """Fetch the content of a finished task."""
    talk.ask("content", _role(talk, "content"), _finished(talk, find))


def remix(talk: Conversation, find: Find) -> None:
    """Remix a finished task as the document shows and follow the new one."""
    operation = _role(talk, "remix")
    source = _finished(talk, find)
    task_id = _task_id(talk, talk.create("remix", operation, source, body=operation.request_example))
    if task_id is not None and task_id != source:
        _follow(talk, _role(talk, "retrieve"), task_id)


def _role(talk: Conversation, role: str) -> Operation:
    operation = talk.contract.operation(role)
    if operation is None:
        raise Withheld(f"an operation for {role}; {talk.contract.id} has none")
    return operation


def _known(talk: Conversation, find: Find) -> str:
    known: str | None = talk.note("known", lambda: find("known"))
    if known is None:
        raise Withheld(f"a known task; pass --task-id={talk.contract.name}=ID")
    return known


def _finished(talk: Conversation, find: Find) -> str:
    finished: str | None = talk.note("finished", lambda: find("finished"))
    if finished is None:
        raise Withheld(f"a finished task; allow a creation or pass --task-id={talk.contract.name}=ID of one")
    return finished


def _task_id(talk: Conversation, exchange: Exchange) -> str | None:
    """Return the id of the task that a reply tells, wherever the contract says it stands."""
    if not exchange.reply.is_success:
        return None
    places = [talk.contract.field(role) for role in ("id", "task-id")]
    told = [place.read(exchange.reply.json) for place in places if place is not None]
    return next((value for value in told if isinstance(value, str) and value), None)


def _follow_each(talk: Conversation, operation: Operation, ids: list[str]) -> None:
    """Trouble with one task does not hide the others."""
    for task_id in ids:
        try:
            _follow(talk, operation, task_id)
        except Trouble as trouble:
            talk.troubles.append(trouble)


def _follow(talk: Conversation, operation: Operation, task_id: str) -> None:
    """Read a task until it is finished, then twice more."""
    if _poll(talk, operation, task_id):
        for _ in range(_REREADS):
            talk.wait()
            talk.ask("reread", operation, task_id)


def _poll(talk: Conversation, operation: Operation, task_id: str) -> bool:
    started, misses = time.monotonic(), 0
    while True:
        exchange = talk.ask("poll", operation, task_id)
        # A task whose status cannot be read never ends; a few such replies are enough to judge.
        misses = 0 if exchange.reply.is_success and isinstance(_told(talk, exchange, "status"), str) else misses + 1
        if misses == _MISSES or _phase(talk, exchange) in FINISHED:
            return not misses
        _hold_patience(talk, exchange, time.monotonic() - started)
        talk.wait()


def _hold_patience(talk: Conversation, exchange: Exchange, elapsed: float) -> None:
    """Say what is waited for; raises Trouble when the wait is over. Seconds."""
    status, progress = (_told(talk, exchange, role) for role in ("status", "progress"))
    patience = talk.setting.pace.poll_timeout
    if talk.transport.sleeps and elapsed > patience:
        raise Trouble(f"task {exchange.task_id} was still {status!r} after {patience:g} s; raise --poll-timeout")
    seen = f"{status!r}, progress {progress!r}, {elapsed:.0f} s"
    talk.setting.tell(f"{talk.contract.id}: waiting for {exchange.task_id}, {seen}")


def _phase(talk: Conversation, exchange: Exchange) -> str | None:
    return talk.contract.phase(_told(talk, exchange, "status"))


def _told(talk: Conversation, exchange: Exchange, role: str) -> Any:
    place = talk.contract.field(role)
    return place.read(exchange.reply.json) if place is not None else None
