"""From evidence to subjects: which probes a kind of subject needs, and how it is made of their exchanges."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from vidconform.contracts import Contract
from vidconform.laws import collection_builders as built
from vidconform.laws.gathered_replies import (
    DOCUMENT,
    LIVES,
    SECOND_ROUTE,
    TASK_ROLES,
    WRONG_KEY_PROBE,
    Gathered,
    is_refused_alike,
    on_routes_that_exist,
    opened,
    refusals,
    reply_views,
    task_replies,
)
from vidconform.laws.generated_replies import GeneratedReplies
from vidconform.laws.law import Binding, Law, binding_of
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import AuthAttempt, Creation, Published, Refused, Remixed, Subject, Task
from vidconform.laws.task_field import TaskField

_OWN_TASKS = ("observe", "create")
"""The probes that show what a key opens, whatever else is asked with it."""


@dataclass(frozen=True)
class Kind:
    """One kind of subject: how it is assembled, and the probes that show it, by name or kind.

    `witnesses` are probes that it looks at where others need them, and that are not sent for its sake; `asks` the parts
    of a binding that it cannot do without. `beside` says that it may be made of what a probe asks for beside its main
    thread.
    """

    build: Callable[[Contract, Binding, Gathered], list[Subject]]
    probes: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    of_document: bool = False
    beside: bool = False

    def needs(self, binding: Binding) -> tuple[str, ...]:
        """Return the probes that a law needs for a requirement, by name or kind; a binding's own stand in for ours."""
        return (*(binding.probes or self.probes), *binding.elsewhere)

    @property
    def is_generated(self) -> bool:
        """Whether it is made of generated requests."""
        return "generated" in self.probes


def kind_of(law: Law) -> Kind:
    """Return the kind of subject that a law judges: its first parameter names it."""
    return KINDS[next(iter(inspect.signature(law).parameters))]


def subjects_of(law: Law, contract: Contract, requirement: str, gathered: Gathered) -> list[Subject]:
    """Return what a law judges for a requirement."""
    return kind_of(law).build(contract, binding_of(law, requirement), gathered)


