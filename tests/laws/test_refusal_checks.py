"""Served or refused: which status codes keep a promise about a request, and which say nothing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.reply_views import BY_ID, BY_NAME, evidence, exchange, view
from vidconform.contracts.contract import Contract
from vidconform.contracts.operations import DocumentedReply
from vidconform.laws.law import BrokenLaw, Inconclusive, Unseen
from vidconform.laws.refusal_checks import (
    ACCOUNT_CODES,
    describe_codes,
    describe_credential,
    describe_reply,
    expect_refused,
    expect_served,
    has_documented_code,
    tells_of_the_task,
)
from vidconform.laws.subject_builders import subjects_of
from vidconform.laws.subjects import Refused, Subject

VIDEOS, GPTGE, OPEAI = BY_ID["octopusx/videos"], BY_ID["gptge/videos"], BY_ID["opeai/videos"]


def ends(law: Any, subject: Subject) -> str:
    try:
        law(subject)
    except (BrokenLaw, Unseen, Inconclusive) as end:
        return type(end).__name__
    return "held"


def refusal(code: int, step: str = "unknown-task", **facts: Any) -> Refused:
    return Refused(VIDEOS, [view(VIDEOS, {"error": "no"}, code, step=step, **facts)])


def served(*codes: int, contract: Contract = VIDEOS, role: str = "retrieve", probe: str = "observe") -> Subject:
    return Subject(contract, [view(contract, {}, code, role=role, probe=probe, asked="video_1") for code in codes])


@pytest.mark.parametrize("code", [400, 401, 404, 422, 499])
def test_any_4xx_refuses(code: int) -> None:
    assert ends(expect_refused, refusal(code)) == "held"


@pytest.mark.parametrize("code", [200, 202, 204, 302, 399, 500, 501, 502])
def test_nothing_else_refuses(code: int) -> None:
    assert ends(expect_refused, refusal(code)) == "BrokenLaw"


@pytest.mark.parametrize(
    ("step", "codes"), [("wrong-method", [501]), ("early-content", [202, 204])], ids=["wrong-method", "early-content"]
)
def test_some_requests_are_refused_by_other_codes_as_well(step: str, codes: list[int]) -> None:
    others = [200, 201, 202, 203, 204, 205, 500, 501, 502]
    assert [code for code in others if ends(expect_refused, refusal(code, step)) == "held"] == codes


def test_a_refusal_that_may_have_another_reason_tells_nothing_and_a_service_does() -> None:
    stranger: dict[str, Any] = {"asked": VIDEOS.unknown_id, "credential": "none"}
    assert ends(expect_refused, refusal(401, **stranger)) == "Unseen"
    assert ends(expect_refused, refusal(200, **stranger)) == "BrokenLaw"
    assert ends(expect_refused, refusal(401, asked="video_1", credential="none")) == "held"
    with pytest.raises(Unseen, match="a task that the service knows; pass --task-id=videos=ID of one"):
        expect_refused(refusal(401, **stranger))


def test_a_refusal_is_shown_with_its_code_its_type_and_its_first_bytes() -> None:
    html = view(VIDEOS, b"<html>" + b"x" * 300, 502, headers=(("content-type", "text/html; charset=utf-8"),))
    assert describe_reply(html) == "502 text/html: <html>" + "x" * 194 + "..."
    told = describe_reply(view(VIDEOS, b"\xff\xfe", 200, headers=()))
    assert told == "200 without a media type: 2 bytes that are no text, the first in hexadecimal: ff fe"


def test_what_is_said_of_the_account_is_not_said_of_the_request() -> None:
    assert ACCOUNT_CODES == (401, 402, 403)
    for code in ACCOUNT_CODES:
        assert ends(expect_served, served(code)) == "Unseen"
        assert ends(expect_served, served(200, code)) == "held"


@pytest.mark.parametrize("code", [300, 400, 404, 405, 407, 414, 416, 429, 500])
def test_a_task_that_was_served_once_is_served_again(code: int) -> None:
    assert ends(expect_served, served(200, code)) == "BrokenLaw"
    assert ends(expect_served, served(code, 200)) == "held"
    assert ends(expect_served, served(200, 200, code, 200)) == "BrokenLaw"
    assert ends(expect_served, served(200, 299)) == "held"


def test_an_id_that_the_user_gave_may_be_wrong_and_one_of_ours_is_not() -> None:
    assert ends(expect_served, served(404, 404)) == "Unseen"
    assert ends(expect_served, served(404, probe="create")) == "BrokenLaw"
    assert ends(expect_served, served(404, 404, probe="content", role="content")) == "BrokenLaw"
    assert ends(expect_served, Subject(VIDEOS, served(404).all + served(404, probe="create").all)) == "BrokenLaw"
    assert ends(expect_served, served()) == "Unseen"


def test_a_task_that_is_not_served_is_named_with_the_first_answer() -> None:
    views = [view(VIDEOS, {}, code, asked=asked) for asked, code in (("video_1", 404), ("video_2", 410), ("", 400))]
    with pytest.raises(Unseen, match=r"that the service knows: video_1 was answered with 404 application/json: \{\}"):
        expect_served(Subject(VIDEOS, views))


def test_a_server_error_is_not_for_a_wrong_id() -> None:
    for subject in (served(500), served(500, 404)):
        with pytest.raises(BrokenLaw, match="a success with 2xx"):
            expect_served(subject)


def test_every_request_since_the_first_served_one_is_looked_at() -> None:
    subject = served(404, 200, 200)
    expect_served(subject)
    assert subject.observed == subject.all[1:]
    lost = served(404, 404, probe="create")
    with pytest.raises(BrokenLaw):
        expect_served(lost)
    assert lost.observed == lost.all


def has_row(contract: Contract, requirement: str) -> bool:
    return requirement in contract.requirements


@pytest.mark.parametrize(("role", "requirement", "codes"), [
    ("retrieve", "retrieve-accepts-json-header", [406, 415]),
    ("create", "accepts-prompt", [400, 415, 422]),
])  # fmt: skip
def test_a_refusal_for_what_is_sent_is_judged_by_its_own_row_where_there_is_one(
    role: str, requirement: str, codes: list[int]
) -> None:
    with_row = next(contract for contract in BY_ID.values() if has_row(contract, requirement))
    without = next(contract for contract in BY_ID.values() if not has_row(contract, requirement))
    four_hundreds = [code for code in (399, *range(400, 431)) if code not in ACCOUNT_CODES]
    apart = [code for code in four_hundreds if left_out(with_row, role, code)]
    assert apart == codes
    assert not any(left_out(without, role, code) for code in four_hundreds)


def left_out(contract: Contract, role: str, code: int) -> bool:
    probe = "create" if role == "create" else "observe"
    one = evidence(contract, probe, *(exchange({}, status, role=role, asked="video_1") for status in (200, code)))
    (subject,) = subjects_of(BY_NAME["a_documented_route_is_served"], contract, f"{role}-route", {probe: one})
    return ends(expect_served, subject) == "held"


def documenting(*codes: str) -> Contract:
    """Return a contract whose operation to read a task documents these status codes."""
    read = replace(OPEAI.operations[0], answers=dict.fromkeys(codes, DocumentedReply(None, (), {})))
    return replace(OPEAI, operations=(read,))


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("200", "404"), "the status code 404"),
        (("400", "200", "404"), "the status code 400 or 404"),
        (("200", "4XX"), "the status code 4XX"),
        (("200", "default"), "the status code default"),
        (("200", "404", "default"), "the status code 404"),
    ],
)
def test_the_codes_of_refusals_are_those_of_the_document(codes: tuple[str, ...], words: str) -> None:
    assert describe_codes(documenting(*codes), "retrieve", "4") == words


@pytest.mark.parametrize(("codes", "role"), [(("200",), "retrieve"), ((), "retrieve"), (("404",), "remix")])
def test_a_code_that_no_document_gives_is_not_judged(codes: tuple[str, ...], role: str) -> None:
    with pytest.raises(Unseen, match=f"a status code 4XX that openapi.yaml gives for {role}"):
        describe_codes(documenting(*codes), role, "4")


@pytest.mark.parametrize(
    ("codes", "status", "is_documented"),
    [
        (("404",), 404, True), (("404",), 400, False), (("200",), 404, False), (("400", "404"), 404, True),
        (("4XX",), 400, True), (("4XX",), 499, True), (("4XX",), 500, False), (("5XX", "4XX"), 399, False),
        ((), 404, False), (("default",), 404, True), (("200", "default"), 404, True), (("400", "default"), 404, False),
    ],
)  # fmt: skip
def test_a_documented_code_is_named_or_in_a_range(codes: tuple[str, ...], status: int, is_documented: bool) -> None:
    assert has_documented_code(view(documenting(*codes), {}, status), "4") is is_documented


@pytest.mark.parametrize(
    ("status", "accepted", "tells"),
    [(401, False, False), (402, False, False), (403, False, True), (404, False, True),
     (401, True, True), (402, True, False), (403, True, True), (404, True, True)],
)  # fmt: skip
def test_a_refusal_is_about_the_task_unless_it_is_about_the_account(status: int, accepted: bool, tells: bool) -> None:
    assert tells_of_the_task(view(OPEAI, {}, status), accepted) is tells
    if not accepted:
        assert tells_of_the_task(view(OPEAI, {}, status)) is tells


def test_a_stranger_who_was_not_told_the_key_does_not_refuse_it() -> None:
    one = view(GPTGE, {"error": "no key"}, 401)
    assert (
        describe_credential(one, "the key")
        == 'the key itself seems to be refused: 401 application/json: {"error": "no key"}'
    )
    object.__setattr__(one.exchange.reply, "elsewhere", "https://other.example")
    assert describe_credential(one, "the key").startswith(
        "the service redirects to https://other.example, and no key is"
    )
