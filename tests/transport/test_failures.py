"""A provider in trouble costs little and is judged by nobody: each cause is told, and the run ends with exit code 6."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.clock import clock as clock
from tests.support.hostile_replies import ANSWERS
from tests.support.live_cases import cases
from tests.support.live_cases import live as live_run
from tests.support.processes import KEYS, Run, judge_inside
from tests.support.rawserver import Answer, Server, hang_up, http, refusing, serving
from tests.support.tlsserver import certificate, serving_tls
from tests.support.vendors import are_nobody_s, silent, whole_run
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.messages import Reply
from vidconform.exchange.requests import Request
from vidconform.transport.failures import FailureKind, ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import Timeouts
from vidconform.verdicts.verdict import Outcome

pytest_plugins = ["pytester"]

TASK = http(body=b'{"id": "video_1", "object": "video", "status": "queued"}')


# --- A provider that is down stops costing time and money


@pytest.fixture
def transport(clock: Clock) -> Iterator[LiveTransport]:
    """Return a client that waits for nothing, and whom a busy machine may keep waiting."""
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(10.0), provider="acme")
    yield live
    live.close()


def get(transport: LiveTransport, server: Server) -> Reply | ProbeFailure:
    return send(transport, Request("GET", server.url, "/v1/videos/x"))


def post(transport: LiveTransport, server: Server) -> Reply | ProbeFailure:
    return send(transport, Request("POST", server.url, "/v1/videos", (), b"{}"))


def send(transport: LiveTransport, request: Request) -> Reply | ProbeFailure:
    try:
        return transport.send(request)[0]
    except ProbeFailure as failure:
        return failure


def test_after_three_losses_in_a_row_nothing_is_sent(transport: LiveTransport) -> None:
    with serving(hang_up) as server:
        found = [get(transport, server) for _ in range(9)]
        assert isinstance(post(transport, server), ProbeFailure)
    assert len(server.asked) == 3
    assert {str(failure) for failure in found[2:]} == {
        "not sent: acme gave no usable answer 3 times in a row (last: connection closed without a reply)"
    }
    assert all(isinstance(t, ProbeFailure) and t.kind is FailureKind.DOWN and not t.sent for t in found[2:])


def test_what_never_left_us_is_told_from_what_may_have_arrived(transport: LiveTransport) -> None:
    with serving(hang_up) as server:
        lost = post(transport, server)
    unsent = send(transport, Request("GET", server.url, "/x"))
    assert isinstance(lost, ProbeFailure)
    assert isinstance(unsent, ProbeFailure)
    assert (lost.sent, unsent.sent) == (True, False)


def test_any_answer_begins_the_count_anew(transport: LiveTransport) -> None:
    with serving(hang_up, TASK, hang_up, hang_up, http(404), hang_up, hang_up, TASK) as server:
        found = [get(transport, server) for _ in range(5)]
    assert [isinstance(each, ProbeFailure) for each in found] == [False, True, False, True, False]


@pytest.mark.parametrize("answer", [http(429), http(502), http(503), http(504), http(200, b"<html>Maintenance")])
def test_three_requests_that_end_in_an_outage_are_enough(answer: Answer, transport: LiveTransport) -> None:
    with serving(answer) as server:
        found = [get(transport, server) for _ in range(6)]
    assert [isinstance(each, ProbeFailure) for each in found] == [False] * 3 + [True] * 3
    assert len(server.asked) == 6
    assert "gave no usable answer 3 times in a row (last: answered with" in str(found[-1])


def test_a_gateway_that_fails_on_creations_is_not_down(transport: LiveTransport) -> None:
    with serving(http(503, b'{"error": {"code": "model_not_found"}}')) as server:
        found = [post(transport, server) for _ in range(5)]
    assert all(isinstance(each, Reply) for each in found)


def test_an_exhausted_quota_is_an_answer_of_somebody(transport: LiveTransport) -> None:
    with serving(http(402)) as server:
        assert all(isinstance(get(transport, server), Reply) for _ in range(5))


def test_no_creation_is_sent_until_a_read_has_worked_again(transport: LiveTransport) -> None:
    with serving(hang_up, TASK) as server:
        assert isinstance(post(transport, server), ProbeFailure)
        waiting = post(transport, server)
        assert len(server.asked) == 1
        assert isinstance(get(transport, server), Reply)
        assert isinstance(post(transport, server), Reply)
    assert str(waiting) == "not sent: acme gave no usable answer just before (last: connection closed without a reply)"
    assert isinstance(waiting, ProbeFailure)
    assert not waiting.sent


def test_a_short_try_is_told_behind_the_long_wait_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidconform.transport.timeouts.SHORT", 0.2)
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(0.8))
    with serving(silent) as server:
        told = [str(send(live, Request("GET", server.url, target))) for target in ("/1", "/2", "/3")]
    live.close()
    assert told[:2] == [
        "GET /1 got no answer: no answer within 0.8 s, and again no answer within 0.2 s",
        "GET /2 got no answer: no answer within 0.8 s, and again no answer within 0.2 s",
    ]
    assert told[2].endswith("3 times in a row (last: no answer within 0.8 s)")


def test_what_is_no_http_is_quoted_without_the_words_of_python(transport: LiveTransport) -> None:
    with serving(b"garbage\r\n\r\n") as server:
        assert str(get(transport, server)) == (
            "GET /v1/videos/x got no answer: no valid HTTP: illegal status line: 'garbage'"
        )


# A short wait is a multiple of how long an answer took, which is nothing where the clock stands still.
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("paid", [False, True])
def test_who_let_one_wait_run_out_gets_short_ones(paid: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidconform.transport.timeouts.SHORT", 0.2)
    # However long the busy machine took for the answer before.
    monkeypatch.setattr("vidconform.transport.timeouts._LONGEST_SHORT", 0.2)
    # A busy machine may have sent nothing of a short try in its time.
    sent: list[None] = []
    live = LiveTransport(retry_seconds=1.0, count=lambda: sent.append(None), timeouts=Timeouts.of(0.8))
    with serving(TASK, silent) as server:
        assert isinstance(get(live, server), Reply)
        first = send(live, Request("POST" if paid else "GET", server.url, "/x", paid=paid))
        tried = len(sent) - 1
        second = send(live, Request("GET", server.url, "/"))
    live.close()
    # Twice the time-out for a creation, which is not sent again; else one whole wait and a short one.
    whole, short = f"no answer within {1.6 if paid else 0.8} s", "and again no answer within 0.2 s"
    asked, told = ("POST /x", whole) if paid else ("GET /x", f"{whole}, {short}")
    assert (str(first), tried) == (f"{asked} got no answer: {told}", 1 if paid else 2)
    assert str(second) == f"GET / got no answer: {whole}, {short}"
    assert len(sent) == 4


# --- Whole runs


def test_a_service_that_is_down_costs_three_requests() -> None:
    with refusing() as url:
        session, verdicts = whole_run(url)
    assert session.costs() == {"octopusx": {"requests": 3, "creations": 0}}
    assert are_nobody_s(verdicts)
    # The first that noticed, and one sentence for all the others.
    assert len({verdict.received for verdict in verdicts if verdict.outcome is Outcome.INCONCLUSIVE}) <= 4
    assert session.why_incomplete()


HANGS: dict[str, Answer] = {name: ANSWERS[name] for name in ("a head drop by drop", "interim replies without end")}


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "way"), [(0.5, "silent"), (3.0, "silent"), *((0.5, way) for way in HANGS)])
def test_a_service_that_hangs_costs_its_time_out_and_five_seconds_at_most(seconds: float, way: str) -> None:
    with serving(HANGS.get(way, silent)) as server:
        session, verdicts = whole_run(server.url, request_timeout=seconds)
    assert are_nobody_s(verdicts)
    assert session.costs()["octopusx"]["requests"] == 3
    (again,) = {re.findall(r"within ([\d.]+) s", v.received)[1] for v in verdicts if "and again" in v.received}
    assert 2 * float(again) <= 5


def test_a_service_that_is_being_repaired_costs_a_few_requests_and_no_creation() -> None:
    with serving(
        http(503, b"<!doctype html><html><h1>Scheduled maintenance</h1>", "Content-Type: text/html")
    ) as server:
        session, verdicts = whole_run(server.url)
    assert are_nobody_s(verdicts)
    # Three reads of each contract, each tried twice.
    assert [asked.method for asked in server.asked].count("GET") == 12
    assert session.costs()["octopusx"]["creations"] <= 1


def test_the_dead_route_of_one_contract_leaves_the_other_to_be_judged() -> None:
    def query_is_502(reply: ReplyContext) -> None:
        if reply.contract.endswith("query"):
            reply.refuse(502, "no upstream", "bad_gateway")

    with live_run("octopusx", change=query_is_502, options={"request_timeout": 3.0}) as run:
        verdicts = [run.session.judge(case) for case in cases(run.session) if case.subject == "service"]
    outcomes: dict[str, set[Outcome]] = {}
    for verdict in verdicts:
        outcomes.setdefault(verdict.contract.id, set()).add(verdict.outcome)
    assert Outcome.MET not in outcomes["octopusx/query"]
    assert Outcome.UNMET not in outcomes["octopusx/query"]
    assert outcomes["octopusx/videos"] <= {Outcome.MET, Outcome.UNSEEN}


def test_who_asks_for_time_for_ever_is_waited_for_a_few_times(transport: LiveTransport) -> None:
    with serving(http(429, b"", "Retry-After: 0.01")) as server:
        get(transport, server)
        assert len(server.asked) == 4


def test_an_account_without_quota_decides_nothing_and_pays_nothing() -> None:
    body = '{"error": {"message": "用户额度不足", "code": "insufficient_user_quota"}}'.encode()
    with serving(http(403, body, "Content-Type: application/json")) as server:
        session, verdicts = whole_run(server.url)
    assert session.costs()["octopusx"]["creations"] == 0
    assert Outcome.UNMET not in {verdict.outcome for verdict in verdicts}
    assert any("quota or the balance" in verdict.received for verdict in verdicts)


# --- What the user sees: exit code 6, the cause, and no verdict on anyone


def seen(pytester: pytest.Pytester, url: str, *options: str, **variables: str) -> Run:
    words = ["--provider=octopusx", "--live", f"--provider-url={url}", "--fuzz=0", "--poll-interval=0"]
    known = ["--task-id=videos=video_1", "--request-timeout=3", "--max-creations=0", "-k", "status or errors"]
    return judge_inside(pytester, *words, *known, *options, **KEYS, **variables)


def holds_nobody_guilty(run: Run, cause: str) -> None:
    assert run.code == run.end["exit"] == 6, run.ran()
    labels = {row["reading"] for key, row in run.verdicts.items() if key[2] == "service"}
    assert "inconclusive" in labels <= {"inconclusive", "unseen"}, run.ran()
    received = [row["received"] for row in run.verdicts.values() if row["reading"] == "inconclusive"]
    assert any(cause in sentence for sentence in received), received
    assert cause in run.out
    assert "Traceback" not in run.out + run.err


CAUSES: dict[str, tuple[Answer, str]] = {
    "closed": (hang_up, "connection closed without a reply"),
    "cut": (http(body=b"{}" * 50)[:-40], "connection closed in the middle of the reply"),
    "time-out": (silent, "no answer within 0.5 s"),
    "garbage": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no valid HTTP"),
    "429": (http(429), "was answered with 429: too many requests"),
    "429 and a long wait": (http(429, b"", "Retry-After: 3600"), "was answered with 429: too many requests"),
    "502": (http(502), "was answered with 502: the service is not there"),
    "503": (http(503), "was answered with 503: the service is not there"),
    "504": (http(504), "was answered with 504: the service is not there"),
    "402": (http(402), "was answered with 402: the quota or the balance of this account is used up"),
    "repair": (http(200, b"<html><title>Maintenance</title>", "Content-Type: text/html"), "a maintenance page"),
}


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
def test_trouble_is_told_and_the_run_is_incomplete(cause: str, pytester: pytest.Pytester) -> None:
    answer, sentence = CAUSES[cause]
    with serving(answer) as server:
        hurry = ["--request-timeout=0.5"] if answer is silent else []
        holds_nobody_guilty(seen(pytester, server.url, *hurry, "-k", "status"), sentence)


@pytest.mark.slow
def test_nobody_at_the_address_is_told(pytester: pytest.Pytester) -> None:
    with refusing() as url:
        holds_nobody_guilty(seen(pytester, url), "connection refused")


@pytest.mark.slow
def test_a_name_that_does_not_resolve_is_told(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    run = seen(pytester, "http://vendor.invalid", "--allow-http")
    holds_nobody_guilty(run, "the name vendor.invalid does not resolve")


TLS = [
    (1, "127.0.0.1", False, "self-signed certificate"),
    (-1, "127.0.0.1", True, "certificate has expired"),
    (1, "vendor.example", True, "certificate is not valid for '127.0.0.1'"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("days", "host", "trusted", "words"), TLS)
def test_a_certificate_that_is_not_believed_is_told(
    days: int, host: str, trusted: bool, words: str, pytester: pytest.Pytester, tmp_path: Path
) -> None:
    shown = certificate(tmp_path, days, host)
    variables = {"SSL_CERT_FILE": str(shown.chain)} if trusted else {}
    with serving_tls(shown) as url:
        run = seen(pytester, url, **variables)
    holds_nobody_guilty(run, "TLS: certificate verify failed")
    assert words in run.out


@pytest.mark.slow
def test_a_certificate_that_is_believed_is_no_trouble(pytester: pytest.Pytester, tmp_path: Path) -> None:
    shown = certificate(tmp_path, 1)
    with serving_tls(shown) as url:
        run = seen(pytester, url, SSL_CERT_FILE=str(shown.chain))
    assert "TLS" not in run.out
    assert {row["reading"] for row in run.verdicts.values()} & {"conforms", "unseen", "deviates"}


def plain(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.slow
def test_a_plain_server_behind_https_is_told(pytester: pytest.Pytester) -> None:
    with plain_listener() as port:
        run = seen(pytester, f"https://127.0.0.1:{port}")
    holds_nobody_guilty(run, "TLS: ")


@contextmanager
def plain_listener() -> Iterator[int]:
    """Answer whatever comes, before it is read, as a server without TLS does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(9)
                    plain(connection)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@pytest.mark.slow
def test_one_provider_that_is_down_leaves_the_others_alone(pytester: pytest.Pytester) -> None:
    with refusing() as gone, live_run("gptge") as run:
        variables = {"OCTOPUSX_BASE_URL": gone, "GPTGE_BASE_URL": run.emulator.url}
        known = [f"--task-id={name}={task}" for name, ids in run.emulator.task_ids.items() for task in ids]
        words = ["--provider=octopusx", "--provider=gptge", "--live", "--fuzz=0", "--poll-interval=0", *known]
        done = judge_inside(pytester, *words, "--max-creations=0", "-k", "status", **KEYS, **variables)
    assert done.code == 6, done.ran()
    labels: dict[str, set[str]] = {key[0]: set() for key in done.verdicts}
    for key, row in done.verdicts.items():
        labels[key[0]] |= {row["reading"]} if key[2] == "service" else set()
    assert "conforms" in labels["gptge/videos"]
    assert "inconclusive" not in labels["gptge/videos"]
    assert labels["octopusx/videos"] == {"inconclusive"}
