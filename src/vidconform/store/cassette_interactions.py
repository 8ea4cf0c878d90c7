"""vcrpy's form of an encoded exchange, and the rest: what that form has no place for, or gives back otherwise."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from vidconform.contracts import by_key
from vidconform.exchange import Json


def split(exchange: Json, metadata: Mapping[str, Any]) -> tuple[Json, Json]:
    """Return vcrpy's form of an exchange (a body that is no text as bytes), and what else is needed to have it back."""
    request, reply = exchange["request"], exchange["reply"]
    uri, body = request["base_url"] + request["target"], request["body"]
    response = {
        "status": {"code": reply["status"], "message": ""},
        "headers": by_key(reply["headers"]),
        "body": {"string": _plain(reply["body"])},
    }
    sent = {"method": request["method"], "uri": uri, "body": body and _plain(body)}
    interaction = {"request": {**sent, "headers": by_key(request["headers"])}, "response": response}
    return interaction, _difference(exchange, joined(interaction, {}, metadata))


def joined(interaction: Mapping[str, Any], rest: Mapping[str, Any], metadata: Mapping[str, Any]) -> Json:
    """Return the encoded exchange of an interaction and its rest."""
    request, response = interaction["request"], interaction["response"]
    parts = urlsplit(request["uri"])
    base_url = metadata.get("base_url", f"{parts.scheme}://{parts.netloc}")
    sent = {
        "method": request["method"],
        "base_url": base_url,
        "target": request["uri"].removeprefix(base_url),
        "headers": _pairs(request.get("headers", {})),
        "body": None if request["body"] is None else _coded(request["body"]),
    }
    came = {
        "status": response["status"]["code"],
        "headers": _pairs(response["headers"]),
        "body": _coded(response["body"]["string"]),
        "cut": False, "kept": None, "read": None, "elsewhere": "", "hops": [],
    }  # fmt: skip
    facts = {"origin": metadata["origin"], **rest}
    return {**facts, "request": sent | rest.get("request", {}), "reply": came | rest.get("reply", {})}


def _difference(whole: Json, known: Json) -> Json:
    """Return the members of an object that another one has not, or has otherwise, down to those of its objects."""
    found: Json = {}
    for name, value in whole.items():
        if name in ("request", "reply"):
            found |= {name: inner} if (inner := _difference(value, known[name])) else {}
        elif name not in known or known[name] != value:
            found[name] = value
    return found


def _pairs(headers: Mapping[str, list[str]]) -> list[list[str]]:
    return [[name, value] for name, values in headers.items() for value in values]


def _plain(body: Mapping[str, str]) -> str | bytes:
    return body["text"] if "text" in body else base64.b64decode(body["base64"])


def _coded(body: str | bytes | Mapping[str, str]) -> Json:
    if isinstance(body, str):
        return {"text": body}
    return dict(body) if isinstance(body, Mapping) else {"base64": base64.b64encode(body).decode()}
