"""The example payloads of a document as evidence about the document itself."""

from __future__ import annotations

import json
from typing import Any

from vidconform.contracts import Contract, Operation
from vidconform.exchange import Evidence, Exchange, Reply, Request


def documented_evidence(contract: Contract) -> Evidence:
    """Return the examples of a contract as exchanges of origin `documented`; the step is the example's name."""
    exchanges = tuple(
        _exchange(contract, operation, code, name, value)
        for operation in contract.operations
        for code, answer in operation.answers.items()
        for name, value in answer.examples.items()
    )
    return Evidence(contract.id, "document", exchanges, (), "documented", "", kind="document")


def _exchange(contract: Contract, operation: Operation, code: str, name: str, value: Any) -> Exchange:
    body = None if operation.request_example is None else json.dumps(operation.request_example).encode()
    request = Request(operation.method, "", operation.path, (), body)
    headers = (("content-type", "application/json"),)
    reply = Reply(int(code.replace("X", "0")), headers, json.dumps(value, ensure_ascii=False).encode())
    reply = reply.read_by(contract.body_status)
    return Exchange(name, operation.role, None, "key", request, reply, "", 0.0, "documented")
