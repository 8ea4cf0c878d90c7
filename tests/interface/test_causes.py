"""What stood in the way of a run, said as the service said it: in the terminal, the files, the pages and the notice."""

from __future__ import annotations

import html
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import KEYS, Run, judge_inside, live
from vidconform.cli import main
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.store.journal_lines import read_journal

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

MESSAGE = "No available channel for model sora-2 under group default (distributor)"
KEY = KEYS["GPTGE_API_KEY"]
ANSWERS = {
    "a wrong model": (503, {"error": {"code": "model_not_found", "message": MESSAGE}}, "no such model is served"),
    "another envelope": (503, {"code": "model_not_found", "message": MESSAGE, "data": None}, "no such model is served"),
    "a missing channel": (503, {"code": "get_channel_failed", "message": "try again later"}, "no such model is served"),
    "a used-up credit": (403, {"error": {"code": "insufficient_user_quota", "message": "pay"}}, "is used up"),
    "an outage": (503, {"error": {"code": "overloaded", "message": "try later"}}, "the service is not there"),
}

Answer = Callable[[ReplyContext], None]


def always(status: int, body: object) -> Answer:
    return lambda reply: reply.say(body, status)


def asked(pytester: pytest.Pytester, change: Answer, *selected: str, provider: str = "gptge") -> Run:
    with running(provider, environ=KEYS, change=change) as emulator:
        return judge_inside(pytester, *live(emulator), "--request-timeout=1", *selected, **KEYS)


def notice_of(report: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (report / "nights").mkdir()
    assert main(["notice", str(report / "nights"), str(report), "--provider=gptge"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("status", "body", "cause"), ANSWERS.values(), ids=ANSWERS)
def test_a_cause_is_told_in_the_words_of_the_service(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], status: int, body: dict[str, object], cause: str
) -> None:
    run = asked(pytester, always(status, body), "-k", "status-type")
    capsys.readouterr()
    error = body.get("error", body)
    assert isinstance(error, dict)
    told = f"{cause}", f"{error['code']}: {error['message']}"
    row = run.verdicts["gptge/videos", "status-type", "service"]
    assert row["reading"] == "inconclusive"
    assert all(words in row["received"] for words in told), row["received"]
    assert all(words in run.out for words in told)
    assert cause in notice_of(run.report, capsys)
    gap = next(gap for evidence in read_journal(run.report) for gap in evidence.gaps if gap.exchange is not None)
    assert gap.exchange is not None
    assert (gap.exchange.reply.status, gap.exchange.reply.json) == (status, body)
    assert "what was answered" in (run.report / "report.html").read_text("utf-8")


def test_a_wrong_model_is_no_outage_and_stops_no_other_request(pytester: pytest.Pytester) -> None:
    status, body, _ = ANSWERS["a wrong model"]

    def creations_alone(reply: ReplyContext) -> None:
        if reply.role == "create" and reply.status < 300:
            reply.say(body, status)

    run = asked(pytester, creations_alone, "-k", "octopusx/videos and status", provider="octopusx")
    assert MESSAGE in run.out
    assert "gave no usable answer" not in run.out
    assert "conforms" in run.labels().values()


def test_what_is_quoted_holds_no_key_and_says_where_it_was_cut(pytester: pytest.Pytester) -> None:
    long = f"{'x' * 150} {KEY} {'y' * 400}"
    run = asked(pytester, always(503, {"error": {"message": long, "code": "down"}}), "-k", "status-type")
    received = run.verdicts["gptge/videos", "status-type", "service"]["received"]
    assert "down: xxx" in received
    assert "... (" in received
    assert not any(KEY[:12] in file.read_text("utf-8") for file in run.report.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ({"detail": "gone"}, "it says gone"),
        ({"detail": [{"msg": "bad", "type": "value_error"}]}, "it says value_error: bad"),
        ({"error": "plain"}, "it says plain"),
        ({"error": {"message": None, "code": 7}}, "it says 7"),
    ],
    ids=["a text", "a list", "a text for an error", "an integer code"],
)
def test_each_envelope_of_an_error_is_quoted(pytester: pytest.Pytester, body: object, quoted: str) -> None:
    run = asked(pytester, always(503, body), "-k", "status-type")
    assert quoted in run.verdicts["gptge/videos", "status-type", "service"]["received"]


