"""The live transport: keys stay at home, waiting and retrying end, a creation is sent once."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support.clock import Clock
from tests.support.clock import clock as clock
from tests.support.rawserver import Answer, Server, hang_up, http, refusing, serving
from vidconform.exchange.messages import Reply
from vidconform.exchange.requests import Request
from vidconform.transport.addresses import is_loopback, origin
from vidconform.transport.failures import ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.retries import LONGEST_WAIT
from vidconform.transport.timeouts import Timeouts

SECRETS = (("Authorization", "Bearer sk-secret"), ("token", "jwt-secret"), ("Cookie", "session=secret"))
HEADERS = (("Accept", "application/json"), *SECRETS)
SERVED = http(body=b'{"status": "queued"}')


@pytest.fixture
def transport() -> Iterator[LiveTransport]:
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(2.0), provider="acme")
    yield live
    live.close()


def get(transport: LiveTransport, server: Server, target: str = "/v1/videos/x") -> Reply:
    return transport.send(Request("GET", server.url, target, HEADERS))[0]


def post(transport: LiveTransport, server: Server) -> Reply:
    return transport.send(Request("POST", server.url, "/v1/videos", HEADERS, b'{"prompt": "a kite"}'))[0]


def secrets_seen(server: Server, index: int) -> set[str]:
    return {name.lower() for name, _ in SECRETS} & set(server.asked[index].headers)


def redirect(location: str, status: int = 302) -> bytes:
    return http(status, b"", f"Location: {location}")


def test_a_request_arrives_as_it_was_meant_and_is_counted(transport: LiveTransport) -> None:
    with serving(SERVED) as server:
        reply, at, origin, _ = transport.send(Request("POST", server.url, "/v1/videos?a=%2F", HEADERS, b"{}"))
    (asked,) = server.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/v1/videos?a=%2F", b"{}")
    assert asked.headers["authorization"] == "Bearer sk-secret"
    assert asked.headers["user-agent"] == "vidconform"
    assert (reply.status, reply.json, origin) == (200, {"status": "queued"}, "live")
    assert abs(datetime.fromisoformat(at) - datetime.now(UTC)) < timedelta(seconds=60)


def test_every_request_is_counted_before_it_is_sent() -> None:
    counted: list[int] = []
    with serving(hang_up, redirect("/moved"), SERVED) as server:
        live = LiveTransport(1.0, lambda: counted.append(len(server.asked)))
        get(live, server)
        live.close()
    assert counted == [0, 1, 2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_keeps_the_key(status: int, transport: LiveTransport) -> None:
    with serving(redirect("../moved?a=b", status), SERVED) as server:
        assert get(transport, server).status == 200
    assert server.asked[1].target == "/v1/moved?a=b"
    assert secrets_seen(server, 1) == {"authorization", "token", "cookie"}


def test_a_redirect_to_another_port_leaves_every_secret_behind(transport: LiveTransport) -> None:
    with serving(SERVED) as stranger, serving(redirect(f"{stranger.url}/file.mp4")) as server:
        assert get(transport, server).status == 200
    assert stranger.asked[0].target == "/file.mp4"
    assert stranger.asked[0].headers["accept"] == "application/json"
    assert secrets_seen(stranger, 0) == set()


def test_a_redirect_to_another_host_leaves_every_secret_behind(transport: LiveTransport) -> None:
    with serving(SERVED) as server:
        server.answers.insert(0, redirect(f"{server.url.replace('127.0.0.1', 'localhost')}/x"))
        assert get(transport, server).status == 200
    assert secrets_seen(server, 1) == set()


def test_a_stranger_does_not_get_the_key_by_redirecting_to_itself_or_back(transport: LiveTransport) -> None:
    with serving(redirect("/once-more"), SERVED) as stranger, serving(redirect(stranger.url), SERVED) as server:
        stranger.answers.insert(1, redirect(f"{server.url}/chosen-by-a-stranger"))
        assert get(transport, server).status == 200
    assert [secrets_seen(stranger, 0), secrets_seen(stranger, 1), secrets_seen(server, 1)] == [set(), set(), set()]


def test_every_redirect_that_was_followed_is_part_of_the_reply(transport: LiveTransport) -> None:
    with serving(SERVED) as cdn, serving(redirect("/once"), redirect(f"{cdn.url}/file.mp4", 307)) as server:
        reply = get(transport, server)
    assert [(hop.method, hop.url, hop.status) for hop in reply.hops] == [
        ("GET", f"{server.url}/v1/videos/x", 302),
        ("GET", f"{server.url}/once", 307),
    ]
    assert ("Location", f"{cdn.url}/file.mp4") in reply.hops[1].headers
    assert reply.status == 200


def test_a_redirect_that_is_not_followed_is_no_hop(transport: LiveTransport) -> None:
    with serving(redirect("ftp://127.0.0.1/x")) as server:
        assert get(transport, server).hops == post(transport, server).hops == ()


def test_a_retry_begins_without_the_hops_of_the_try_before(transport: LiveTransport) -> None:
    with serving(redirect("/once"), busy(502), SERVED) as server:
        assert get(transport, server).hops == ()
    assert [asked.target for asked in server.asked] == ["/v1/videos/x", "/once", "/v1/videos/x"]


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://Vendor.example/a") == origin("https://vendor.example:443/b")
    assert origin("http://vendor.example") == origin("http://vendor.example:80")
    others = ["http://vendor.example", "https://vendor.example:8443", "https://vendor.example.evil"]
    assert origin("https://vendor.example") not in map(origin, others)


def test_a_loop_of_redirects_ends_with_the_redirect(transport: LiveTransport) -> None:
    with serving(redirect("/again")) as server:
        assert get(transport, server).status == 302
    assert len(server.asked) == 4


def test_a_creation_follows_no_redirect(transport: LiveTransport) -> None:
    with serving(redirect("/elsewhere", 307), SERVED) as server:
        assert post(transport, server).status == 307
    assert len(server.asked) == 1


NOWHERE = ["", "//", "http://[", "http:///x", "http://a:99999/", "ftp://127.0.0.1/x", "javascript:alert(1)", "\xff"]
NOWHERE.append("x" * 70_000)


@pytest.mark.parametrize("location", NOWHERE)
def test_a_redirect_to_nowhere_is_a_reply_or_trouble(location: str, transport: LiveTransport) -> None:
    with serving(redirect(location), SERVED) as server:
        outcome = ended(lambda: get(transport, server))
    assert isinstance(outcome, ProbeFailure) or outcome.status in (200, 302)


def ended(send: Callable[[], Reply]) -> Reply | ProbeFailure:
    try:
        return send()
    except ProbeFailure as failure:
        return failure


def busy(status: int, *retry_after: str) -> bytes:
    return http(status, b"{}", *(f"Retry-After: {value}" for value in retry_after))


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_waited_for_as_long_as_it_says(status: int, transport: LiveTransport, clock: Clock) -> None:
    with serving(busy(status, "0.3"), SERVED) as server:
        assert get(transport, server).status == 200
    assert clock.slept == [0.3]
    assert len(server.asked) == 2


def test_a_busy_service_may_name_a_date(transport: LiveTransport) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.9)
    with serving(busy(429, format_datetime(soon, usegmt=True)), SERVED) as server:
        assert get(transport, server).status == 200


@pytest.mark.parametrize("told", ["3600", "1e300", "inf", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_our_patience_is_not_begun(told: str, transport: LiveTransport, clock: Clock) -> None:
    with serving(busy(503, told)) as server:
        assert get(transport, server).status == 503
    assert clock.slept == []
    assert len(server.asked) == 1


def test_no_single_wait_is_longer_than_a_minute() -> None:
    live = LiveTransport(retry_seconds=900.0, count=lambda: None)
    with serving(busy(429, str(LONGEST_WAIT + 1))) as server:
        assert get(live, server).status == 429
    live.close()
    assert len(server.asked) == 1


def test_all_waits_of_a_run_together_are_bounded(transport: LiveTransport, clock: Clock) -> None:
    with serving(busy(429, "0.4")) as server:
        assert [get(transport, server).status for _ in range(3)] == [429, 429, 429]
    assert clock.slept == [0.4, 0.4]
    assert len(server.asked) == 5


@pytest.mark.parametrize("told", ["0", "-1", "0.0"])
def test_who_says_no_wait_again_and_again_is_not_hammered(told: str, transport: LiveTransport) -> None:
    with serving(busy(429, told)) as server:
        assert get(transport, server).status == 429
    assert 2 <= len(server.asked) <= 6


NEVER = ["", "soon", "nan", "Fri, 99 Foo 2026", "Wed, 21 Oct 2026 07:28:00 -0000", "\xff"]


@pytest.mark.parametrize("told", NEVER)
def test_without_a_wait_that_is_one_there_is_one_second_try(told: str, transport: LiveTransport, clock: Clock) -> None:
    with serving(busy(429, told)) as server:
        assert get(transport, server).status == 429
    # A thirtieth of the time-out.
    assert clock.slept == [2.0 / 30]
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_that_met_an_outage_is_sent_once_more(status: int, transport: LiveTransport) -> None:
    with serving(busy(status), SERVED) as server:
        assert get(transport, server).status == 200


@pytest.mark.parametrize("told", [(), ("0",), ("0.1",)])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_creation_is_sent_once_whatever_the_answer_asks_for(
    status: int, told: tuple[str, ...], transport: LiveTransport
) -> None:
    with serving(busy(status, *told), SERVED) as server:
        assert post(transport, server).status == status
    assert len(server.asked) == 1


def test_a_limiter_that_turns_a_creation_down_is_given_its_time_before_the_next(
    transport: LiveTransport, clock: Clock
) -> None:
    with serving(busy(429, "0.3"), SERVED) as server:
        assert post(transport, server).status == 429
        # The rest is the next request's, and no part of how long the limiter took to answer.
        assert clock.slept == []
        assert post(transport, server).status == 200
    assert clock.slept == [0.3]


def test_a_limiter_is_believed_once_until_something_is_answered(transport: LiveTransport) -> None:
    with serving(busy(429, "0"), busy(429, "0"), SERVED, busy(429, "0"), SERVED) as server:
        assert [post(transport, server).status for _ in range(2)] == [429, 429]
        with pytest.raises(ProbeFailure, match="no usable answer just before"):
            post(transport, server)
        assert get(transport, server).status == 200
        assert [post(transport, server).status for _ in range(2)] == [429, 200]


def test_an_error_of_the_service_itself_is_its_answer(transport: LiveTransport) -> None:
    with serving(http(500), SERVED) as server:
        assert get(transport, server).status == 500
    assert len(server.asked) == 1


def test_an_exhausted_quota_is_not_waited_for(transport: LiveTransport) -> None:
    body = b'{"error": {"code": "insufficient_quota"}}'
    with serving(http(429, body, "Retry-After: 1"), SERVED) as server:
        assert get(transport, server).status == 429
    assert len(server.asked) == 1


def test_a_limiter_that_speaks_of_quota_to_a_request_without_the_key_is_waited_for(transport: LiveTransport) -> None:
    body = b'{"error": {"code": "insufficient_quota"}}'
    with serving(http(429, body, "Retry-After: 0.1"), SERVED) as server:
        assert transport.send(Request("GET", server.url, "/x", keyed=False)).reply.status == 200
    assert len(server.asked) == 2


def cut_in_the_middle(connection: socket.socket) -> None:
    connection.sendall(http(body=b"{}" * 50)[:-40])


def reset(connection: socket.socket) -> None:
    # Lingering for no time at all turns the end into RST.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


LOSSES: list[Answer] = [hang_up, cut_in_the_middle, reset, b"HTTP/1.1 ", b"no HTTP at all\r\n\r\n"]
NO_ANSWER = r"got no answer: (connection|no valid HTTP)"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_read_that_was_lost_is_sent_once_more_on_a_new_connection(loss: Answer, transport: LiveTransport) -> None:
    with serving(SERVED, loss, SERVED) as server:
        get(transport, server)
        assert get(transport, server).status == 200
    assert [asked.method for asked in server.asked] == ["GET"] * 3
    assert len({asked.port for asked in server.asked}) == 3


@pytest.mark.parametrize("loss", LOSSES)
def test_a_read_that_is_lost_twice_is_trouble(loss: Answer, transport: LiveTransport) -> None:
    with serving(loss) as server, pytest.raises(ProbeFailure, match=f"^GET /v1/videos/x {NO_ANSWER}"):
        get(transport, server)
    assert len(server.asked) == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_creation_is_never_sent_twice(loss: Answer, transport: LiveTransport) -> None:
    with serving(loss, SERVED) as server, pytest.raises(ProbeFailure, match=f"^POST /v1/videos {NO_ANSWER}"):
        post(transport, server)
    assert len(server.asked) == 1


def test_no_connection_is_used_twice(transport: LiveTransport) -> None:
    with serving(SERVED, keeps=True) as server:
        get(transport, server)
        get(transport, server)
        assert post(transport, server).status == 200
    assert len({asked.port for asked in server.asked}) == 3


def test_nobody_there_is_trouble(transport: LiveTransport) -> None:
    with refusing() as url, pytest.raises(ProbeFailure, match="connection refused"):
        transport.send(Request("GET", url, "/"))


@pytest.mark.parametrize("value", ["sk-secret\n", "sk-secret\r\nX: y", "sk-secret\0"])
def test_a_key_that_no_header_can_carry_is_not_told(value: str, transport: LiveTransport) -> None:
    with serving(SERVED) as server, pytest.raises(ProbeFailure) as failure:
        transport.send(Request("GET", server.url, "/x", (("Authorization", f"Bearer {value}"),)))
    assert "secret" not in str(failure.value)
    assert server.asked == []


def test_a_key_with_letters_beyond_ascii_is_sent_as_utf_8(transport: LiveTransport) -> None:
    with serving(SERVED) as server:
        transport.send(Request("GET", server.url, "/x", (("token", "sécret"),)))
    assert server.asked[0].headers["token"].encode("latin-1").decode() == "sécret"


def test_an_address_beyond_measure_is_trouble(transport: LiveTransport) -> None:
    with serving(SERVED) as server, pytest.raises(ProbeFailure, match="cannot be sent"):
        get(transport, server, "/v1/videos/" + "x" * 70_000)


def test_no_proxy_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(SERVED) as server, serving(http(502)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        live = LiveTransport(1.0, lambda: None)
        assert get(live, server).status == 200
        live.close()
    assert proxy.asked == []


def test_a_cookie_of_one_reply_is_not_sent_with_the_next_request(transport: LiveTransport) -> None:
    cookies = ("Set-Cookie: session=abc; Path=/", "Set-Cookie: other=1; Domain=127.0.0.1", "Set-Cookie: =;;=\xff")
    with serving(http(302, b"", "Location: /next", *cookies), http(200, b"{}", *cookies), SERVED) as server:
        for _ in range(2):
            transport.send(Request("GET", server.url, "/x"))
    assert len(server.asked) == 3
    assert not any("cookie" in asked.headers for asked in server.asked)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.8.7", "127.1", "0x7f000001", "[::1]"])
def test_an_address_of_this_machine_is_known_in_every_form(host: str) -> None:
    assert is_loopback(f"http://{host}:8000/v1")


@pytest.mark.parametrize("host", ["127.example.com", "127.0.0.1.example.com", "128.0.0.1", "[::2]", "10.0.0.1", ""])
def test_a_name_that_begins_like_an_address_of_this_machine_is_somebody_s(host: str) -> None:
    assert not is_loopback(f"http://{host}:8000/v1")
