"""Passes requests on to a service, and breaks its answers to creations off in the ways of networks and gateways."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Break = Callable[[socket.socket, bytes], None]
"""Says what is left of the body of an answer to a creation, over a connection that is closed thereafter."""


def says(head: str, part: Callable[[bytes], bytes], reset: bool = False) -> Break:
    """Say a head, in which `{length}` is that of the whole body, and a part of the body."""

    def broken(connection: socket.socket, body: bytes) -> None:
        lines = head.format(length=len(body), task_id=_id_in(body)).split("|")
        connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode() + part(body))
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return broken


def _id_in(body: bytes) -> str:
    return str(json.loads(body).get("id"))


@contextmanager
def breaking(url: str, breaks: Callable[[], Break | None]) -> Iterator[str]:
    """Serve at an address of its own; `breaks` is asked at each creation."""

    class Proxy(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            service = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            service.request(self.command, self.path, body, dict(self.headers))
            reply = service.getresponse()
            content, broken = reply.read(), breaks() if self.command == "POST" else None
            service.close()
            if broken is not None:
                self.close_connection = True
                broken(self.connection, content)
                return
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _pass_on  # noqa: N815 - the names that http.server calls

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(10)