def tasks(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    """Return the life of each task; an example of a document is a life of one reply."""
    lives: list[Subject] = []
    for name in (*LIVES, DOCUMENT):
        found = [r for r in reply_views(contract, gathered, name) if r.exchange.role in TASK_ROLES]
        lives += [Task(contract, life) for life in _lives(found)]
    return lives


def _lives(found: list[ReplyView]) -> list[list[ReplyView]]:
    lives: dict[object, list[ReplyView]] = {}
    for position, view in enumerate(found):
        creates = view.exchange.role in ("create", "remix")
        documented = view.exchange.origin == "documented"
        key: object = position if documented else "created" if creates or "created" in lives else view.asked
        lives.setdefault(key, []).append(view)
    return list(lives.values())


def _replies(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Subject(contract, [view]) for view in task_replies(contract, gathered)]


def _refused(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Refused(contract, [r]) for r in refusals(contract, gathered) if r.evidence.probe in binding.probes]


def _other_account(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    others = [Refused(contract, [view]) for view in reply_views(contract, gathered, *binding.probes)]
    for other in others:
        other.is_refused_as_a_wrong_key = is_refused_alike(
            other.first, reply_views(contract, gathered, WRONG_KEY_PROBE)
        )
    return list(others)


def _refusals(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Refused(contract, [view]) for view in refusals(contract, gathered)]


def _unknown(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    unknown = [Refused(contract, [view]) for view in reply_views(contract, gathered, "unknown-task")]
    for subject in unknown:
        subject.accepted = opened(contract, gathered, "retrieve")
    return list(unknown)


def _served(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    by_task: dict[str | None, list[ReplyView]] = {}
    for view in reply_views(contract, gathered, *binding.probes):
        if view.exchange.role == binding.role:
            by_task.setdefault(view.asked, []).append(view)
    subjects = [Subject(contract, served) for served in by_task.values()]
    for subject in subjects:
        subject.apart = {code for row, codes in binding.apart.items() if row in contract.requirements for code in codes}
        subject.accepted = opened(contract, gathered, binding.role)
        subject.permitted = opened(contract, gathered, binding.role, binding.role)
    return subjects


def _auth_attempts(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    subjects = [AuthAttempt(contract, subject.all) for subject in _served(contract, binding, gathered)]
    elsewhere = reply_views(contract, gathered, *binding.elsewhere)
    taken = any(view.reply.status < 500 and view.reply.status not in (401, 403) for view in elsewhere)
    permitted = opened(contract, gathered, binding.role, binding.role)
    for subject in subjects:
        subject.accepted, subject.permitted = taken or opened(contract, gathered, binding.role), permitted
    return list(subjects)


def _creation(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    creations = [Creation(contract, [view]) for view in reply_views(contract, gathered, "create")[:1]]
    for creation in creations:
        creation.member = binding.member
    return list(creations)


def _content(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Subject(contract, [view]) for view in reply_views(contract, gathered, "content")[:1]]


def _remix(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    return [Remixed(contract, [view]) for view in reply_views(contract, gathered, "remix")[:1]]


def _routes(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    second = reply_views(contract, gathered, SECOND_ROUTE)
    first = [r for r in reply_views(contract, gathered, "observe") if second and r.asked == second[0].asked]
    return [Task(contract, [*first, *second])] if first and second else []


def _published(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    examples = reply_views(contract, gathered, DOCUMENT)
    return [Published(contract, contract.published, examples)] if contract.published is not None else []


def _examples(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    examples = reply_views(contract, gathered, DOCUMENT)
    return [Task(contract, examples)] if examples else []


def _generated(contract: Contract, binding: Binding, gathered: Gathered) -> list[Subject]:
    found = on_routes_that_exist(contract, gathered, reply_views(contract, gathered, "generated"))
    if not found:
        return []
    generated = GeneratedReplies(contract, found)
    generated.accepted = opened(contract, gathered, "retrieve")
    return [generated]


KINDS: dict[str, Kind] = {
    "task": Kind(tasks, LIVES, of_document=True),
    "task_field": Kind(
        lambda c, b, g: [TaskField(c, t.all, b.member) for t in tasks(c, b, g)], LIVES, asks=("member",)
    ),
    "every_task": Kind(lambda c, b, g: [Task(c, found)] if (found := reply_views(c, g, *LIVES)) else [], LIVES),
    "result": Kind(lambda c, b, g: [Subject(c, [view]) for view in reply_views(c, g, "result")], ("result",)),
    "reply": Kind(_replies, LIVES),
    "served": Kind(_served, witnesses=_OWN_TASKS, asks=("role", "probes")),
    "auth_attempt": Kind(_auth_attempts, witnesses=_OWN_TASKS, asks=("role", "probes", "elsewhere")),
    "each_credential": Kind(built.each_credential, ("each-credential",)),
    "models": Kind(built.models, ("models",)),
    "polled": Kind(built.polled, ("create", "polling")),
    "refusal": Kind(_refused, asks=("probes",), beside=True),
    "documented_refusal": Kind(built.documented_refusal, witnesses=_OWN_TASKS),
    "other_account": Kind(_other_account, witnesses=(WRONG_KEY_PROBE,), asks=("probes",)),
    "any_refusal": Kind(_refusals, ("refusal", "create"), beside=True),
    "unknown_task": Kind(_unknown, ("unknown-task",), _OWN_TASKS),
    "generated": Kind(_generated, ("generated",), (SECOND_ROUTE, *_OWN_TASKS)),
    "creation": Kind(_creation, ("create",), asks=("member",)),
    "content": Kind(_content, ("content",)),
    "remix": Kind(_remix, ("remix",)),
    "listing": Kind(built.listing, ("list",), LIVES),
    "deletion": Kind(built.deletion, ("create", "delete")),
    "cancellation": Kind(built.cancellation, asks=("probes",)),
    "creations": Kind(built.creations, ("create", "remix"), built.CREATING),
    "variants": Kind(built.variants, ("content-variants",)),
    "both_routes": Kind(_routes, ("observe", SECOND_ROUTE)),
    "published": Kind(_published, of_document=True),
    "examples": Kind(_examples, of_document=True),
}
"""The kinds of subject by the name of a law's parameter."""
