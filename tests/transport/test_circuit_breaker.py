"""How a provider has been doing: what counts against it, what clears it, and how long it is waited for meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.support.clock import Clock
from tests.support.clock import clock as clock
from tests.support.rawserver import Server, http, serving
from tests.support.vendors import silent
from vidconform.exchange.requests import Request
from vidconform.transport.circuit_breaker import CircuitBreaker
from vidconform.transport.failures import FailureKind, ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import SHORT, AdaptiveTimeouts, Timeouts

TASK = http(body=b'{"id": "video_1", "object": "video", "status": "queued"}')


@pytest.fixture
def patient(clock: Clock) -> Iterator[LiveTransport]:
    """Return a client whose seconds pass by the server's sleep alone, however busy the machine is."""
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(6.0), provider="acme")
    yield live
    live.close()


def test_a_creation_that_a_silent_service_may_have_heard_was_sent() -> None:
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(0.3), provider="acme")
    with serving(silent) as server, pytest.raises(ProbeFailure) as lost:
        live.send(Request("POST", server.url, "/v1/videos", (), b"{}", paid=True))
    live.close()
    assert lost.value.kind is FailureKind.TIMEOUT
    assert lost.value.sent
    assert len(server.asked) == 1


def test_a_gateway_that_fails_every_other_time_is_asked_on(patient: LiveTransport) -> None:
    away = http(502)
    # A read that met an outage is tried twice, so that two in a row are one failure.
    with serving(*([away, away, TASK] * 3), TASK) as server:
        found = [patient.send(Request("GET", server.url, "/v1/videos/x", scope="acme/videos"))[0] for _ in range(7)]
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


# --- Answers that come in time and yet too late


def delayed(seconds: float, answer: bytes = TASK) -> Callable[[socket.socket], None]:
    """Return what takes its time before it answers."""

    def answer_late(connection: socket.socket) -> None:
        time.sleep(seconds)
        connection.sendall(answer)

    return answer_late


LATE = delayed(5.0)


def read(server: Server, target: str = "/v1/videos/x", *, is_plain: bool = True) -> Request:
    return Request("GET", server.url, target, scope="acme/videos", is_plain=is_plain)


@pytest.mark.slow
def test_reads_that_take_most_of_their_time_out_end_the_asking(patient: LiveTransport) -> None:
    with serving(LATE) as server:
        answered = [patient.send(read(server))[0].json for _ in range(3)]
        with pytest.raises(ProbeFailure, match=r"^not sent: the reads of acme/videos took 5 s each") as late:
            patient.send(read(server))
        with pytest.raises(ProbeFailure, match=r"^not sent: the reads of acme/videos"):
            patient.send(Request("POST", server.url, "/v1/videos", (), b"{}", paid=True, scope="acme/videos"))
    assert len(answered) == len(server.asked) == 3
    assert (late.value.kind, late.value.sent) == (FailureKind.SLOW, False)


@pytest.mark.slow
def test_one_answer_in_good_time_clears_those_that_came_late(patient: LiveTransport) -> None:
    with serving(LATE, LATE, TASK, LATE, LATE, TASK) as server:
        assert [patient.send(read(server))[0].status for _ in range(6)] == [200] * 6


@pytest.mark.slow
def test_a_read_that_takes_a_quarter_of_its_time_out_is_none_that_comes_late(patient: LiveTransport) -> None:
    with serving(delayed(1.5)) as server:
        assert [patient.send(read(server))[0].status for _ in range(4)] == [200] * 4


@pytest.mark.slow
def test_late_reads_of_one_contract_end_no_other_s(patient: LiveTransport) -> None:
    with serving(LATE, LATE, LATE, TASK) as server:
        for _ in range(3):
            patient.send(read(server))
        other = patient.send(Request("GET", server.url, "/v1/query/x", scope="acme/query"))[0]
    assert other.status == 200


@pytest.mark.slow
def test_a_creation_may_take_its_time(patient: LiveTransport) -> None:
    with serving(LATE) as server:
        asked = Request("POST", server.url, "/v1/videos", (), b"{}", paid=True, scope="acme/videos")
        assert [patient.send(asked)[0].status for _ in range(4)] == [200] * 4


@pytest.mark.slow
def test_a_creation_is_waited_for_beyond_the_time_out_of_a_read() -> None:
    live = LiveTransport(retry_seconds=1.0, count=lambda: None, timeouts=Timeouts.of(1.0))
    # Nothing but the time-out of a read, doubled, lets it come.
    with serving(delayed(1.3)) as server:
        assert live.send(Request("POST", server.url, "/v1/videos", (), b"{}", paid=True))[0].status == 200
    live.close()


@pytest.mark.slow
def test_late_reads_hold_up_no_creation_before_they_end_the_asking(patient: LiveTransport) -> None:
    with serving(LATE, LATE, TASK) as server:
        patient.send(read(server))
        patient.send(read(server))
        asked = Request("POST", server.url, "/v1/videos", (), b"{}", paid=True, scope="acme/videos")
        assert patient.send(asked)[0].status == 200


@pytest.mark.slow
def test_refusals_that_take_their_time_end_nothing_where_a_plain_question_is_answered_at_once(
    patient: LiveTransport,
) -> None:
    refused = delayed(5.0, http(401))
    with serving(TASK, refused, refused, refused, TASK, refused) as server:
        patient.send(read(server))
        for _ in range(4):
            assert patient.send(read(server, "/v1/videos/y", is_plain=False))[0].status == 401
    # Who keeps wrong keys waiting is asked once more for what was answered.
    assert [asked.target for asked in server.asked].count("/v1/videos/x") == 2


@pytest.mark.slow
def test_an_outage_that_takes_its_time_counts_with_each_try(patient: LiveTransport) -> None:
    with serving(delayed(5.0, http(504))) as server:
        for _ in range(3):
            with suppress(ProbeFailure):
                patient.send(read(server))
    assert len(server.asked) == 3
