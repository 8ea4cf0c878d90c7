"""Whatever a service replies, a law is held, broken, unseen or undecided, and never ends in an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bodies import DROPPED, changed, recorded
from trials import each_law, outcome, trials

from vidconform.contracts import Field
from vidconform.evidence import Evidence
from vidconform.laws import Law, Reading, subjects_of
from vidconform.session import Session

VALUES: tuple[Any, ...] = (
    DROPPED, None, [], {"x": 1}, True, 10**400, "", "0001-01-01T00:00:00",
)  # fmt: skip
BODIES = (b"", b"null", b"[]", b"{}", b'"x"', b"7", b"{", b"<html>", b"\xff", b"[" * 100_000)

Copies = dict[Any, list[Reading]]


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
                subject.all[:] = [without(reading, field, copies) for reading in conforming]
                assert outcome(law, subject) in ("held", "Unseen"), field.pointer


@each_law
def test_whatever_all_replies_are_no_law_ends_in_an_error(law: Law, session: Session) -> None:
    for trial in trials(law, session):
        for body in BODIES:
            evidence = {probe: with_body(found, body) for probe, found in trial.evidence.items()}
            for subject in subjects_of(law, trial.contract, trial.requirement, evidence):
                outcome(law, subject)


@each_law
def test_a_field_that_is_odd_in_one_reply_never_ends_a_law_in_an_error(
    law: Law, session: Session, copies: Copies
) -> None:
    for trial in trials(law, session):
        for subject in trial.subjects():
            conforming = list(subject.all)
            for index, reading in enumerate(conforming):
                for odd in odd_copies(reading, copies):
                    subject.all[:] = [*conforming[:index], odd, *conforming[index + 1 :]]
                    outcome(law, subject)


def with_body(evidence: Evidence, body: bytes) -> Evidence:
    exchanges = [replace(exchange, reply=replace(exchange.reply, body=body)) for exchange in evidence.exchanges]
    return replace(evidence, exchanges=tuple(exchanges))


def without(reading: Reading, field: Field, copies: Copies) -> Reading:
    """Return the copy of a reading that lacks a field; all laws share it, for its first look takes most of the time."""
    key = (reading.contract.id, reading.evidence.probe, reading.index, field.path)
    if key not in copies:
        copies[key] = [altered(reading, field.path, DROPPED)]
    return copies[key][0]


def odd_copies(reading: Reading, copies: Copies) -> list[Reading]:
    """Return the odd copies of a reading in its status; all laws share them."""
    key = (reading.contract.id, reading.exchange.role, reading.asked, str(reading.raw("status")))
    if key not in copies:
        copies[key] = list(oddities(reading))
    return copies[key]


def oddities(reading: Reading) -> Iterator[Reading]:
    """Yield a reply with each field, and each object that holds one, replaced in turn, and then its whole body."""
    if reading.is_task:
        paths = {
            field.path[:depth] for field in reading.contract.task.fields.values() for depth in (1, len(field.path))
        }
        yield from (altered(reading, path, value) for path in sorted(paths) for value in VALUES)
    yield from (reading.altered(body=body) for body in BODIES)


def altered(reading: Reading, path: tuple[str, ...], value: Any) -> Reading:
    """Return a copy of a reading with one place of its body changed, where the body has that place."""
    parent = reading.body
    for name in path[:-1]:
        parent = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(parent, dict) or (value is DROPPED and path[-1] not in parent):
        return reading
    return reading.altered(body=json.dumps(changed(reading.body, path, value)).encode())
