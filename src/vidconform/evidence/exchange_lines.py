"""A whole exchange as a JSON object and back, so that laws can judge it in another run."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from vidconform.evidence.evidence import ORIGINS
from vidconform.probes import Exchange, Headers, Reply, Request

Fields = Mapping[str, tuple[type, ...]]

_NUMBER: tuple[type, ...] = (int, float)
_TEXT_OR_NOTHING = (str, type(None))
_EXCHANGE: Fields = {
    "step": (str,), "role": (str,), "task_id": _TEXT_OR_NOTHING, "credential": (str,), "at": (str,),
    "elapsed": _NUMBER, "origin": (str,), "request": (dict,), "reply": (dict,),
}  # fmt: skip
_REQUEST: Fields = {
    "method": (str,), "base_url": (str,), "target": (str,), "headers": (list,), "body": (dict, type(None)),
}  # fmt: skip
_REPLY: Fields = {"status": (int,), "headers": (list,), "body": (dict,), "cut": (bool,)}


def check_fields(value: Any, fields: Fields, place: str) -> None:
    """Hold an object to its fields, all of them and no other; raises ValueError that names the place."""
    if not isinstance(value, dict):
        raise ValueError(f"{place}: expected an object, found {str(value)[:40]!r}")
    unknown, missing = sorted(set(value) - set(fields)), [name for name in fields if name not in value]
    if unknown:
        raise ValueError(f"{place}: unknown key {unknown[0]!r}; the valid keys are {', '.join(fields)}")
    if missing:
        raise ValueError(f"{place}: {missing[0]} is missing")
    for name, kinds in fields.items():
        # In Python, true and false are numbers.
        if not isinstance(value[name], kinds) or (isinstance(value[name], bool) and bool not in kinds):
            raise ValueError(f"{place}: {name} is {str(value[name])[:40]!r}")


def as_object(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as JSON has it; bodies that are no UTF-8 stand in base64."""
    request, reply = exchange.request, exchange.reply
    return {
        "step": exchange.step,
        "role": exchange.role,
        "task_id": exchange.task_id,
        "credential": exchange.credential,
        "at": exchange.at,
        "elapsed": exchange.elapsed,
        "origin": exchange.origin,
        "request": {
            "method": request.method,
            "base_url": request.base_url,
            "target": request.target,
            "headers": [list(pair) for pair in request.headers],
            "body": None if request.body is None else _body(request.body),
        },
        "reply": {
            "status": reply.status,
            "headers": [list(pair) for pair in reply.headers],
            "body": _body(reply.body),
            "cut": reply.cut,
        },
    }


def from_object(value: Any) -> Exchange:
    """Return the exchange of an object; raises ValueError that names the place."""
    check_fields(value, _EXCHANGE, "exchange")
    request, reply = value["request"], value["reply"]
    check_fields(request, _REQUEST, "exchange.request")
    check_fields(reply, _REPLY, "exchange.reply")
    if value["origin"] not in ORIGINS:
        raise ValueError(f"exchange.origin: expected one of {', '.join(ORIGINS)}, found {value['origin']!r}")
    sent = Request(
        request["method"], request["base_url"], request["target"], _headers(request["headers"]),
        None if request["body"] is None else _bytes(request["body"]),
    )  # fmt: skip
    came = Reply(reply["status"], _headers(reply["headers"]), _bytes(reply["body"]), reply["cut"])
    return Exchange(
        value["step"], value["role"], value["task_id"], value["credential"], sent, came, value["at"],
        float(value["elapsed"]), value["origin"],
    )  # fmt: skip


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _bytes(body: dict[str, Any]) -> bytes:
    ((name, text),) = body.items() if len(body) == 1 else [("", None)]
    if name not in ("text", "base64") or not isinstance(text, str):
        raise ValueError(f"exchange: a body has a text or its base64, found {str(body)[:40]!r}")
    if name == "text":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"exchange: a body is no base64: {error}") from error


def _headers(pairs: list[Any]) -> Headers:
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise ValueError(f"exchange: a header is a name with its value, found {str(pair)[:40]!r}")
    return tuple((name, value) for name, value in pairs)
