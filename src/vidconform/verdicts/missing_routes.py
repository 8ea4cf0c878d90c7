"""What a refusal tells where there may be no such route: the row of the route tells that, and no other."""

from __future__ import annotations

from collections.abc import Callable

from vidconform.laws import BrokenLaw, DocumentedRefusal, Refused, ReplyView, Subject

Serves = Callable[[str], bool | None]
"""Whether the route of a role serves anything, None where nobody knows."""

# What is answered where there is no such route (RFC 9110 sections 15.5.5, 15.5.6 and 15.6.2).
_NO_ROUTE = (404, 405, 501)


def may_refuse(view: ReplyView, serves: Serves) -> bool:
    """Whether a refusal tells anything: of a route that serves others, or that at least seems to exist."""
    serving = serves(view.exchange.role)
    return view.reply.status not in _NO_ROUTE if serving is None else serving


def is_no_route(view: ReplyView, serves: Serves) -> bool:
    """Whether a reply only says that there is no such route, which the row of the route tells already."""
    return view.reply.status in _NO_ROUTE and not serves(view.exchange.role)


def is_told_by_its_route(found: BrokenLaw, subject: Subject, serves: Serves) -> bool:
    """Whether a refusal is not what it must be because there is no such route, or none at all."""
    if not isinstance(subject, Refused | DocumentedRefusal) or found.view is None:
        return False
    own = serves(subject.first.exchange.role)
    known = {serves(operation.role) for operation in subject.contract.operations} if own is None else {own}
    return subject.first.reply.status in _NO_ROUTE and False in known and True not in known
