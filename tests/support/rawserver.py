"""A server that says exactly the bytes it is told to, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]

_PATIENCE = 10.0


@dataclass(frozen=True)
class Asked:
    """One request as it came; the names of `headers` are in lower case, `port` is the client's."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    port: int


@dataclass
class Server:
    """Answers each request with the next of its answers, and the last of them for ever.

    It closes after one answer, unless it `keeps` its connections.
    """

    answers: list[Answer]
    url: str
    keeps: bool = False
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def context(self, connection: socket.socket) -> bool:
        """Read one request and say the answer to it; False when there is no more to hear."""
        asked = _read(connection)
        if asked is None:
            return False
        self.asked.append(asked)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
        return self.keeps


def http(status: int = 200, body: bytes = b"{}", *headers: str, length: bool = True) -> bytes:
    """Return a reply as bytes; a header is written `Name: value`."""
    lines = [f"HTTP/1.1 {status} Said", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1") + body


def hang_up(connection: socket.socket) -> None:
    """Say nothing and close."""


@contextmanager
def serving(*answers: Answer, keeps: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve on a free port while the block lasts, over TLS where there is a certificate for it."""
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scheme = "http" if tls is None else "https"
        server = Server(list(answers), f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", keeps, tls)
        accepting = threading.Thread(target=_accept, args=(listener, server, threads))
        accepting.start()
        try:
            yield server
        finally:
            # Closing alone does not wake a thread that accepts.
            listener.shutdown(socket.SHUT_RDWR)
            for thread in (accepting, *threads):
                thread.join(_PATIENCE)


@contextmanager
def refusing() -> Iterator[str]:
    """Hold a port on which nobody listens while the block lasts, so that no other test comes to listen on it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def _accept(listener: socket.socket, server: Server, threads: list[threading.Thread]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threads.append(threading.Thread(target=_serve, args=(server, connection)))
            threads[-1].start()


def _serve(server: Server, connection: socket.socket) -> None:
    with connection, suppress(OSError):
        connection.settimeout(_PATIENCE)
        spoken = connection if server.tls is None else server.tls.wrap_socket(connection, server_side=True)
        with spoken:
            while server.context(spoken):
                pass


def _read(connection: socket.socket) -> Asked | None:
    with connection.makefile("rb") as lines:
        words = lines.readline().decode("latin-1").split()
        if len(words) < 3:
            return None
        fields = iter(lambda: lines.readline().decode("latin-1").strip(), "")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in fields)}
        body = lines.read(int(headers.get("content-length", "0")))
        return Asked(words[0], words[1], headers, body, connection.getpeername()[1])
