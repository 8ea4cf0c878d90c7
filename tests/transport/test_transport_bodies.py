"""What the live transport reads: any bytes at all give a reply or trouble, in bounded time and memory."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.rawserver import Answer, Server, http, serving
from vidconform.exchange.messages import Reply
from vidconform.exchange.requests import Request
from vidconform.transport.content_coding import without_coding
from vidconform.transport.failures import ProbeFailure
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import Timeouts

MOST = 100_000
# As nothing is waited for where an answer comes, a busy machine may take as long as it needs.
PATIENT = Timeouts.of(10.0, MOST)
HURRIED = Timeouts(connect=10.0, read=0.15, exchange=0.25, max_body=MOST)
TEXT = b'{"status": "queued"}'


@pytest.fixture
def transport() -> Iterator[LiveTransport]:
    live = LiveTransport(retry_seconds=0.1, count=lambda: None, timeouts=PATIENT)
    yield live
    live.close()


def ask(transport: LiveTransport, server: Server, method: str = "GET") -> Reply:
    return transport.send(Request(method, server.url, "/x"))[0]


def answer_to(transport: LiveTransport, answer: Answer) -> Reply:
    with serving(answer) as server:
        return ask(transport, server)


def test_without_a_word_the_bounds_are_those_of_a_patient_client() -> None:
    live = LiveTransport(retry_seconds=0.1, count=lambda: None)
    with serving(http(body=b"x" * (Timeouts().max_body + 1))) as server:
        reply = ask(live, server)
    live.close()
    assert (len(reply.body), reply.cut) == (Timeouts().max_body, True)
    assert (Timeouts().connect, Timeouts().read, Timeouts().exchange) == (10.0, 30.0, 30.0)


@pytest.mark.parametrize("size", [MOST - 1, MOST, MOST + 1])
def test_a_body_beyond_the_bound_is_cut(size: int, transport: LiveTransport) -> None:
    for answer in (http(body=b"x" * size), http(200, gzip.compress(b"x" * size, mtime=0), "Content-Encoding: gzip")):
        reply = answer_to(transport, answer)
        assert (len(reply.body), reply.cut) == (min(size, MOST), size > MOST)


def endless(connection: socket.socket) -> None:
    connection.sendall(http(length=False))
    with suppress(OSError):
        while True:
            connection.sendall(b"x" * 65536)


def test_a_body_without_end_is_cut(transport: LiveTransport) -> None:
    reply = answer_to(transport, endless)
    assert (len(reply.body), reply.cut) == (MOST, True)


def drip(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def say(connection: socket.socket) -> None:
        connection.sendall(start)
        connection.settimeout(0.05)
        for _ in range(200):
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                connection.sendall(drop)
        raise AssertionError("it was listened to for ever")

    return say


UNBEGUN = {
    "says nothing": drip(b"", b""),
    "drips its status line": drip(b"", b"H"),
    "drips headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "drips one header": drip(b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    "drips interim replies": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}
UNENDED = {
    "drips a body of known length": drip(http(body=b"")[:-5] + b"9999\r\n\r\n", b"x"),
    "drips chunks": drip(http(200, b"", "Transfer-Encoding: chunked", length=False), b"1\r\nx\r\n"),
    "drips a body that ends with the connection": drip(http(length=False), b"x"),
    "says less than it promised": drip(http(body=b"")[:-5] + b"9999\r\n\r\n", b""),
}


def told_in_haste(answer: Answer) -> str:
    """Return what is told of an answer that nobody has the patience for, of which there are two tries."""
    tries: list[None] = []
    hurried = LiveTransport(retry_seconds=0.1, count=lambda: tries.append(None), timeouts=HURRIED)
    with serving(answer) as server, pytest.raises(ProbeFailure) as lost:
        ask(hurried, server)
    hurried.close()
    assert len(tries) == 2
    return str(lost.value)


@pytest.mark.parametrize("slow", UNBEGUN)
def test_a_reply_that_never_begins_is_no_answer_whichever_limit_it_runs_into(slow: str) -> None:
    once = "no answer within 0.15 s"
    assert told_in_haste(UNBEGUN[slow]) == f"GET /x got no answer: {once}, and again {once}"


@pytest.mark.parametrize("slow", UNENDED)
def test_a_reply_that_never_ends_is_trouble_in_bounded_time(slow: str) -> None:
    # A busy machine may be late with the beginning, too.
    once = "(no answer within 0.15 s|not finished within 0.25 s)"
    assert re.fullmatch(f"GET /x got no answer: {once}, and again {once}", told_in_haste(UNENDED[slow]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slow", "timeouts"),
    [
        ("drips chunks", Timeouts(read=10.0, exchange=0.7)),
        ("says less than it promised", Timeouts(read=0.7, exchange=10.0)),
    ],
)
def test_a_reply_that_began_is_not_finished_whether_it_drips_or_stops(slow: str, timeouts: Timeouts) -> None:
    live = LiveTransport(0.1, lambda: None, timeouts=timeouts)
    said = re.escape(f"POST /x got no answer: not finished within {timeouts.exchange:g} s")
    with serving(UNENDED[slow]) as server, pytest.raises(ProbeFailure, match=f"^{said}$"):
        ask(live, server, "POST")
    live.close()


@pytest.mark.parametrize("drop", [b"", b"\x00"])
def test_a_handshake_that_never_ends_is_no_connection_and_nothing_was_sent(drop: bytes) -> None:
    live = LiveTransport(0.1, lambda: None, timeouts=Timeouts.of(0.3))
    # The beginning of a long record (RFC 8446 section 5.1).
    with _accepting(drip(b"\x16\x03\x03\x40\x00\x02", drop)) as url, pytest.raises(ProbeFailure) as lost:
        live.send(Request("POST", url, "/x"))
    live.close()
    assert (str(lost.value), lost.value.sent) == ("POST /x got no answer: no connection within 0.3 s", False)


@contextmanager
def _accepting(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """Say something to whoever connects, once what it begins with has come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                say(connection)

        speaking = threading.Thread(target=speak)
        speaking.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        speaking.join(20)


