"""Money: what is asked rightly comes first, what vendors accept by mistake last, and nothing known is paid twice."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.live_cases import Heard, Live, cases
from tests.support.live_cases import live as listening
from tests.support.processes import KEYS, Run, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.verdicts.verdict import Verdict

pytest_plugins = ["pytester"]

METADATA = "create-with-mistyped-metadata-is-refused"
OPTIONS = {"seconds": str, "size": str, "image": str, "metadata": dict}


def members(heard: Heard) -> dict[str, Any]:
    sent = json.loads(heard.body or b"{}")
    return sent if isinstance(sent, dict) else {}


def mistypes_an_option(heard: Heard) -> bool:
    return any(name in members(heard) and type(members(heard)[name]) is not kind for name, kind in OPTIONS.items())


def what(heard: Heard) -> str:
    """Say in a word what is wrong about a request that a vendor may charge for."""
    if heard.headers.get("authorization") != f"Bearer {KEYS['OCTOPUSX_API_KEY']}":
        return "credential"
    if heard.role == "remix" and heard.status == 404:
        return "unknown"
    if not ({"model", "prompt"} if heard.role == "create" else {"prompt"}) <= set(members(heard)):
        return "missing"
    if not all(isinstance(members(heard).get(name, ""), str) for name in ("model", "prompt")):
        return "mistyped"
    return "option" if mistypes_an_option(heard) else heard.role


def judged(run: Live) -> dict[str, Verdict]:
    """Judge everything, and return the verdicts on the service by requirement."""
    found = [run.session.judge(case) for case in cases(run.session) if case.subject == "service"]
    return {verdict.requirement.id: verdict for verdict in found if verdict.contract.name == "videos"}


def turns(run: Live) -> list[str]:
    """Return what the paid requests ask, in order, each kind of neighbours once."""
    asked = [what(heard) for heard in run.posts()]
    return [word for word, before in zip(asked, ["", *asked], strict=False) if word != before]


def test_the_documented_creation_comes_before_refusals_and_mistyped_options_last_of_all() -> None:
    with listening("octopusx", [], options={"max_creations": 3}) as run:
        judged(run)
        assert turns(run) == ["create", "credential", "unknown", "missing", "mistyped", "remix", "option"]
        assert run.emulator.creations == run.session.budget.spent == 2


def test_the_order_is_the_same_when_the_worst_is_asked_for_first() -> None:
    with listening("octopusx", [], options={"max_creations": 3}) as run:
        cases(run.session)
        run.bring("videos", "create-with-mistyped-metadata")
        assert turns(run) == ["create", "credential", "unknown", "missing", "mistyped", "remix", "option"]


def test_what_the_limit_has_no_place_for_is_refused_and_names_the_larger_number() -> None:
    with listening("octopusx", []) as run:
        row = judged(run)[METADATA]
        assert (row.label, row.expected) == (
            "refused",
            "a creation more than --max-creations=2 allows; pass --max-creations=3",
        )
        assert "option" not in turns(run)
        assert not [sentence for sentence in run.session.why_incomplete() if sentence.startswith("octopusx/videos")]


@pytest.mark.parametrize(("most", "needed"), [(0, {1, 2, 3}), (1, {2, 3}), (2, {3})])
def test_the_number_that_is_named_allows_it_together_with_what_comes_before(most: int, needed: set[int]) -> None:
    with listening("octopusx", [], options={"max_creations": most}) as run:
        judged(run)
        told = {gap.sentence for found in run.store.kept.values() for gap in found.gaps if "--max-cre" in gap.sentence}
        assert {int(sentence.rpartition("=")[2]) for sentence in told} == needed


def takes_options(reply: ReplyContext) -> None:
    """Take a mistyped optional member, as vendors do."""
    sent = json.loads(reply.sent_body or b"{}") if reply.role == "create" else {}
    is_odd = isinstance(sent, dict) and all(isinstance(sent.get(name), str) for name in ("model", "prompt"))
    if is_odd and reply.check == "body":
        reply.grant()


def test_an_accepted_option_hides_neither_the_remix_nor_a_safer_refusal() -> None:
    with listening("octopusx", [], options={"max_creations": 9}, change=takes_options) as run:
        found = judged(run)
        assert run.emulator.creations == 3
        words = {
            name: row.label for name, row in found.items() if name.startswith(("create-w", "remix-", "unknown-re"))
        }
        options = {f"create-with-mistyped-{name}-is-refused" for name in OPTIONS}
        assert {word for name, word in words.items() if name not in options} == {"conforms"}
        assert sorted(words[name] for name in options)[:2] != ["conforms", "conforms"]


def accepts_anyone(reply: ReplyContext) -> None:
    if reply.role == "create" and reply.check == "key":
        reply.grant()


def test_a_stranger_who_is_served_hides_only_what_is_asked_as_a_stranger() -> None:
    with listening("octopusx", [], options={"max_creations": 9}, change=accepts_anyone) as run:
        found = judged(run)
        assert found["create-without-key-is-refused"].label == "fails"
        assert found["create-with-wrong-key-is-refused"].label == "unseen"
        assert found["create-without-model-is-refused"].label == found["remix-makes-new-task"].label == "conforms"


# --- Only what is asked for, and nothing known is paid for again


def spending(pytester: pytest.Pytester, emulator: Running, *words: str) -> Run:
    return judge_inside(pytester, *live(emulator, tasks=False), "--max-creations=3", *words, **KEYS)


@contextmanager
def lenient() -> Iterator[tuple[Running, list[bytes]]]:
    """Serve a vendor that takes a mistyped optional member, and remember the bodies of its creations."""
    bodies: list[bytes] = []

    def change(reply: ReplyContext) -> None:
        if reply.role == "create":
            bodies.append(reply.sent_body)
        takes_options(reply)

    with running("octopusx", environ=KEYS, change=change) as emulator:
        yield emulator, bodies


def mistyped_metadata(bodies: list[bytes]) -> list[bytes]:
    sent = [(body, json.loads(body)) for body in bodies if body]
    return [body for body, value in sent if not isinstance(value.get("metadata", {}), dict)]


@pytest.mark.slow
def test_an_option_that_no_selected_requirement_is_about_is_not_sent(pytester: pytest.Pytester) -> None:
    with lenient() as (emulator, bodies):
        run = spending(pytester, emulator, "-k", "octopusx/videos and not mistyped")
        assert mistyped_metadata(bodies) == []
        assert emulator.creations == 2
    assert run.code == 0, run.ran()


def listed(folder: Path) -> str:
    path = folder / "mine.toml"
    entry = f'requirement = "{METADATA}"\nreason = "It takes any."\nsince = 2026-11-01\n'
    path.write_text(f"[[deviation]]\n{entry}", "utf-8")
    return f"--deviations={path}"


ONLY = ("-k", f"{METADATA} or create-route")


@pytest.mark.slow
def test_what_is_known_to_deviate_and_costs_is_not_asked_again(pytester: pytest.Pytester) -> None:
    with lenient() as (emulator, bodies):
        planned = spending(pytester, emulator, listed(pytester.path), "--plan", *ONLY)
        run = spending(pytester, emulator, listed(pytester.path), *ONLY)
        assert mistyped_metadata(bodies) == []
    assert run.code == 0, run.ran()
    row = run.verdicts["octopusx/videos", METADATA, "service"]
    sentence = "--recheck-deviations: known to deviate since 2026-11-01, which may cost a creation each time"
    assert (row["reading"], row["expected"], "deviation" in row) == ("unseen", sentence, False)
    assert f"withheld  octopusx/videos  create-with-mistyped-metadata: needs {sentence}\n" in planned.out
    assert "1 creation;" in planned.out


@pytest.mark.slow
def test_a_known_accident_that_is_asked_for_again_leaves_the_run_green(pytester: pytest.Pytester) -> None:
    with lenient() as (emulator, bodies):
        planned = spending(pytester, emulator, listed(pytester.path), "--recheck-deviations", "--plan", *ONLY)
        run = spending(pytester, emulator, listed(pytester.path), "--recheck-deviations", *ONLY)
        assert (len(mistyped_metadata(bodies)), emulator.creations) == (1, 2)
    assert run.code == 0, run.ran()
    assert run.verdicts["octopusx/videos", METADATA, "service"]["deviation"]["state"] == "expected"
    assert "1, at most 2 creations;" in planned.out


def test_an_accident_that_nobody_foretold_is_said(pytester: pytest.Pytester) -> None:
    with lenient() as (emulator, _):
        run = spending(pytester, emulator, *ONLY)
    assert "create-with-mistyped-metadata) was accepted and may be charged" in run.out


# --- One odd request that gets no answer


@contextmanager
def dropping(url: str, is_odd: Callable[[str, bytes], bool]) -> Iterator[str]:
    """Pass requests on to a service, and hang up on the odd ones."""

    class Proxy(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if is_odd(self.command, body):
                self.close_connection = True
                return
            service = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            service.request(self.command, self.path, body, dict(self.headers))
            reply = service.getresponse()
            self.send_response(reply.status)
            content = reply.read()
            for name, value in reply.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            service.close()

        do_GET = do_POST = do_PUT = do_HEAD = _pass_on  # noqa: N815 - the names that http.server calls

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def has_odd_prompt(method: str, body: bytes) -> bool:
    sent = json.loads(body) if method == "POST" and body else {}
    return isinstance(sent, dict) and not isinstance(sent.get("prompt", ""), str)


@pytest.mark.slow
def test_a_connection_dropped_on_one_odd_body_hides_what_is_as_odd_and_nothing_else(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator, dropping(emulator.url, has_odd_prompt) as url:
        words = [word for word in live(emulator, tasks=False) if not word.startswith("--provider-url")]
        run = judge_inside(pytester, *words, f"--provider-url={url}", "--max-creations=5", **KEYS)
        assert emulator.creations == 2
    hidden = {row["requirement"] for row in run.verdicts.values() if row["reading"] == "inconclusive"}
    assert "create-with-mistyped-prompt-is-refused" in hidden
    assert hidden <= {f"create-with-mistyped-{name}-is-refused" for name in ("model", "prompt", *OPTIONS)}
    assert (run.code, run.end["exit"]) == (6, 6), run.ran()


def drops_every_refusal(method: str, body: bytes) -> bool:
    """Hang up on every PUT and on each body that lacks a member."""
    sent = json.loads(body) if method == "POST" and body else {}
    return method == "PUT" or (method == "POST" and "prompt" not in sent)


@pytest.mark.slow
def test_odd_questions_alone_do_not_open_the_breaker(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator, dropping(emulator.url, drops_every_refusal) as url:
        words = [word for word in live(emulator, tasks=False) if not word.startswith("--provider-url")]
        run = judge_inside(pytester, *words, f"--provider-url={url}", "--max-creations=9", **KEYS)
    assert run.verdicts["octopusx/videos", "remix-makes-new-task", "service"]["reading"] == "conforms", run.ran()


# --- The run's own task


def ends(**members: Any) -> Callable[[ReplyContext], None]:
    """End each task that the run creates in another way than with a video."""
    status = members.pop("code", 200)

    def change(reply: ReplyContext) -> None:
        if reply.role == "retrieve" and reply.shows_task and reply.body["status"] == "completed":
            reply.body = {**reply.body, "video_url": None, "progress": 0, **members}
            reply.status = status
        # A task that came to no video has none to give.
        elif reply.role == "content" and reply.status == 200:
            reply.say({"error": NO_VIDEO}, status=404)

    return change


NO_VIDEO = {"code": "not_found", "message": "This task has no video.", "type": "invalid_request_error"}
BLOCKED = {"code": "moderation_blocked", "message": "It is blocked."}
FAILURES = [
    (ends(status="failed", error=BLOCKED), "the run's own task failed: moderation_blocked, It is blocked."),
    (ends(status="failed", error=BLOCKED, code=500), "the run's own task failed: moderation_blocked, It is blocked."),
    (ends(status="failed", error="It is blocked."), "the run's own task failed: It is blocked."),
    (ends(status="failed", error=None), "the run's own task failed: no error is told"),
    (ends(status="cancelled", error=None), "the run's own task was cancelled: no error is told"),
    (ends(status=None), "the run's own task never ended: "),
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("change", "sentence"), FAILURES)
def test_the_run_s_own_task_that_comes_to_no_video_is_said_first_with_its_error(
    change: Callable[[ReplyContext], None], sentence: str, pytester: pytest.Pytester
) -> None:
    with running("octopusx", environ=KEYS, change=change) as emulator:
        run = judge_inside(pytester, *live(emulator, tasks=False), "-k", "octopusx/videos", **KEYS)
    told = [line for line in run.out.splitlines() if line.startswith("incomplete: ")]
    assert told[0].startswith(f"incomplete: octopusx/videos: {sentence}"), run.ran()
    assert run.code in (1, 6)
    about_completion = ("content-route", "content-is-video", "remix-makes-new-task", "result-after-completion")
    rows = [run.verdicts["octopusx/videos", name, "service"] for name in about_completion]
    assert {row["reading"] for row in rows} == {"unseen"}
    assert all(sentence in row["expected"] for row in rows), [row["expected"] for row in rows]
    assert "--task-id" not in " ".join(row["expected"] for row in rows)


@pytest.mark.slow
def test_a_vendor_that_fails_every_video_as_documented_ends_the_run_with_six(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, change=ends(status="failed", error=BLOCKED)) as emulator:
        run = judge_inside(pytester, *live(emulator, tasks=False), "-k", "octopusx/videos", **KEYS)
    assert (run.code, run.end["exit"]) == (6, 6), run.ran()
