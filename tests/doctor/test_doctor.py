"""The doctor: one sentence a check and an exit code a cause, before anything is spent."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.hostile_vendor import ANSI
from tests.support.processes import KEYS, NAMES, PROVIDERS, copy_of, environment
from tests.support.rawserver import Answer, Server, hang_up, http, refusing, serving
from tests.support.tlsserver import certificate, serving_tls
from vidconform.cli import main
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.doctor import connectivity, exit_codes
from vidconform.doctor.exit_codes import ExitCode
from vidconform.emulator.server import running

CHECKS = ["configuration", "dns", "connection", "tls", "clock", "key", "models", "task ids", "recordings"]
JSON = "Content-Type: application/json"
TEXT = "Content-Type: text/plain"
HTML = "Content-Type: text/html; charset=utf-8"
UNKNOWN = http(404, b'{"error": {"message": "task not found"}}', JSON)
NO_KEY = http(401, b'{"error": {"message": "invalid token"}}', JSON)
TASK = http(200, b'{"id": "video_1", "status": "queued"}', JSON)
KEY = KEYS["GPTGE_API_KEY"]


@dataclass(frozen=True)
class Visit:
    """What `vidconform doctor` printed and returned."""

    code: int
    out: str
    err: str

    @property
    def seen(self) -> dict[str, Any]:
        """The object that --json printed, of one provider."""
        return json.loads(self.out)  # type: ignore[no-any-return]  # whatever JSON says

    def of(self, check: str) -> list[tuple[str, str]]:
        """Return state and sentence of a check."""
        return [(one["state"], one["sentence"]) for one in self.seen["checks"] if one["check"] == check]


Visiting = Callable[..., Visit]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Visiting:
    """Return the doctor, called inside this process with every key set."""
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> Visit:
        code = main(["doctor", *arguments])
        printed = capsys.readouterr()
        assert not [v for v in KEYS.values() if v in printed.out + printed.err], "a key was printed"
        return Visit(code, printed.out, printed.err)

    return call


@pytest.fixture
def ask(visit: Visiting) -> Callable[..., tuple[Visit, Server]]:
    """Return the doctor's visit to a server with these answers, and the server."""

    def call(*answers: Answer, options: tuple[str, ...] = ()) -> tuple[Visit, Server]:
        with serving(*answers) as server:
            # A shorter time-out is a shorter wait before the second try.
            return visit("gptge", f"--provider-url={server.url}", "--request-timeout=3", "--json", *options), server

    return call


