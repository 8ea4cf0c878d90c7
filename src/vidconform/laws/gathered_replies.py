"""The replies that a run gathered, as laws look at them, and what they show of a key and of a route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vidconform.contracts import Contract, Scheme
from vidconform.exchange import Evidence
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import UNFINISHED

Gathered = Mapping[str, Evidence]
DOCUMENT = "document"

SECOND_ROUTE = "second-route"
LIVES = ("observe", "create", "remix", SECOND_ROUTE)
TASK_ROLES = ("create", "remix", "retrieve", "second-retrieve")
UNKNOWN_TASKS = ("unknown-task", "unknown-second-route-task")
"""The probes that ask for a task which does not exist."""
WRONG_KEY_PROBE = "retrieve-with-wrong-key"
"""The probe that shows how a key which nobody holds is refused."""


def reply_views(contract: Contract, gathered: Gathered, *probes: str) -> list[ReplyView]:
    """Return the exchanges of some probes, by name or kind, as replies to look at."""
    chosen = [found for wanted in probes for name, found in gathered.items() if wanted in (name, found.kind)]
    return [ReplyView(contract, evidence, index, exchange) for evidence in chosen for index, exchange in evidence]


def task_replies(contract: Contract, gathered: Gathered) -> list[ReplyView]:
    """Return the replies that should hold a task: whatever was asked rightly and served."""
    found = reply_views(contract, gathered, *LIVES, DOCUMENT)
    return [r for r in found if r.exchange.role in TASK_ROLES and r.reply.is_success]


def on_routes_that_exist(contract: Contract, gathered: Gathered, found: list[ReplyView]) -> list[ReplyView]:
    """Leave out the refusals of a second route that refuses a known task as well: the route may not exist at all."""
    asked = reply_views(contract, gathered, SECOND_ROUTE)
    is_missing = bool(asked) and not any(view.reply.is_success for view in asked)
    return [r for r in found if not is_missing or r.exchange.role != "second-retrieve"]


def opened(contract: Contract, gathered: Gathered, role: str, at: str = "") -> bool:
    """Whether the run was served anything, or something `at` a role, for the credential of an operation."""
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
    own = view.reply
    return any(
        (own.status == 400 == other.reply.status)
        or (own.status == 403 == other.reply.status and own.body == other.reply.body)
        for other in wrong
    )


def refusals(contract: Contract, gathered: Gathered) -> list[ReplyView]:
    """Return the replies to requests that had to be refused."""
    early = [
        r for r in reply_views(contract, gathered, "create") if r.exchange.step == "early-content" and _was_early(r)
    ]
    return reply_views(contract, gathered, "refusal") + early


def _was_early(view: ReplyView) -> bool:
    """Whether a later read showed the task still unfinished, so that its content was asked for too early.

    A word that says nothing of the state, as gateways begin with, is passed over.
    """
    later = [ReplyView(view.contract, view.evidence, at, e) for at, e in view.evidence if e.role == "retrieve"]
    return next((r.phase for r in later if r.phase not in (None, "unknown")), None) in UNFINISHED
