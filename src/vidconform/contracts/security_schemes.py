"""The security schemes of an OpenAPI document (3.1, section 4.8.27): how each credential is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidconform.contracts.operations import Scheme

Node = dict[str, Any]

_BY_HEADER = ("http", "oauth2", "openIdConnect")
# The credential of the environment is sent as it stands there; others (RFC 7616) answer a challenge.
_SENT_AS_THEY_ARE = ("bearer", "basic", "token", "key", "apikey")


def schemes_of(document: Node, used: set[str], variables: Mapping[str, str]) -> dict[str, Scheme]:
    """Return the schemes that are used, by name; raises ValueError for one that is not sent by a header of its own."""
    found = document.get("components", {}).get("securitySchemes", {})
    return {name: _scheme(name, item, variables) for name, item in found.items() if name in used}


def _scheme(name: str, item: Node, variables: Mapping[str, str]) -> Scheme:
    """Return how a credential is sent; raises ValueError for one that is not sent by a header of its own."""
    kind, told = item["type"], item.get("x-variable")
    variable = variables.get(told, told) if told is not None else None
    # RFC 6750 section 2.1: what OAuth and OpenID give out is a bearer token as well.
    word = item["scheme"] if kind == "http" else "bearer"
    if kind == "apiKey" and item["in"] == "query":
        raise ValueError(f"security scheme {name!r}: no key is sent in an address, which logs keep; describe a header")
    if kind == "apiKey":
        return Scheme(name, "Cookie" if item["in"] == "cookie" else item["name"], "", variable)
    if kind not in _BY_HEADER or word.lower() not in _SENT_AS_THEY_ARE:
        raise ValueError(f"security scheme {name!r}: {word if kind == 'http' else kind} is not sent here; bearer is")
    return Scheme(name, "Authorization", f"{word.capitalize()} ", variable)
