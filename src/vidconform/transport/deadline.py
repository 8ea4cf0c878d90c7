"""A limit on a whole exchange; httpx bounds each read, and a server that sends a byte now and then would hold a run."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self


class ForbiddenAddress(Exception):
    """A connection to an address that nothing is to be sent to."""


class Deadline:
    """Shuts down the connections that were opened inside it when its seconds are over.

    `trace` goes to httpx as the request extension of that name, which tells of each connection. `allows` is asked
    for each by the host that was called and the address that it has; where it says no, `trace` raises ForbiddenAddress.
    """

    def __init__(self, seconds: float, allows: Callable[[str, str], bool] = lambda host, address: True) -> None:
        self.passed = False
        self._allows = allows
        self._called = ""
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut_down)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()

    def watch(self, connection: socket.socket) -> None:
        """Take note of a connection."""
        self._sockets.append(connection)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a new connection, before anything is sent over it; raises ForbiddenAddress."""
        if event.endswith(".connect_tcp.started"):
            self._called = info["host"]
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.watch(info["return_value"].get_extra_info("socket"))
        if event.endswith(".connect_tcp.complete") and not self._is_allowed(info["return_value"]):
            info["return_value"].close()
            raise ForbiddenAddress

    def _is_allowed(self, connection: Any) -> bool:
        address = connection.get_extra_info("server_addr")
        return address is None or self._allows(self._called, address[0])

    def _shut_down(self) -> None:
        self.passed = True
        for connection in self._sockets:
            # The plain method: the one of a TLS socket takes away what the reading thread stands on. A socket that
            # TLS has wrapped, or that is closed, is no longer one.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
