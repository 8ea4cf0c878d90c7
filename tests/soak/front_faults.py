"""What goes wrong between a vendor and its client, before or after the vendor has done what it was asked."""

from __future__ import annotations

import gzip
import random
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.key_echoes import shown
from tests.support.hostile_replies import ANSWERS
from tests.support.rawserver import http

JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html"
PAGES = (
    b"<!doctype html><title>Scheduled maintenance</title><h1>We will be back</h1>",
    b"<html><title>Just a moment...</title><body>Checking your browser</body></html>",
)


@dataclass(frozen=True)
class Answered:
    """What the vendor said to a request: `raw` as it stands on the wire, and its parts."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def raw(self) -> bytes:
        """The whole reply."""
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in _FRAMING]
        return http(self.status, self.body, *kept)


@dataclass(frozen=True)
class Way:
    """One connection, the key that came over it, what draws, and what the vendor said where it was asked."""

    connection: socket.socket
    key: str
    drawn: random.Random
    is_paid: bool = False
    answered: Answered | None = None

    def echo(self) -> bytes:
        """Return the key in one of its spellings."""
        return shown(self.key, self.drawn)

    def status(self, *codes: int) -> int:
        """Return one of some status codes; who answers 4xx has made nothing, so a paid reply has none of these."""
        made = self.is_paid and self.answered is not None and self.answered.status < 400
        return self.drawn.choice([code for code in codes if not made or not 400 <= code < 500])

    def reply(self) -> Answered:
        """Return what the vendor said; raises where it was not asked."""
        assert self.answered is not None, "this trouble comes before the vendor is asked"
        return self.answered


_FRAMING = ("content-length", "transfer-encoding", "connection")
Trouble = Callable[[Way], None]
BEFORE: dict[str, Trouble] = {}
"""Troubles of requests that never reach the vendor."""
AFTER: dict[str, Trouble] = {}
"""Troubles of replies: the vendor has done what it was asked."""


def troubles_of(of: dict[str, Trouble]) -> Callable[[Trouble], Trouble]:
    """Make a function one of some troubles, under its name."""

    def register(trouble: Trouble) -> Trouble:
        of[trouble.__name__.replace("_", "-")] = trouble
        return trouble

    return register


@troubles_of(BEFORE)
@troubles_of(AFTER)
def hangs_up(way: Way) -> None:
    """Say nothing."""


@troubles_of(BEFORE)
@troubles_of(AFTER)
def resets(way: Way) -> None:
    """End the connection with a reset."""
    way.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@troubles_of(BEFORE)
@troubles_of(AFTER)
def shows_a_page(way: Way) -> None:
    """Answer with a page of HTML."""
    status = way.status(200, 200, 403, 502, 503)
    way.connection.sendall(http(status, way.drawn.choice(PAGES), HTML))


@troubles_of(BEFORE)
def limits(way: Way) -> None:
    """Turn a request down for its number."""
    wait = way.drawn.choice(("Retry-After: 0", "Retry-After: 1", "X-None: 1"))
    way.connection.sendall(http(429, b'{"error": {"message": "too many", "code": "rate_limited"}}', JSON, wait))


@troubles_of(BEFORE)
def has_no_channel(way: Way) -> None:
    """Say as a gateway that there is nowhere to pass a request on to."""
    way.connection.sendall(http(503, b'{"error": {"message": "no channel", "code": "model_not_found"}}', JSON))


@troubles_of(AFTER)
def breaks_down(way: Way) -> None:
    """Answer with an error of the server's after all was done."""
    status = way.drawn.choice((500, 502, 503, 504, 520, 529))
    body = way.drawn.choice((b'{"error": {"message": "upstream failed", "code": "busy"}}', PAGES[0], b""))
    way.connection.sendall(http(status, body, HTML if body == PAGES[0] else JSON))


@troubles_of(AFTER)
def is_late(way: Way) -> None:
    """Answer later than the client waits, or nearly so."""
    time.sleep(way.drawn.choice((0.3, 0.8, 1.3)))
    way.connection.sendall(way.reply().raw)


@troubles_of(AFTER)
def is_cut(way: Way) -> None:
    """End in the middle of the reply."""
    raw = way.reply().raw
    way.connection.sendall(raw[: way.drawn.randrange(len(raw))])


@troubles_of(AFTER)
def drips(way: Way) -> None:
    """Say the reply in small parts."""
    raw = way.reply().raw
    size = max(1, len(raw) // 20)
    for i in range(0, len(raw), size):
        way.connection.sendall(raw[i : i + size])
        time.sleep(0.01)


@troubles_of(AFTER)
def is_huge(way: Way) -> None:
    """Answer with megabytes, each of which is wide in memory or as JSON."""
    wide = way.drawn.choice(("🎬".encode(), b"\0", b"\xff", b"%41", b"\\u0041", b"&amp;", b'"a":'))
    body = b'{"id": "' + wide * (2_000_000 // len(wide)) + b'"}'
    way.connection.sendall(http(200, body, way.drawn.choice((JSON, HTML))))


@troubles_of(AFTER)
def is_a_bomb(way: Way) -> None:
    """Answer with little that becomes much."""
    way.connection.sendall(http(200, gzip.compress(bytes(40 << 20)), JSON, "Content-Encoding: gzip"))


@troubles_of(AFTER)
def is_hostile(way: Way) -> None:
    """Answer with what no client should have to bear."""
    said = way.drawn.choice([said for said in ANSWERS.values() if isinstance(said, bytes)])
    if not (way.is_paid and said.startswith(b"HTTP/1.1 4")):
        way.connection.sendall(said)


@troubles_of(AFTER)
def is_deep(way: Way) -> None:
    """Answer with JSON that has no end."""
    way.connection.sendall(http(way.reply().status, b'{"a":' * 50_000, JSON))
