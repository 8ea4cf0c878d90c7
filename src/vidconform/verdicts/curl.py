"""A request as a line for the shell, with the variable in place of the key."""

from __future__ import annotations

import shlex

from vidconform.contracts import Contract
from vidconform.exchange import REDACTED, Exchange
from vidconform.verdicts.phrases import cut


def curl(contract: Contract, exchange: Exchange) -> str:
    """Return the request of an exchange as curl would send it again."""
    request = exchange.request
    if exchange.origin == "documented":
        return ""
    words = ["curl", *([] if request.method == "GET" else ["-X", request.method]), shlex.quote(request.url)]
    for name, value in request.headers:
        words += ["-H", _header(contract, exchange, name, value)]
    if request.body:
        words += ["--data-raw", shlex.quote(cut(request.body.decode("utf-8", "replace")))]
    return " ".join(words)


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
