"""The probes that follow tasks: observe, create, content, remix and the second route."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from vidconform.contracts import FINISHED, Operation
from vidconform.probes.conversation import Conversation
from vidconform.probes.creations import told_task
from vidconform.probes.exchange import RESUMED, Exchange
from vidconform.probes.failures import FailureKind, NotSent, ProbeFailure, one_line

Find = Callable[[str], Any]

REREADS = 2
MISSES = 3
# RFC 9110 sections 15.5.5 and 15.5.11.
_GONE = (404, 410)
_BAD_GATEWAY = 502


def observe(talk: Conversation, find: Find) -> None:
    """Follow each known task to its end."""
    ids = talk.note("task_ids", lambda: find("task_ids"))
    if not ids:
        raise NotSent(f"a known task; pass --task-id={talk.contract.name}=ID")
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
    created = talk.resume() or talk.create("create", operation, body=operation.request_example)
    task_id = told_task(talk.contract, created.reply)
    if task_id is None:
        return
    content = talk.contract.operation("content")
    # A task of an earlier run may be finished by now; its content would not be too early.
    if content is not None and RESUMED not in talk.notes:
        talk.try_ask("early-content", content, task_id)
    _follow_created(talk, task_id)


def content(talk: Conversation, find: Find) -> None:
    """Fetch the content of a finished task."""
    task_id = _finished(talk, find)
    try:
        talk.ask("content", _role(talk, "content"), task_id)
    except ProbeFailure as failure:
        if not _is_a_bad_gateway(failure) or not _stays_its_own(talk, failure, task_id):
            raise


def _stays_its_own(talk: Conversation, failure: ProbeFailure, task_id: str) -> bool:
    """Ask again while the task is still served; a bad gateway that stays is the content's own, and evidence."""
    assert failure.exchange is not None
    talk.exchanges.append(failure.exchange)
    try:
        served = talk.ask("reread", _role(talk, "retrieve"), task_id).reply.is_success
        talk.wait()
        talk.ask("content", _role(talk, "content"), task_id)
        # It came after all; what was in its way is nobody's verdict.
        del talk.exchanges[:-1]
    except ProbeFailure as later:
        if later.exchange is None or not _is_a_bad_gateway(later) or not talk.exchanges[1:] or not served:
            talk.exchanges.clear()
            return False
        talk.exchanges.append(later.exchange)
    return True


def _is_a_bad_gateway(failure: ProbeFailure) -> bool:
    """Whether it is what gateways say of a finished video that they cannot fetch; 503 and 504 ask for time."""
    return failure.kind is FailureKind.OUTAGE and failure.status == _BAD_GATEWAY and failure.exchange is not None


def remix(talk: Conversation, find: Find) -> None:
    """Remix a finished task as the document shows and follow the new one."""
    operation, earlier = _role(talk, "remix"), talk.resume()
    if earlier is not None:
        talk.notes["finished"] = earlier.task_id
    source = _finished(talk, find)
    created = earlier or talk.create("remix", operation, source, body=operation.request_example)
    task_id = told_task(talk.contract, created.reply)
    if task_id is not None and task_id == source:
        talk.finish(task_id)
    elif task_id is not None:
        _follow_created(talk, task_id)


def _role(talk: Conversation, role: str) -> Operation:
    operation = talk.contract.operation(role)
    if operation is None:
        raise NotSent(f"an operation for {role}; {talk.contract.id} has none")
    return operation


def _known(talk: Conversation, find: Find) -> str:
    known: str | None = talk.note("known", lambda: find("known"))
    if known is None:
        raise NotSent(f"a known task; pass --task-id={talk.contract.name}=ID")
    return known


def _finished(talk: Conversation, find: Find) -> str:
    finished: str | None = talk.note("finished", lambda: find("finished"))
    if finished is None:
        raise NotSent(f"a finished task; allow a creation or pass --task-id={talk.contract.name}=ID of one")
    return finished


def _follow_each(talk: Conversation, operation: Operation, ids: list[str]) -> None:
    """A failure with one task does not hide the others."""
    for task_id in ids:
        try:
            _follow(talk, operation, task_id)
        except ProbeFailure as failure:
            talk.failures.append(failure)


def _follow_created(talk: Conversation, task_id: str) -> None:
    """Follow a task of our own; one that is gone, or whose status cannot be read, is not worth another run either."""
    ended = _follow(talk, _role(talk, "retrieve"), task_id)
    last = talk.exchanges[-1].reply
    if ended or last.is_success or last.status in _GONE:
        talk.finish(task_id)


def _follow(talk: Conversation, operation: Operation, task_id: str) -> bool:
    """Read a task until it is finished, then twice more; False where its end was not seen."""
    ended = _poll(talk, operation, task_id)
    for _ in range(REREADS if ended else 0):
        talk.wait()
        talk.ask("reread", operation, task_id)
    return ended


def _poll(talk: Conversation, operation: Operation, task_id: str) -> bool:
    started, misses = time.monotonic(), 0
    while True:
        exchange = talk.ask("poll", operation, task_id)
        # A task whose status cannot be read never ends; a few such replies are enough to judge.
        misses = 0 if exchange.reply.is_success and isinstance(_told(talk, exchange, "status"), str) else misses + 1
        if misses == MISSES or _phase(talk, exchange) in FINISHED:
            return not misses
        _hold_patience(talk, exchange, time.monotonic() - started)
        talk.wait()


def _hold_patience(talk: Conversation, exchange: Exchange, elapsed: float) -> None:
    """Say what is waited for; raises ProbeFailure when the wait is over. Seconds."""
    status, progress = (_told(talk, exchange, role) for role in ("status", "progress"))
    patience = talk.setting.pace.poll_timeout
    if talk.transport.sleeps and elapsed > patience:
        hint = "raise --poll-timeout" if _phase(talk, exchange) else "no word that is known to end a task"
        sentence = f"task {exchange.task_id} was still {status!r} after {patience:g} s; {hint}"
        raise ProbeFailure(sentence, kind=FailureKind.UNFINISHED)
    seen = f"{status!r}, progress {progress!r}, {elapsed:.0f} s"
    talk.setting.tell(one_line(f"{talk.contract.id}: waiting for {exchange.task_id}, {seen}"))


def _phase(talk: Conversation, exchange: Exchange) -> str | None:
    return talk.contract.phase(_told(talk, exchange, "status"))


def _told(talk: Conversation, exchange: Exchange, role: str) -> Any:
    place = talk.contract.field(role)
    return place.read(exchange.reply.json) if place is not None else None
