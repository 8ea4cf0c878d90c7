"""From evidence to what a law looks at: which probes are asked, and which exchanges belong together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.bodies import document_evidence, gathered, recorded
from tests.support.live_cases import law_of
from tests.support.reply_views import BY_ID, ends, evidence, exchange
from vidconform.contracts.contract import Contract
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Exchange
from vidconform.laws.gathered_replies import (
    DOCUMENT,
    LIFECYCLE_PROBES,
    Gathered,
    on_routes_that_exist,
    refusals,
    reply_views,
    task_replies,
)
from vidconform.laws.law import Binding
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subject_builders import SUBJECT_KINDS, kind_of
from vidconform.laws.subjects import Refused, Subject
from vidconform.run.bindings import all_laws
from vidconform.run.needs import probes_for
from vidconform.run.session import Session
from vidconform.verdicts.case import Case

VIDEOS, OPEAI, GPTGE = BY_ID["octopusx/videos"], BY_ID["opeai/videos"], BY_ID["gptge/videos"]
QUERY = BY_ID["octopusx/query"]
GONE = {"error": "no such video"}


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


def brought(contract: Contract, **probes: list[Exchange]) -> dict[str, Evidence]:
    named = {name.replace("_", "-"): found for name, found in probes.items()}
    return {name: evidence(contract, name, *found) for name, found in named.items()}


def built(kind: str, contract: Contract, requirement: str, found: Gathered) -> list[Subject]:
    return SUBJECT_KINDS[kind].build(contract, binding(requirement), found)


def binding(requirement: str) -> Binding:
    bound = (law.bound[requirement] for law in all_laws() if requirement in law.requirements)
    return next(bound, Binding(requirement))


def needed(contract: Contract, requirement: str) -> list[str]:
    law = law_of(requirement)
    row = next(other.requirements[requirement] for other in BY_ID.values() if requirement in other.requirements)
    return probes_for(Case(contract, row, "service", law))


def codes(subject: Subject) -> list[int]:
    return [one.reply.status for one in subject.all]


def steps(found: list[ReplyView]) -> list[str]:
    return [one.exchange.step for one in found]


PROBES: list[tuple[str, Contract, str, list[str]]] = [
    ("task", VIDEOS, "id-never-changes", ["observe", "create", "remix"]),
    ("task", OPEAI, "id-never-changes", ["observe", "second-route"]),
    ("reply", GPTGE, "replies-are-json", ["observe"]),
    ("served", VIDEOS, "retrieve-route", ["observe", "create"]),
    ("served", VIDEOS, "create-route", ["create"]),
    ("served", VIDEOS, "remix-route", ["remix"]),
    ("served", VIDEOS, "content-route", ["content"]),
    ("served", OPEAI, "second-route", ["second-route"]),
    ("auth_attempt", VIDEOS, "create-accepts-key", ["create", "unknown-task"]),
    ("auth_attempt", OPEAI, "second-route-accepts-token", ["second-route", "unknown-second-route-task"]),
    ("auth_attempt", OPEAI, "second-route-accepts-admin", ["second-route-admin"]),
    ("refusal", VIDEOS, "unknown-task-is-refused", ["unknown-task"]),
    ("refusal", VIDEOS, "early-content-is-refused", ["create"]),
    ("unknown_task", VIDEOS, "unknown-task-status-code", ["unknown-task"]),
    ("creation", VIDEOS, "accepts-model", ["create"]),
    ("content", VIDEOS, "content-is-video", ["content"]),
    ("remix", VIDEOS, "remix-makes-new-task", ["remix"]),
    ("both_routes", OPEAI, "second-route-agrees", ["observe", "second-route"]),
    ("published", VIDEOS, "openapi-types-exist", []),
    ("examples", VIDEOS, "example-id-is-the-one-asked", []),
]


@pytest.mark.parametrize(("kind", "contract", "requirement", "probes"), PROBES)
def test_a_kind_asks_for_the_probes_that_show_it(
    kind: str, contract: Contract, requirement: str, probes: list[str]
) -> None:
    assert needed(contract, requirement) == probes
    assert kind_of(law_of(requirement)) is SUBJECT_KINDS[kind]


def test_refusals_and_generated_requests_are_asked_for_by_their_names() -> None:
    asked = needed(GPTGE, "refusals-are-json")
    assert {"unknown-task", "retrieve-without-key", "retrieve-with-wrong-key", "wrong-method"} <= set(asked)
    assert set(asked) & {"observe", "generated-retrieve"} == set()
    assert needed(GPTGE, "any-refusal-is-json") == ["generated-retrieve"]


def test_only_some_kinds_judge_a_document() -> None:
    found = {name for name, kind in SUBJECT_KINDS.items() if kind.of_document}
    assert found == {"task", "task_field", "published", "examples"}


def test_only_refusals_are_also_met_beside_the_main_thread_of_a_probe() -> None:
    assert {name for name, kind in SUBJECT_KINDS.items() if kind.beside} == {"refusal", "any_refusal"}


def test_readings_keep_their_place_in_the_evidence() -> None:
    found = brought(GPTGE, observe=[exchange(step="a"), exchange(step="b")], create=[exchange(step="c")])
    assert steps(reply_views(GPTGE, found, "create", "remix", "observe")) == ["c", "a", "b"]
    assert [one.index for one in reply_views(GPTGE, found, "observe")] == [0, 1]


def test_a_reply_that_should_hold_a_task_was_asked_rightly_and_served() -> None:
    found = brought(
        VIDEOS,
        observe=[exchange(step="a"), exchange(step="b", code=404), exchange(step="c", role="content")],
        second_route=[exchange(step="d", role="second-retrieve")],
        unknown_task=[exchange(step="e")],
        document=[exchange(step="f", role="create")],
    )
    assert steps(task_replies(VIDEOS, found)) == ["a", "d", "f"]
    assert [steps(subject.all) for subject in built("reply", VIDEOS, "", found)] == [["a"], ["d"], ["f"]]


def test_a_life_is_what_one_task_went_through() -> None:
    found = brought(
        VIDEOS,
        observe=[exchange(step="a", asked="1"), exchange(step="b", asked="2"), exchange(step="c", asked="1", code=404)],
        create=[exchange(step="d", role="create"), exchange(step="e", role="content"), exchange(step="f", asked="3")],
        remix=[exchange(step="g", role="remix", asked="3"), exchange(step="h", asked="4")],
        document=[exchange(step=step, origin="documented") for step in "ij"],
    )
    lives = [steps(subject.all) for subject in built("task", VIDEOS, "", found)]
    assert lives == [["a", "c"], ["b"], ["d", "f"], ["g", "h"], ["i"], ["j"]]


CONTENT: dict[str, Any] = {"step": "early-content", "role": "content", "asked": "1"}


@pytest.mark.parametrize(
    ("statuses", "early"),
    [(["queued", "completed"], True), (["in_progress"], True), (["completed", "queued"], False), (["odd"], False),
     (["unknown", "queued"], True), (["odd", "unknown", "completed"], False), (["unknown"], False), ([], False)],
)  # fmt: skip
def test_content_was_asked_for_too_early_when_the_next_read_was_unfinished(statuses: list[str], early: bool) -> None:
    reads = [exchange({"status": status}, asked="1") for status in statuses]
    found = brought(VIDEOS, create=[exchange(role="create", step="create"), exchange(code=404, **CONTENT), *reads])
    assert steps(refusals(VIDEOS, found)) == (["early-content"] if early else [])
    refused = built("refusal", VIDEOS, "early-content-is-refused", found)
    assert [codes(subject) for subject in refused] == ([[404]] if early else [])


def test_a_status_that_no_contract_tells_leaves_the_content_undecided() -> None:
    found = brought(VIDEOS, create=[exchange(code=404, **CONTENT), exchange(b"<html>", asked="1")])
    assert refusals(VIDEOS, found) == []


def test_a_refusal_is_judged_by_the_step_of_its_name() -> None:
    found = brought(
        VIDEOS,
        unknown_task=[exchange(step="unknown-task", code=404)],
        wrong_method=[exchange(step="wrong-method", code=405)],
        observe=[exchange(step="wrong-method", code=200)],
    )
    assert [codes(s) for s in built("other_method", VIDEOS, "wrong-method-is-refused", found)] == [[405]]
    assert sorted(codes(s)[0] for s in built("any_refusal", VIDEOS, "refusals-are-json", found)) == [404, 405]
    assert [codes(s) for s in built("unknown_task", VIDEOS, "unknown-task-status-code", found)] == [[404]]


ASKED = {"request_id": "req_1a90", "at": "2026-11-30T12:00:00Z"}


@pytest.mark.parametrize(
    ("code", "body", "end"),
    [
        (404, GONE, "unseen"),
        (404, GONE | {"request_id": "req_8f2c", "at": "2026-11-30T12:00:02Z"}, "unseen"),
        (404, {"error": "no such route"}, "held"),
        (405, GONE, "held"),
    ],
)
def test_a_method_that_is_refused_as_an_unknown_task_is_was_perhaps_taken(code: int, body: Any, end: str) -> None:
    found = brought(
        VIDEOS,
        unknown_task=[exchange(gone, 404, step="unknown-task") for gone in (GONE, GONE | ASKED)],
        wrong_method=[exchange(body, code, step="wrong-method")],
    )
    (refusal,) = built("other_method", VIDEOS, "wrong-method-is-refused", found)
    assert ends("another_method_is_refused", refusal) == end


def test_requests_to_one_operation_are_judged_task_by_task() -> None:
    found = brought(
        VIDEOS,
        observe=[exchange(asked="1"), exchange(asked="2", code=404), exchange(asked="1", code=500)],
        create=[exchange(role="create"), exchange(asked="2", code=201)],
        content=[exchange(role="content", code=206)],
    )
    assert [codes(s) for s in built("served", VIDEOS, "retrieve-route", found)] == [[200, 500], [404, 201]]
    assert [codes(s) for s in built("served", VIDEOS, "content-route", found)] == [[206]]


@pytest.mark.parametrize(("code", "accepted"), [(200, True), (404, True), (400, True), (402, True), (401, False),
                                                (403, False)])  # fmt: skip
def test_a_credential_that_was_taken_elsewhere_is_a_good_one(code: int, accepted: bool) -> None:
    found = brought(VIDEOS, create=[exchange(role="create", code=401)], unknown_task=[exchange(code=code)])
    (subject,) = built("auth_attempt", VIDEOS, "create-accepts-key", found)
    assert (codes(subject), subject.accepted) == ([401], accepted)
    found = brought(VIDEOS, create=[exchange(code=401)], observe=[exchange(role="create", code=code)])
    assert [getattr(s, "accepted", None) for s in built("auth_attempt", VIDEOS, "retrieve-accepts-key", found)] == [
        accepted
    ]


def test_the_second_route_has_optional_probes_of_its_own() -> None:
    refused: dict[str, Any] = {"role": "second-retrieve", "code": 401}
    found: dict[str, list[Exchange]] = {
        "second_route": [exchange(**refused)],
        "second_route_admin": [exchange(**refused)],
    }
    first = brought(OPEAI, **found, unknown_task=[exchange()], observe=[exchange()])
    token = brought(OPEAI, **found, unknown_second_route_task=[exchange(code=404, role="second-retrieve")])
    served = exchange(role="second-retrieve")
    admin = brought(OPEAI, second_route=found["second_route"], second_route_admin=[served, exchange(**refused)])
    for requirement, brings in (("accepts-token", token), ("accepts-admin", admin)):
        assert accepted(first, requirement) == [False]
        assert accepted(brings, requirement) == [True]


def accepted(found: Gathered, requirement: str) -> list[Any]:
    return [getattr(s, "accepted", None) for s in built("auth_attempt", OPEAI, f"second-route-{requirement}", found)]


def test_a_creation_is_judged_for_one_member() -> None:
    found = brought(VIDEOS, create=[exchange(role="create", code=201), exchange(asked="1")])
    (creation,) = built("creation", VIDEOS, "accepts-seconds", found)
    assert codes(creation) == [201]
    assert getattr(creation, "member", None) == "seconds"
    assert built("creation", VIDEOS, "accepts-seconds", {}) == []


def test_a_content_and_a_remix_are_their_first_exchange() -> None:
    found = brought(VIDEOS, content=[exchange(code=200), exchange(code=500)], remix=[exchange(asked="1", code=201)])
    assert [codes(subject) for subject in built("content", VIDEOS, "content-has-bytes", found)] == [[200]]
    (remix,) = built("remix", VIDEOS, "remix-makes-new-task", found)
    assert remix.first.asked == "1"
    assert built("content", VIDEOS, "content-has-bytes", brought(VIDEOS, content=[])) == []


def test_two_routes_are_compared_where_they_tell_one_task() -> None:
    first = [exchange(step="a", asked="1"), exchange(step="b", asked="2"), exchange(step="c", asked="1")]
    second = [exchange(step=step, role="second-retrieve", asked=asked) for step, asked in (("d", "1"), ("e", "2"))]
    both = built("both_routes", OPEAI, "", brought(OPEAI, observe=first, second_route=second))
    assert [steps(subject.all) for subject in both] == [["a", "c", "d", "e"]]
    assert built("both_routes", OPEAI, "", brought(OPEAI, observe=first)) == []
    assert built("both_routes", OPEAI, "", brought(OPEAI, second_route=second)) == []
    assert built("both_routes", OPEAI, "", brought(OPEAI, observe=first[1:2], second_route=second[:1])) == []


def test_a_document_is_judged_with_its_examples_and_where_it_has_a_structure() -> None:
    chainhub = BY_ID["chainhub/videos"]
    (published,) = built("published", chainhub, "openapi-types-exist", document_evidence(chainhub))
    assert len(published.all) == len(document_evidence(chainhub)[DOCUMENT].exchanges) > 0
    assert built("published", GPTGE, "openapi-types-exist", document_evidence(GPTGE)) == []
    (examples,) = built("examples", GPTGE, "", document_evidence(GPTGE))
    assert len(examples.all) == len(document_evidence(GPTGE)[DOCUMENT].exchanges)
    assert built("examples", GPTGE, "", {}) == []


@pytest.mark.slow
def test_generated_requests_are_judged_together(session: Session) -> None:
    found = gathered(session, VIDEOS)
    (generated,) = built("generated", VIDEOS, "any-refusal-is-json", found)
    assert {one.exchange.role for one in generated.all} == {"retrieve", "create", "content", "remix"}
    assert len(generated.all) == sum(
        len(found[f"generated-{role}"].exchanges) for role in ("retrieve", "create", "content", "remix")
    )
    assert (
        built(
            "generated",
            VIDEOS,
            "any-refusal-is-json",
            {name: found[name] for name in LIFECYCLE_PROBES if name in found},
        )
        == []
    )


@pytest.mark.parametrize(
    ("known", "left"),
    [([], ["retrieve", "second-retrieve"]), ([200], ["retrieve", "second-retrieve"]), ([404], ["retrieve"]),
     ([404, 200], ["retrieve", "second-retrieve"]), ([401], ["retrieve"])],
)  # fmt: skip
def test_a_second_route_that_serves_no_known_task_tells_nothing_of_refusals(known: list[int], left: list[str]) -> None:
    second = [exchange({}, code, role="second-retrieve") for code in known]
    unknown = [exchange({}, 404, role="retrieve"), exchange({}, 404, role="second-retrieve")]
    found = brought(OPEAI, second_route=second, unknown_task=unknown)
    told = on_routes_that_exist(OPEAI, found, reply_views(OPEAI, found, "unknown-task"))
    assert [one.exchange.role for one in told] == left


@pytest.mark.parametrize(("code", "accepted"), [(200, True), (404, False), (401, False)])
def test_a_key_is_accepted_where_it_reads_a_known_task(code: int, accepted: bool) -> None:
    found = brought(OPEAI, unknown_task=[exchange({}, 401)], observe=[exchange({}, 404), exchange({}, code)])
    (unknown,) = built("unknown_task", OPEAI, "unknown-task-status-code", found)
    assert isinstance(unknown, Refused)
    assert unknown.accepted is accepted