Asking = Callable[..., tuple[Visit, Server]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_all_is_well_with_a_provider_that_keeps_its_contract(provider: str, visit: Visiting) -> None:
    contracts, models = load_contracts(find_provider(provider)), find_provider(provider).models is not None
    requests = 2 * len(contracts) + models
    with running(provider, environ=KEYS) as emulator:
        seen = visit(provider, f"--provider-url={emulator.url}", "--json")
        assert (seen.code, emulator.requests, emulator.creations) == (0, requests, 0)
    assert (seen.seen["exit"], seen.seen["requests"], seen.seen["creations"]) == (0, requests, 0)
    assert [state for state, _ in seen.of("key")] == ["ok"] * len(contracts)
    assert {state for state, _ in seen.of("task ids")} == {"unchecked"}
    assert list(dict.fromkeys(one["check"] for one in seen.seen["checks"])) == CHECKS


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_known_task_proves_the_key_and_costs_no_request_more(provider: str, visit: Visiting) -> None:
    with running(provider, environ=KEYS) as emulator:
        known = [f"--task-id={name}={ids[0]}" for name, ids in emulator.task_ids.items()]
        seen = visit(provider, f"--provider-url={emulator.url}", "--json", *known)
        requests = 2 * len(known) + (find_provider(provider).models is not None)
        assert (seen.code, emulator.requests, emulator.creations) == (0, requests, 0)
    assert all("was answered with 200" in sentence for _, sentence in seen.of("key"))
    assert [state for state, _ in seen.of("task ids")] == ["ok"] * len(known)


def test_each_task_id_is_read_once(visit: Visiting) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        known = [f"--task-id={name}={task}" for name, ids in emulator.task_ids.items() for task in ids]
        seen = visit("octopusx", f"--provider-url={emulator.url}", "--json", *known)
        assert (seen.code, emulator.requests) == (0, len(known) + len(emulator.task_ids))
    assert [state for state, _ in seen.of("task ids")] == ["ok"] * len(known)


def test_a_person_reads_a_line_a_check_and_what_was_sent(visit: Visiting) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        lines = visit("octopusx", f"--provider-url={emulator.url}").out.splitlines()
    assert lines[0] == "octopusx"
    assert lines[1].startswith(f"  ok           configuration  requests go to {emulator.url} with OCTOPUSX_API_KEY;")
    assert lines[-1] == "  sent: 4 requests, 0 creations"
    assert all(line.endswith(".") for line in lines[1:-1])


def test_checks_that_make_no_sense_any_more_share_a_line(visit: Visiting) -> None:
    lines = visit("gptge", "--provider-url=http://127.0.0.1:1").out.splitlines()
    assert "  not checked  clock, key, task ids: the service is not reached." in lines


CAUSES: dict[str, tuple[Answer, ExitCode, str, str]] = {
    "a key that is refused": (
        http(401, b'{"error": {"message": "invalid token"}}', JSON),
        ExitCode.KEY, "key", "invalid",
    ),
    "a page that asks who one is": (http(401, b"<html>Login", HTML), ExitCode.KEY, "key", "GPTGE_API_KEY"),
    "a key without permission": (
        http(403, b'{"error": {"message": "no access"}}', JSON),
        ExitCode.KEY, "key", "no access",
    ),
    "an account that has to pay": (http(402, b'{"message": "Payment Required"}', JSON), ExitCode.QUOTA, "key", "402"),
    "a quota that is used up": (
        http(403, b'{"error": {"message": "insufficient quota", "code": "insufficient_quota"}}', JSON),
        ExitCode.QUOTA, "key", "403",
    ),
    "a limit of requests": (
        http(429, b'{"message": "slow down"}', JSON, "Retry-After: 3"),
        ExitCode.SERVICE, "key", "429",
    ),
    "a gateway without a service": (http(502, b"<html>Bad Gateway", HTML), ExitCode.SERVICE, "key", "502"),
    "a page about maintenance": (http(503, b"<html>Be right back", HTML), ExitCode.SERVICE, "key", "503"),
    "a gateway that waited": (http(504, b"", JSON), ExitCode.SERVICE, "key", "504"),
    "a crash without JSON": (http(500, b"Internal Server Error", TEXT), ExitCode.SERVICE, "key", "500"),
    "a front page": (
        http(200, b"<!doctype html><title>Welcome</title>", HTML),
        ExitCode.NO_API, "key", "is not the API",
    ),
    "a page that keeps one out": (http(403, b"<html>Access denied", HTML), ExitCode.NO_API, "key", "is not the API"),
    "another server": (http(404, b"404 page not found", TEXT), ExitCode.NO_API, "key", "is not the"),
    "a route that is none": (http(404, b'{"error": {"message": "Invalid URL"}}', JSON), ExitCode.NO_API, "key", "URL"),
    "a way that leads nowhere": (http(302, b"", "Location: ftp://x/"), ExitCode.NO_API, "key", "302"),
    "no HTTP at all": (b"220 mail.example ESMTP\r\n\r\n", ExitCode.NO_API, "key", "no valid HTTP"),
    "a connection that is lost": (hang_up, ExitCode.CONNECTION, "key", "closed"),
}  # fmt: skip


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_has_its_exit_code(cause: str, ask: Asking) -> None:
    answer, code, check, words = CAUSES[cause]
    seen, server = ask(answer)
    (state, sentence), *_ = seen.of(check)
    assert (seen.code, seen.seen["exit"], state) == (code, code, "problem"), seen.out
    assert words in sentence
    assert len(server.asked) == seen.seen["requests"] <= 2
    assert {asked.method for asked in server.asked} == {"GET"}
    assert seen.of("models") == [("unchecked", "no key was seen to be accepted.")]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_of_the_id_is_no_refusal_of_the_key(status: int, ask: Asking) -> None:
    seen, server = ask(
        http(status, b'{"code": "task_not_exist", "message": "task_not_exist", "data": null}', JSON), NO_KEY
    )
    assert (seen.code, seen.of("key")[0][0], len(server.asked)) == (0, "ok", 2)


def test_an_unknown_task_that_is_served_is_remarked_on(ask: Asking) -> None:
    seen, _ = ask(TASK)
    ((state, sentence),) = seen.of("key")
    assert (seen.code, state) == (0, "remark")
    assert "although no task has this id" in sentence


def test_a_service_that_fails_on_an_unknown_id_says_nothing_of_the_key(ask: Asking) -> None:
    failed = http(500, b'{"error": {"message": "video not found"}}', JSON)
    seen, _ = ask(failed)
    assert (seen.code, seen.of("key")[0][0]) == (0, "remark")
    known, _ = ask(failed, options=("--task-id=video_1",))
    assert (known.code, known.of("task ids")[0][0]) == (ExitCode.SERVICE, "problem")


def test_a_task_id_that_the_service_does_not_know(ask: Asking) -> None:
    seen, server = ask(
        TASK, UNKNOWN, TASK, NO_KEY, options=("--task-id=video_1", "--task-id=video_2", "--task-id=video_3")
    )
    assert (seen.code, len(server.asked)) == (ExitCode.TASK, 4)
    assert [state for state, _ in seen.of("task ids")] == ["ok", "problem", "ok"]
    assert "task not found" in seen.of("task ids")[1][1]


def test_a_task_without_a_status_is_remarked_on(ask: Asking) -> None:
    seen, _ = ask(http(200, b'{"code": "unauthorized"}', JSON), options=("--task-id=video_1",))
    assert seen.code == 0
    assert [seen.of(check)[0][0] for check in ("key", "task ids")] == ["remark", "remark"]


@pytest.mark.parametrize(
    ("distance", "told"),
    [
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=47, minutes=50), "48 hours"),
        (timedelta(days=500), "500 days"),
        (timedelta(days=3653), "10 years"),
    ],
)
def test_a_difference_of_clocks_is_told_in_units_that_can_be_read(distance: timedelta, told: str, ask: Asking) -> None:
    date = format_datetime(datetime.now(UTC) - distance, usegmt=True)
    seen, _ = ask(http(404, b"{}", JSON, f"Date: {date}"))
    assert seen.of("clock")[0][1].startswith(f"the service's clock is {told} behind ours; ")


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_is_wrong(minutes: int, ask: Asking) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    seen, _ = ask(http(404, b"{}", JSON, f"Date: {date}"))
    ((state, sentence),) = seen.of("clock")
    assert (seen.code, state) == (ExitCode.CLOCK, "problem")
    assert f"20 min {'ahead of' if minutes > 0 else 'behind'} ours" in sentence


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ((), "no Date"),
        (("Date: soon",), "'soon' is none"),
        (("Date: Sun, 06 Nov 1994 08:49:37 GMT", "Age: 3600"), "cache"),
    ],
)
def test_a_reply_without_a_date_of_now_leaves_the_clock_unchecked(
    headers: tuple[str, ...], why: str, ask: Asking
) -> None:
    seen, _ = ask(http(404, b"{}", JSON, *headers))
    ((state, sentence),) = seen.of("clock")
    assert (seen.code, state) == (0, "unchecked")
    assert why in sentence


