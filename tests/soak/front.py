"""Stands before a vendor and lets happen what happens to requests and replies on their way; it counts apart from it."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.soak.front_echoes import ECHOING
from tests.soak.front_faults import AFTER, BEFORE, Answered, Way
from tests.soak.plans import RunPlan

# A creation answered so may have been made, and takes a place in a limit.
_SETTLED = re.compile(rb"HTTP/1\.[01] (?:4\d\d|502|503)\b")

# Seconds that a vendor may take for what nobody waits for any more.
_PATIENCE = 30.0


@dataclass(frozen=True)
class Passed:
    """One request: its key, whether it may be charged for, and the first bytes that were said to it."""

    key: str
    is_paid: bool
    said: bytes
    trouble: str
    at: float


@dataclass
class Front:
    """The way to one vendor, with the troubles of a plan; `url` is where clients find it."""

    plan: RunPlan
    upstream: str
    paid_paths: re.Pattern[str]
    url: str = ""
    passed: list[Passed] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0
    _gone: int = 0

    def come(self, key: str) -> int:
        """Take note of a request and return its number."""
        with self._lock:
            self.first.setdefault(key, time.monotonic())
            self._count += 1
            return self._count

    def leave(self) -> None:
        """Take note that a request was answered, or that nobody waits for its answer."""
        with self._lock:
            self._gone += 1

    def come_to_rest(self) -> None:
        """Wait until the vendor is done with what a run that is over has sent."""
        end = time.monotonic() + _PATIENCE
        time.sleep(0.2)
        while self._gone < self._count and time.monotonic() < end:
            time.sleep(0.05)

    def possible(self, key: str, since: int = 0) -> int:
        """Return how many creations with a key may have been made, by what was said to them alone."""
        asked = [one for one in self.passed[since:] if one.key == key and one.is_paid]
        return sum(_SETTLED.match(one.said) is None for one in asked)


class _Heard:
    """A connection that keeps the first bytes said over it."""

    def __init__(self, connection: Any) -> None:
        self._connection, self.said = connection, b""

    def sendall(self, content: bytes) -> None:
        self.said = (self.said + content)[:40]
        self._connection.sendall(content)

    def setsockopt(self, *values: Any) -> None:
        self._connection.setsockopt(*values)


@contextmanager
def fronting(plan: RunPlan, upstream: str, paid_paths: re.Pattern[str]) -> Iterator[Front]:
    """Stand before a vendor while the block lasts."""
    front = Front(plan, upstream, paid_paths)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(front)) as server:
        server.daemon_threads = True
        server.block_on_close = False
        front.url = f"http://127.0.0.1:{server.server_address[1]}"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield front
        finally:
            server.shutdown()
            serving.join()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            """A client that is killed breaks its connection, which is nobody's fault."""
            try:
                super().handle_one_request()
            except (OSError, http.client.HTTPException):
                self.close_connection = True

        def __getattr__(self, name: str) -> Any:
            # Whatever the method.
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            key = self.headers.get("token") or (self.headers.get("authorization") or "").removeprefix("Bearer ")
            is_paid = self.command == "POST" and front.paid_paths.fullmatch(self.path.partition("?")[0]) is not None
            number = front.come(key)
            try:
                name, heard = _pass_on(front, self, body, key, is_paid, number)
                front.passed.append(Passed(key, is_paid, heard.said, name, time.monotonic()))
            finally:
                front.leave()

        def log_message(self, *values: Any) -> None:
            """Say nothing."""

    return Handler


def _pass_on(
    front: Front, handler: BaseHTTPRequestHandler, body: bytes, key: str, is_paid: bool, number: int
) -> tuple[str, _Heard]:
    """Answer a request, and return which trouble it met and what was said."""
    heard, drawn = _Heard(handler.connection), front.plan.drawn(number)
    rate = front.plan.paid_trouble if is_paid else front.plan.trouble
    echoes = bool(key) and drawn.random() < front.plan.echo
    troubles, name = {}, ""
    if echoes:
        troubles, name = ECHOING, drawn.choice(sorted(ECHOING))
    elif drawn.random() < rate:
        troubles = drawn.choice((BEFORE, AFTER, AFTER))
        name = drawn.choice(sorted(troubles))
    answered = None if troubles is BEFORE else _asked(front, handler, body)
    way = Way(heard, key, drawn, is_paid, answered)  # type: ignore[arg-type]  # what troubles do with a connection, it does
    # A client that no longer waits, or is no longer there.
    with suppress(OSError):
        (troubles[name] if name else lambda way: way.connection.sendall(way.reply().raw))(way)
    handler.close_connection = bool(name) and name not in ("is-late", "drips", "limits", "has-no-channel")
    return name, heard


def _asked(front: Front, handler: BaseHTTPRequestHandler, body: bytes) -> Answered:
    """Ask the vendor."""
    connection = http.client.HTTPConnection(front.upstream, timeout=20)
    try:
        connection.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
        for name, value in handler.headers.items():
            if name.lower() not in ("connection", "content-length"):
                connection.putheader(name, value)
        if body or "content-length" in handler.headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        reply = connection.getresponse()
        return Answered(reply.status, tuple(reply.getheaders()), reply.read())
    finally:
        connection.close()
