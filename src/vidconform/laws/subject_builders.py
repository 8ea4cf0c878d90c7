"""Builds subjects from evidence: for each kind, the probes that it needs and how it is made of their exchanges."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from vidconform.contracts import Contract
from vidconform.exchange import UNANSWERED
from vidconform.laws import collection_builders as built
from vidconform.laws.gathered_replies import (
    DOCUMENT,
    LIFECYCLE_PROBES,
    SECOND_ROUTE,
    TASK_ROLES,
    WRONG_KEY_PROBE,
    Gathered,
    asked_rightly,
    credential_is_accepted,
    is_refused_alike,
    on_routes_that_exist,
    reopened,
    reply_views,
    task_replies,
)  # fmt: skip
from vidconform.laws.generated_replies import GeneratedReplies
from vidconform.laws.law import Binding, Law, binding_of
from vidconform.laws.listing import Cancellation, Deletion, Models
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Creation, Published, Refused, Subject, Task
from vidconform.laws.task_field import TaskField

Build = Callable[[Contract, Binding, Gathered], list[Subject]]

# The probes that show what a key opens, whatever else is asked with it.
_OWN_TASKS = ("observe", "create")


@dataclass(frozen=True)
class SubjectKind:
    """One kind of subject: how it is assembled, and the probes that show it, by name or kind.

    `optional_probes` are looked at where something else needs them, `asks` are the parts of a binding that it cannot do
    without. `beside`: it may be made of what a probe asks for beside; `role` is that of the operation it is about.
    """

    build: Build
    probes: tuple[str, ...] = ()
    optional_probes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    of_document: bool = False
    beside: bool = False
    role: str = ""

    def needs(self, binding: Binding) -> tuple[str, ...]:
        """Return the probes that a law needs for a requirement, by name or kind; a binding's own stand in for ours."""
        return (*(binding.probes or self.probes), *binding.elsewhere)

    @property
    def is_generated(self) -> bool:
        """Whether it is made of generated requests."""
        return "generated" in self.probes


@cache
def kind_of(law: Law) -> SubjectKind:
    """Return the kind of subject that a law judges: its first parameter names it."""
    return SUBJECT_KINDS[next(iter(inspect.signature(law).parameters))]