def test_of_several_problems_all_are_shown_and_the_first_decides(ask: Asking) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=3), usegmt=True)
    seen, _ = ask(http(401, b"{}", JSON, f"Date: {date}"))
    assert [seen.of(check)[0][0] for check in ("clock", "key")] == ["problem", "problem"]
    assert seen.code == ExitCode.CLOCK


def test_a_name_that_nobody_has(visit: Visiting) -> None:
    seen = visit("gptge", "--provider-url=https://nosuch.invalid", "--json")
    assert (seen.code, seen.seen["requests"]) == (ExitCode.DNS, 0)
    assert seen.of("dns")[0][1].startswith("nosuch.invalid has no address: ")
    assert {seen.of(check)[0][0] for check in CHECKS[2:8]} == {"unchecked"}


def test_a_name_server_that_says_nothing(visit: Visiting, monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told.wait(20) and [])
    seen = visit("gptge", "--provider-url=https://slow.invalid", "--request-timeout=0.2", "--json")
    told.set()
    assert seen.code == ExitCode.DNS
    assert "no answer within 0.2 s" in seen.of("dns")[0][1]


def test_a_port_where_nobody_listens(visit: Visiting) -> None:
    with refusing() as url:
        seen = visit("gptge", f"--provider-url={url}", "--json")
    port = url.rpartition(":")[2]
    assert (seen.code, seen.seen["requests"]) == (ExitCode.CONNECTION, 0)
    assert f"127.0.0.1 port {port} lets no connection be made" in seen.of("connection")[0][1]