@pytest.mark.slow
def test_a_service_that_was_slow_is_asked_again_as_if_nothing_had_been() -> None:
    drips, live = UNENDED["drips chunks"], LiveTransport(0.1, lambda: None, timeouts=Timeouts.of(0.8))
    with serving(lambda connection: (drips if server.asked[-1].target == "/slow" else quick)(connection)) as server:
        with pytest.raises(ProbeFailure):
            live.send(Request("GET", server.url, "/slow"))
        assert ask(live, server).json == {"status": "queued"}
    live.close()


def quick(connection: socket.socket) -> None:
    connection.sendall(http(body=TEXT))


BROKEN = {
    "closed before its length": http(200, TEXT, "Content-Length: 999", length=False),
    "closed within a chunk": http(200, b"5\r\nab", "Transfer-Encoding: chunked", length=False),
    "a chunk of no size": http(200, b"zz\r\nab\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False),
    "two lengths": http(200, TEXT, "Content-Length: 3", "Content-Length: 4", length=False),
    "a length below nothing": http(200, TEXT, "Content-Length: -1", length=False),
    "a header of a megabyte": http(200, TEXT, "X: " + "y" * 1_000_000),
    "a status of no number": http(body=TEXT).replace(b"200", b"OK!"),
    "HTTP of another kind": http(body=TEXT).replace(b"HTTP", b"ICAP"),
    "silence": b"",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_reply_that_breaks_http_is_trouble(broken: str, transport: LiveTransport) -> None:
    with pytest.raises(ProbeFailure, match=r"^GET /x got no answer: (connection (closed|reset)|no valid HTTP)"):
        answer_to(transport, BROKEN[broken])


def test_bytes_beyond_the_length_are_not_the_next_reply(transport: LiveTransport) -> None:
    smuggled = http(body=TEXT) + http(418, b"smuggled")
    with serving(smuggled, http(body=b"[]"), keeps=True) as server:
        assert ask(transport, server).body == TEXT
        assert (ask(transport, server, "POST").status, len(server.asked)) == (200, 2)


ODD = {
    "HTML": (http(200, b"<html>", "Content-Type: text/html"), 200, b"<html>"),
    "an empty body": (http(200, b""), 200, b""),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, b""),
    "an unheard-of code": (http(799, TEXT), 799, TEXT),
    "interim replies": (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3 + http(body=TEXT), 200, TEXT),
    "HTTP/1.0": (http(body=TEXT, length=False).replace(b"1.1", b"1.0"), 200, TEXT),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}"),
    "letters of Latin-1": (http(200, TEXT, "X: Möbel"), 200, TEXT),
    "trailers": (
        http(200, b"2\r\n{}\r\n0\r\nX: y\r\n\r\n", "Transfer-Encoding: chunked", length=False), 200, b"{}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_reply_is_a_reply(odd: str, transport: LiveTransport) -> None:
    answer, status, body = ODD[odd]
    reply = answer_to(transport, answer)
    assert (reply.status, reply.body, reply.cut) == (status, body, False)


def raw_deflate(body: bytes) -> bytes:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflating.compress(body) + deflating.flush()


CODED = {
    "gzip": ("gzip", gzip.compress(TEXT, mtime=0)),
    "gzip in capitals": ("GZIP", gzip.compress(TEXT, mtime=0)),
    "gzip by its old name": ("x-gzip", gzip.compress(TEXT, mtime=0)),
    "deflate with the head of zlib": ("deflate", zlib.compress(TEXT)),
    "deflate without one": ("deflate", raw_deflate(TEXT)),
    "gzip of two members": ("gzip", gzip.compress(TEXT[:5], mtime=0) + gzip.compress(TEXT[5:], mtime=0)),
    "gzip of many members": ("gzip", b"".join(gzip.compress(bytes([byte]), mtime=0) for byte in TEXT)),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0)),
    "deflate in gzip": ("deflate,identity ,\tgzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
}


@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
def test_a_coded_body_is_decoded(coding: str, body: bytes, transport: LiveTransport) -> None:
    with serving(http(200, body, f"Content-Encoding: {coding}", "Content-Type: application/json")) as server:
        reply = ask(transport, server)
    assert reply.json == {"status": "queued"}
    assert (reply.header("content-encoding"), reply.media_type) == ("", "application/json")
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_codings_of_several_fields_are_one_list(transport: LiveTransport) -> None:
    body = gzip.compress(zlib.compress(TEXT), mtime=0)
    reply = answer_to(transport, http(200, body, "Content-Encoding: deflate", "Content-Encoding: gzip"))
    assert (reply.body, reply.header("content-encoding")) == (TEXT, "")


# Named, since an id made of compressed bytes would hold the second in which a worker compressed them.
MISCODED = {
    "text that says it is gzip": ("gzip", TEXT),
    "nothing that says it is gzip": ("gzip", b""),
    "gzip cut short": ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
    "gzip with a wrong length": ("gzip", gzip.compress(TEXT, mtime=0)[:-1] + b"?"),
    "noise that says it is deflate": ("deflate", b"\xff" * 9),
    "brotli": ("br", b"\x0b\x02\x80{}\x03"),
    "gzip that says it is gzip in gzip": ("gzip, gzip", gzip.compress(TEXT, mtime=0)),
    "gzip whose second member is cut short": ("gzip", (gzip.compress(TEXT, mtime=0) * 2)[:-9]),
    "gzip in brotli": ("gzip, br", gzip.compress(TEXT, mtime=0)),
    "more codings than anybody uses": ("gzip, gzip, gzip, gzip", TEXT),
    "identity": ("identity", b"\x1f\x8b"),
}


@pytest.mark.parametrize(("coding", "body"), MISCODED.values(), ids=MISCODED)
def test_a_body_that_is_not_what_its_coding_says_stays_as_it_came(
    coding: str, body: bytes, transport: LiveTransport
) -> None:
    reply = answer_to(transport, http(200, body, f"Content-Encoding: {coding}"))
    assert (reply.body, reply.header("content-encoding"), reply.is_json) == (body, coding, False)


def bomb(megabytes: int) -> bytes:
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = deflating.compress(bytes(1 << 20)) + deflating.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block stands for itself, so that one of them can be said again and again.
    return gzip.compress(b"", mtime=0)[:10] + block * megabytes


def test_a_gigabyte_of_nothing_stays_within_the_bound() -> None:
    live = LiveTransport(1.0, lambda: None)
    started = time.process_time()
    with serving(http(200, bomb(1024), "Content-Encoding: gzip")) as server:
        tracemalloc.start()
        reply = ask(live, server)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    live.close()
    assert (len(reply.body), reply.cut) == (Timeouts().max_body, True)
    assert peak < 64 << 20
    assert time.process_time() - started < 5.0


EMPTY = gzip.compress(b"", mtime=0)
NESTED = {
    "a bomb in gzip": ("gzip, gzip", gzip.compress(bomb(64), mtime=0)),
    "a bomb in a bomb": ("gzip, gzip, gzip", gzip.compress(gzip.compress(bomb(64), mtime=0), mtime=0)),
    "a bomb of bombs": ("gzip, gzip", bomb(64)),
    "bombs one after the other": ("gzip", gzip.compress(bytes(1 << 20), mtime=0) * 64),
    "members of nothing": ("gzip", EMPTY * 40_000),
    "members of nothing in gzip": ("gzip, gzip", gzip.compress(EMPTY * 40_000, mtime=0)),
}


@pytest.mark.parametrize("name", NESTED)
def test_bombs_in_bombs_stay_within_the_bound(name: str) -> None:
    codings, body = NESTED[name]
    started = time.process_time()
    tracemalloc.start()
    content = without_coding(body, codings, MOST, whole=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert content is None or len(content) <= MOST
    assert peak < 8 << 20
    assert time.process_time() - started < 5.0


@pytest.fixture(scope="module")
def parrot() -> Iterator[Server]:
    with serving(b"") as server:
        yield server


LINES = ["HTTP/1.1 200 OK", "HTTP/1.1 302 Found", "HTTP/1.1 101 Switching", "Content-Length: 2", "Location: //\xff"]
LINES += ["Transfer-Encoding: chunked", "Content-Encoding: gzip", "", "2\r\n{}\r\n0\r\n"]
PIECES = [b"{}", *(f"{line}\r\n".encode("latin-1") for line in LINES)]


@pytest.fixture(scope="module")
def patient() -> Iterator[LiveTransport]:
    live = LiveTransport(retry_seconds=0.1, count=lambda: None, timeouts=PATIENT)
    yield live
    live.close()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(said=st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=8).map(b"".join))
def test_whatever_is_said_is_a_reply_or_trouble(said: bytes, patient: LiveTransport, parrot: Server) -> None:
    parrot.answers[:] = [said]
    with suppress(ProbeFailure):
        assert 100 <= ask(patient, parrot).status <= 999
    # Else the provider would count as down after a few.
    parrot.answers[:] = [http(body=TEXT)]
    assert ask(patient, parrot).status == 200
