"""One call answered: the reply about to leave, with all that a vice may look at."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from vidconform.emulator.replies import EmulatedReply, RefusedRequest, ReplyContext, refused
from vidconform.emulator.sent_status import tell_in_body
from vidconform.emulator.server_state import Call, EmulatedOperation

LARGEST_BODY = 1 << 20


def answer(operation: EmulatedOperation, call: Call) -> ReplyContext:
    """Return the reply to a call."""
    return reply_context(operation, call, *_answered(operation, call))


def _answered(operation: EmulatedOperation, call: Call) -> tuple[EmulatedReply, str]:
    """Answers a call, and names the check that refused it, if one did."""
    try:
        if len(call.body) > LARGEST_BODY:
            raise RefusedRequest(413, "the body is larger than 1 MiB", "body_too_large")
        return operation.handle(call), ""
    except RefusedRequest as refusal:
        return refused(refusal, operation.envelope), refusal.check


def _again(operation: EmulatedOperation, call: Call, waived: frozenset[str]) -> tuple[EmulatedReply, str]:
    """Answers a call once more without some checks."""
    return _answered(operation, replace(call, waived=waived))


def reply_context(operation: EmulatedOperation, call: Call, reply: EmulatedReply, check: str = "") -> ReplyContext:
    """Return a reply with the call that it answers."""
    server_state = call.server_state
    described = server_state.provider.contracts.get(operation.contract)
    if described is not None:
        tell_in_body(described.body_status, reply.status, reply.body)
    return ReplyContext(
        provider=server_state.provider.name,
        contract=operation.contract,
        role=reply.role or operation.role,
        route=operation.path,
        method=call.method,
        asked=call.asked,
        status=reply.status,
        headers=reply.headers,
        body=reply.body,
        task=reply.task,
        check=check,
        again=partial(_again, operation, call) if operation.path else None,
        envelope=operation.envelope,
        file_url=call.file_url,
        sent_headers=call.headers,
        sent_query=call.query,
        sent_body=call.body,
        described=described,
        stated=reply.stated,
        first_status=reply.status,
        known_ids=tuple(task.id for task in server_state.known.get(operation.contract, ())),
    )
