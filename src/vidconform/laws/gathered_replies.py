"""The replies that a run gathered, as laws look at them, and what they show of a key and of a route."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from vidconform.contracts import FINISHED, Contract, Scheme, by_key, grouped
from vidconform.exchange import Evidence
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import UNFINISHED

# An id of a request, a time.
_OF_ONE_REQUEST = re.compile(rb"[\w.:+-]*\d[\w.:+-]*")
Gathered = Mapping[str, Evidence]
DOCUMENT = "document"
CANCEL_AGAIN = "cancel-again"
"""The step that asks to cancel what was cancelled, which must be refused."""

SECOND_ROUTE = "second-route"
LIFECYCLE_PROBES = ("observe", "create", "remix", SECOND_ROUTE)
TASK_ROLES = ("create", "remix", "retrieve", "second-retrieve")
_ASKED_RIGHTLY = {"second-retrieve": SECOND_ROUTE, "content": "content"}
"""The probes that ask a route for a known task, by role."""
# What says nothing of the state of a task: the credential, and that there is no such route (RFC 9110 section 15.5).
_NOT_OF_A_STATE = (401, 403, 404, 405)
_BEGUN = ("running", "succeeded", "failed")
WRONG_KEY_PROBE = "retrieve-with-wrong-key"
"""The probe that shows how a key which nobody holds is refused."""


def reply_views(contract: Contract, gathered: Gathered, *probes: str) -> list[ReplyView]:
    """Return the exchanges of some probes, by name or kind, as replies to look at."""
    chosen = [found for wanted in probes for name, found in gathered.items() if wanted in (name, found.kind)]
    return [
        ReplyView(contract, evidence, index, exchange)
        for evidence in chosen
        for index, exchange in evidence
        if contract.covers(exchange.role, exchange.request.target)
    ]


def task_replies(contract: Contract, gathered: Gathered) -> list[ReplyView]:
    """Return the replies that should hold a task: whatever was asked rightly and served."""
    found = reply_views(contract, gathered, *LIFECYCLE_PROBES, DOCUMENT)
    return [r for r in found if r.exchange.role in TASK_ROLES and r.reply.is_success]


def reopened(contract: Contract, gathered: Gathered) -> set[str | None]:
    """Return the ids of the tasks that had ended and go on by what they told last."""
    views = reply_views(contract, gathered, *LIFECYCLE_PROBES)
    told = by_key((view.asked, view.phase) for view in views if view.tells_a_task and view.phase is not None)
    return {
        asked for asked, phases in told.items() if phases[-1] in UNFINISHED and not set(FINISHED).isdisjoint(phases)
    }


def asked_rightly(found: Iterable[ReplyView], role: str) -> list[list[ReplyView]]:
    """Return the replies of an operation to what should be served, those of each task by themselves."""
    right = (view for view in found if view.exchange.role == role and view.exchange.step != CANCEL_AGAIN)
    return list(grouped(right, lambda view: view.asked).values())


def on_routes_that_exist(contract: Contract, gathered: Gathered, found: list[ReplyView]) -> list[ReplyView]:
    """Leave out the refusals of a route that refuses a known task as well: the route may not exist at all."""
    missing = {role for role, probe in _ASKED_RIGHTLY.items() if _is_missing(reply_views(contract, gathered, probe))}
    return [r for r in found if r.exchange.role not in missing]


def _is_missing(asked: list[ReplyView]) -> bool:
    return bool(asked) and not any(view.reply.is_success for view in asked)


def credential_is_accepted(contract: Contract, gathered: Gathered, role: str, at: str = "") -> bool:
    """Whether the credential of an operation got a success anywhere in the run, or `at` the operation of a role."""
    own = _scheme(contract, role)
    views = [view for view in reply_views(contract, gathered, "life") if at in ("", view.exchange.role)]
    return any(
        view.reply.is_success and view.exchange.credential == "key" and _scheme(contract, view.exchange.role) == own
        for view in views
    )


def _scheme(contract: Contract, role: str) -> Scheme | None:
    operation = contract.operation(role)
    return next(iter(operation.schemes), None) if operation is not None else None


def is_refused_alike(view: ReplyView, wrong: Iterable[ReplyView]) -> bool:
    """Whether a key is refused as one that nobody holds, which says nothing of whose the task is."""
    code = view.reply.status
    return any(
        (code == 400 == other.reply.status) or (code == 403 and told_again(view) == told_again(other))
        for other in wrong
    )


def told_again(view: ReplyView) -> tuple[int, bytes]:
    """Return what the same refusal of another request tells as well: its code, and its body without what has digits."""
    return view.reply.status, _OF_ONE_REQUEST.sub(b"", view.reply.body)


def refusals(contract: Contract, gathered: Gathered) -> list[ReplyView]:
    """Return the replies to requests that had to be refused."""
    early = [
        r for r in reply_views(contract, gathered, "create") if r.exchange.step == "early-content" and _was_early(r)
    ]
    return reply_views(contract, gathered, "refusal") + early


def came_too_late(view: ReplyView) -> bool:
    """Whether a cancellation may have been refused because its task had begun, where only one that waits is cancelled.

    What was told before it shows nothing of that moment; the next read tells whether the task still waited.
    """
    is_bound = view.exchange.step == "cancel" and "waiting-task-is-cancelled" in view.contract.requirements
    if not is_bound or not view.reply.is_refusal or view.reply.status in _NOT_OF_A_STATE:
        return False
    later = (ReplyView(view.contract, view.evidence, at, e) for at, e in view.evidence if at > view.index)
    return next((r.phase for r in later if r.exchange.role == "retrieve" and r.phase), None) in _BEGUN


def _was_early(view: ReplyView) -> bool:
    """Whether a later read showed the task still unfinished, so that its content was asked for too early.

    A word that says nothing of the state, as gateways begin with, is passed over.
    """
    later = [ReplyView(view.contract, view.evidence, at, e) for at, e in view.evidence if e.role == "retrieve"]
    return next((r.phase for r in later if r.phase not in (None, "unknown")), None) in UNFINISHED
