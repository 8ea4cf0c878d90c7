"""What a law asks for: by what its bindings say and by no requirement's id, and by names that exist."""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType
from typing import Any

import pytest

from tests.support.bodies import document_evidence, recorded
from tests.support.processes import judge_inside
from tests.support.reply_views import BY_ID, evidence, exchange
from tests.support.trials import LAWS, each_law, trials
from vidconform.errors.error_types import DataFileProblem
from vidconform.laws.law import Law, requires
from vidconform.laws.subject_builders import SUBJECT_KINDS, kind_of, subjects_of
from vidconform.laws.subjects import Subject
from vidconform.probes.registry import PROBES
from vidconform.run.needs import check_law, probes_for
from vidconform.run.session import Session
from vidconform.verdicts.case import Case

pytest_plugins = ["pytester"]

GPTGE = BY_ID["gptge/videos"]
ANY = "of-any-spelling"


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


def looked_at(subject: Subject) -> tuple[Any, ...]:
    """Return what tells a subject from another of its kind."""
    shown = [(one.evidence.probe, one.index) for one in subject.all]
    return (type(subject), shown, subject.apart, getattr(subject, "member", ""), getattr(subject, "accepted", None))


@each_law
def test_a_law_looks_at_the_same_whatever_its_requirement_is_called(law: Law, session: Session) -> None:
    for trial in trials(law, session):
        found = {**trial.evidence, **document_evidence(trial.contract)}
        if trial.requirement not in law.bound:
            # What a document states as data is found by its row.
            continue
        binding = replace(law.bound[trial.requirement], requirement=ANY)
        renamed = kind_of(law).build(trial.contract, binding, found)
        named = subjects_of(law, trial.contract, trial.requirement, found)
        assert [*map(looked_at, renamed)] == [*map(looked_at, named)] != []
        assert kind_of(law).needs(binding) == kind_of(law).needs(law.bound[trial.requirement])


def test_a_law_on_an_operation_that_no_contract_has_yet_is_bound_like_any_other() -> None:
    @requires("list-accepts-key", role="list", probe="observe", elsewhere="unknown-task")
    def law(auth_attempt: Any) -> None:
        """Judge nothing."""

    check_law(law)
    listed = evidence(GPTGE, "observe", exchange(role="list", code=401), exchange(role="retrieve"))
    found = {"observe": listed, "unknown-task": evidence(GPTGE, "unknown-task", exchange(code=404))}
    (auth_attempt,) = subjects_of(law, GPTGE, "list-accepts-key", found)
    assert ([one.reply.status for one in auth_attempt.all], auth_attempt.accepted) == ([401], True)


def test_a_kind_of_probe_stands_for_all_of_them_that_a_contract_has() -> None:
    @requires("status-type", probe=("refusal", "observe", "unknown-task"))
    def law(refusal: Any) -> None:
        """Judge nothing."""

    needed = probes_for(Case(GPTGE, GPTGE.requirements["status-type"], "service", law))
    assert [PROBES[name].kind for name in needed] == ["refusal"] * (len(needed) - 1) + ["life"]
    assert len(needed) == len(set(needed)) > 3
    assert probes_for(Case(GPTGE, GPTGE.requirements["status-type"], "document", law)) == []


def auth_attempt(auth_attempt: Any) -> None:
    """Judge nothing."""


def creation(creation: Any) -> None:
    """Judge nothing."""


def nobody(whatever: Any) -> None:
    """Judge nothing."""


WHOLE: dict[str, Any] = {"role": "retrieve", "probe": "observe", "elsewhere": "unknown-task"}
BOUND = "@requires('status-type')"


@pytest.mark.parametrize(
    ("function", "parts", "sentence"),
    [
        (
            auth_attempt,
            WHOLE | {"role": "retreive"},
            f"{BOUND} has the unknown role 'retreive'; the valid ones are create, ",
        ),
        (
            auth_attempt,
            WHOLE | {"probe": ("observe", "observes")},
            f"{BOUND} has the unknown probe 'observes'; the valid ",
        ),
        (
            auth_attempt,
            WHOLE | {"elsewhere": "task"},
            f"{BOUND} has the unknown probe 'task'; the valid ones are ",
        ),
        (
            auth_attempt,
            {"probe": "observe", "elsewhere": "observe"},
            f"{BOUND} says no role, and a law on auth_attempt needs it",
        ),
        (creation, {}, f"{BOUND} says no member, and a law on creation needs it"),
        (nobody, {}, "unknown parameter 'whatever'; the valid ones are task, "),
    ],
)  # fmt: skip
def test_a_law_that_looks_at_what_nobody_knows_is_told_what_there_is(
    function: FunctionType, parts: dict[str, Any], sentence: str
) -> None:
    law = requires("status-type", **parts)(FunctionType(function.__code__, {}, function.__name__))
    with pytest.raises(DataFileProblem) as end:
        check_law(law)
    assert f"test_needs.py: {function.__name__}: {sentence}" in str(end.value)


def test_every_law_of_the_suites_looks_at_what_is_there() -> None:
    for law in LAWS:
        check_law(law)
    assert {kind_of(law).asks for law in LAWS} == {kind.asks for kind in SUBJECT_KINDS.values()}


def test_a_law_with_an_unknown_probe_is_an_error_where_it_is_collected(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_mine="""
        from vidconform.laws import requires

        @requires("retrieve-route", role="retrieve", probe="observes")
        def test_it_is_served(served):
            pass
        """
    )
    run = judge_inside(pytester, "test_mine.py", "--provider=gptge")
    assert run.code == pytest.ExitCode.INTERRUPTED, run.ran()
    told = "test_it_is_served: @requires('retrieve-route') has the unknown probe 'observes'; the valid ones are "
    assert f"{told}{', '.join(PROBES)}" in run.out
    assert "Traceback" not in run.out


def test_a_document_is_judged_once_a_run(session: Session) -> None:
    case = Case(GPTGE, GPTGE.requirements["status-type"], "document", GPTGE.task)
    assert session.judge(case) is session.judge(Case(GPTGE, case.requirement, "document", GPTGE.task))
    service = replace(case, subject="service")
    assert session.judge(service) is not session.judge(service)
    assert session.judge(service).subject == "service"
