"""A read that is answered by a redirect, over real HTTP: every hop is part of what is judged."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.support.live_cases import Change, cases, live
from vidconform.emulator.replies import ReplyContext
from vidconform.verdicts.verdict import Verdict

ROWS = {
    "octopusx": "retrieve-needs-no-redirect",
    "gptge": "retrieve-status-code",
    "opeai": "retrieve-status-code",
    "chainhub": "retrieve-status-code",
}


def judged(provider: str, change: Change) -> list[Verdict]:
    with live(provider, change=change) as run:
        chosen = [case for case in cases(run.session) if case.requirement.id == ROWS[provider]]
        return [run.session.judge(case) for case in chosen if case.subject == "service"]


def redirecting(status: int, role: str = "retrieve") -> Change:
    """Return what answers a request with a redirect to the same path, which then serves it."""

    def change(reply: ReplyContext) -> None:
        if reply.role == role and reply.status == 200 and "again" not in reply.sent_query:
            reply.say(b"", status)
            reply.headers["location"] = f"?{urlencode({**reply.sent_query, 'again': 1})}"

    return change


@pytest.mark.parametrize("provider", ROWS)
@pytest.mark.sampled(4)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_documented_200_that_comes_after_a_redirect_is_not_what_the_document_says(provider: str, status: int) -> None:
    for verdict in judged(provider, redirecting(status)):
        assert verdict.outcome == "unmet"
        assert verdict.received.startswith(f"{status} to ?")
        assert "again=1, which led to 200 application/json" in verdict.received


@pytest.mark.parametrize("provider", ROWS)
def test_an_answer_at_the_documented_address_is(provider: str) -> None:
    assert {verdict.outcome.value for verdict in judged(provider, lambda reply: None)} == {"met"}


def test_a_content_that_redirects_to_a_file_is_no_fault_of_a_read() -> None:
    verdicts = judged("octopusx", redirecting(302, "content"))
    assert {verdict.outcome.value for verdict in verdicts} == {"met"}
