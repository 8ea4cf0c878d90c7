"""Whatever a service replies, a law is held, broken, unseen or undecided, and never ends in an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.bodies import DROPPED, changed, recorded
from tests.support.trials import LAWS, each_law, name_of, outcome, trials
from vidconform.contracts.fields import Field
from vidconform.exchange.evidence import Evidence
from vidconform.laws.law import Law
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subject_builders import subjects_of
from vidconform.run.session import Session

VALUES: tuple[Any, ...] = (
    DROPPED, None, [], {"x": 1}, True, 10**400, "", "0001-01-01T00:00:00",
)  # fmt: skip
BODIES = (b"", b"null", b"[]", b"{}", b'"x"', b"7", b"{", b"<html>", b"\xff", b"[" * 100_000)

Copies = dict[Any, list[ReplyView]]


@pytest.fixture(scope="module")
def copies() -> Copies:
    return {}


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


@each_law
def test_a_field_that_is_missing_everywhere_leaves_a_law_nothing_to_see(
    law: Law, session: Session, copies: Copies
) -> None:
    for trial in trials(law, session):
        for subject in trial.subjects():
            conforming = list(subject.all)
            for field in trial.contract.task.fields.values():
                subject.all[:] = [without(view, field, copies) for view in conforming]
                assert outcome(law, subject) in ("held", "Unseen"), field.pointer


@each_law
def test_whatever_all_replies_are_no_law_ends_in_an_error(law: Law, session: Session) -> None:
    for trial in trials(law, session):
        for body in BODIES:
            evidence = {probe: with_body(found, body) for probe, found in trial.evidence.items()}
            for subject in subjects_of(law, trial.contract, trial.requirement, evidence):
                outcome(law, subject)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_a_field_that_is_odd_in_one_reply_never_ends_a_law_in_an_error(
    law: Law, session: Session, copies: Copies
) -> None:
    for trial in trials(law, session):
        for subject in trial.subjects():
            conforming = list(subject.all)
            for index, view in enumerate(conforming):
                for odd in odd_copies(view, copies):
                    subject.all[:] = [*conforming[:index], odd, *conforming[index + 1 :]]
                    outcome(law, subject)


def with_body(evidence: Evidence, body: bytes) -> Evidence:
    exchanges = [replace(exchange, reply=replace(exchange.reply, body=body)) for exchange in evidence.exchanges]
    return replace(evidence, exchanges=tuple(exchanges))


def without(view: ReplyView, field: Field, copies: Copies) -> ReplyView:
    """Return the copy of a reply that lacks a field; all laws share it, for its first look takes most of the time."""
    key = (view.contract.id, view.evidence.probe, view.index, field.path)
    if key not in copies:
        copies[key] = [altered(view, field.path, DROPPED)]
    return copies[key][0]


def odd_copies(view: ReplyView, copies: Copies) -> list[ReplyView]:
    """Return the odd copies of a reply in its status; all laws share them."""
    key = (view.contract.id, view.exchange.role, view.asked, str(view.raw("status")))
    if key not in copies:
        copies[key] = list(oddities(view))
    return copies[key]


def oddities(view: ReplyView) -> Iterator[ReplyView]:
    """Yield a reply with each field, and each object that holds one, replaced in turn, and then its whole body."""
    if view.is_task:
        paths = {field.path[:depth] for field in view.contract.task.fields.values() for depth in (1, len(field.path))}
        yield from (altered(view, path, value) for path in sorted(paths) for value in VALUES)
    yield from (view.altered(body=body) for body in BODIES)


def altered(view: ReplyView, path: tuple[str | int, ...], value: Any) -> ReplyView:
    """Return a copy of a reply with one place of its body changed, where the body has that place."""
    parent = view.body
    for name in path[:-1]:
        parent = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or (value is DROPPED and path[-1] not in parent):
        return view
    return view.altered(body=json.dumps(changed(view.body, path, value)).encode())
