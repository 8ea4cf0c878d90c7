"""The laws: each holds on what keeps it, each can be broken, and none passes on nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.bodies import document_evidence, recorded
from tests.support.trials import LAWS, breaks, broken_subjects, each_law, name_of, outcome, parameter, trials
from vidconform.laws.law import BrokenLaw, Law, Unseen
from vidconform.laws.subject_builders import subjects_of
from vidconform.run.session import Session

OF_FIELDS = ("task", "remix", "both_routes", "examples")
# They look at status codes, or at a request.
WITHOUT_FIELDS = ("test_a_created_task_can_be_read", "test_the_sample_body_holds_documented_members")


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


@each_law
def test_a_law_has_a_counterexample_and_a_requirement(law: Law) -> None:
    assert law.counterexamples
    assert law.requirements


@each_law
def test_a_law_holds_on_what_keeps_it(law: Law, session: Session) -> None:
    outcomes = [outcome(law, subject) for trial in trials(law, session) for subject in trial.subjects()]
    assert "held" in outcomes
    assert set(outcomes) <= {"held", "Unseen"}


@each_law
def test_each_counterexample_breaks_the_law(law: Law, session: Session) -> None:
    for change in law.counterexamples:
        assert breaks(law, session, change)


@each_law
def test_a_broken_law_says_what_was_expected_and_received_and_where(law: Law, session: Session) -> None:
    for subject in broken_subjects(law, session, law.counterexamples[0]):
        with pytest.raises((BrokenLaw, Unseen)) as end:
            law(subject)
        assert str(end.value)
        if isinstance(end.value, BrokenLaw):
            assert end.value.expected
            assert end.value.received
            assert end.value.received != end.value.expected
            assert end.value.view is None or end.value.view in subject.all


@each_law
def test_no_law_holds_on_nothing(law: Law, session: Session) -> None:
    for trial in trials(law, session):
        without = {name: replace(evidence, exchanges=()) for name, evidence in trial.evidence.items()}
        for nothing in (
            {},
            without,
            {"document": replace(document_evidence(trial.contract)["document"], exchanges=())},
        ):
            for subject in subjects_of(law, trial.contract, trial.requirement, nothing):
                assert outcome(law, subject) == "Unseen"


@pytest.mark.parametrize(
    "law", [law for law in LAWS if parameter(law) in OF_FIELDS and law.__name__ not in WITHOUT_FIELDS], ids=name_of
)
def test_replies_without_a_single_field_leave_a_law_nothing_to_see(law: Law, session: Session) -> None:
    for trial in trials(law, session):
        for subject in trial.subjects():
            subject.all[:] = [view.altered(body=b"{}") for view in subject.all]
            assert outcome(law, subject) == "Unseen"
