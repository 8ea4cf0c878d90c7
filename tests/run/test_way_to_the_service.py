"""What stands in the way of every request is told before the first one, in the same words by a run and by doctor."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.processes import KEYS, environment, judge_inside
from tests.support.rawserver import Server, http, serving
from tests.support.tlsserver import certificate, server_context
from vidconform.cli import main
from vidconform.emulator.server import running

pytest_plugins = ["pytester"]

VENDOR = "--provider-url=https://vendor.invalid"
DEAD = "http://127.0.0.1:9"
PROXIES = "what the environment names by HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used: "

Both = Callable[..., str]

UNUSABLE: dict[str, tuple[dict[str, str], str]] = {
    "a certificate file that is not there": (
        {"SSL_CERT_FILE": "/nonexistent.pem"}, "names by SSL_CERT_FILE cannot be used: No such file",
    ),
    "a certificate file that is none": (
        {"SSL_CERT_FILE": "/etc/hostname"}, "names by SSL_CERT_FILE cannot be used: it holds no certificate",
    ),
    "a folder of certificates that is not there": (
        {"SSL_CERT_DIR": "/nonexistent"}, "names by SSL_CERT_DIR cannot be used: No such file",
    ),
    "a bundle of requests that is not there": (
        {"REQUESTS_CA_BUNDLE": "/nonexistent.pem"}, "names by REQUESTS_CA_BUNDLE cannot be used: No such file",
    ),
    "a bundle of curl that is not there": (
        {"CURL_CA_BUNDLE": "/nonexistent.pem"}, "names by CURL_CA_BUNDLE cannot be used: No such file",
    ),
    "a device for certificates": (
        {"SSL_CERT_FILE": "/dev/zero"}, "names by SSL_CERT_FILE cannot be used: not a regular file but a pipe",
    ),
    "a log of TLS that cannot be written": (
        {"SSLKEYLOGFILE": "/nonexistent/log"}, "names by SSLKEYLOGFILE cannot be used: No such file",
    ),
    "an address of IPv6 in brackets": (
        {"https_proxy": DEAD, "no_proxy": "localhost,[::1]"}, "NO_PROXY cannot be used: its entry '[::1]'; write",
    ),
    "an address of IPv6 with a port": ({"https_proxy": DEAD, "no_proxy": "[::1]:80"}, "its entry '[::1]:80'; write"),
    "a range of IPv6": ({"https_proxy": DEAD, "no_proxy": "10.0.0.0/8, fd00::/8"}, "its entry 'fd00::/8'; write"),
    "a range without a proxy": ({"no_proxy": "::1/128"}, "its entry '::1/128'; write"),
    "a proxy of SOCKS": (
        {"all_proxy": "socks5://u:pa55word@127.0.0.1:9"}, f'{PROXIES}its kind of proxy needs a package more, pip',
    ),
    "a proxy of another kind": ({"https_proxy": "carrier-pigeon://u:pa55word@x"}, f"{PROXIES}no address of a proxy"),
    "a password with a slash": ({"https_proxy": "http://u:pa55/word@x:1"}, f"{PROXIES}no address of a proxy"),
}  # fmt: skip


@pytest.fixture
def refused(pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> Both:
    """Return what starts a run and the doctor, and returns the one sentence of both."""

    def refused(*arguments: str, **variables: str) -> str:
        run = judge_inside(pytester, "--provider=gptge", "--live", *arguments, **{**KEYS, **variables})
        assert run.code == 4, run.ran()
        with pytest.MonkeyPatch.context() as patch:
            for name in set(os.environ) - set(environment()):
                patch.delenv(name)
            for name, value in {**KEYS, **variables}.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = main(["doctor", "gptge", *arguments])
        out = capsys.readouterr().out
        sentence = run.err.strip().removeprefix("ERROR: ")
        assert code == 4, out
        assert sentence in out
        assert "\n" not in sentence
        assert "pa55" not in run.ran() + out
        return sentence

    return refused


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what this machine itself says of certificates and proxies."""
    for name in list(os.environ):
        if name.lower().endswith(("_proxy", "_ca_bundle")) or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", UNUSABLE)
def test_what_the_environment_names_is_used_or_refused_at_the_start(name: str, refused: Both) -> None:
    variables, sentence = UNUSABLE[name]
    told = refused(VENDOR, **variables)
    assert sentence in told
    assert told.endswith("[VC-203]")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password_is_told_before_the_first_request(scheme: str, refused: Both) -> None:
    with serving(http(407, b"no", "Proxy-Authenticate: Basic")) as proxy:
        named = {f"{scheme}_proxy": proxy.url.replace("//", "//user:pa55word@")}
        told = refused(f"--provider-url={scheme}://vendor.invalid", "--allow-http", **named)
    assert told == f"{PROXIES}the proxy answers 407 and wants another user or password [VC-203]"
    assert {asked.method for asked in proxy.asked} == {"HEAD" if scheme == "http" else "CONNECT"}
    assert all("authorization" not in asked.headers for asked in proxy.asked)


