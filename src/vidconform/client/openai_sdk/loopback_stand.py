"""The address on this machine that the openai package talks to, whoever answers behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from vidconform.client.openai_sdk.openai_calls import WRONG_KEY
from vidconform.exchange import Headers, Reply, header_in

# What frames a message is the server's own; the body comes decoded and whole.
_OURS = ("content-length", "transfer-encoding", "connection", "keep-alive", "content-encoding", "date", "server")
_PACE = "openai-poll-after-ms"


@dataclass(frozen=True)
class OpenAIRequest:
    """One request of the package."""

    method: str
    target: str = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def credential(self) -> str:
        """Which key the package was given, by the name that a probe has for it: `key` or `wrong`."""
        return "wrong" if WRONG_KEY in header_in(self.headers, "authorization") else "key"


Answer = Callable[[OpenAIRequest], Reply | None]
"""Returns the reply to a request, None where there is none to be had."""


class LoopbackStand:
    """Serves the package on loopback; `pace` are the seconds between two reads of it where nobody says any."""

    def __init__(self, answer: Answer, pace: float) -> None:
        self._server = _Server(("127.0.0.1", 0), _handler(answer, pace))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A connection that the package keeps open is no reason to wait.
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a package that was ended in the middle."""


def _handler(answer: Answer, pace: float) -> type[BaseHTTPRequestHandler]:
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # With Nagle's algorithm each reply in two parts waits for the other side.
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with turn:
                reply = answer(OpenAIRequest(self.command, self.path, tuple(self.headers.items()), body))
            if reply is None:
                self.close_connection = True
                return
            with suppress(ConnectionError):
                self._say(reply)

        def _say(self, reply: Reply) -> None:
            self.send_response_only(reply.sent_status)
            for name, value in reply.headers:
                if name.lower() not in _OURS:
                    self.send_header(name, value)
            if not reply.header(_PACE):
                self.send_header(_PACE, str(round(pace * 1000)))
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names of http.server

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of http.server
            """Say nothing."""

    return Handler
