"""The keys of one run, each with the part that no other key shares."""

from __future__ import annotations

import base64
import random
import string
from dataclasses import dataclass

from vidconform.emulator.described import provider_named

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class RunKeys:
    """The values by environment variable, and what is their own of each."""

    values: dict[str, str]
    own: dict[str, str]


def keys_for(provider: str, drawn: random.Random) -> RunKeys:
    """Return new keys of a provider."""
    values, own = {}, {}
    variables = list(provider_named(provider).variables)
    if drawn.random() < 0.3:
        variables.append(f"{provider.upper()}_OTHER_API_KEY")
    for variable in dict.fromkeys(variables):
        begun, telling = _drawn(variable, provider, drawn)
        values[variable], own[variable] = begun + telling, telling
    return RunKeys(values, own)


def _drawn(variable: str, provider: str, drawn: random.Random) -> tuple[str, str]:
    if variable.endswith("_OTHER_API_KEY"):
        # By this beginning an emulator knows that it is another account's.
        return "vidconform-other-", _some(drawn, 24)
    if variable.endswith("TOKEN"):
        head = base64.b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        return f"{head}.eyJzdWIi", f"{_some(drawn, 40)}.{_some(drawn, 43)}"
    more = drawn.choice(("", "/", "+", "_-"))
    return drawn.choice(("sk-", f"sk-{provider}-", "")), _some(drawn, drawn.choice((20, 32, 48)), more)


def _some(drawn: random.Random, length: int, more: str = "") -> str:
    return "".join(drawn.choice(_LETTERS + more * 4) for _ in range(length))