@pytest.mark.slow
def test_a_proxy_that_wants_a_password_later_is_the_proxy_s_trouble(pytester: pytest.Pytester) -> None:
    missing = http(404, b'{"error": {"message": "no such task"}}', "Content-Type: application/json")
    with serving(missing, http(407, b"no")) as proxy:
        run = judge_inside(
            pytester, "--provider=gptge", "--live", "--provider-url=http://vendor.invalid", "--allow-http",
            "--max-creations=0", "--fuzz=0", "-k", "unknown", **KEYS, http_proxy=proxy.url,
        )  # fmt: skip
    assert run.code == 6, run.ran()
    assert "fails" not in run.labels().values()
    assert any("the proxy of the environment said: 407" in row["received"] for row in run.verdicts.values())


@pytest.mark.slow
def test_a_407_of_the_service_itself_is_its_reply(pytester: pytest.Pytester) -> None:
    with serving(http(407, b'{"error": {"message": "no"}}', "Content-Type: application/json")) as vendor:
        run = judge_inside(
            pytester, "--provider=gptge", "--live", f"--provider-url={vendor.url}", "--max-creations=0", "--fuzz=0",
            "-k", "unknown", **KEYS,
        )  # fmt: skip
    assert "the proxy" not in run.ran()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "SSLKEYLOGFILE"])
def test_a_pipe_that_the_environment_names_is_not_waited_for(variable: str, refused: Both, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = refused(VENDOR, **{variable: str(tmp_path / "pipe")})
    assert re.search(rf"names by {variable} cannot be used: (not a regular file|no regular file|Not a directory)", told)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_that_the_environment_names_is_trusted(
    variable: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = certificate(tmp_path, 30)
    missing = http(404, b'{"error": {"message": "no such task"}}', "Content-Type: application/json")
    monkeypatch.setenv(variable, str(shown.chain))
    monkeypatch.setenv("GPTGE_API_KEY", KEYS["GPTGE_API_KEY"])
    with serving(missing, tls=server_context(shown)) as vendor:
        code = main(["doctor", "gptge", f"--provider-url={vendor.url}"])
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("end", ["/v1", "/v1/", "/proxy/v1"])
def test_a_base_url_that_ends_in_what_paths_begin_with_is_refused(end: str, refused: Both) -> None:
    with running("gptge", environ=KEYS) as emulator:
        told = refused(f"--provider-url={emulator.url}{end}")
    right = emulator.url + end.rstrip("/").removesuffix("/v1")
    said = f"--provider-url={emulator.url}{end}: expected {right}, for the documented paths begin with /v1 themselves"
    assert told == f"{said} [VC-101]"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("end", ["", "/", "/api", "/v1beta", "/v1/api"])
def test_any_other_base_url_is_taken(end: str, pytester: pytest.Pytester) -> None:
    with running("gptge", environ=KEYS) as emulator:
        run = judge_inside(
            pytester, "--provider=gptge", "--plan", "--live", f"--provider-url={emulator.url}{end}", **KEYS
        )
    assert run.code == 0, run.ran()


def test_plain_http_to_a_public_address_is_refused(refused: Both) -> None:
    for address in ("http://8.8.8.8", "http://[2606:4700::1111]", "http://vendor.invalid", "http://[64:ff9b::808:808]"):
        told = refused(f"--provider-url={address}")
        assert told == (
            f"{address} is plain http at a public address, so that GPTGE_API_KEY would travel unencrypted; "
            "use https, or pass --allow-http [VC-204]"
        )


WORDS = [
    "video",
    "completed",
    "Bearer-Token",
    "YOUR_API_KEY",
    "sora-2",
    "xxxxxxxx",
    "123456",
    "task_id",
    "video1",
    "test-key-1",
]


@pytest.mark.parametrize("key", WORDS)
def test_a_key_that_is_a_plain_word_is_refused_towards_a_public_address(key: str, refused: Both) -> None:
    told = refused("--provider-url=https://8.8.8.8", GPTGE_API_KEY=key)
    assert told == (
        "GPTGE_API_KEY: holds a plain word or a text of the document itself, which redaction would take out of every "
        "reply [VC-202]"
    )


def warnings(pytester: pytest.Pytester, server: Server, key: str) -> list[str]:
    run = judge_inside(
        pytester, "--provider=gptge", "--live", f"--provider-url={server.url}", "--max-creations=0", "--fuzz=0",
        "-k", "nothing", **{**KEYS, "GPTGE_API_KEY": key},
    )  # fmt: skip
    return [line for line in run.out.splitlines() if "warning:" in line]


def test_both_are_warned_of_once_towards_this_machine(pytester: pytest.Pytester) -> None:
    with serving(http()) as server:
        assert warnings(pytester, server, KEYS["GPTGE_API_KEY"]) == [
            f"vidconform: gptge: warning: plain http: keys travel unencrypted to {server.url}"
        ]
        assert len(warnings(pytester, server, "video")) == 2
    assert server.asked == []
