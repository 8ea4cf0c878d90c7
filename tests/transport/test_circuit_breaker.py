"""How a provider has been doing: what counts against it, what clears it, and how long it is waited for meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.rawserver import http, serving
from tests.support.vendors import silent
from vidconform.exchange.messages import Request
from vidconform.transport.circuit_breaker import CircuitBreaker
from vidconform.transport.failures import FailureKind, ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import SHORT, AdaptiveTimeouts, Timeouts

TASK = http(body=b'{"id": "video_1", "object": "video", "status": "queued"}')


@pytest.fixture
def transport() -> Iterator[LiveTransport]:
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(0.3), provider="acme")
    yield live
    live.close()


def test_a_creation_that_a_silent_service_may_have_heard_was_sent(transport: LiveTransport) -> None:
    with serving(silent) as server, pytest.raises(ProbeFailure) as lost:
        transport.send(Request("POST", server.url, "/v1/videos", (), b"{}", paid=True))
    assert (lost.value.kind, lost.value.sent) == (FailureKind.TIMEOUT, True)
    assert len(server.asked) == 1


def test_a_gateway_that_fails_every_other_time_is_asked_on(transport: LiveTransport) -> None:
    away = http(502)
    # A read that met an outage is tried twice, so that two in a row are one failure.
    with serving(*([away, away, TASK] * 3), TASK) as server:
        found = [transport.send(Request("GET", server.url, "/v1/videos/x", scope="acme/videos"))[0] for _ in range(7)]
    assert [reply.status for reply in found] == [502, 200, 502, 200, 502, 200, 200]


def test_an_answer_of_one_contract_says_nothing_of_another_s_gateway() -> None:
    breaker = CircuitBreaker("acme")
    for _ in range(3):
        breaker.failed(FailureKind.OUTAGE, "answered with 502", "acme/query")
        breaker.answered("acme/videos")
    assert (breaker.is_open("acme/query"), breaker.is_open("acme/videos")) == (True, False)


def test_a_slow_provider_gets_longer_tries_of_which_two_stay_within_five_seconds() -> None:
    timeouts = AdaptiveTimeouts(Timeouts())
    assert timeouts.short == SHORT
    timeouts.heard(1.4)
    assert timeouts.short == pytest.approx(2.1)
    timeouts.heard(60.0)
    assert 4 < 2 * timeouts.short < 5
