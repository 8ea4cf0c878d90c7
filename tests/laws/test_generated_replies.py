"""What a law counts of generated requests, and which of many failing ones it shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.reply_views import BY_ID, evidence, exchange, view
from vidconform.contracts.contract import Contract
from vidconform.contracts.operations import usual_headers
from vidconform.exchange.messages import Exchange
from vidconform.exchange.requests import Request
from vidconform.laws.generated_replies import GeneratedReplies, expect_each
from vidconform.laws.law import BrokenLaw, Unseen
from vidconform.laws.reply_view import ReplyView

VIDEOS, QUERY, OPEAI = BY_ID["octopusx/videos"], BY_ID["octopusx/query"], BY_ID["opeai/videos"]
KEY = ("Authorization", "Bearer REDACTED")


def asked(
    task_id: str | None, code: int = 404, body: Any = None, *, role: str = "retrieve", contract: Contract = VIDEOS,
    headers: dict[str, str] | None = None, target: str = "/v1/videos/x", sent: bytes | None = None,
) -> ReplyView:  # fmt: skip
    """Return a generated request with its reply: with usual headers and the key unless others are named."""
    made = exchange({} if body is None else body, code, role=role, asked=task_id)
    pairs = usual_headers(role) if headers is None else headers
    request = Request("GET", "https://vendor.example", target, (*pairs.items(), KEY), sent)
    sent_so = Exchange(made.step, role, task_id, "key", request, made.reply, made.at, 0.0, "recorded")
    return ReplyView(contract, evidence(contract, "generated-retrieve", sent_so), 0, sent_so)


def generated(*views: ReplyView, contract: Contract = VIDEOS) -> GeneratedReplies:
    return GeneratedReplies(contract, list(views))


@pytest.mark.parametrize(
    ("task_id", "code", "body", "turned_away"),
    [
        ("video_0", 404, {}, True), ("video_0", 200, {}, False), ("video_0", 500, {}, False),
        ("video_0", 200, {"id": "video_0"}, False),
        ("a/b", 404, {}, True), ("a/b", 200, {"id": "b"}, False), ("a/b", 200, {"status": "queued"}, False),
        ("a/b", 200, {"id": "b", "status": "queued"}, False), ("a/b", 200, {"note": 1}, True),
        ("a/b", 200, b"<html>", True), ("a/b", 302, {}, True), ("a/b", 500, {}, True),
        ("", 200, [{"id": "video_1"}], True),
    ],
)  # fmt: skip
def test_a_request_is_turned_away_by_a_refusal_or_on_another_path_by_no_task(
    task_id: str, code: int, body: Any, turned_away: bool
) -> None:
    one = asked(task_id, code, body)
    assert generated(one).is_turned_away(one) is turned_away


def test_a_request_of_no_documented_operation_reaches_none() -> None:
    one = asked("video_0", 200, {}, role="remix", contract=QUERY)
    assert generated(one, contract=QUERY).is_turned_away(one)


LONG = "0" * 201


@pytest.mark.parametrize(
    "one",
    [
        asked("video_0", 200),
        asked("video_0", 500),
        asked("a/b"),
        asked(LONG),
        asked("'"),
        asked("video_0", headers={}),
        asked("video_0", headers={**usual_headers("retrieve"), "X-More": "1"}),
        asked("video_0", headers={**usual_headers("retrieve"), "Accept": "text/html"}),
        asked("'", headers={}),
    ],
)
def test_only_the_apis_own_refusals_of_documented_requests_count(one: ReplyView) -> None:
    own = asked("video_0"), asked(None, 400, role="create"), asked("video_1", 401)
    assert generated(*own, one).refusals == list(own)


def test_an_unknown_task_is_one_that_was_asked_for() -> None:
    first = asked("video_0", contract=OPEAI)
    second = asked("video_0", role="second-retrieve", contract=OPEAI, headers=usual_headers("second-retrieve"))
    found = generated(first, second, asked("video_0", 200, contract=OPEAI), contract=OPEAI)
    assert found.unknown == [first, second]
    others = asked(None, 400, role="create"), asked("video_0", role="content"), asked("video_0", role="remix")
    assert generated(*others).refusals == list(others)
    assert generated(*others).unknown == []


def test_a_read_without_an_id_asks_for_no_task() -> None:
    without = asked(None, 400, contract=QUERY)
    assert generated(without, contract=QUERY).unknown == []


@pytest.mark.parametrize(("code", "counts"), [(404, True), (400, True), (403, True), (401, False), (402, False)])
def test_a_well_formed_unknown_id_is_refused_for_the_task_and_not_for_the_key(code: int, counts: bool) -> None:
    one = asked(VIDEOS.unknown_id, code)
    assert generated(one, asked("x", code)).well_formed_unknown == ([one] if counts else [])


def test_a_well_formed_unknown_id_is_asked_for_on_the_first_route() -> None:
    second = asked(OPEAI.unknown_id, role="second-retrieve", contract=OPEAI)
    assert generated(second, contract=OPEAI).unknown == [second]
    assert generated(second, contract=OPEAI).well_formed_unknown == []


def smallest(*views: ReplyView) -> str:
    with pytest.raises(BrokenLaw) as end:
        expect_each(views, "a request", "a refusal", lambda one: one.reply.is_refusal)
    assert end.value.expected == "a refusal"
    assert end.value.view is not None
    return f"{end.value.view.asked}: {end.value.received}"


def test_of_many_that_fail_the_smallest_request_is_shown() -> None:
    kept = asked("kept", 404, target="/")
    large, small = asked("large", 500, target="/v1/xx"), asked("small", 200, target="/v1/x")
    said = "small: in 2 of 3 generated requests, of which the smallest: 200 application/json: {}"
    assert smallest(large, kept, small) == said
    assert smallest(small, large, kept) == said
    body, none = asked("body", 200, target="/v1", sent=b"{}"), asked("none", 200, target="/v1/")
    assert smallest(body, none).startswith("none: in 2 of 2")
    assert smallest(none, body).startswith("none: in 2 of 2")


def test_of_two_as_small_the_one_with_fewer_headers_is_shown() -> None:
    more, fewer = asked("more", 200, headers={"A": "1234567"}), asked("fewer", 200, headers={"AAAA": ""})
    assert smallest(more, fewer).startswith("fewer")
    assert smallest(fewer, more).startswith("fewer")


def test_a_condition_that_always_holds_breaks_nothing_and_nothing_shows_nothing() -> None:
    one = view(VIDEOS, {}, 404)
    expect_each([one], "a request", "a refusal", lambda each: each.reply.is_refusal)
    assert one.observed
    with pytest.raises(Unseen, match="a request"):
        expect_each([], "a request", "a refusal", lambda each: False)
