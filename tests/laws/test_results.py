"""What the video URL of a task leads to, over real HTTP: asked on the service's own host alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.live_cases import Live, cases, live
from tests.support.rawserver import serving
from vidconform.emulator.replies import ReplyContext

Change = Callable[[ReplyContext], None]


def judged(run: Live, row: str, contract: str) -> str:
    chosen = [c for c in cases(run.session) if c.requirement.id == row and c.contract.name == contract]
    (verdict,) = [run.session.judge(case) for case in chosen if case.subject == "service"]
    return verdict.outcome.value


def found(change: Change, row: str, contract: str = "videos", provider: str = "octopusx") -> str:
    with live(provider, change=change) as run:
        return judged(run, row, contract)


def addressed(address: Callable[[ReplyContext, str], str]) -> Change:
    def change(reply: ReplyContext) -> None:
        if reply.shows_task and reply.body.get("video_url"):
            reply.body["video_url"] = address(reply, reply.body["video_url"])

    return change


def faithful(reply: ReplyContext) -> None:
    """Change nothing."""


@pytest.mark.slow
@pytest.mark.parametrize("contract", ["query", "videos"])
def test_a_video_url_on_the_own_host_leads_to_a_video(contract: str) -> None:
    gone = addressed(lambda reply, url: url.replace("/content", "0/content") if "/content" in url else f"{url}0")
    assert found(faithful, "result-is-playable", contract) == "met"
    assert found(gone, "result-is-playable", contract) == "unmet"


@pytest.mark.parametrize("body", [b"", b"<html>gone</html>", b'{"error": {"message": "expired"}}'])
def test_a_video_url_that_leads_to_no_video_is_a_fault(body: bytes) -> None:
    def change(reply: ReplyContext) -> None:
        if reply.role == "file":
            reply.say(body, 200, "video/mp4")

    assert found(change, "result-is-playable", "query") == "unmet"


@pytest.mark.parametrize(("query", "outcome"), [("?Expires=1&Signature=x", "unmet"), ("?design=2", "unseen")])
def test_an_address_that_is_forbidden_is_a_fault_where_it_carries_its_own_permission(query: str, outcome: str) -> None:
    def change(reply: ReplyContext) -> None:
        addressed(lambda _, url: f"{url}{query}")(reply)
        if reply.role == "file":
            reply.say(b"<Code>AccessDenied</Code>", 403, "application/xml")

    assert found(change, "result-is-playable", "query") == outcome


def test_no_other_host_is_asked_for_a_video() -> None:
    with serving() as elsewhere:
        away = addressed(lambda reply, url: f"{elsewhere.url}/video.mp4")
        assert found(away, "result-is-playable") == "unseen"
        assert elsewhere.asked == []


@pytest.mark.parametrize("address", ["https://127.0.0.1:{port}/v.mp4", "http://[::1"])
def test_what_is_no_address_of_the_own_host_is_not_asked(address: str) -> None:
    asked = []

    def change(reply: ReplyContext) -> None:
        asked.append(reply.route)
        if reply.shows_task and reply.body.get("video_url"):
            port = reply.body["video_url"].split(":")[2].split("/")[0]
            reply.body["video_url"] = address.format(port=port)

    assert found(change, "result-is-playable", "query") == "unseen"
    assert not [route for route in asked if route.startswith(("/files", "/v."))]


ONE = {"videos": "http://127.0.0.1/v1/videos/sample/content", "query": "https://cdn.example/sample.mp4"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("provider", "contract"), [("octopusx", "videos"), ("octopusx", "query"), ("chainhub", "videos")]
)
def test_one_video_url_for_two_tasks_is_a_fault(provider: str, contract: str) -> None:
    one = addressed(lambda reply, url: ONE[contract])
    assert found(faithful, "result-is-its-own", contract, provider) == "met"
    assert found(one, "result-is-its-own", contract, provider) == "unmet"


def test_a_video_url_that_names_another_task_is_a_fault() -> None:
    def other(reply: ReplyContext, url: str) -> str:
        assert reply.task is not None
        return url if reply.task.known else url.replace(reply.task.id, "video_abc123") + f"?n={reply.task.id}"

    assert found(addressed(other), "result-is-its-own") == "unmet"


@pytest.mark.slow
def test_the_content_of_a_failed_task_is_refused() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.role == "content" and reply.check == "finished" and reply.task is not None and reply.task.finished:
            reply.grant()

    assert found(faithful, "failed-content-is-refused") == "met"
    assert found(change, "failed-content-is-refused") == "unmet"


def test_without_a_failed_task_its_content_is_unseen() -> None:
    with live("octopusx", ["videos=video_abc123"]) as run:
        assert judged(run, "failed-content-is-refused", "videos") == "unseen"
