"""What a run may spend: counted before it is sent, given back when it came to nothing, and never more than allowed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.live_cases import Live, Scripted, live
from tests.support.processes import KEYS
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Hop, Reply
from vidconform.ledger.budget import Budget
from vidconform.ledger.spending import OverBudget, Price
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.probes.raw_request import Generation
from vidconform.probes.registry import probes_of
from vidconform.redaction.redactor import Redactor
from vidconform.store.gathering import gather
from vidconform.text import Redacted
from vidconform.transport.failures import NotSent, ProbeFailure

CONTRACT = load_contract(find_provider("octopusx"), "videos")
JSON = (("content-type", "application/json"),)
LOST = ProbeFailure("POST /v1/videos got no answer (ReadError)")
BUSY = ProbeFailure("POST /v1/videos was answered with 429", 429)
AWAY = ProbeFailure("POST /v1/videos was answered with 503", 503)


def said(code: int, /, **body: Any) -> Reply:
    return Reply(code, JSON, json.dumps(body).encode())


def spend(probe: str, answer: Any, budget: Budget, is_replay: bool = False) -> tuple[Evidence, list[str]]:
    """Run one probe over a transport that gives one answer to every creation and 404 to everything else."""
    transport = Scripted({"POST .*": answer, ".*": said(404)}, is_replay)
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor([]), budget, generation=Generation(1))
    evidence = gather(CONTRACT, probe, setting, transport, lambda name: "video_1" if name == "finished" else None)
    return evidence, transport.sent


CREATED = said(200, id="video_2")
# What came of a valid creation or remix: how many creations stay counted.
SPENT = [(CREATED, 1), (said(201), 1), (said(302), 1), (said(400), 0), (said(402), 0), (BUSY, 0)]
# What may have been accepted before it was lost stays counted.
SPENT += [(said(500), 1), (said(502), 1), (LOST, 1), (AWAY, 1)]


@pytest.mark.parametrize("probe", ["create", "remix"])
@pytest.mark.parametrize(("answer", "creations"), SPENT)
def test_a_creation_stays_counted_unless_it_was_refused(probe: str, answer: Any, creations: int) -> None:
    budget = Budget(1)
    _, sent = spend(probe, answer, budget)
    assert len([line for line in sent if line.startswith("POST")]) == 1
    assert (budget.spent, budget.cost("octopusx").creations) == (creations, creations)


@pytest.mark.parametrize("probe", ["create-without-model", "unknown-remix"])
@pytest.mark.parametrize(
    ("answer", "creations"), [(CREATED, 1), (said(400), 0), (said(500), 1), (LOST, 1), (BUSY, 0), (said(302), 1)]
)
def test_a_creation_that_must_be_refused_is_counted_when_it_was_not(probe: str, answer: Any, creations: int) -> None:
    budget = Budget(1)
    spend(probe, answer, budget)
    assert budget.spent == creations
    assert [a.provider for a in budget.accidents if a.doubt is None] == ["octopusx"] * (answer is CREATED)


@pytest.mark.parametrize("probe", [probe.name for probe in probes_of(CONTRACT) if probe.cost == "paid"])
def test_nothing_is_posted_when_nothing_may_be_created(probe: str) -> None:
    evidence, sent = spend(probe, CREATED, Budget(0))
    assert sent == []
    (gap,) = evidence.gaps
    assert gap.kind == "unseen"
    assert gap.sentence == "a creation more than --max-creations=0 allows; pass --max-creations=1"


def test_after_an_accident_no_other_creation_that_is_as_likely_to_be_accepted_is_sent() -> None:
    budget = Budget(9)
    spend("create-without-model", CREATED, budget)
    evidence, sent = spend("create-without-prompt", CREATED, budget)
    assert sent == []
    assert evidence.gaps[0].sentence == (
        "a refusal of each creation before it: a creation that must be refused (create-without-model) was accepted, "
        "so no other that is as likely to be is sent"
    )
    assert spend("create", CREATED, budget)[1][0] == "POST /v1/videos"
    assert budget.spent == 2


def test_a_replay_spends_nothing() -> None:
    budget = Budget(0)
    _, sent = spend("create", CREATED, budget, is_replay=True)
    assert sent[0] == "POST /v1/videos"
    assert budget.spent == 0


def test_a_creation_whose_credential_is_missing_is_not_spent() -> None:
    budget = Budget(1)
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), {}, Redactor([]), budget)
    evidence = gather(CONTRACT, "create", setting, Scripted({}), lambda name: None)
    assert evidence.gaps[0].sentence == "a credential for /v1/videos: set OCTOPUSX_API_KEY"
    assert budget.spent == 0


def test_the_purse_is_one_for_all_providers() -> None:
    budget = Budget(1)
    budget.reserve("another")
    evidence, sent = spend("create", CREATED, budget)
    assert (sent, evidence.gaps[0].kind) == ([], "refused")
    assert evidence.gaps[0].sentence.endswith("; pass --max-creations=2")


def test_trouble_beside_the_main_thread_does_not_end_a_probe() -> None:
    early = ProbeFailure("GET /v1/videos/video_2/content got no answer (ReadTimeout)")
    task = [said(200, id="video_2", status="queued"), said(200, id="video_2", status="completed")]
    answers = {"POST .*": CREATED, "GET .*/content": early, "GET .*": task}
    setting = ProbeSettings("http://x.invalid", Pace(0, 9), KEYS, Redactor([]), Budget(1))
    evidence = gather(CONTRACT, "create", setting, Scripted(answers), lambda name: None)
    assert [exchange.step for exchange in evidence.exchanges] == ["create", "poll", "poll", "reread", "reread"]
    assert [(gap.kind, gap.sentence) for gap in evidence.gaps] == [("inconclusive", early.cause)]


def test_troubles_stand_in_the_order_in_which_they_came() -> None:
    answers = {"POST .*": CREATED, "GET .*/content": ProbeFailure("the first"), "GET .*": ProbeFailure("the second")}
    setting = ProbeSettings("http://x.invalid", Pace(0, 9), KEYS, Redactor([]), Budget(1))
    evidence = gather(CONTRACT, "create", setting, Scripted(answers), lambda name: None)
    assert [gap.sentence for gap in evidence.gaps] == ["the first", "the second"]


def test_the_redirects_before_a_reply_are_written_without_secrets() -> None:
    signed = "https://cdn.vendor.example/x?X-Amz-Signature=0123456789abcdef"
    hop = Hop(
        "GET", "https://x.invalid/v1/videos/x?key=sk-secret-key", 302, (("Location", signed), ("Set-Cookie", "a=b"))
    )
    transport = Scripted({".*": replace(said(404), hops=(hop,))})
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor(["sk-secret-key"]), Budget(0))
    (exchange,) = gather(CONTRACT, "unknown-task", setting, transport, lambda name: None).exchanges
    (kept,) = setting.redactor.exchange(exchange).reply.hops
    assert (kept.method, kept.url, kept.status) == ("GET", "https://x.invalid/v1/videos/x?key=REDACTED", 302)
    location = "https://cdn.vendor.example/x?X-Amz-Signature=REDACTED"
    assert kept.headers == (("Location", location), ("Set-Cookie", "REDACTED"))


def everything(run: Live) -> None:
    """Bring whatever the probes of the provider bring."""
    run.store.wanted |= {(contract.id, p.name) for contract in run.session.contracts for p in probes_of(contract)}
    for contract in run.session.contracts:
        for probe in probes_of(contract):
            run.store.evidence(contract, probe.name)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_a_whole_run_never_creates_more_than_it_may(most: int) -> None:
    with live("octopusx", options={"max_creations": most}) as run:
        everything(run)
        assert run.emulator.creations == run.session.budget.spent == min(most, 2)
        assert bool(run.posts()) == bool(most)
        assert run.session.costs() == {"octopusx": {"requests": run.emulator.requests, "creations": min(most, 2)}}


def whatever_is_wrong(reply: ReplyContext) -> None:
    if reply.role in ("create", "remix"):
        while reply.grant() and reply.status >= 400:
            pass


@pytest.mark.sampled(2)
@pytest.mark.parametrize("most", [0, 1, 2, 5, 7])
def test_a_vendor_that_refuses_nothing_costs_one_accident_a_part_of_the_request(most: int) -> None:
    with live("octopusx", change=whatever_is_wrong, options={"max_creations": most}) as run:
        everything(run)
        # The creation, then one without a credential and one with a bad body, and the remix.
        assert run.emulator.creations == run.session.budget.spent == min(most, 4)
        assert len([heard for heard in run.posts() if heard.status < 400]) == run.emulator.creations
        withheld = [e for e in run.store.kept.values() if any("was accepted" in gap.sentence for gap in e.gaps)]
        assert (len(withheld) > 10) == (most > 2)


def fails_after_creating(reply: ReplyContext) -> None:
    if reply.role in ("create", "remix") and reply.status == 200:
        reply.refuse(502, "bad gateway", "bad_gateway")


def test_a_gateway_that_fails_after_it_created_is_not_tried_again_and_again() -> None:
    with live("octopusx", change=fails_after_creating) as run:
        everything(run)
        assert run.emulator.creations == run.session.budget.spent == 2


# --- What may have been made although it had to be refused

GATEWAY = ProbeFailure("POST /v1/videos was answered with 504: the service is not there", 504)
MAINTENANCE, BOT_CHECK = (
    Reply(200, (("content-type", "text/html"),), f"<!doctype html><title>{title}</title>".encode())
    for title in ("Scheduled maintenance", "Just a moment...")
)


def makes_whatever_is_asked_and_fails(reply: ReplyContext) -> None:
    """Make a task for every body, valid or not, and answer the invalid ones with 500."""
    if reply.role not in ("create", "remix") or reply.status == 200:
        return
    while reply.grant() and reply.status >= 400:
        pass
    reply.refuse(500, "boom", "internal_error")


def sentences(run: Live, probe: str) -> list[tuple[str, str]]:
    return [(gap.kind, gap.sentence) for gap in run.bring("videos", probe).gaps]


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 1, 2, 3, 5])
def test_a_vendor_that_makes_everything_and_answers_500_is_held_to_the_limit(most: int) -> None:
    with live("octopusx", change=makes_whatever_is_asked_and_fails, options={"max_creations": most}) as run:
        everything(run)
        # A remix of an unknown task is answered with 500 as well, and nobody knows that nothing came of it.
        assert run.emulator.creations <= run.session.budget.spent == min(most, 5)
        assert len(run.posts()) == run.session.budget.spent


def test_the_proper_creation_is_still_made_after_one_in_doubt_and_the_remix_says_what_it_lacks() -> None:
    with live("octopusx", change=makes_whatever_is_asked_and_fails) as run:
        everything(run)
        (failed,) = run.bring("videos", "create-without-key").exchanges
        assert failed.reply.status == 500
        assert run.bring("videos", "create").exchanges[0].reply.status == 200
        doubt = (
            "a refusal of each creation before it: what create-without-key asked for may have been made "
            "(answered with 500), so no other that is as likely to be is sent"
        )
        assert sentences(run, "create-with-wrong-key") == [("unseen", doubt)]
        ((kind, lack),) = sentences(run, "remix")
        assert (kind, lack) == (
            "refused",
            "a creation more than --max-creations=2 allows (one of those sent may have come of a request that must be "
            "refused); pass --max-creations=3",
        )
        assert f"octopusx: needs {doubt}" in run.session.why_incomplete()


@pytest.mark.parametrize("answer", [said(500), said(501), said(302), GATEWAY, LOST])
def test_after_a_creation_in_doubt_no_other_that_is_as_likely_to_be_accepted_is_sent(answer: Any) -> None:
    budget = Budget(9)
    spend("create-without-model", answer, budget)
    evidence, sent = spend("create-without-prompt", CREATED, budget)
    assert sent == []
    assert "what create-without-model asked for may have been made (" in evidence.gaps[0].sentence
    assert evidence.gaps[0].kind == ("inconclusive" if isinstance(answer, ProbeFailure) else "unseen")
    assert all(accident.doubt is not None for accident in budget.accidents)
    assert spend("create", CREATED, budget)[1][0] == "POST /v1/videos"
    assert budget.spent == 2


@pytest.mark.parametrize("answer", [said(503), said(502)])
def test_a_gateway_that_fails_is_not_counted_and_tempted_no_more(answer: Any) -> None:
    budget = Budget(1)
    for probe, most in (("create-without-model", 1), ("create-without-prompt", 0), ("create-with-mistyped-size", 0)):
        evidence, sent = spend(probe, answer, budget)
        assert (len(sent), evidence.gaps[0].kind, budget.spent) == (most, "inconclusive", 0)
    assert "what create-without-model asked for may have been made" in evidence.gaps[0].sentence


@pytest.mark.parametrize("answer", [MAINTENANCE, BOT_CHECK])
def test_a_page_beside_200_may_have_made_what_must_be_refused(answer: Any) -> None:
    budget = Budget(2)
    evidence, sent = spend("create-without-model", answer, budget)
    assert (len(sent), evidence.gaps[0].kind, budget.spent) == (1, "inconclusive", 1)
    evidence, sent = spend("create-without-prompt", answer, budget)
    assert (len(sent), evidence.gaps[0].kind, budget.spent) == (0, "inconclusive", 1)


def test_who_lacks_what_a_lost_creation_took_is_not_told_to_spend_more() -> None:
    budget = Budget(1)
    spend("create", LOST, budget)
    evidence, sent = spend("remix", CREATED, budget)
    assert sent == []
    (gap,) = evidence.gaps
    assert gap.kind == "inconclusive"
    assert gap.sentence == (
        "not sent: --max-creations=1 is used up by a creation that was lost (POST /v1/videos got no answer (ReadError))"
    )


def test_the_same_is_so_of_money() -> None:
    budget = Budget(9, 0.5, {"dear": Price(0.4, "")})
    budget.reserve("dear")
    with pytest.raises(OverBudget):
        budget.reserve("dear")
    budget.lose("dear", Redacted("POST /x got no answer"))
    with pytest.raises(ProbeFailure, match=r"not sent: --max-cost=0\.5 is used up by a creation that was lost"):
        budget.reserve("dear")


def test_a_lost_creation_is_no_excuse_for_one_that_was_never_allowed() -> None:
    budget = Budget(1)
    budget.reserve("acme")
    budget.lose("acme", Redacted("POST /x got no answer"))
    budget.most = 0
    with pytest.raises(NotSent, match="--max-creations=0 allows"):
        budget.reserve("acme")


def test_a_generated_creation_that_is_answered_500_is_the_only_one() -> None:
    transport = Scripted({".*": said(500)})
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor([]), Budget(9), generation=Generation(25))
    evidence = gather(CONTRACT, "generated-create", setting, transport, lambda name: None)
    assert transport.sent == ["POST /v1/videos"]
    assert ([e.reply.status for e in evidence.exchanges], evidence.gaps) == ([500], ())
