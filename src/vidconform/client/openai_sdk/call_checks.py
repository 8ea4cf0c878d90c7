"""What a check of a call may come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidconform.client.openai_sdk.openai_calls import CallResult


@dataclass(frozen=True)
class Disappointed:
    """What a client expected of a call, and what it got."""

    expected: str
    received: str


MET = True
Found = Disappointed | bool | None
"""Disappointed, MET, or None where the call shows nothing of it."""
Check = Callable[[CallResult], Found]


def describe_result(result: CallResult) -> str:
    """Return what came of a call as a sentence that a client developer knows."""
    raised, returned = result.raised, result.returned
    if raised is not None:
        return f"{raised['class']}: {raised['message']}"
    if returned is None:
        return result.told
    if "text" in returned:
        return f"a {returned['type']}: {returned['text'][:80]!r}"
    return f"{returned['type']}(id={result.member('id')!r}, status={result.member('status')!r})"


def wrong(expected: str, result: CallResult) -> Disappointed:
    """Return that a call came to something else than was expected."""
    return Disappointed(expected, "; ".join([describe_result(result), *result.remarks]))
