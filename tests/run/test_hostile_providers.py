"""A provider may say anything: each run ends with verdicts or trouble, in bounded time and memory."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.hostile_replies import ANSWERS, BODIES, JSON, TASK, gigabyte, of_length, redirect, say, task
from tests.support.processes import KEYS, environment, judge_inside
from tests.support.rawserver import Answer, Asked, http, serving
from tests.support.tlsserver import certificate, server_context
from tests.support.vendors import whole_run
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.exchange.messages import Reply
from vidconform.exchange.requests import Request
from vidconform.ledger.budget import Budget
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.redaction.redactor import Redactor
from vidconform.run.session import Session
from vidconform.store.gathering import gather
from vidconform.transport.addresses import may_lead
from vidconform.transport.failures import ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.memory_budget import MemoryBudget
from vidconform.transport.timeouts import Timeouts
from vidconform.verdicts.verdict import Outcome, Verdict

pytest_plugins = ["pytester"]

# Seconds of work, waits aside.
LONGEST = 20.0
MOST_MEMORY = 300 << 20
SENT_TO = re.compile(r"/v1/video(s|/query)[!-~]*")


@pytest.mark.sampled(16)
@pytest.mark.parametrize("said", ANSWERS)
def test_whatever_is_said_ends_in_verdicts_or_trouble(said: str) -> None:
    with serving(ANSWERS[said]) as server:
        started = time.process_time()
        session, verdicts = whole_run(server.url, poll_timeout=0.05, request_timeout=0.25)
        assert time.process_time() - started < LONGEST
    assert are_readable(verdicts, session)
    assert all(is_one_of_ours(asked) for asked in server.asked if "redirect" not in said)


def are_readable(verdicts: list[Verdict], session: Session) -> bool:
    """Whether every sentence is short and has nothing in it that a terminal obeys, and no check broke."""
    sentences = [text for v in verdicts for text in (v.expected, v.received)] + session.why_incomplete()
    broken = [verdict.received for verdict in verdicts if verdict.outcome is Outcome.ERRORED]
    return not broken and all(len(text) < 1000 and text.isprintable() for text in sentences)


def is_one_of_ours(asked: Asked) -> bool:
    """Whether a request goes where a documented one goes, whatever ids were told, and carries no cookie."""
    injected = {"cookie", "x-injected"} & set(asked.headers)
    return SENT_TO.fullmatch(asked.target) is not None and not injected and ".." not in asked.target.split("/")


def test_a_vendor_that_is_hostile_only_in_its_status_is_judged_by_the_rest() -> None:
    with serving(http(200, BODIES["NUL"], JSON)) as server:
        _, verdicts = whole_run(server.url, poll_timeout=0.1)
    assert {Outcome.MET, Outcome.UNMET} <= set(Counter(verdict.outcome for verdict in verdicts))


# --- Redirects and cookies: what was meant for one host goes to no other


SECRETS = (("Authorization", "Bearer sk-secret"), ("token", "jwt-secret"), ("Cookie", "session=secret"))


def secrets_of(asked: Asked) -> set[str]:
    return {name.lower() for name, _ in SECRETS} & set(asked.headers)


def fetch(url: str) -> Reply:
    live = LiveTransport(retry_seconds=0.1, count=lambda: None, timeouts=Timeouts.of(2.0))
    try:
        return live.send(Request("GET", url, "/v1/videos/x/content", (("Accept", "*/*"), *SECRETS)))[0]
    finally:
        live.close()


def test_a_content_elsewhere_is_fetched_without_the_key() -> None:
    video = http(200, b"\0\0\0\x18ftypmp42", "Content-Type: video/mp4")
    with serving(video) as cdn, serving(redirect(f"{cdn.url}/v.mp4?signature=x")) as server:
        assert fetch(server.url).media_type == "video/mp4"
    assert secrets_of(server.asked[0]) == {"authorization", "token", "cookie"}
    assert secrets_of(cdn.asked[0]) == set()


@pytest.mark.parametrize("downwards", [True, False])
def test_the_key_does_not_follow_to_another_scheme(
    downwards: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = certificate(tmp_path, 1)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.chain))
    tls, found = server_context(shown), http(200, b"{}")
    with (
        serving(found, tls=None if downwards else tls) as target,
        serving(redirect(f"{target.url}/x"), tls=tls if downwards else None) as server,
    ):
        assert fetch(server.url).status == 200
    assert server.url.split(":")[0] != target.url.split(":")[0]
    assert secrets_of(server.asked[0]) == {"authorization", "token", "cookie"}
    assert secrets_of(target.asked[0]) == set()


NOT_LOOKED_UP = [f"http://{name}/" for name in ("a..invalid", "x" * 70 + ".invalid", "xn--a.invalid", "a\0b", "[v1.x]")]


@pytest.mark.parametrize("location", NOT_LOOKED_UP)
def test_a_redirect_to_a_name_that_cannot_be_is_trouble_or_the_redirect(location: str) -> None:
    with serving(redirect(location)) as server, suppress(ProbeFailure):
        assert fetch(server.url).status == 302
    assert len(server.asked) <= 2


def test_a_redirect_to_a_host_that_is_not_there_names_that_host() -> None:
    with (
        serving(redirect("http://cdn.invalid/v.mp4")) as server,
        pytest.raises(ProbeFailure, match=r"the name cdn\.invalid, to which a redirect led, does not resolve"),
    ):
        fetch(server.url)


INSIDE = ["127.0.0.1", "127.1", "0x7f000001", "localhost", "a.localhost:80", "[::1]", "169.254.169.254", "10.0.0.1"]
INSIDE += ["192.168.1.1:8080", "[fe80::1%25eth0]", "[::ffff:127.0.0.1]", "0.0.0.0", "100.64.0.1"]


@pytest.mark.parametrize("host", INSIDE)
def test_a_vendor_does_not_read_our_network_through_us(host: str) -> None:
    assert not may_lead("https://vendor.example", "8.8.8.8", f"http://{host}/latest/meta-data", 1.0)


@pytest.mark.parametrize("host", ["vendor.example", "8.8.8.8", "[2606:4700::1111]", "127.0.0.1.vendor.example"])
def test_a_vendor_may_send_us_elsewhere_in_the_world(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {host: ["8.8.4.4", "2606:4700::1111"]})
    assert may_lead("https://vendor.example", "8.8.8.8", f"https://{host}/v.mp4", 1.0)


def names(monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]], *, later: dict[str, str] | None = None) -> None:
    """Let names have addresses of this test's; from the second look-up on those of `later`. Nobody else is asked."""
    asked: Counter[str] = Counter()

    def look_up(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked[host] += 1
        found = [later[host]] if later and host in later and asked[host] > 1 else known.get(host, [host])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["10.0.0.1"], ["8.8.8.8", "192.168.1.1"], ["169.254.169.254"]])
