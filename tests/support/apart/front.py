"""Serves a vendor on loopback, and uses each freedom that HTTP and JSON leave: spelling, order, coding, length."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08mdat"


@dataclass(frozen=True)
class Wire:
    """How a vendor writes what it says; none of it is anybody's promise."""

    spelling: str = "Content-Type"
    media_type: str = "application/json"
    chunked: bool = False
    packed: bool = False
    closes: bool = False
    backwards: bool = False
    indent: int | None = None
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request: what a vendor looks at."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def sent(self) -> Any:
        """Return the body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Said:
    """One answer: None is no body, bytes are a video, a text is a page, all else is JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Vendor(Protocol):
    """What a server needs of a vendor."""

    url: str
    wire: Wire
    asked: list[str]

    def say(self, asked: Asked) -> Said:
        """Answer one request."""
        ...


def written(said: Said, wire: Wire) -> tuple[str, bytes]:
    """Return the media type and the bytes of an answer."""
    if said.body is None:
        return "", b""
    if isinstance(said.body, bytes):
        return "video/mp4", said.body
    if isinstance(said.body, str):
        return "text/html; charset=utf-8", said.body.encode()
    body = backwards(said.body) if wire.backwards else said.body
    return wire.media_type, json.dumps(body, indent=wire.indent, ensure_ascii=wire.indent is None).encode()


def backwards(value: Any) -> Any:
    """Return a value with the members of each object in the opposite order."""
    if isinstance(value, dict):
        return {name: backwards(value[name]) for name in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the vendor and writes its answer as the vendor writes."""

    protocol_version = "HTTP/1.1"
    vendor: Vendor
    lock: Lock

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        target = urlsplit(self.path)
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.lock:
            self.vendor.asked.append(f"{self.command} {self.path}")
            said = self.vendor.say(Asked(self.command, target.path, query, headers, body))
        self.write(said, "gzip" in headers.get("accept-encoding", ""))

    def write(self, said: Said, may_be_packed: bool) -> None:
        wire = self.vendor.wire
        media_type, body = written(said, wire)
        self.send_response(said.status)
        if media_type:
            self.send_header(wire.spelling, media_type)
        for name, value in {**wire.more, **said.headers}.items():
            self.send_header(name, value)
        if wire.packed and may_be_packed and media_type not in ("", "video/mp4"):
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
            body = gzip.compress(body)
        if wire.closes:
            self.send_header("Connection", "close")
        self.write_body(body, wire.chunked and said.status != 204)

    def write_body(self, body: bytes, chunked: bool) -> None:
        self.send_header("Transfer-Encoding" if chunked else "content-length", "chunked" if chunked else str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if not chunked:
            self.wfile.write(body)
            return
        for start in range(0, len(body), 37):
            part = body[start : start + 37]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - of http.server

    def version_string(self) -> str:
        """Say that nothing of it is a vendor's, so that no recording of it is shown as one."""
        return "vidconform-emulator"

    def log_message(self, *values: Any) -> None:
        """Say nothing."""


@contextmanager
def served(vendor: Vendor) -> Iterator[None]:
    """Serve a vendor on a free port of loopback while the block lasts; its `url` is where."""
    kind = type("VendorHandler", (Handler,), {"vendor": vendor, "lock": Lock()})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield
        finally:
            server.shutdown()
            serving.join()
