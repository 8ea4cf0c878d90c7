"""The probes that follow tasks: observe, create, content, remix and the second route."""

from __future__ import annotations

import time
from dataclasses import replace

from vidconform.contracts import FINISHED, Operation, status_word, usual_headers
from vidconform.exchange import RESUMED, Exchange, phase_in, value_in
from vidconform.ledger import task_id_in
from vidconform.probes.lag import ask_within_lag
from vidconform.probes.polling import reading, told_by
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.raw_request import RawRequest
from vidconform.probes.task_lookup import Find, given_tasks, known_task, require_succeeded_task
from vidconform.transport import FailureKind, NotSent, ProbeFailure, one_line

REREADS = 2
MISSES = 3
# RFC 9110 sections 15.5.5 and 15.5.11.
_GONE = (404, 410)
_ACCEPTED = 202
_BAD_GATEWAY = 502


def observe(context: ProbeContext, find: Find) -> None:
    """Follow each known task to its end."""
    ids = given_tasks(context, find)
    _follow_each(context, context.operation("retrieve"), ids)


def second_route(context: ProbeContext, find: Find) -> None:
    """Read a known task through the contract's second route."""
    operation = context.operation("second-retrieve")
    context.ask("second-route", operation, known_task(context, find))


def second_route_admin(context: ProbeContext, find: Find) -> None:
    """Read a known task, and an id that no task has, through the second route with its other credential."""
    operation = context.operation("second-retrieve")
    context.ask("second-route-admin", operation, known_task(context, find), credential="admin")
    # A credential that opens neither may have expired; one that is taken for the other id has not.
    context.ask("second-route-admin", operation, context.contract.unknown_id, credential="admin")


def create(context: ProbeContext, find: Find) -> None:
    """Create a task as the document shows, try its content too early, follow it to its end."""
    operation = context.operation("create")
    created = context.resume() or context.create("create", operation, body=operation.request_example)
    task_id = context.task_of(created)
    if task_id is None:
        return
    content = context.contract.operation("content")
    # A task of an earlier run may be finished by now; its content would not be too early.
    if content is not None and RESUMED not in context.notes:
        context.try_ask("early-content", content, task_id)
    follow_created(context, task_id, created)


def content(context: ProbeContext, find: Find) -> None:
    """Fetch the content of a finished task."""
    task_id = require_succeeded_task(context, find)
    try:
        ask_within_lag(context, "content", context.operation("content"), task_id)
    except ProbeFailure as failure:
        if not _is_a_bad_gateway(failure) or not _stays_its_own(context, failure, task_id):
            raise


def _stays_its_own(context: ProbeContext, failure: ProbeFailure, task_id: str) -> bool:
    """Ask again while the task is still served; a bad gateway that stays is the content's own, and evidence."""
    assert failure.exchange is not None
    context.exchanges.append(failure.exchange)
    try:
        served = context.ask("reread", context.operation("retrieve"), task_id).reply.is_success
        context.wait()
        context.ask("content", context.operation("content"), task_id)
        # It came after all; what was in its way is nobody's verdict.
        del context.exchanges[:-1]
    except ProbeFailure as later:
        if later.exchange is None or not _is_a_bad_gateway(later) or not context.exchanges[1:] or not served:
            context.exchanges.clear()
            return False
        context.exchanges.append(later.exchange)
    return True


def _is_a_bad_gateway(failure: ProbeFailure) -> bool:
    """Whether it is what gateways say of a finished video that they cannot fetch; 503 and 504 ask for time."""
    return failure.kind is FailureKind.OUTAGE and failure.status == _BAD_GATEWAY and failure.exchange is not None


def result(context: ProbeContext, find: Find) -> None:
    """Fetch what the result of a finished task points to, where that is under the service's own address."""
    task_id = require_succeeded_task(context, find)
    target: str | None = context.note("result", lambda: find("result"))
    if target is None:
        raise NotSent("a finished task that tells a result under the service's own address; no other is asked")
    operation = replace(context.operation("retrieve"), role="result", method="GET")
    raw = RawRequest(target, tuple(usual_headers("content").items()), None)
    context.ask("result", operation, task_id, raw=raw)