def test_a_name_does_not_lead_into_our_network(found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"intranet.example": found})
    assert not may_lead("https://vendor.example", "8.8.8.8", "http://intranet.example/", 1.0)


def test_a_name_in_our_network_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"vendor.example": ["127.0.0.1"], "intranet.example": ["127.0.0.1"]})
    with serving(http()) as inside, serving(b"") as server:
        server.answers[:] = [redirect(inside.url.replace("127.0.0.1", "intranet.example"))]
        assert fetch(server.url.replace("127.0.0.1", "vendor.example")).status == 302
        assert inside.asked == []
    # Nor does it show whether somebody listens there.
    with serving(redirect(inside.url.replace("127.0.0.1", "intranet.example"))) as server:
        assert fetch(server.url.replace("127.0.0.1", "vendor.example")).status == 302


def test_a_name_that_turns_into_one_of_our_network_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"cdn.example": ["8.8.8.8"]}, later={"cdn.example": "127.0.0.1"})
    with serving(http()) as inside, serving(b"") as server:
        server.answers[:] = [redirect(inside.url.replace("127.0.0.1", "cdn.example"))]
        assert fetch(server.url).status == 302
    assert inside.asked == []


def test_who_is_in_our_network_may_lead_to_itself_and_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"gateway.example": ["10.0.0.1"], "cdn.example": ["8.8.8.8"], "near.example": ["169.254.0.9"]})
    gateway = ("https://gateway.example", "10.0.0.1")
    assert may_lead(*gateway, "http://gateway.example:8080/v.mp4", 1.0)
    assert may_lead(*gateway, "https://cdn.example/v.mp4", 1.0)
    assert not may_lead(*gateway, "http://10.0.0.2/", 1.0)
    assert not may_lead("http://near.example", "169.254.0.9", "http://near.example:8080/", 1.0)