@pytest.mark.parametrize(("scheme", "check"), [("http", "key"), ("https", "tls")])
def test_a_service_that_hangs_costs_its_time_out(scheme: str, check: str, visit: Visiting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        seen = visit("gptge", f"--provider-url={address}", "--request-timeout=0.3", "--json")
    assert (seen.code, seen.of(check)[0][0]) == (ExitCode.TIME_OUT, "problem")


def test_a_handshake_byte_by_byte_costs_its_time_out(visit: Visiting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_drip, args=(listener,), daemon=True).start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        seen = visit("gptge", f"--provider-url={address}", "--request-timeout=0.3", "--json")
    assert (seen.code, seen.of("tls")[0][0]) == (ExitCode.TIME_OUT, "problem")


def _drip(listener: socket.socket) -> None:
    """Begin a long record of a handshake (RFC 8446 section 5.1) and never come to its end."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"\x16\x03\x03\x40\x00\x02")
        for _ in range(50):
            time.sleep(0.1)
            connection.sendall(b"\x00")
        raise AssertionError("it was listened to for ever")


@pytest.mark.parametrize(
    ("days", "trusted", "words"),
    [(90, False, "self-signed certificate"), (-1, True, "certificate has expired")],
)
def test_a_certificate_that_does_not_verify(
    days: int, trusted: bool, words: str, visit: Visiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = certificate(tmp_path, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(shown.chain))
    with serving_tls(shown) as url:
        seen = visit("gptge", f"--provider-url={url}", "--json")
    assert (seen.code, seen.seen["requests"]) == (ExitCode.TLS, 0)
    assert words in seen.of("tls")[0][1]


@pytest.mark.parametrize(("days", "state"), [(90, "ok"), (5, "remark")])
def test_a_certificate_says_how_long_it_is_valid(
    days: int, state: str, visit: Visiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = certificate(tmp_path, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.chain))
    with serving_tls(shown) as url:
        seen = visit("gptge", f"--provider-url={url}", "--json")
    assert (seen.code, seen.of("tls")[0][0], seen.of("key")[0][0]) == (0, state, "unchecked")
    assert f"valid for {days - 1} days more" in seen.of("tls")[0][1]


def test_a_certificate_for_another_name(visit: Visiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = certificate(tmp_path, 90, host="vendor.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(shown.chain))
    with serving_tls(shown) as url:
        seen = visit("gptge", f"--provider-url={url}", "--json")
    assert seen.code == ExitCode.TLS
    assert "mismatch" in seen.of("tls")[0][1]


def test_plain_http_behind_an_https_address(visit: Visiting) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_complain, args=(listener,), daemon=True).start()
        seen = visit("gptge", f"--provider-url=https://127.0.0.1:{listener.getsockname()[1]}", "--json")
    assert (seen.code, seen.seen["requests"]) == (ExitCode.TLS, 0)
    assert "is it https at all?" in seen.of("tls")[0][1]


def _complain(listener: socket.socket) -> None:
    """Answer a handshake as a web server does that expected plain HTTP."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(http(400, b"not HTTP"))


def test_behind_a_proxy_the_way_to_the_host_is_the_proxy_s(visit: Visiting, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(UNKNOWN, UNKNOWN, NO_KEY) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//user:pa55word@"))
        monkeypatch.delenv("no_proxy", raising=False)
        seen = visit("gptge", "--provider-url=http://vendor.invalid", "--allow-http", "--json")
    hosts = [(asked.method, asked.target.partition("/v1")[0].rstrip("/")) for asked in proxy.asked]
    assert (seen.code, hosts) == (0, [(method, "http://vendor.invalid") for method in ("HEAD", "GET", "GET")])
    assert [KEY in str(asked.headers) for asked in proxy.asked] == [False, True, False]
    assert [seen.of(check)[0][0] for check in ("dns", "connection", "tls", "key")] == [*["unchecked"] * 3, "ok"]
    assert "pa55word" not in seen.out


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    """Return a copy of a provider that documents a list of models."""
    folder = copy_of("octopusx", tmp_path)
    shutil.rmtree(folder / "query")
    file = folder / "provider.toml"
    file.write_text('models = "/v1/models"\n' + file.read_text("utf-8"), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("listed", "code", "state", "words"),
    [
        (http(200, b'{"data": [{"id": "sora-2"}, {"id": "veo"}]}', JSON), 0, "ok", "sora-2 is among the 2 models"),
        (
            http(200, b'{"data": [{"id": "veo"}]}', JSON),
            ExitCode.MODEL,
            "problem",
            "sora-2 is not among the 1 model of",
        ),
        (http(200, b'{"data": []}', JSON), ExitCode.MODEL, "problem", "(none)"),
        (http(200, b'{"models": []}', JSON), 0, "unchecked", "that is no list of models"),
        (http(404, b'{"error": "no"}', JSON), 0, "unchecked", "was answered with 404"),
        (http(502, b"<html>", HTML), ExitCode.SERVICE, "problem", "502"),
    ],
)
def test_the_documented_model_is_looked_for_where_there_is_a_list(
    listed: bytes, code: int, state: str, words: str, listing: Path, visit: Visiting
) -> None:
    with serving(UNKNOWN, listed) as server:
        seen = visit(str(listing), f"--provider-url={server.url}", "--request-timeout=3", "--json")
    assert (seen.code, seen.of("models")[0][0]) == (code, state), seen.out
    assert words in seen.of("models")[0][1]
    assert server.asked[1].target == "/v1/models"
    assert server.asked[1].headers["authorization"] == f"Bearer {KEYS['OCTOPUSX_API_KEY']}"


def test_a_provider_without_a_list_of_models_says_so(ask: Asking) -> None:
    assert ask(UNKNOWN)[0].of("models") == [("unchecked", "GPT.GE documents no list of models.")]


def test_recordings_of_the_emulator_are_named_as_such(ask: Asking) -> None:
    ((state, sentence),) = ask(UNKNOWN)[0].of("recordings")
    assert state == "remark"
    assert "EMULATOR" in sentence


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({"origin": "recorded"}, "ok", "all are the service's own"),
        ({"origin": "recorded", "recorded_at": "2025-01-02T03:04:05+00:00"}, "remark", "of 2025-01-02, "),
        ({"recorded_at": "yesterday"}, "remark", "'yesterday' is no date"),
        ({"origin": "elsewhere"}, "remark", "damaged cassette"),
    ],
)
def test_recordings_tell_their_age(
    changes: dict[str, str], state: str, words: str, visit: Visiting, tmp_path: Path
) -> None:
    folder = copy_of("gptge", tmp_path)
    today = {"recorded_at": datetime.now(UTC).isoformat()}
    for file in folder.glob("cassettes/videos/*.yaml"):
        _set_metadata(file, today | changes)
    with serving(UNKNOWN) as server:
        seen = visit(str(folder), f"--provider-url={server.url}", "--json")
    assert (seen.code, seen.of("recordings")[0][0]) == (0, state), seen.out
    assert words in seen.of("recordings")[0][1]


