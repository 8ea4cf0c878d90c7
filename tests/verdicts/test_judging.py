"""From evidence to a verdict: what is met, unmet, unseen, undecided or our own fault, and what is said of it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.bodies import document_evidence
from tests.support.reply_views import AT, BY_ID, JSON, evidence, exchange
from vidconform.contracts.contract import Contract
from vidconform.contracts.requirements import Level
from vidconform.contracts.schemas import Schema
from vidconform.exchange.evidence import Evidence, Gap
from vidconform.exchange.messages import RESUMED, Exchange
from vidconform.laws.law import BrokenLaw, Inconclusive, Law, Unseen, require_observed, requires
from vidconform.laws.subjects import Subject
from vidconform.run.bindings import all_laws, schema_of
from vidconform.run.needs import probes_for
from vidconform.text import Redacted
from vidconform.verdicts.case import Case, name_of
from vidconform.verdicts.judging import judge
from vidconform.verdicts.verdict import Outcome, Pointer, Verdict

GPTGE, OPEAI, VIDEOS = BY_ID["gptge/videos"], BY_ID["opeai/videos"], BY_ID["octopusx/videos"]
TASK = {"id": GPTGE.unknown_id, "status": "queued"}
Body = Callable[[Any], None]


def law(function: Body) -> Law:
    return requires("status-type")(function)


def case(check: Any, contract: Contract = GPTGE, requirement: str = "status-type", subject: str = "service") -> Case:
    return Case(contract, contract.requirements[requirement], subject, check)


def observed(*exchanges: Exchange, gaps: tuple[Gap, ...] = (), contract: Contract = GPTGE) -> dict[str, Evidence]:
    return {"observe": evidence(contract, "observe", *exchanges, gaps=gaps)}


READS = observed(exchange(TASK, asked="1"), exchange(TASK, asked="1"), exchange(TASK, asked="2"))


def judged(function: Body, found: dict[str, Evidence] = READS, **facts: Any) -> Verdict:
    return judge(case(law(function)), found, {}, **facts)


def looks(task: Subject) -> None:
    require_observed(task.all, "a task")


def test_a_law_that_holds_is_met_by_all_it_looked_at() -> None:
    verdict = judged(looks)
    assert (verdict.outcome, verdict.observations, verdict.label) == (Outcome.MET, 3, "conforms")
    assert verdict.evidence == tuple(Pointer("observe", index, "", "recorded", AT) for index in range(3))
    assert (verdict.expected, verdict.received, verdict.request) == ("", "", "")


def test_hundreds_of_readings_are_pointed_at_by_the_first_three() -> None:
    verdict = judged(looks, observed(*[exchange(TASK, asked="1")] * 100))
    assert (verdict.observations, [pointer.exchange for pointer in verdict.evidence]) == (100, [0, 1, 2])


def test_a_law_that_looked_at_nothing_has_seen_nothing() -> None:
    def passes(task: Subject) -> None:
        pass

    assert judged(passes).outcome is Outcome.UNSEEN


def test_what_only_some_tasks_show_is_met_by_those() -> None:
    def second_alone(task: Subject) -> None:
        require_observed(task.all if task.first.asked == "2" else [], "the second task")

    verdict = judged(second_alone)
    assert (verdict.outcome, verdict.observations, verdict.evidence[0].exchange) == (Outcome.MET, 1, 2)


def test_what_no_task_shows_is_unseen_with_what_would_have_shown_it() -> None:
    def shows_nothing(task: Subject) -> None:
        raise Unseen(f"a task like {task.first.asked}")

    verdict = judged(shows_nothing)
    assert (verdict.outcome, verdict.label, verdict.expected) == (Outcome.UNSEEN, "unseen", "a task like 1")
    assert judged(looks, {}).expected == "a reply that shows it; none of this run does"


def test_what_would_have_shown_it_is_said_before_what_was_withheld() -> None:
    gaps = Gap("unseen", Redacted("no task id was passed")), Gap("unseen", Redacted("no creation is allowed"))

    def shows_nothing(task: Subject) -> None:
        raise Unseen("another task")

    assert judged(shows_nothing, observed(exchange(TASK), gaps=gaps)).expected == "another task"
    assert judged(shows_nothing, observed(gaps=gaps)).expected == "no task id was passed"


def test_trouble_leaves_a_law_undecided_that_nothing_was_seen_of() -> None:
    gaps = (
        Gap("unseen", Redacted("withheld")),
        Gap("inconclusive", Redacted("429")),
        Gap("inconclusive", Redacted("a timeout")),
    )
    verdict = judged(looks, observed(gaps=gaps))
    assert (verdict.outcome, verdict.label, verdict.received) == (Outcome.INCONCLUSIVE, "inconclusive", "429")
    assert judged(looks, observed(exchange(TASK), gaps=gaps)).outcome is Outcome.MET


def test_what_would_cost_more_than_is_allowed_is_refused_and_unseen() -> None:
    gaps = (
        Gap("unseen", Redacted("withheld")),
        Gap("refused", Redacted("a creation costs more")),
        Gap("refused", Redacted("a remix costs more")),
    )
    verdict = judged(looks, observed(gaps=gaps))
    assert (verdict.outcome, verdict.label, verdict.expected) == (Outcome.UNSEEN, "refused", "a creation costs more")
    assert judged(looks, observed(exchange(TASK), gaps=gaps)).label == "conforms"
    assert judged(looks, observed(gaps=(*gaps, Gap("inconclusive", Redacted("429"))))).label == "inconclusive"
    assert judged(looks, observed(gaps=gaps[:1])).refused is False


def test_a_run_that_went_on_with_a_task_says_that_another_would_show_more() -> None:
    (found,) = observed().values()
    resumed = {"create": replace(found, notes={RESUMED: "2026-11-22"}), "observe": found}
    assert "this run went on with a task" in judged(looks, resumed).expected
    assert "this run went on with a task" in by_schema(resumed, "status-type").expected
    assert "this run went on" not in judged(looks, observed()).expected

    def shows_nothing(task: Subject) -> None:
        raise Unseen("a finished task")

    resumed["observe"] = READS["observe"]
    assert judged(shows_nothing, resumed).expected == "a finished task"


def test_a_law_that_cannot_decide_says_so_before_any_other_trouble() -> None:
    def undecided(task: Subject) -> None:
        raise Inconclusive(f"the key of {task.first.asked} is refused")

    verdict = judged(undecided, READS | {"create": observed(gaps=(Gap("inconclusive", Redacted("429")),))["observe"]})
    assert (verdict.outcome, verdict.received) == (Outcome.INCONCLUSIVE, "the key of 1 is refused")


def test_a_broken_law_points_at_what_broke_it() -> None:
    def breaks(task: Subject) -> None:
        looks(task)
        raise BrokenLaw("e" * 400, "r" * 400, task.all[-1], "/status")

    verdict = judged(breaks).shown(Redacted)
    assert (verdict.outcome, verdict.observations) == (Outcome.UNMET, 2)
    assert verdict.expected == "e" * 300 + "... (400 characters)"
    assert verdict.received == "r" * 300 + "... (400 characters)"
    each_task = (Pointer("observe", 1, "/status", "recorded", AT), Pointer("observe", 2, "", "recorded", AT))
    assert verdict.evidence == each_task
    assert verdict.request == "curl -i --max-time 60 https://vendor.example/v1/videos/1"


def test_a_law_broken_nowhere_in_particular_points_at_the_first_reading() -> None:
    def breaks(task: Subject) -> None:
        raise BrokenLaw("this", "that")

    verdict = judged(breaks)
    assert [pointer.exchange for pointer in verdict.evidence] == [0, 2], "the first reading of each task"
    assert (verdict.observations, verdict.request) == (1, "curl -i --max-time 60 https://vendor.example/v1/videos/1")


def test_a_law_of_a_document_without_examples_points_at_nothing() -> None:
    def breaks(published: Subject) -> None:
        raise BrokenLaw("this", "that")

    verdict = judge(case(law(breaks), BY_ID["chainhub/videos"]), {}, {})
    assert (verdict.outcome, verdict.evidence, verdict.request) == (Outcome.UNMET, (), "")


def test_an_assertion_of_pythons_own_breaks_a_law_as_well() -> None:
    def asserts(task: Subject) -> None:
        raise AssertionError("two is not three")

    verdict = judged(asserts)
    statement = GPTGE.requirements["status-type"].statement
    assert (verdict.outcome, verdict.expected) == (Outcome.UNMET, statement)
    assert verdict.received == "two is not three"


def test_a_law_that_ends_in_anything_else_is_our_own_fault() -> None:
    def fails(task: Subject) -> None:
        raise KeyError("boom")

    verdict = judged(fails)
    assert (verdict.outcome, verdict.label, verdict.received) == (Outcome.ERRORED, "errored", "KeyError: 'boom'")


def test_a_service_that_serves_nothing_keeps_no_promise_by_refusing() -> None:
    refused = observed(exchange({}, 404, asked="1"))
    assert judged(looks, refused).outcome is Outcome.MET
    walled = judged(looks, refused, serves=lambda role: False)
    assert (walled.outcome, walled.expected) == (
        Outcome.UNSEEN,
        "a task that the service serves; pass --task-id=videos=ID",
    )
    assert judged(looks, READS, serves=lambda role: False).outcome is Outcome.MET
    mixed = observed(exchange(TASK, asked="1"), exchange({}, 404, asked="1"))
    assert judged(looks, mixed, serves=lambda role: False).outcome is Outcome.MET
    assert (
        judged(looks, observed(gaps=(Gap("inconclusive", Redacted("429")),)), serves=lambda role: False).received
        == "429"
    )


def test_a_success_without_a_documented_member_keeps_no_promise() -> None:
    assert judged(looks, observed(exchange({"note": 1}, asked="1"))).outcome is Outcome.UNSEEN


def by_schema(found: dict[str, Evidence], requirement: str, contract: Contract = GPTGE, **facts: Any) -> Verdict:
    schema = schema_of(contract, requirement)
    assert schema is not None
    return judge(case(schema, contract, requirement), found, {}, **facts)


def test_a_node_of_a_schema_is_met_by_each_body_that_reaches_it() -> None:
    verdict = by_schema(READS, "status-type")
    assert (verdict.outcome, verdict.observations, verdict.decided_by) == (
        Outcome.MET, 3, "schema:task.schema.json#/properties/status",
    )  # fmt: skip
    assert [pointer.exchange for pointer in verdict.evidence] == [0, 1, 2]


def test_a_node_is_unmet_by_the_first_body_that_breaks_it() -> None:
    wrong = {**TASK, "progress": 180}
    found = observed(exchange(TASK), exchange({**TASK, "progress": 7}), exchange(wrong, asked="3"), exchange(wrong))
    verdict = by_schema(found, "progress-range")
    assert (verdict.outcome, verdict.label, verdict.observations) == (Outcome.UNMET, "deviates", 3)
    assert (verdict.expected, verdict.received) == ("at most 100", "180 at /progress")
    first, other_task = Pointer("observe", 2, "/progress", "recorded", AT), Pointer("observe", 3, "", "recorded", AT)
    assert verdict.evidence == (first, other_task)
    assert verdict.request == "curl -i --max-time 60 https://vendor.example/v1/videos/3"


def test_of_two_errors_of_a_node_the_first_is_told() -> None:
    texts = {"status": {"type": "string"}, "model": {"type": "string"}}
    source = {"x-requirement": "status-type", "properties": texts}
    contract = replace(GPTGE, schemas={"task.schema.json": Schema(Path("task.schema.json"), source, source)})
    verdict = by_schema(observed(exchange({"status": 1, "model": 2})), "status-type", contract)
    assert (verdict.expected, verdict.received) == ("type string", "1 at /status")
    assert verdict.evidence == (Pointer("observe", 0, "/status", "recorded", AT),)


def test_a_node_that_no_body_reaches_is_unseen_or_undecided() -> None:
    assert by_schema(observed(exchange(TASK)), "progress-type").outcome is Outcome.UNSEEN
    trouble = observed(exchange(TASK), gaps=(Gap("inconclusive", Redacted("429")),))
    assert by_schema(trouble, "progress-type").outcome is Outcome.INCONCLUSIVE
    assert by_schema(observed(exchange(TASK, 404)), "status-type").outcome is Outcome.UNSEEN
    assert by_schema(observed(exchange(b"<html>")), "status-type").outcome is Outcome.UNSEEN


def test_a_reply_without_a_documented_member_lacks_only_what_is_required() -> None:
    done = {"status": "completed"}
    assert by_schema(observed(exchange(done)), "size-present").label == "deviates"
    assert by_schema(observed(exchange({"note": 1})), "id-present").label == "fails"
    hedged = next(
        name for name, row in OPEAI.requirements.items() if name.endswith("-present") and row.level is not Level.MUST
    )
    nothing = observed(exchange({"note": 1}), contract=OPEAI)
    assert by_schema(nothing, hedged, OPEAI).outcome is Outcome.UNSEEN


REFUSAL = {"error": {"message": "video not found", "type": "NotFound", "param": "", "code": "ResourceNotFound"}}


def refused(body: Any, code: int, probe: str = "unknown-task", contract: Contract = OPEAI) -> dict[str, Evidence]:
    return {probe: evidence(contract, probe, exchange(body, code, step=probe))}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (404, "met"),
        (400, "unseen"),
        (403, "unseen"),
        (401, "unseen"),
        (402, "unseen"),
        (200, "unseen"),
        (500, "unseen"),
    ],
)
def test_an_error_envelope_is_judged_on_the_refusals_that_the_document_shows_it_for(code: int, outcome: str) -> None:
    assert by_schema(refused(REFUSAL, code), "error-code-value", OPEAI).outcome.value == outcome


def test_an_error_envelope_is_judged_where_a_task_is_unknown() -> None:
    broken = {"error": {**REFUSAL["error"], "code": "other"}}
    assert by_schema(refused(broken, 404), "error-code-value", OPEAI).outcome is Outcome.UNMET
    second = refused(broken, 404, "unknown-second-route-task")
    assert by_schema(second, "error-code-value", OPEAI).outcome is Outcome.UNMET
    assert by_schema(refused(broken, 404, "wrong-method"), "error-code-value", OPEAI).outcome is Outcome.UNSEEN


@pytest.mark.parametrize(("code", "outcome"), [(200, "unmet"), (404, "unseen")])
def test_the_envelope_of_a_route_that_may_not_exist_is_not_judged(code: int, outcome: str) -> None:
    probe, known = "unknown-second-route-task", exchange({}, code, step="second-route", role="second-retrieve")
    lost = evidence(OPEAI, probe, exchange({"error": {}}, 404, step=probe, role="second-retrieve"))
    found = {probe: lost, "second-route": evidence(OPEAI, "second-route", known)}
    assert by_schema(found, "error-code-present", OPEAI).outcome.value == outcome


def test_an_error_envelope_is_judged_in_json_alone() -> None:
    assert by_schema(refused(b"<html>", 404), "error-code-value", OPEAI).outcome is Outcome.UNSEEN


def test_a_body_is_walked_once_for_all_requirements() -> None:
    schema, walked = GPTGE.task, dict[Any, Any]()
    judge(case(schema), READS, walked)
    (kept,) = walked.values()
    kept.clear()
    assert judge(case(schema), READS, walked).outcome is Outcome.UNSEEN
    assert judge(case(schema), observed(exchange(TASK)), walked).outcome is Outcome.MET


def test_the_probes_of_a_case_are_those_of_its_check() -> None:
    unknown = ["unknown-task", "unknown-second-route-task"]
    assert probes_for(case(OPEAI.schemas["error.schema.json"], OPEAI, "error-code-value")) == unknown
    assert probes_for(case(OPEAI.task, OPEAI)) == ["observe", "second-route"]
    assert probes_for(case(law(looks), VIDEOS)) == ["observe", "create", "remix"]
    assert probes_for(case(OPEAI.task, OPEAI, subject="document")) == []


def test_a_check_has_the_name_that_list_shows() -> None:
    by_name = {one.__name__: one for one in all_laws()}
    assert name_of(by_name["test_a_task_keeps_its_id"]) == "law:test_identifiers.test_a_task_keeps_its_id"
    assert name_of(by_name["test_every_refusal_is_json"]) == "generated:test_generated.test_every_refusal_is_json"
    assert case(law(looks)).decided_by == "law:test_judging.looks"
    assert schema_of(GPTGE, "id-and-task-id-agree") is None


def test_of_two_nodes_with_one_requirement_the_first_names_the_check() -> None:
    source = {"properties": {"a": {"x-requirement": "status-type"}, "b": {"x-requirement": "status-type"}}}
    twice = Schema(Path("task.schema.json"), source, source)
    assert case(twice).decided_by == "schema:task.schema.json#/properties/a"


def test_a_law_that_pytest_has_loaded_is_not_loaded_again() -> None:
    loaded = importlib.import_module("suites.test_status")
    assert loaded.test_a_finished_task_stays_finished in all_laws.__wrapped__()


@pytest.mark.parametrize(
    ("level", "subject", "view"),
    [
        (Level.MUST, "service", "fails"), (Level.SHOULD, "service", "deviates"), (Level.MAY, "service", "not offered"),
        (Level.MUST, "document", "contradicts itself"), (Level.SHOULD, "document", "contradicts itself"),
        (Level.MAY, "document", "not offered"),
    ],
)  # fmt: skip
def test_an_unmet_requirement_reads_by_its_level_and_its_subject(level: Level, subject: str, view: str) -> None:
    row = replace(GPTGE.requirements["status-type"], level=level)
    verdict = Case(GPTGE, row, subject, law(looks)).verdict(Outcome.UNMET)
    assert (verdict.label, verdict.observations) == (view, 0)
    assert Case(GPTGE, row, subject, law(looks)).verdict(Outcome.UNSEEN).label == "unseen"


def test_what_is_known_of_a_verdict_stands_in_its_line() -> None:
    verdict = case(law(looks)).verdict(Outcome.UNMET)
    assert "deviation" not in verdict.shown(Redacted).as_dict()
    assert replace(verdict, known={"state": "expected"}).shown(Redacted).as_dict()["deviation"] == {"state": "expected"}


def test_the_examples_of_a_document_are_judged_as_a_service_is() -> None:
    found = document_evidence(GPTGE)
    verdict = judge(case(GPTGE.task, subject="document"), found, {})
    assert verdict.outcome is Outcome.MET
    assert {pointer.probe for pointer in verdict.evidence} == {"document"}
    assert dict(found["document"].exchanges[0].reply.headers) == dict(JSON)


@pytest.mark.parametrize(("code", "outcome"), [(404, "met"), (401, "unmet")])
def test_what_an_optional_probe_could_not_tell_hides_nothing(code: int, outcome: str) -> None:
    (not_found,) = [law for law in all_laws() if law.__name__ == "test_an_unknown_task_is_not_found"]
    one = case(not_found, OPEAI, "unknown-task-status-code")
    other = evidence(OPEAI, "observe", exchange(TASK, asked="1"), gaps=(Gap("inconclusive", Redacted("a timeout")),))
    verdict = judge(one, {**refused(REFUSAL, code), "observe": other}, {})
    assert (verdict.outcome.value, verdict.partial) == (outcome, False)
    assert probes_for(one) == ["unknown-task"]
    assert one.optional_probes == ("observe", "create")
    assert case(OPEAI.schemas["error.schema.json"], OPEAI, "error-code-value").optional_probes == (
        "second-route",
        "refusal",
    )
    assert case(not_found, OPEAI, "unknown-task-status-code", subject="document").optional_probes == ()


def test_what_must_not_be_is_expected_in_the_words_of_the_statement() -> None:
    empty = observed(exchange({"id": "video_1", "status": "failed", "error": {"code": ""}}), contract=VIDEOS)
    verdict = judge(case(VIDEOS.task, VIDEOS, "error-has-details"), empty, {})
    assert verdict.expected == VIDEOS.requirements["error-has-details"].statement
    assert verdict.received == '{"code": ""} at /error'


def test_where_other_replies_were_walked_what_was_withheld_is_no_advice() -> None:
    withheld = Gap("unseen", Redacted("a credential for /api/videos: set OPEAI_TOKEN"))
    told = observed(exchange({"id": "video_1", "status": "QUEUED"}, role="retrieve"), gaps=(withheld,), contract=OPEAI)
    assert judge(case(OPEAI.task, OPEAI, "model-present"), told, {}).expected.startswith("a reply that shows it")
    nothing = observed(gaps=(withheld,), contract=OPEAI)
    assert judge(case(OPEAI.task, OPEAI, "model-present"), nothing, {}).expected == withheld.sentence


def test_a_verdict_on_a_part_says_so_and_no_other_does() -> None:
    whole = judged(looks)
    assert not whole.partial
    assert "partial" not in whole.shown(Redacted).as_dict()
    part = judged(looks, observed(*READS["observe"].exchanges, gaps=(Gap("inconclusive", Redacted("a timeout")),)))
    assert part.shown(Redacted).as_dict()["partial"] is True


def test_trouble_beside_the_main_thread_hides_nothing_from_a_law_about_tasks() -> None:
    beside = Gap("inconclusive", Redacted("a timeout"), beside="early-content")
    assert not judged(looks, observed(*READS["observe"].exchanges, gaps=(beside,))).partial
