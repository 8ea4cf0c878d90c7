"""A reply that is an outage says nothing of what was asked: it is no evidence, live and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import Scripted, cases, live
from tests.support.processes import KEYS, copy_of
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Reply
from vidconform.exchange.requests import Request
from vidconform.ledger.budget import Budget
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.redaction.redactor import Redactor
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.store.gathering import gather
from vidconform.transport.classification import classify
from vidconform.transport.failures import FailureKind, ProbeFailure
from vidconform.verdicts.verdict import Outcome

CONTRACT = load_contract(find_provider("octopusx"), "videos")
WITH_KEY = Request("GET", "https://vendor.example", "/v1/videos/x")
JSON, HTML = (("content-type", "application/json"),), (("content-type", "text/html; charset=utf-8"),)


def page(title: str, status: int = 200) -> Reply:
    return Reply(status, HTML, f"<!doctype html>\n<html><title>{title}</title></html>".encode())


def said(status: int, message: str = "", escaped: bool = True) -> Reply:
    body = {"error": {"message": message, "code": message.replace(" ", "_")}}
    return Reply(status, JSON, json.dumps(body, ensure_ascii=escaped).encode())


# --- Which replies are outages

OUTAGES = [
    (said(429, "slow down"), FailureKind.RATE),
    (said(502), FailureKind.OUTAGE),
    (said(503, "no channel for this model"), FailureKind.OUTAGE),
    (said(504), FailureKind.OUTAGE),
    (page("Web server is down", 521), FailureKind.OUTAGE),
    (said(529, "overloaded"), FailureKind.OUTAGE),
    (said(402), FailureKind.QUOTA),
    (said(401, "the quota of this key is used up"), FailureKind.QUOTA),
    (said(403, "insufficient_user_quota"), FailureKind.QUOTA),
    (said(403, "Your balance is too low"), FailureKind.QUOTA),
    (said(429, "insufficient_quota: check your plan and billing details"), FailureKind.QUOTA),
    (said(400, "Insufficient balance. Unable to generate video."), FailureKind.QUOTA),
    (said(400, "You do not have enough credits to run this task."), FailureKind.QUOTA),
    (said(400, "您的余额不足"), FailureKind.QUOTA),
    (said(403, "用户额度不足"), FailureKind.QUOTA),
    (said(403, "账户余额不足", escaped=False), FailureKind.QUOTA),
    (page("Down for Maintenance"), FailureKind.MAINTENANCE),
    (page("系统维护中", 403), FailureKind.MAINTENANCE),
    (page("We'll be back soon", 404), FailureKind.MAINTENANCE),
    (Reply(200, (), b"\xef\xbb\xbf <HTML><body>Temporarily unavailable"), FailureKind.MAINTENANCE),
    (page("Just a moment...", 403), FailureKind.BLOCKED),
]

# What a service answers of itself, and laws judge.
EVIDENCE = [
    said(500, "the server failed"),
    said(501),
    said(200, "your balance is 7"),
    said(400, "credits must be a number, and the balance of colours at least 1"),
    said(401, "invalid api key; the page of your balance shows the right one"),
    said(403, "these credentials open nothing; ask the accreditation office or the load balancers"),
    said(404, "no such task, under maintenance or not"),
    said(200, "a robot says: just a moment, maintenance"),
    page("Loading"),
    page("404 Not Found", 404),
    Reply(200, HTML, b'{"prompt": "maintenance of a bicycle"}'),
    Reply(200, HTML, b"\0\0\0\x18ftypmp42 maintenance"),
    Reply(200, HTML, b"<html>" + b" " * 20_000 + b"maintenance"),
]


@pytest.mark.parametrize(("reply", "kind"), OUTAGES)
def test_an_outage_is_told_from_an_answer(reply: Reply, kind: FailureKind) -> None:
    found = classify(WITH_KEY, reply)
    assert (found.kind, found.outage) == ("outage", kind)


@pytest.mark.parametrize("reply", EVIDENCE)
def test_an_answer_is_no_outage(reply: Reply) -> None:
    assert classify(WITH_KEY, reply).outage is None


KINDS = [(200, "answer"), (500, "answer"), (304, "answer"), (404, "refusal"), (302, "redirect"), (308, "redirect")]


@pytest.mark.parametrize(("status", "kind"), KINDS)
def test_every_other_reply_is_an_answer_a_refusal_or_a_redirect(status: int, kind: str) -> None:
    found = classify(WITH_KEY, said(status))
    assert (found.kind, found.outage) == (kind, None)


def test_a_redirect_to_a_maintenance_page_that_is_not_followed_is_an_outage() -> None:
    assert classify(WITH_KEY, page("Down for maintenance", 302)).kind == "outage"


def test_without_a_credential_of_ours_a_quota_is_not_ours() -> None:
    keyless = replace(WITH_KEY, keyed=False)
    assert classify(keyless, said(402)).kind == "refusal"
    assert classify(keyless, said(403, "quota")).kind == "refusal"
    assert classify(keyless, said(429, "quota")).outage is FailureKind.RATE


# --- What a probe makes of them


def brought(probe: str, answers: Any, budget: Budget | None = None, **known: Any) -> Evidence:
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor([]), budget or Budget(2))
    return gather(CONTRACT, probe, setting, Scripted({".*": answers}), known.get)


@pytest.mark.parametrize(("reply", "kind"), OUTAGES)
def test_a_reply_that_is_an_outage_is_a_gap_and_no_evidence(reply: Reply, kind: FailureKind) -> None:
    evidence = brought("unknown-task", reply)
    assert evidence.exchanges == ()
    (gap,) = evidence.gaps
    assert gap.kind == "inconclusive"
    assert gap.sentence.startswith(f"GET /v1/videos/{CONTRACT.unknown_id} was answered with {reply.status}: ")


@pytest.mark.parametrize("probe", ["retrieve-without-key", "retrieve-with-wrong-key"])
def test_without_the_key_402_is_a_refusal(probe: str) -> None:
    evidence = brought(probe, said(402))
    assert [exchange.reply.status for exchange in evidence.exchanges] == [402]
    assert evidence.gaps == ()


NOTHING_CAME = [said(402), said(403, "insufficient_user_quota"), said(429), said(429, "insufficient_quota")]
NEVER_SENT = ProbeFailure("POST /v1/videos got no answer: connection refused", kind=FailureKind.REFUSED, sent=False)


@pytest.mark.parametrize("answer", [*NOTHING_CAME, NEVER_SENT])
def test_a_creation_that_came_to_nothing_is_given_back(answer: Any) -> None:
    budget = Budget(1)
    assert brought("create", answer, budget).gaps[0].kind == "inconclusive"
    assert budget.spent == 0


@pytest.mark.parametrize("answer", [said(502), said(503), said(504), page("Maintenance", 200), page("x", 524)])
def test_a_creation_that_a_gateway_may_have_passed_on_stays_counted(answer: Any) -> None:
    budget = Budget(1)
    assert brought("create", answer, budget).gaps[0].kind == "inconclusive"
    assert budget.spent == 1


@pytest.mark.parametrize(("answer", "spent"), [(said(502), 0), (said(503), 0), (said(504), 1)])
def test_a_creation_that_must_be_refused_is_counted_when_it_may_have_gone_on(answer: Any, spent: int) -> None:
    budget = Budget(1)
    brought("create-without-model", answer, budget)
    assert budget.spent == spent


# --- A gateway that fails with the content alone


def content_is_502(reply: ReplyContext) -> None:
    if reply.role == "content":
        reply.refuse(502, "the upstream is busy", "bad_gateway")


def all_is_502_once_content_is_asked_for() -> Any:
    gone: list[bool] = []

    def change(reply: ReplyContext) -> None:
        gone.extend([True] if reply.role == "content" and reply.status == 200 else [])
        if gone:
            reply.refuse(502, "the upstream is busy", "bad_gateway")

    return change


def judged(session: Session) -> tuple[Evidence, dict[str, Outcome]]:
    """Return what the content probe brought, and the outcome of every requirement of its contract."""
    contract = next(contract for contract in session.contracts if contract.name == "videos")
    found = {(case.contract.id, case.requirement.id, case.subject): session.judge(case) for case in cases(session)}
    outcomes = {name: verdict.outcome for (owner, name, whose), verdict in found.items() if whose == "service"}
    return session.provider_runs[0].store.evidence(contract, "content"), outcomes


@contextmanager
def recording(tmp_path: Path, change: Any) -> Iterator[tuple[Session, Path]]:
    folder = copy_of("octopusx", tmp_path, cassettes=False)
    with live(
        "octopusx", folder=folder, change=change, options={"record_mode": "rewrite", "request_timeout": 3.0}
    ) as run:
        yield run.session, folder


CONTENT_ALONE = [("content", 502), ("reread", 200), ("content", 502)]


def content_says(*codes: int) -> Any:
    """Answer the content of a finished task with these codes in turn, and then as it should be."""
    left = list(codes)

    def change(reply: ReplyContext) -> None:
        if reply.role == "content" and reply.status == 200 and left:
            reply.refuse(left.pop(0), "storage is unavailable", "bad_gateway")

    return change


@pytest.mark.slow
def test_content_that_comes_a_moment_later_is_no_fault_live_and_replayed(tmp_path: Path) -> None:
    with recording(tmp_path, content_says(502, 502)) as (session, folder):
        evidence, verdicts = judged(session)
    assert evidence.exchanges[-1].reply.status == 200
    assert verdicts["content-route"] is verdicts["content-has-bytes"] is Outcome.MET
    _, replayed = judged(prepare(RunOptions([str(folder)], fuzz=0), {}))
    assert replayed == verdicts


@pytest.mark.slow
@pytest.mark.parametrize("code", [503, 504])
def test_content_that_asks_for_time_is_nobody_s_verdict(code: int, tmp_path: Path) -> None:
    with recording(tmp_path, content_says(*[code] * 20)) as (session, _):
        _, verdicts = judged(session)
    assert verdicts["content-route"] is Outcome.INCONCLUSIVE


@pytest.mark.slow
def test_the_content_alone_failing_is_held_against_the_service_live_and_replayed(tmp_path: Path) -> None:
    with recording(tmp_path, content_is_502) as (session, folder):
        evidence, verdicts = judged(session)
    assert [(e.step, e.reply.status) for e in evidence.exchanges] == CONTENT_ALONE
    assert evidence.gaps == ()
    assert verdicts["content-route"] is Outcome.UNMET
    again, replayed = judged(prepare(RunOptions([str(folder)], fuzz=0), {}))
    assert [(e.step, e.reply.status) for e in again.exchanges] == CONTENT_ALONE
    assert replayed == verdicts


@pytest.mark.slow
def test_an_outage_that_begins_with_the_content_is_nobody_s_live_and_replayed(tmp_path: Path) -> None:
    with recording(tmp_path, all_is_502_once_content_is_asked_for()) as (session, folder):
        evidence, verdicts = judged(session)
    assert evidence.exchanges == ()
    assert "/content was answered with 502" in evidence.gaps[0].sentence
    assert verdicts["content-route"] is Outcome.INCONCLUSIVE
    again, replayed = judged(prepare(RunOptions([str(folder)], fuzz=0), {}))
    assert (again.exchanges, again.gaps) == (evidence.exchanges, evidence.gaps)
    assert replayed == verdicts
