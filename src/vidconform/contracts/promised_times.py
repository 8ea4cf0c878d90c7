"""What an operation promises about time: how long a lag may last, and how soon a task ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_REFUSAL = re.compile("4[0-9][0-9]")
_KEYS = ("seconds", "responses")
# What each is said of, by the role of its operation.
_LAGS, _ENDS = ("retrieve", "content"), ("create", "remix")


@dataclass(frozen=True)
class Lag:
    """For how many seconds what is there may still be answered with some status codes."""

    seconds: float
    responses: tuple[str, ...]

    def covers(self, status: int) -> bool:
        """Whether the document lets a status code come for a while."""
        return str(status) in self.responses


def lag_of(item: dict[str, Any]) -> Lag | None:
    """Return the lag that an operation of an OpenAPI document states, or None."""
    stated = item.get("x-lag")
    return Lag(stated["seconds"], tuple(map(str, stated["responses"]))) if stated is not None else None


def problems_of_times(item: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with what an operation states about time."""
    for key, roles in (("x-lag", _LAGS), ("x-ends-within", _ENDS)):
        if key in item and item["x-role"] not in roles:
            yield f"{key} stands at an operation whose x-role is {' or '.join(roles)}"
    if "x-ends-within" in item and not _are_seconds(item["x-ends-within"]):
        yield "x-ends-within: a number of seconds above 0 is expected"
    lag = item.get("x-lag", {})
    if not isinstance(lag, dict) or ("x-lag" in item and set(lag) != set(_KEYS)):
        yield f"x-lag: the keys {' and '.join(_KEYS)} are expected, and no others"
    elif "x-lag" in item and not (_are_seconds(lag["seconds"]) and _are_refusals(lag["responses"])):
        yield "x-lag: seconds above 0 and a list of status codes from 400 to 499 are expected"


def _are_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _are_refusals(codes: Any) -> bool:
    return isinstance(codes, list) and bool(codes) and all(_REFUSAL.fullmatch(str(code)) for code in codes)