def _set_metadata(file: Path, changes: dict[str, str]) -> None:
    lines = file.read_text("utf-8").split("\n")
    for name, value in changes.items():
        at = next(i for i, line in enumerate(lines) if line.startswith(f"  {name}:"))
        lines[at] = f"  {name}: {json.dumps(value)}"
    file.write_text("\n".join(lines), "utf-8")


def test_without_recordings_the_doctor_says_how_to_make_them(visit: Visiting, tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path, cassettes=False)
    with serving(UNKNOWN) as server:
        seen = visit(str(folder), f"--provider-url={server.url}", "--json")
    ((state, sentence),) = seen.of("recordings")
    assert (seen.code, state) == (0, "unchecked")
    assert f"pytest --provider={folder} --record-mode=rewrite" in sentence


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("GPTGE_API_KEY", "", "needs the API key in the environment variable GPTGE_API_KEY"),
        ("GPTGE_API_KEY", f"{KEY}x\n", "GPTGE_API_KEY: holds a character that no HTTP header can carry"),
        ("GPTGE_API_KEY", "q7Z", "GPTGE_API_KEY: holds fewer than 4 characters"),
        ("GPTGE_OTHER_API_KEY", "q7Z", "GPTGE_OTHER_API_KEY: holds fewer than 4 characters"),
        ("GPTGE_BASE_URL", "vendor.example", "GPTGE_BASE_URL=vendor.example: expected an address"),
        ("GPTGE_BASE_URL", "http://me:pa55word@vendor.example", "GPTGE_BASE_URL=http://***@vendor.example: expected"),
    ],
)
def test_what_the_environment_lacks_is_a_problem_of_the_configuration(
    variable: str, value: str, told: str, visit: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    seen = visit("gptge", "--json")
    ((state, sentence),) = seen.of("configuration")
    assert (seen.code, state, seen.seen["requests"]) == (ExitCode.CONFIGURATION, "problem", 0)
    assert told in sentence
    assert "pa55word" not in seen.out
    assert {seen.of(check)[0][0] for check in CHECKS[1:8]} == {"unchecked"}


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SSL_CERT_FILE", "/nonexistent.pem", "by SSL_CERT_FILE cannot be used: No such file"),
        (
            "https_proxy",
            "carrier-pigeon://me:pa55word@127.0.0.1",
            "HTTPS_PROXY or ALL_PROXY cannot be used: no address",
        ),
        ("https_proxy", "http://me:pa55word@:port", "HTTPS_PROXY or ALL_PROXY cannot be used: no address"),
    ],
)
def test_what_the_environment_names_for_every_client_must_be_usable(
    variable: str, value: str, told: str, visit: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    seen = visit("gptge", "--provider-url=https://vendor.invalid", "--json")
    ((state, sentence),) = seen.of("configuration")
    assert (seen.code, state, seen.seen["requests"]) == (ExitCode.CONFIGURATION, "problem", 0)
    assert told in sentence
    assert "pa55word" not in seen.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("nosuch",),
            f"'nosuch': no such provider; expected one of {NAMES}, all, or",
        ),
        (("gptge", "--task-id=nosuch=ID"), "--task-id=nosuch=ID: expected ID or CONTRACT=ID, CONTRACT one of "),
        (("gptge", "--request-timeout=0"), "--request-timeout=0.0: expected a number of seconds above 0"),
        (("all", "--provider-url=http://x"), "--provider-url=http://x: expected one --provider with it"),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: tuple[str, ...], told: str, visit: Visiting) -> None:
    seen = visit(*arguments)
    assert (seen.code, seen.out, seen.err.count("\n")) == (ExitCode.CONFIGURATION, "", 1)
    assert seen.err.startswith(f"vidconform: {told}")


