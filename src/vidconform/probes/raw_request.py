"""A request word by word, for what no documented one would say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vidconform.contracts import JSON, Operation, usual_headers
from vidconform.exchange import Headers, encode_body

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,4000}[\x21-\x7e])?")
# What frames a message, names the host or carries a credential is the transport's and ours.
_OURS = frozenset((
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
    "proxy-connection", "authorization", "proxy-authorization", "cookie", "token", "x-api-key", "api-key",
    "content-encoding", "accept-encoding",
))  # fmt: skip

ODD_HEADERS = (
    {"Accept": "text/html"},
    {"Accept": "*/*;q=x"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Accept-Language": "'"},
    {"User-Agent": "%00'\""},
    {"X-Request-Id": "0" * 2000},
    {"Range": "bytes=1-0"},
)


# Fewer requests than these are all aimed: there is nothing to explore with them, and no engine to start.
EXPLORING = 10


@dataclass(frozen=True)
class Generation:
    """How many requests to generate for an operation, and the seed of those that are drawn."""

    most: int = 0
    seed: int = 0


NOTHING_GENERATED = Generation()


@dataclass(frozen=True)
class RawRequest:
    """What a generated request says: path with query, headers without the credential, body."""

    target: str
    headers: Headers
    body: bytes | None = None


def raw_request(
    operation: Operation, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> RawRequest:
    """Return a request with some headers added or replaced, as far as HTTP allows them (RFC 9110 section 5)."""
    found = {name.lower(): (name, value) for name, value in usual_headers(operation.role).items()}
    ours = _OURS | {scheme.header.lower() for scheme in operation.schemes}
    for name, value in (headers or {}).items():
        if _NAME.fullmatch(name) and _VALUE.fullmatch(value) and name.lower() not in ours:
            found[name.lower()] = (name, value)
    return RawRequest(target, tuple(found[name] for name in sorted(found)), body or None)


def documented_request(operation: Operation, task_id: str | None, body: Any) -> RawRequest:
    """Return the request to an operation as the document shows it, about a task, with a body or without."""
    body = operation.body_about(task_id, body)
    kind, content = (JSON, None) if body is None else encode_body(operation.body_type, body, operation.files(body))
    return RawRequest(operation.target(task_id), tuple(operation.sent_headers(kind).items()), content)