def remix(context: ProbeContext, find: Find) -> None:
    """Remix a finished task as the document shows and follow the new one."""
    operation, earlier = context.operation("remix"), context.resume()
    if earlier is not None and earlier.role == "retrieve":
        # Of what was found by looking, nobody knows what it was made of.
        follow_created(context, str(earlier.task_id))
        return
    if earlier is not None:
        context.notes["finished"] = earlier.task_id
    try:
        source = require_succeeded_task(context, find)
    except NotSent:
        context.setting.budget.lack_more(context.contract.provider.name)
        raise
    created = earlier or context.create("remix", operation, source, body=operation.request_example)
    task_id = task_id_in(context.contract, created.reply, "remix")
    if task_id is not None and task_id == source:
        context.finish(task_id)
    elif task_id is not None:
        follow_created(context, task_id)


def _follow_each(context: ProbeContext, operation: Operation, ids: list[str]) -> None:
    """A failure with one task does not hide the others."""
    for task_id in ids:
        try:
            _follow(context, operation, task_id)
        except ProbeFailure as failure:
            context.failures.append(failure)


def follow_created(context: ProbeContext, task_id: str, created: Exchange | None = None) -> None:
    """Follow a task of our own; one that is gone, or whose status cannot be read, is not worth another run either.

    A server that answers with 500 may tell the end of the task all the same.
    """
    operation = reading(context, lambda: told_by(context, created))
    if operation.lag is not None:
        ask_within_lag(context, "poll", operation, task_id)
    ended = _follow(context, operation, task_id)
    exchange = context.exchanges[-1]
    is_gone = exchange.reply.status in _GONE
    if ended or is_gone or exchange.reply.is_success or phase_in(context.contract, exchange) in FINISHED:
        context.finish(task_id)


def _follow(context: ProbeContext, operation: Operation, task_id: str) -> bool:
    """Read a task until it is finished, then twice more; False where its end was not seen."""
    ended = _poll(context, operation, task_id)
    for _ in range(REREADS if ended else 0):
        context.wait()
        context.ask("reread", operation, task_id)
    return ended


def _poll(context: ProbeContext, operation: Operation, task_id: str) -> bool:
    started, misses = time.monotonic(), 0
    before: Exchange | None = None
    while True:
        try:
            exchange = before = context.ask("poll", operation, task_id)
        except ProbeFailure as failure:
            # The last moment may pass between two reads as well as in one.
            if before is None or context.setting.clock.left() > 0:
                raise
            raise _out_of_time(context, before) from failure
        # A task whose status cannot be read never ends; a few such replies are enough to judge.
        misses = 0 if _tells_its_state(context, exchange) else misses + 1
        if misses == MISSES or phase_in(context.contract, exchange) in FINISHED:
            return not misses
        _hold_poll_timeout(context, exchange, time.monotonic() - started)
        context.wait()


def _tells_its_state(context: ProbeContext, exchange: Exchange) -> bool:
    """Whether a read says how far a task is: with a word, or what stands for one, or with 202 that it goes on.

    RFC 9110 section 15.3.3.
    """
    contract = context.contract
    is_told = status_word(value_in(contract, "status", exchange)) or phase_in(contract, exchange)
    return exchange.reply.status == _ACCEPTED or (exchange.reply.is_success and is_told is not None)


def _hold_poll_timeout(context: ProbeContext, exchange: Exchange, elapsed: float) -> None:
    """Say what is waited for; raises ProbeFailure when the wait is over. Seconds."""
    status, progress = (value_in(context.contract, role, exchange) for role in ("status", "progress"))
    poll_timeout = context.setting.pace.poll_timeout
    if not context.transport.is_replay and elapsed > poll_timeout:
        hint = "raise --poll-timeout" if phase_in(context.contract, exchange) else "no word that is known to end a task"
        sentence = f"task {exchange.task_id} was still {status!r} after {poll_timeout:g} s; {hint}"
        raise ProbeFailure(sentence, kind=FailureKind.UNFINISHED)
    if not context.transport.is_replay and context.setting.clock.left() <= context.setting.pace.poll_interval:
        raise _out_of_time(context, exchange)
    seen = f"{status!r}, progress {progress!r}, {elapsed:.0f} s"
    waiting = f"{context.contract.id}: waiting for {exchange.task_id}, {seen}"
    context.setting.tell(one_line(context.setting.redactor.text(waiting)))


def _out_of_time(context: ProbeContext, exchange: Exchange) -> ProbeFailure:
    status, words = value_in(context.contract, "status", exchange), context.setting.clock.words
    sentence = f"task {exchange.task_id} was still {status!r} when {words} was used up; raise it"
    return ProbeFailure(sentence, kind=FailureKind.UNFINISHED)
