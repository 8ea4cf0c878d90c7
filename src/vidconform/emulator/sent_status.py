"""The status code that a reply is sent with, where the document tells in the body how a request went."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import BodyStatus, write_at
from vidconform.emulator.replies import ReplyContext

_SUCCESS = 200


def tell_in_body(body_status: BodyStatus | None, status: int, body: Any) -> None:
    """Put into a body a code that stands for a status code, where the body has none that does."""
    if body_status is None or not isinstance(body, dict):
        return
    code = body_status.code_for(status)
    if code is not None and body_status.meant(_SUCCESS, body) != status:
        write_at(body, body_status.place, code)


def told_status(body_status: BodyStatus | None, reply: ReplyContext) -> int:
    """Return the status code that a client of the document reads in a reply."""
    if body_status is None or reply.status < 400 or not isinstance(reply.body, dict):
        return reply.status
    return body_status.meant(_SUCCESS, reply.body)


def sent_status(reply: ReplyContext) -> int:
    """Return the status code that goes out; what was changed after the body was made is told in it as well."""
    body_status = reply.described.body_status if reply.described is not None else None
    if body_status is None or not isinstance(reply.body, dict) or reply.tells_by_status:
        return reply.status
    if reply.status != reply.first_status:
        tell_in_body(body_status, reply.status, reply.body)
    is_told = reply.status >= 400 and body_status.code_for(reply.status) is not None
    return _SUCCESS if is_told else reply.status
