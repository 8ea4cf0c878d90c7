"""An exchange as a plain JSON object and back, whole enough to be judged again in another run."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from vidconform.exchange.evidence import Gap
from vidconform.exchange.messages import Digest, Exchange, Hop, Reply
from vidconform.exchange.requests import Request
from vidconform.exchange.sharing import shared_headers, shared_request

Json = dict[str, Any]

_MEMBERS = [field.name for field in fields(Exchange)]

FORMATS = Path(__file__).parent / "formats"
"""The folder of the JSON Schemas of files that hold exchanges."""


def encode(exchange: Exchange) -> Json:
    """Return an exchange as a JSON object, as formats/exchange.schema.json has it."""
    parts = {"request": _encode_request(exchange.request), "reply": _encode_reply(exchange.reply)}
    return {**vars(exchange), **parts}


def decode(value: Mapping[str, Any]) -> Exchange:
    """Return the exchange of a JSON object that its schema has been held to; raises ValueError for bad base64."""
    known = {name: _word(value[name]) for name in _MEMBERS}
    parts = {"request": _decode_request(value["request"]), "reply": _decode_reply(value["reply"])}
    return Exchange(**{**known, **parts, "elapsed": float(value["elapsed"])})


def _word(value: Any) -> Any:
    """Return a short text as the one that all exchanges share."""
    return sys.intern(value) if type(value) is str else value


def encode_gap(gap: Gap) -> Json:
    """Return a gap as a JSON object, with its exchange where it has one."""
    told = {"kind": gap.kind, "sentence": gap.sentence, "beside": gap.beside}
    return told if gap.exchange is None else {**told, "exchange": encode(gap.exchange)}


def decode_gap(value: Mapping[str, Any]) -> Gap:
    """Return the gap of a JSON object that its schema has been held to; raises ValueError for bad base64."""
    exchange = decode(value["exchange"]) if "exchange" in value else None
    return Gap(value["kind"], value["sentence"], value.get("beside", ""), exchange)


def _encode_body(body: bytes) -> Json:
    """Return a body as a text where it is UTF-8, else as base64 (RFC 4648)."""
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _decode_body(body: Mapping[str, str]) -> bytes:
    if "text" in body:
        return body["text"].encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body["base64"], validate=True)
    except ValueError as error:
        raise ValueError(f"a body is no base64: {error}") from error


def _encode_request(request: Request) -> Json:
    return {
        "method": request.method,
        "base_url": request.base_url,
        "target": request.target,
        "headers": list(map(list, request.headers)),
        "body": None if request.body is None else _encode_body(request.body),
    }


def _decode_request(value: Mapping[str, Any]) -> Request:
    body = None if value["body"] is None else _decode_body(value["body"])
    headers = shared_headers(value["headers"])
    return shared_request(Request(value["method"], value["base_url"], value["target"], headers, body))


def _encode_reply(reply: Reply) -> Json:
    meant = {} if reply.sent_status == reply.status else {"stands_for": reply.status}
    return {
        "status": reply.sent_status,
        **meant,
        "headers": list(map(list, reply.headers)),
        "body": _encode_body(reply.body),
        "cut": reply.cut,
        "kept": vars(Digest.of(reply.body)) if reply.cut else None,
        "read": None if reply.read is None else vars(reply.read),
        "elsewhere": reply.elsewhere,
        "hops": [{**vars(hop), "headers": list(map(list, hop.headers))} for hop in reply.hops],
    }


def _decode_reply(value: Mapping[str, Any]) -> Reply:
    read, sent = value.get("read"), int(value["status"])
    meant = int(value.get("stands_for", sent))
    return Reply(
        meant,
        shared_headers(value["headers"]),
        _decode_body(value["body"]),
        value["cut"],
        value.get("elsewhere", ""),
        tuple(Hop(**{**hop, "headers": shared_headers(hop["headers"])}) for hop in value.get("hops", ())),
        None if read is None else Digest(**read),
        None if meant == sent else sent,
    )