def test_several_providers_give_a_line_each_and_the_first_problem_decides(
    visit: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPTGE_API_KEY", "")
    with serving(UNKNOWN) as well, serving(http(401, b"{}", JSON)) as refusing:
        for name, server in (("OPEAI", well), ("GPTGE", well), ("CHAINHUB", refusing)):
            monkeypatch.setenv(f"{name}_BASE_URL", server.url)
        seen = visit("opeai", "chainhub", "gptge", "--json")
    lines = [json.loads(line) for line in seen.out.splitlines()]
    assert [(line["provider"], line["exit"]) for line in lines] == [("opeai", 0), ("chainhub", 14), ("gptge", 4)]
    assert seen.code == ExitCode.KEY


def test_a_key_that_the_service_echoes_is_not_shown(ask: Asking, visit: Visiting) -> None:
    encoded = base64.b64encode(KEY.encode()).decode()
    body = json.dumps({"error": {"message": f"incorrect key {KEY}, {encoded} or {quote(KEY, safe='')}"}}).encode()
    for status in (200, 401, 403, 404, 500, 502):
        seen, _ = ask(http(status, body, JSON, f"X-Key: {KEY}"), options=("--task-id=video_1",))
        assert encoded not in seen.out
        assert quote(KEY, safe="") not in seen.out
        assert KEY.replace("/", "\\/") not in seen.out
    assert "REDACTED" in ask(http(401, body, JSON))[0].out


def test_a_redirect_to_a_front_page_keeps_the_key_at_home(visit: Visiting) -> None:
    with (
        serving(http(200, b"<html>Welcome", HTML)) as page,
        serving(http(302, b"", f"Location: {page.url}/")) as server,
    ):
        seen = visit("gptge", f"--provider-url={server.url}", "--json")
    assert (seen.code, seen.seen["requests"]) == (ExitCode.NO_API, 2)
    assert "authorization" not in page.asked[0].headers


@pytest.mark.parametrize("status", [200, 401, 404])
def test_a_redirect_to_another_address_is_no_refusal_of_the_key(status: int, visit: Visiting) -> None:
    answer = http(status, b'{"error": {"message": "no key"}}', JSON)
    with serving(answer) as moved, serving(http(301, b"", f"Location: {moved.url}/v1/videos/x")) as server:
        seen = visit("gptge", f"--provider-url={server.url}", "--json")
    ((state, sentence),) = seen.of("key")
    assert (seen.code, state) == (ExitCode.NO_API, "problem")
    assert f"is redirected to {moved.url}, and the key is not sent there; if it is the service's own, use" in sentence


def test_what_a_service_says_cannot_paint_the_terminal(visit: Visiting, listing: Path) -> None:
    refused = http(401, ANSI.encode(), JSON)
    models = http(200, json.dumps({"data": [{"id": ANSI}]}).encode(), JSON)
    for answers in ((refused,), (UNKNOWN, models)):
        with serving(*answers) as server:
            seen = visit(str(listing), f"--provider-url={server.url}")
        assert "red" in seen.out
        assert all(line.isprintable() for line in seen.out.split("\n"))


def test_the_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    assert [line for line in (exit_codes.__doc__ or "").splitlines() if line not in shown] == []
    assert [code for code in ExitCode if f"\n  {int(code):>2}  " not in shown] == []


def test_no_exit_code_is_one_of_pytest_s_own() -> None:
    taken = set(map(int, pytest.ExitCode)) | {6}
    assert {code for code in ExitCode if code in taken} == {ExitCode.OK, ExitCode.CONFIGURATION}


def test_of_several_recordings_the_oldest_is_told(visit: Visiting, tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path)
    files = sorted(folder.glob("cassettes/videos/*.yaml"))
    for file, at in zip(files, ["2025-03-04", "2025-01-02", *["2025-05-06"] * len(files)], strict=False):
        _set_metadata(file, {"origin": "recorded", "recorded_at": f"{at}T00:00:00+00:00"})
    with serving(UNKNOWN) as server:
        ((_, sentence),) = visit(str(folder), f"--provider-url={server.url}", "--json").of("recordings")
    assert f"the oldest of {len(files)} is of 2025-01-02, " in sentence


def test_the_addresses_of_a_host_share_the_seconds_of_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        place = connectivity._Endpoint("http://x.invalid", "http", "x.invalid", 80, seconds=6.0)
        for times in (1, 3):
            with connectivity._opened(place, found * times) as connection:
                assert connection.gettimeout() == 6.0 / times


@pytest.mark.parametrize("answer", [UNKNOWN, TASK], ids=["an id that is looked at first", "no key is asked for"])
def test_a_key_that_was_not_looked_at_is_not_called_accepted(answer: bytes, ask: Asking) -> None:
    seen, server = ask(answer, options=("--task-id=video_1",) if answer is TASK else ())
    ((state, sentence),) = seen.of("key")
    assert (seen.code, state) == (0, "unchecked")
    assert "for a wrong key too, so it was not looked at" in sentence
    assert server.asked[-1].headers["authorization"] == "Bearer vidconform-wrong-key"
    assert len(server.asked) == 2


def test_a_key_that_another_one_cannot_stand_in_for_is_accepted(ask: Asking) -> None:
    seen, _ = ask(UNKNOWN, NO_KEY)
    ((state, sentence),) = seen.of("key")
    assert (seen.code, state) == (0, "ok")
    assert "accepted" in sentence


def test_a_contract_can_be_chosen(visit: Visiting) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        address = f"--provider-url={emulator.url}"
        for name in ("query", "octopusx/query"):
            seen = visit("octopusx", address, "--json", f"--contract={name}")
            assert [sentence.partition(":")[0] for _, sentence in seen.of("key")] == ["octopusx/query"]
        wrong = visit("octopusx", address, "--contract=nosuch")
    assert (wrong.code, emulator.requests) == (ExitCode.CONFIGURATION, 4)
    assert "--contract=nosuch: expected one of octopusx/query" in wrong.err


def test_a_contract_that_is_not_served_does_not_silence_the_other(visit: Visiting) -> None:
    no_route = http(404, b'{"error": {"message": "Invalid URL"}}', JSON)
    with serving(no_route, UNKNOWN, NO_KEY) as server:
        seen = visit("octopusx", f"--provider-url={server.url}", "--json")
    assert [state for state, _ in seen.of("key")] == ["problem", "ok"], seen.out
    assert len(seen.of("task ids")) == 1
    assert seen.code == ExitCode.NO_API


def test_a_key_that_is_refused_ends_the_questions(visit: Visiting) -> None:
    with serving(NO_KEY) as server:
        seen = visit("octopusx", f"--provider-url={server.url}", "--json")
    assert [state for state, _ in seen.of("key")] == ["problem", "unchecked"]
    assert len(server.asked) == 1


def test_a_key_that_the_document_does_not_ask_for_is_not_called_refused(visit: Visiting, tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path, cassettes=False)
    document = provider / "videos" / "openapi.yaml"
    document.write_text(document.read_text("utf-8").replace("      security:\n        - bearer: []\n", ""), "utf-8")
    with serving(NO_KEY) as server:
        seen = visit(str(provider), f"--provider-url={server.url}", "--json")
    (_, sentence), *_ = seen.of("key")
    assert seen.code == ExitCode.CONFIGURATION, seen.out
    assert "no key was sent, for openapi.yaml names no security for it" in sentence


def test_a_person_reads_no_line_about_a_list_that_nobody_documents(visit: Visiting, listing: Path) -> None:
    with serving(UNKNOWN) as server:
        assert "models" not in visit("gptge", f"--provider-url={server.url}").out
        assert "models" in visit(str(listing), f"--provider-url={server.url}").out
