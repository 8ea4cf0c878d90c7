"""The body of a creation or remix, checked as the document of octopusx describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from vidconform.emulator.replies import RefusedRequest

OPTIONAL = ("image", "seconds", "size")


def parse(body: bytes, required: tuple[str, ...], *, waived: bool = False) -> dict[str, Any]:
    """Reads a body, without the optional fields that are null, or answers 400."""
    sent = _decode(body)
    if not waived:
        _check(sent, required)
    return {name: value for name, value in sent.items() if value is not None}


def _decode(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RefusedRequest(400, "the body is not JSON", "invalid_json") from None
    if not isinstance(sent, dict):
        raise RefusedRequest(400, "the body is not a JSON object", "invalid_json")
    return sent


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _check(sent: Mapping[str, Any], required: tuple[str, ...]) -> None:
    for name in required:
        if not isinstance(sent.get(name), str) or not sent[name].strip():
            raise _wrong(name, f"{name} is required and is a string that is not empty")
    for name in ("model", "prompt", *OPTIONAL):
        if not isinstance(sent.get(name), str | None):
            raise _wrong(name, f"{name} is a string")
    if not isinstance(sent.get("metadata"), dict | None):
        raise _wrong("metadata", "metadata is an object")


def _wrong(name: str, message: str) -> RefusedRequest:
    return RefusedRequest(400, message, "invalid_request", param=name, check="body")
