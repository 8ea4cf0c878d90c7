"""Draws requests in another process, so that schemathesis and hypothesis are never loaded into the user's."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import quote, urlencode

from vidconform.contracts import Contract, Operation
from vidconform.exchange import UndecodableJson, decode_json
from vidconform.probes.generated.invalid_bodies import bodies_drawn_from
from vidconform.probes.generated.unknown_ids import ids_drawn_from
from vidconform.probes.raw_request import ODD_HEADERS, RawRequest, raw_request

_PROGRAM = Path(__file__).with_name("drawing.py")
# Executions for each request that may be sent: what repeats an earlier request costs none.
_IDLE = 8


class DrawingFailure(Exception):
    """The process that draws requests came to an error or ended."""


class DrawingProcesses:
    """The processes that draw requests: one is started when it is first wanted, and more for threads that ask at once.

    None waits for another's: a provider that hangs would hold up those that do not.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._idle: list[subprocess.Popen[str]] = []
        self._busy: list[subprocess.Popen[str]] = []

    def start(self) -> subprocess.Popen[str]:
        """Return a running process with nothing to do; other work can be done while it imports."""
        with self._lock:
            self._idle = [process for process in self._idle if process.poll() is None]
            if not self._idle:
                # -P: the folder of the program holds modules whose names others may have too. A session of its own
                # keeps Ctrl-C from it; it ends when its pipe does.
                command, pipe = [sys.executable, "-P", str(_PROGRAM)], subprocess.PIPE
                process = subprocess.Popen(  # noqa: S603 - our own
                    command, stdin=pipe, stdout=pipe, text=True, start_new_session=True
                )
                self._idle.append(process)
            return self._idle[-1]

    def draw(self, drawing: dict[str, Any], answer: Callable[[dict[str, Any]], str]) -> None:
        """Draw requests and hand each to `answer`, which says `fine`, `suspicious`, `unfit` or `enough`.

        Raises DrawingFailure, and whatever `answer` raises.
        """
        with self._lock:
            process = self.start()
            self._idle.remove(process)
            self._busy.append(process)
        try:
            drawn = _exchange_lines(process, drawing)
            while drawn is not None:
                drawn = _exchange_lines(process, answer(drawn))
        except BaseException:
            # It may be waiting for an answer that will not come.
            with self._lock:
                self._busy.remove(process)
            process.communicate()
            raise
        with self._lock:
            self._busy.remove(process)
            self._idle.append(process)

    def close(self) -> None:
        """End the processes, also those that a thread which is given up still talks to."""
        with self._lock:
            for process in self._busy:
                process.kill()
            for process in self._idle:
                process.communicate()
            self._idle = []


DRAWING_PROCESSES = DrawingProcesses()
atexit.register(DRAWING_PROCESSES.close)


def _exchange_lines(process: subprocess.Popen[str], said: Any) -> Any:
    """Say one thing and return what is said to it; raises DrawingFailure."""
    if process.stdin is None or process.stdout is None:
        raise DrawingFailure("no pipe")
    process.stdin.write(json.dumps(said) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    heard = json.loads(line) if line else {"error": "the process that draws requests ended"}
    if isinstance(heard, dict) and "error" in heard:
        raise DrawingFailure(heard["error"])
    return heard


def drawing_input(
    contract: Contract, operation: Operation, seed: int, most: int, suspects: Iterable[RawRequest] = ()
) -> dict[str, Any]:
    """Return what requests to an operation are drawn from, of which `most` are sent; `suspects` are made smaller."""
    schema = contract.body_of(operation)
    breakable = schema is not None or operation.id_in == "query"
    return {
        # The same requests to two operations would be half as many.
        "seed": zlib.crc32(f"{contract.id}/{operation.role}".encode(), seed & 0xFFFFFFFF),
        "examples": most * _IDLE,
        "openapi": str((contract.folder / "openapi.yaml").resolve()) if breakable else None,
        "path": operation.path,
        "method": operation.method.lower(),
        "ids": None if operation.id_parameter is None else ids_drawn_from(contract),
        "bodies": None if schema is None else bodies_drawn_from(schema, operation.request_example),
        "headers": ODD_HEADERS,
        "suspects": [{"id": operation.asked(raw.target), "body": _members(raw.body)} for raw in suspects],
    }


def _members(body: bytes | None) -> Any:
    """Return the members of a body, or a body that has none as Latin-1."""
    try:
        value = decode_json(body or b"")
    except UndecodableJson:
        value = None
    return value if isinstance(value, dict) else body and body.decode("latin-1")


def drawn_request(operation: Operation, drawn: dict[str, Any]) -> RawRequest:
    """Return a drawn request as it goes out."""
    target, body = operation.target(drawn["id"]), drawn["body"]
    if drawn["query"]:
        target += f"{'&' if '?' in target else '?'}{urlencode(drawn['query'], doseq=True, quote_via=quote)}"
    return raw_request(operation, target, body and body.encode("latin-1"), drawn["headers"])