@pytest.mark.parametrize("body", [{}, [], {"error": {}}, 7], ids=json.dumps)
def test_what_says_nothing_is_not_quoted(pytester: pytest.Pytester, body: object) -> None:
    run = asked(pytester, always(503, body), "-k", "status-type")
    received = run.verdicts["gptge/videos", "status-type", "service"]["received"]
    assert received.endswith("the service is not there")


def test_pages_tell_what_the_terminal_tells_of_a_service_that_answered(pytester: pytest.Pytester) -> None:
    answers = iter([429])

    def once_busy_and_then_unknown(reply: ReplyContext) -> None:
        if reply.method == "GET":
            reply.say({"error": {"message": "no"}}, 404 if next(answers, None) is None else 429)

    run = asked(pytester, once_busy_and_then_unknown, "--max-creations=0", "-k", "status or progress")
    readings = [row["reading"] for (_, _, subject), row in run.verdicts.items() if subject == "service"]
    page = (run.report / "report.md").read_text("utf-8")
    assert "nothing was heard of the service" not in page
    assert run.end["answered"] == ["gptge/videos"]
    assert f"| {readings.count('unseen')} |" in page


def test_a_page_of_a_live_run_says_how_to_ask_the_same_service_again(pytester: pytest.Pytester) -> None:
    with running("gptge", environ=KEYS) as emulator:
        run = judge_inside(pytester, *live(emulator), "-k", "status-type", **KEYS)
    page = html.unescape((run.report / "report.html").read_text("utf-8"))
    assert f"-document]' --live --provider-url={emulator.url}</pre>" in page
    assert "keeps the document" not in page


def test_a_page_of_a_recorded_run_replays(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=gptge", "-k", "status-type")
    page = html.unescape((run.report / "report.html").read_text("utf-8"))
    assert "[gptge/videos-status-type-document]'</pre>" in page
    assert "--live" not in page


def test_checks_of_the_document_are_told_apart_from_a_service_that_nobody_reaches(pytester: pytest.Pytester) -> None:
    options = ("--live", "--provider-url=http://127.0.0.1:9", "--fuzz=0", "--request-timeout=1")
    run = judge_inside(pytester, "--provider=octopusx", *options, **KEYS)
    assert run.code == 6, run.ran()
    passed = sum(row["reading"] == "conforms" for row in run.verdicts.values())
    assert f"{passed} tests passed on the document itself alone, for which nothing is sent; not one on the" in run.out
    assert f"{passed} passed" in run.out.splitlines()[-1]


def test_a_member_that_is_missing_is_named(pytester: pytest.Pytester) -> None:
    def without_its_status(reply: ReplyContext) -> None:
        if reply.task is not None and isinstance(reply.body, dict):
            reply.body.pop("status", None)

    run = asked(pytester, without_its_status, "-k", "status-present")
    row = run.verdicts["gptge/videos", "status-present", "service"]
    assert row["expected"] == "the member status"
    assert row["received"].startswith("no status, but the members id, ")
    words = shlex.split(row["request"])
    assert words[:4] == ["curl", "-i", "--max-time", "60"]


def test_bytes_that_are_no_text_are_told_by_their_number(pytester: pytest.Pytester) -> None:
    def a_video(reply: ReplyContext) -> None:
        if reply.status == 404:
            reply.say(bytes(4) + b"ftypmp42" + bytes(3000), 200, "video/mp4")

    run = asked(pytester, a_video, "-k", "errors")
    told = [row["received"] for row in run.verdicts.values() if "bytes that are no text" in row["received"]]
    assert told
    assert not any("\\x00\\x00" in row["received"] for row in run.verdicts.values())


def test_a_line_for_the_shell_that_asks_for_a_video_says_so(pytester: pytest.Pytester) -> None:
    def wrong_code(reply: ReplyContext) -> None:
        if reply.role == "create":
            reply.say({"error": {"message": "a crash"}}, 500)

    run = asked(pytester, wrong_code, "-k", "octopusx/videos", provider="octopusx")
    lines = [row["request"] for row in run.verdicts.values() if "-X POST" in row["request"]]
    assert lines
    assert all(line.startswith(": 'asks for a video, which may be charged'; curl -i ") for line in lines)
