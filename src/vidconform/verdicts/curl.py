"""A request as a line for the shell, with the variable in place of the key."""

from __future__ import annotations

import shlex

from vidconform.contracts import CREATING_ROLES, Contract
from vidconform.exchange import REDACTED, Exchange
from vidconform.verdicts.phrases import shorten

_SECONDS = 60


def curl(contract: Contract, exchange: Exchange) -> str:
    """Return the request of an exchange as curl would send it again."""
    request = exchange.request
    if exchange.origin == "documented":
        return ""
    method = [] if request.method == "GET" else ["-X", request.method]
    words = ["curl", "-i", "--max-time", str(_SECONDS), *method, shlex.quote(request.url)]
    for name, value in request.headers:
        words += ["-H", _header(contract, exchange, name, value)]
    if request.body:
        words += _data(request.body)
    # As a command that does nothing: a comment would not be one in every shell.
    caution = ": 'asks for a video, which may be charged'; "
    return (caution if exchange.role in CREATING_ROLES and not request.is_safe else "") + " ".join(words)


def _data(body: bytes) -> list[str]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    # No argument of a command holds a NUL.
    return ["--data-binary", "@BODY"] if "\0" in text else ["--data-raw", shlex.quote(shorten(text))]


def _header(contract: Contract, exchange: Exchange, name: str, value: str) -> str:
    if REDACTED not in value or exchange.credential == "wrong":
        return shlex.quote(f"{name}: {value}")
    if exchange.credential == "another":
        return f'"{name}: {value.replace(REDACTED, f"${contract.provider.other_key_variable}")}"'
    if exchange.credential.startswith("near-"):
        return f'"{name}: {value.replace(REDACTED, "$KEY_NEAR_YOURS")}"'
    operation = contract.operation(exchange.role)
    schemes = [s for s in (operation.schemes if operation else ()) if s.header == name and s.variable]
    named = [s for s in schemes if s.name == exchange.credential] or schemes
    return f'"{name}: {value.replace(REDACTED, f"${named[0].variable}" if named else "$KEY")}"'
