"""An error of ours, a broken peer and a talkative proxy show no key, whatever is asked of a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.processes import KEYS, environment, judge, live
from tests.support.rawserver import serving
from vidconform.contracts.secret_variables import proxy_passwords
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.exchange.requests import Request
from vidconform.redaction.guard import Guard
from vidconform.redaction.redactor import Redactor
from vidconform.transport.failures import ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import Timeouts

KEY = KEYS["OCTOPUSX_API_KEY"]
BROKEN = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    config.option.provider_url = object()
"""


@pytest.mark.slow
def test_an_internal_error_shows_no_variable_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "breaking.py").write_text(BROKEN)
    words = ("-p", "breaking", "--provider=octopusx", "--live")
    run = judge(tmp_path, *words, "-l", "--full-trace", **KEYS, PYTHONPATH=str(tmp_path), ANY_SECRET="h1dd3n-v4lu3")
    said = run.out + run.err
    assert "Error" in said
    assert "environ" in said, "the locals are shown"
    assert not [value for value in (*KEYS.values(), "h1dd3n-v4lu3") if value in said]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_the_middle_of_a_request_shows_no_key(number: signal.Signals, tmp_path: Path) -> None:
    asked = threading.Event()

    def keep_waiting(reply: ReplyContext) -> None:
        asked.set()
        time.sleep(2)

    with running("octopusx", environ=KEYS, change=keep_waiting) as emulator, (tmp_path / "out").open("wb") as out:
        words = [*live(emulator, tasks=False), "-k", "octopusx/videos and creation", "-l", "--full-trace"]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(**KEYS), stdout=out, stderr=out)
        assert asked.wait(60)
        process.send_signal(number)
        assert process.wait(60) == pytest.ExitCode.INTERRUPTED
    said = (tmp_path / "out").read_bytes()
    assert b"KeyboardInterrupt" in said
    assert b"wrap_session" in said, "the whole trace is shown"
    assert Guard(KEYS).variable_in(said) is None


LONG = b"x" * 395
ANSWERS = {
    "a status line": b"HTTP/1.1 2x0 " + LONG[:330] + KEY.encode() + b"\r\n\r\n",
    "a header": b"HTTP/1.1 200 OK\r\nA B " + LONG[:330] + KEY.encode() + b"\r\n\r\n",
    "a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + LONG[:330] + KEY.encode() + b"\r\n",
}


@pytest.mark.parametrize("broken", ANSWERS)
@pytest.mark.parametrize("more", range(0, 60, 4))
def test_what_is_no_http_is_told_without_the_key_wherever_it_is_cut(broken: str, more: int) -> None:
    answer = ANSWERS[broken].replace(LONG[:330], LONG[: 300 + more])
    transport = LiveTransport(0.1, lambda: None, timeouts=Timeouts.of(2.0), redact=Redactor([KEY]).text)
    with serving(answer) as server, pytest.raises(ProbeFailure) as failure:
        transport.send(Request("GET", server.url, "/v1/videos/x"))
    transport.close()
    assert not [KEY[i : i + 6] for i in range(len(KEY) - 5) if KEY[i : i + 6] in str(failure.value)]


@pytest.mark.parametrize(
    ("address", "password"),
    [("http://user:pa55w0rd@proxy:8080", "pa55w0rd"), ("u:p%40ss:w/x@proxy", "p@ss:w/x"), ("http://proxy:8080", None)],
)
def test_the_password_of_a_proxy_is_a_secret(address: str, password: str | None) -> None:
    found = proxy_passwords({"https_proxy": address, "HOME": "a:b@c"})
    assert found.get("https_proxy") == password
    assert "HOME" not in found