def subjects_of(law: Law, contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    """Return what a law judges for a requirement."""
    return kind_of(law).build(contract, binding_of(law, requirement), gathered)


def _of_each(kind: type[Subject], probe: str, most: int | None = None) -> Build:
    """Return what makes a subject of each reply of a probe, of no more than the first `most`."""
    return lambda contract, _, found: [kind(contract, [view]) for view in reply_views(contract, found, probe)[:most]]


def _of_all(kind: type[Subject], *probes: str) -> Build:
    """Return what makes one subject of all replies of some probes, of the binding's own where none is named."""

    def build(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
        found = reply_views(contract, gathered, *(probes or binding.probes))
        return [kind(contract, found)] if found else []

    return build


def tasks(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the life of each task; an example of a document is a life of one reply."""
    lives: list[Subject] = []
    for name in (*LIFECYCLE_PROBES, DOCUMENT):
        found = [r for r in reply_views(contract, gathered, name) if r.exchange.role in TASK_ROLES]
        lives += [Task(contract, life) for life in _lives(found)]
    return lives


def _lives(found: list[ReplyView]) -> list[list[ReplyView]]:
    lives: dict[object, list[ReplyView]] = {}
    for position, view in enumerate(found):
        creates, documented = view.exchange.role in ("create", "remix"), view.exchange.origin == "documented"
        key: object = position if documented else "created" if creates or "created" in lives else view.asked
        lives.setdefault(key, []).append(view)
    return list(lives.values())


def _replies(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Subject(contract, [view]) for view in task_replies(contract, gathered)]


def _other_account(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    wrong = reply_views(contract, gathered, WRONG_KEY_PROBE)
    others = [Refused(contract, [view]) for view in reply_views(contract, gathered, *binding.probes)]
    for other in others:
        other.is_refused_as_a_wrong_key = is_refused_alike(other.first, wrong)
    return list(others)


def _unknown(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    unknown = [Refused(contract, [view]) for view in reply_views(contract, gathered, "unknown-task")]
    for subject in unknown:
        subject.accepted = credential_is_accepted(contract, gathered, "retrieve")
    return list(unknown)


def _served(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    found = reply_views(contract, gathered, *binding.probes)
    subjects = [Subject(contract, served) for served in asked_rightly(found, binding.role)]
    accepted, permitted = (credential_is_accepted(contract, gathered, binding.role, at) for at in ("", binding.role))
    going_on = reopened(contract, gathered)
    for subject in subjects:
        subject.apart = {code for row, codes in binding.apart.items() if row in contract.requirements for code in codes}
        subject.accepted, subject.permitted, subject.reopened = accepted, permitted, going_on
    return subjects


def _auth_attempts(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    attempts = _served(contract, binding, gathered)
    elsewhere = reply_views(contract, gathered, *binding.elsewhere)
    taken = any(view.reply.status < 500 and view.reply.status not in (401, 403) for view in elsewhere)
    for attempt in attempts:
        attempt.accepted = taken or attempt.accepted
    return attempts


def _creation(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    creations = [Creation(contract, [view]) for view in reply_views(contract, gathered, "create")[:1]]
    for creation in creations:
        creation.member = binding.member
    return list(creations)


def _routes(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    second = reply_views(contract, gathered, SECOND_ROUTE)
    first = [r for r in reply_views(contract, gathered, "observe") if second and r.asked == second[0].asked]
    return [Task(contract, [*first, *second])] if first and second else []


def _published(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    examples = reply_views(contract, gathered, DOCUMENT)
    return [Published(contract, contract.published, examples)] if contract.published is not None else []


def _generated(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    if not (found := on_routes_that_exist(contract, gathered, reply_views(contract, gathered, "generated"))):
        return []
    generated = GeneratedReplies(contract, found)
    firsts = {view.evidence.probe: view for view in reversed(found)}
    notes = {name: evidence.notes.get(UNANSWERED, ()) for name, evidence in gathered.items()}
    generated.unanswered = [(firsts[name], told) for name, each in notes.items() if name in firsts for told in each]
    generated.accepted = credential_is_accepted(contract, gathered, "retrieve")
    return [generated]


SUBJECT_KINDS: dict[str, SubjectKind] = {
    "task": SubjectKind(tasks, LIFECYCLE_PROBES, of_document=True),
    "task_field": SubjectKind(
        lambda c, b, g: [TaskField(c, t.all, b.member, b.other) for t in tasks(c, b, g)],
        LIFECYCLE_PROBES,
        asks=("member",),
        of_document=True,
    ),
    "every_task": SubjectKind(_of_all(Task, *LIFECYCLE_PROBES), LIFECYCLE_PROBES),
    "result": SubjectKind(_of_each(Subject, "result"), ("result",), role="retrieve"),
    "reply": SubjectKind(_replies, LIFECYCLE_PROBES),
    "served": SubjectKind(_served, optional_probes=_OWN_TASKS, asks=("role", "probes")),
    "auth_attempt": SubjectKind(_auth_attempts, optional_probes=_OWN_TASKS, asks=("role", "probes", "elsewhere")),
    "each_credential": SubjectKind(built.each_credential, ("each-credential",), role="retrieve"),
    "models": SubjectKind(_of_each(Models, "models", 1), ("models",), role="models"),
    "polled": SubjectKind(_of_each(Subject, "polling"), ("create", "polling"), role="create"),
    "refusal": SubjectKind(built.refused, asks=("probes",), beside=True),
    "other_method": SubjectKind(built.other_method, ("wrong-method", "unknown-task"), role="retrieve"),
    "documented_refusal": SubjectKind(built.documented_refusal, optional_probes=_OWN_TASKS),
    "other_account": SubjectKind(_other_account, optional_probes=(WRONG_KEY_PROBE,), asks=("probes",), role="retrieve"),
    "any_refusal": SubjectKind(built.refused, ("refusal", "create"), beside=True),
    "unknown_task": SubjectKind(_unknown, ("unknown-task",), _OWN_TASKS, role="retrieve"),
    "generated": SubjectKind(_generated, ("generated",), (SECOND_ROUTE, *_OWN_TASKS)),
    "creation": SubjectKind(_creation, ("create",), asks=("member",), role="create"),
    "content": SubjectKind(_of_each(Subject, "content", 1), ("content",), role="content"),
    "remix": SubjectKind(_of_each(Subject, "remix", 1), ("remix",), role="remix"),
    "listing": SubjectKind(built.listing, ("list",), LIFECYCLE_PROBES, role="list"),
    "deletion": SubjectKind(_of_all(Deletion, "delete"), ("create", "delete"), role="delete"),
    "cancellation": SubjectKind(_of_all(Cancellation), asks=("probes",), role="cancel"),
    "creations": SubjectKind(built.creations, ("create", "remix"), built.CREATING, role="create"),
    "variants": SubjectKind(built.variants, ("content-variants",), ("content",), role="content"),
    "both_routes": SubjectKind(_routes, ("observe", SECOND_ROUTE), role="second-retrieve"),
    "published": SubjectKind(_published, of_document=True),
    "examples": SubjectKind(_of_all(Task, DOCUMENT), of_document=True),
}
"""The kinds of subject by the name of a law's parameter."""
