"""What an operation promises about time: how long a lag may last, and how soon a task ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_REFUSAL = re.compile("4[0-9][0-9]")
_KEYS = ("seconds", "responses")
PACES = ("poll_interval", "requests_per_second", "requests_per_minute", "concurrent_tasks")
"""What a document may say of pace: seconds between two reads, and limits."""
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


def paces_of(item: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return what an operation states of pace, by the row that says so."""
    return {row: dict(told) for row, told in item.get("x-pace", {}).items()}


def problems_of_pace(item: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with what an operation states of pace."""
    stated = item.get("x-pace", {})
    for row, told in stated.items():
        unknown = [name for name in told if name not in PACES]
        yield from (f"x-pace.{row}: unknown key {name!r}; the valid ones are {', '.join(PACES)}" for name in unknown)
        wrong = [name for name, value in told.items() if name in PACES and not _is_above_0(value)]
        yield from (f"x-pace.{row}.{name}: a number above 0 is expected" for name in wrong)


def problems_of_times(item: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with what an operation states about time."""
    for key, roles in (("x-lag", _LAGS), ("x-ends-within", _ENDS)):
        if key in item and item["x-role"] not in roles:
            yield f"{key} stands at an operation whose x-role is {' or '.join(roles)}"
    if "x-ends-within" in item and not _is_above_0(item["x-ends-within"]):
        yield "x-ends-within: a number of seconds above 0 is expected"
    lag = item.get("x-lag", {})
    if not isinstance(lag, dict) or ("x-lag" in item and set(lag) != set(_KEYS)):
        yield f"x-lag: the keys {' and '.join(_KEYS)} are expected, and no others"
    elif "x-lag" in item and not (_is_above_0(lag["seconds"]) and _are_refusals(lag["responses"])):
        yield "x-lag: seconds above 0 and a list of status codes from 400 to 499 are expected"


def _is_above_0(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _are_refusals(codes: Any) -> bool:
    return isinstance(codes, list) and bool(codes) and all(_REFUSAL.fullmatch(str(code)) for code in codes)
