"""From evidence to lists, deletions, cancellations, refusals and whatever else is more than one task."""

from __future__ import annotations

from vidconform.contracts import FILTERS, FINISHED, Contract
from vidconform.laws.gathered_replies import (
    LIFECYCLE_PROBES,
    Gathered,
    on_routes_that_exist,
    refusals,
    reopened,
    reply_views,
    told_again,
)
from vidconform.laws.law import Binding
from vidconform.laws.listing import DocumentedRefusal, Listing
from vidconform.laws.subjects import EachCredential, Refused, Subject

CREATING = ("create", "remix", "create-as-form", "cancel")
"""The probes that make tasks."""


def listing(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the lists of a run as one subject."""
    found, seen = reply_views(contract, gathered, "list"), reply_views(contract, gathered, *LIFECYCLE_PROBES)
    lists, going_on = Listing(contract, found), reopened(contract, gathered)
    lists.created = {view.value("id"): view.value("created") for view in seen if view.has("id", "created")}
    ended = [v for v in seen if v.tells_a_task and v.phase in FINISHED and v.asked not in going_on]
    lists.ended = {view.asked: {role: str(view.raw(role)) for role in FILTERS} for view in ended}
    for view in (view for view in seen if view.has("id")):
        lists.names.setdefault(view.asked, set()).add(view.value("id"))
    return [lists] if found else []


def creations(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the tasks that a run made, with the replies that tell of them."""
    found = reply_views(contract, gathered, *CREATING)
    made = [view for view in found if view.exchange.role in ("create", "remix") and view.reply.is_success]
    return [Subject(contract, made)] if made else []


def variants(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the variants of a content; none where the content itself is on no route."""
    found = on_routes_that_exist(contract, gathered, reply_views(contract, gathered, "content-variants"))
    return [Subject(contract, found)] if found else []


def refused(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the replies to one request each that had to be refused: those of some probes, or all."""
    found = refusals(contract, gathered)
    return [Refused(contract, [r]) for r in found if not binding.probes or r.evidence.probe in binding.probes]


def other_method(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the request whose method the path does not offer, beside the refusal of a task that nobody has."""
    unknown = {told_again(view) for view in reply_views(contract, gathered, "unknown-task")}
    subjects = [Refused(contract, [view]) for view in reply_views(contract, gathered, "wrong-method")]
    for one in subjects:
        one.is_refused_as_unknown = told_again(one.first) in unknown
    return list(subjects)


def documented_refusal(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the reply to a request that the document says is refused."""
    found = reply_views(contract, gathered, *binding.probes)
    subjects = [DocumentedRefusal(contract, [view], contract.refusals[binding.requirement]) for view in found[:1]]
    for subject in subjects:
        plain = [view for view in reply_views(contract, gathered, "create") if view.exchange.role == subject.case.role]
        is_of_a_body = subject.case.id == "none" and not subject.is_about_the_key
        subject.needs_a_served_request = is_of_a_body and bool(plain) and not plain[0].reply.is_success
    return list(subjects)


def each_credential(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the reads of a known task with each credential; one that is taken for another id is a good one."""
    views = list(reply_views(contract, gathered, "each-credential"))
    subject = EachCredential(contract, [view for view in views if view.asked != contract.unknown_id])
    taken = [view for view in views if view.reply.status < 500 and view.reply.status not in (401, 403)]
    subject.taken = {view.exchange.credential for view in taken}
    operation = contract.operation("retrieve")
    alone = {choice[0].name for choice in operation.choices if len(choice) == 1} if operation is not None else set()
    subject.unasked = alone - {view.exchange.credential for view in views}
    return [subject] if views else []