def test_who_was_outside_a_moment_ago_does_not_lead_to_itself_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"vendor.example": ["10.0.0.1"]})
    assert not may_lead("https://vendor.example", "8.8.8.8", "http://vendor.example:8080/admin", 1.0)


def test_a_resolver_that_says_nothing_costs_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    told, ended = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> None:
        told.wait(20)
        ended.set()

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert may_lead("https://vendor.example", "8.8.8.8", "https://cdn.example/", 0.1)
    assert not ended.is_set()
    told.set()


@pytest.mark.parametrize(
    "scheme", ["file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "ftp://127.0.0.1/"]
)
def test_a_redirect_that_leaves_http_is_not_followed(scheme: str) -> None:
    with serving(redirect(scheme)) as server:
        assert fetch(server.url).status == 302
    assert len(server.asked) == 1


def test_a_name_and_password_in_a_redirect_take_no_key_along() -> None:
    with serving(http()) as target, serving(redirect(target.url.replace("//", "//user:password@"))) as server:
        assert fetch(server.url).status == 200
    assert "sk-secret" not in str(target.asked[0].headers)
    assert "authorization" not in target.asked[0].headers


def test_a_reply_from_elsewhere_says_so() -> None:
    with serving(http(401)) as target, serving(redirect("/here"), redirect(f"{target.url}/v1")) as server:
        assert fetch(server.url).elsewhere == target.url
        assert fetch(target.url).elsewhere == ""


def test_a_vendor_that_moved_does_not_refuse_the_key() -> None:
    refused = http(401, b'{"error": {"message": "no key"}}', JSON)
    with serving(refused) as moved, serving(redirect(f"{moved.url}/v1")) as server:
        session, verdicts = whole_run(server.url, poll_timeout=30.0)
    (verdict,) = [v for v in verdicts if v.requirement.id == "retrieve-accepts-key" and v.contract.name == "videos"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.received.startswith(f"the service redirects to {moved.url}, and no key is sent there; if it")
    told = f"only the status codes 302, 401; it redirects to {moved.url}, where no key is sent; pass that as"
    assert [sentence for sentence in session.why_incomplete() if told in sentence], session.why_incomplete()


def test_no_cookie_is_kept_in_a_whole_run() -> None:
    cookie = http(200, json.dumps({**TASK, "status": "completed"}).encode(), JSON, "Set-Cookie: session=abc; Path=/")
    with serving(cookie) as server:
        whole_run(server.url)
    assert len(server.asked) > 10
    assert not any("cookie" in asked.headers for asked in server.asked)


# --- What a terminal shows


@pytest.mark.sampled(3)
@pytest.mark.parametrize("said", ["escapes for a terminal", "an id of every character", "a reason for a terminal"])
def test_nothing_that_a_terminal_obeys_comes_through(said: str, pytester: pytest.Pytester) -> None:
    with serving(ANSWERS[said]) as server:
        words = ["--provider=octopusx", "--live", f"--provider-url={server.url}", "--fuzz=0", "--color=no", "-rA"]
        hurry = ["--task-id=videos=video_1", "--poll-interval=0", "--poll-timeout=0.1", "-k", "status or identifiers"]
        run = judge_inside(pytester, *words, *hurry, **KEYS)
    obeyed = {c for c in run.out + run.err if not c.isprintable()} - {"\n"}
    assert obeyed == set(), run.ran()


# --- Memory

HEAVY: dict[str, Answer] = {
    **{name: ANSWERS[name] for name in ("a gzip bomb", "a million members in a megabyte")},
    "1 GB": say(of_length(str(1 << 30)), gigabyte),
    "a megabyte at each poll": http(200, task(prompt="x" * 1_000_000), JSON),
    "60 KB of empty arrays at each poll": http(200, task(prompt=[[]] * 20_000).replace(b", ", b","), JSON),
    "58 KB with an emoji at each poll": http(200, task(prompt="x" * 58_000 + "\U0001f600"), JSON),
    "4,000 headers at each poll": http(200, task(), JSON, *(f"X-{n}: {n}" for n in range(4000))),
}

RUN = """
import sys, pytest
code = int(pytest.main(sys.argv[1:]))
from pathlib import Path
found = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print("PEAK", found[0].split()[1], code)
"""


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs what Linux tells of a process")
@pytest.mark.parametrize("said", HEAVY)
def test_a_run_stays_small_whatever_is_said(said: str, tmp_path: Path) -> None:
    with serving(HEAVY[said]) as server:
        options = [f"--provider-url={server.url}", f"--report={tmp_path}/report", "--task-id=videos=video_1"]
        hurry = ["--poll-interval=0", "--poll-timeout=1", "--request-timeout=2", "--fuzz=0", "-k", "status"]
        command = [sys.executable, "-c", RUN, "-p", "no:cacheprovider", "--provider=octopusx", "--live"]
        done = subprocess.run(
            [*command, *options, *hurry],
            cwd=tmp_path,
            env=environment(**KEYS),
            capture_output=True,
            text=True,
            timeout=240,
        )
    peak = re.search(r"^PEAK (\d+) (\d)$", done.stdout, re.MULTILINE)
    assert peak is not None, done.stdout + done.stderr
    assert int(peak[1]) << 10 < MOST_MEMORY
    assert int(peak[2]) in (1, 6), done.stdout


def test_only_the_beginning_of_a_large_reply_is_kept_after_many() -> None:
    room = MemoryBudget(large=3 << 20)
    large = Reply(200, (), b"x" * (1 << 20))
    kept = [room.keep(large) for _ in range(5)]
    assert [(len(reply.body), reply.cut) for reply in kept] == [(1 << 20, False)] * 2 + [(4096, True)] * 3
    assert room.keep(Reply(200, (), b"{}")) == Reply(200, (), b"{}")


def test_what_grows_when_it_is_read_counts_for_what_it_becomes() -> None:
    assert not MemoryBudget(large=4 << 20).keep(Reply(200, (), b" " * 60_000)).cut
    assert MemoryBudget(large=4 << 20).keep(Reply(200, (), b"[]," * 60_000)).cut
    plain = b"x" * 100_000
    for wide in ("\U0001f600".encode(), rb"\ud83d\ude00"):
        assert MemoryBudget(large=300_000).keep(Reply(200, (), plain + wide)).cut
        assert MemoryBudget(large=150_000).keep(Reply(200, (), plain + "é".encode())).cut
    assert not MemoryBudget(large=150_000).keep(Reply(200, (), plain)).cut


def test_when_nothing_more_can_be_kept_nothing_more_is_asked() -> None:
    contract = load_contract(find_provider("octopusx"), "videos")
    with serving(http(200, task(), JSON)) as server:
        live = LiveTransport(retry_seconds=0.1, count=lambda: None)
        setting = ProbeSettings(
            server.url, Pace(0, 30), KEYS, Redactor([]), Budget(0), memory=MemoryBudget(left=100_000)
        )
        evidence = gather(contract, "observe", setting, live, {"task_ids": ["video_1"]}.get)
        live.close()
    assert 10 < len(server.asked) == len(evidence.exchanges) < 60
    (gap,) = evidence.gaps
    assert (gap.kind, "replies of this run fill" in gap.sentence) == ("inconclusive", True)
