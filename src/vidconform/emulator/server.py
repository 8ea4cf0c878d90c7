"""Runs an emulator: in the foreground for a terminal, in a thread for tests."""

from __future__ import annotations

import shlex
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidconform.emulator.emulator_options import AddressUnavailable, EmulatorOptions
from vidconform.emulator.server_state import WRONG_KEY
from vidconform.text import say

if TYPE_CHECKING:
    import uvicorn

    from vidconform.emulator.server_state import ServerState

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Accepted like any other; long and odd enough to be told from the text of a reply.
_ANY_KEY = "sk-local-7Qx2Vb9Tn4"


@dataclass(frozen=True)
class Running:
    """A running emulator; `task_ids` are the known ones by contract."""

    url: str
    server_state: ServerState

    @property
    def task_ids(self) -> dict[str, list[str]]:
        """The ids known from the start, by contract."""
        return {name: [task.id for task in known] for name, known in self.server_state.known.items()}

    @property
    def requests(self) -> int:
        """How many requests came."""
        return self.server_state.requests

    @property
    def creations(self) -> int:
        """How many tasks were created, remixes included."""
        return self.server_state.creations


@contextmanager
def running(
    provider: str, *, vice: str | None = None, port: int = 0, host: str = "127.0.0.1", **options: Any
) -> Iterator[Running]:
    """Runs an emulator, with a vice where one is named, in a thread while the block lasts.

    The rest are fields of EmulatorOptions.
    """
    chosen = EmulatorOptions(**options)
    if vice is not None:
        from vidconform.emulator.vices import find_vice

        chosen = find_vice(provider, vice).applied(chosen)
    with _prepared(provider, port, host, chosen) as (server, emulator, listener):
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield emulator
        finally:
            server.should_exit = True
            thread.join(5)


def serve(
    provider: str,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    options: EmulatorOptions | None = None,
) -> None:
    """Runs an emulator until SIGINT or SIGTERM, after printing its URL and what it accepts."""
    with _prepared(provider, port, host, options or EmulatorOptions()) as (server, emulator, listener):

        def stop(*_: object) -> None:
            server.should_exit = True

        # Uvicorn raises the signal again once it is done; these handlers make that a clean end.
        before = {number: signal.signal(number, stop) for number in SIGNALS}
        try:
            say("\n".join(_greeting(provider, emulator)))
            server.run([listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _greeting(provider: str, emulator: Running) -> Iterator[str]:
    """Yields the lines a terminal shows; never a key's value."""
    yield emulator.url
    server_state = emulator.server_state
    for variable in server_state.provider.variables:
        which = "only its own value" if server_state.keys.fixed(variable) else f"any but {WRONG_KEY}..."
        yield f"key: {variable}, {which}"
    for contract, ids in emulator.task_ids.items():
        yield from (f"task: --task-id={contract}={id}" for id in ids)
    yield f"paste: {_command(provider, emulator)}"


def _command(provider: str, emulator: Running) -> str:
    """Return the line for another terminal that judges this emulator: any key opens it, so that one is made up."""
    state = emulator.server_state
    free = [name for name in state.provider.variables if not state.keys.fixed(name)]
    keys = [f"{name}={_ANY_KEY}-{number}" for number, name in enumerate(free)]
    tasks = [f"--task-id={contract}={id}" for contract, ids in emulator.task_ids.items() for id in ids]
    run = [
        "pytest",
        f"--provider={shlex.quote(provider)}",
        "--live",
        f"--provider-url={emulator.url}",
        "--poll-interval=0.1",
    ]
    return " ".join([*keys, *run, *map(shlex.quote, tasks)])


@contextmanager
def _prepared(
    provider: str, port: int, host: str, options: EmulatorOptions
) -> Iterator[tuple[uvicorn.Server, Running, socket.socket]]:
    from vidconform.emulator.application import build_app
    from vidconform.emulator.described import provider_named

    provider_named(provider)
    with _listener(host, port) as listener:
        app = build_app(provider, options=options)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}"
        yield _server(app), Running(url, app.state.server_state), listener


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol's number asyncio leaves Nagle on, and each kept connection stalls 40 ms a reply.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressUnavailable(host, port, reason) from None
    return listener


def _server(app: Any) -> uvicorn.Server:
    import uvicorn

    from vidconform.emulator.protocol import Protocol

    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # The application's own, so that one clock tells all times.
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
