"""Draws requests in another process, so that schemathesis and hypothesis are never loaded into the user's."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from vidconform.contracts import Contract, Operation
from vidconform.exchange import UndecodableJson, decode_json
from vidconform.probes.generated.invalid_bodies import bodies_drawn_from
from vidconform.probes.generated.unknown_ids import ids_drawn_from
from vidconform.probes.line_processes import LineProcess, LineProcesses, ProcessEnded
from vidconform.probes.raw_request import ODD_HEADERS, RawRequest, raw_request

# Executions for each request that may be sent: what repeats an earlier request costs none.
_IDLE = 8


class DrawingFailure(Exception):
    """The process that draws requests came to an error or ended."""


DRAWING_PROCESSES = LineProcesses(Path(__file__).with_name("drawing.py"))


def draw(drawing: dict[str, Any], answer: Callable[[dict[str, Any]], str]) -> None:
    """Draw requests and hand each to `answer`, which says `fine`, `suspicious`, `unfit` or `enough`.

    Raises DrawingFailure, and whatever `answer` raises.
    """
    with DRAWING_PROCESSES.borrowed() as process:
        drawn = _exchange(process, drawing)
        while drawn is not None:
            drawn = _exchange(process, answer(drawn))


def _exchange(process: LineProcess, said: Any) -> Any:
    try:
        heard = process.exchange(said)
    except ProcessEnded:
        raise DrawingFailure("the process that draws requests ended") from None
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
