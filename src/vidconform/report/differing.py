"""What differs between two texts that are nearly the same."""

from __future__ import annotations

#: What both begin with, what one and the other hold then, and what both end with.
Difference = tuple[str, str, str, str]

_CONTEXT = 12
_LEAST_SHARED = 8


def difference(expected: str, received: str) -> Difference | None:
    """Return where two texts part; None where they share too little for that to tell anything."""
    begin = _shared(expected, received)
    rest, other = expected[begin:], received[begin:]
    end = _shared(rest[::-1], other[::-1])
    parts = rest[: len(rest) - end], other[: len(other) - end]
    longest = max(map(len, parts))
    is_telling = 0 < longest <= begin + end and begin + end >= _LEAST_SHARED
    return (expected[:begin], *parts, rest[len(rest) - end :]) if is_telling else None


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts both begin with."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def differing(expected: str, received: str, pointer: str = "") -> tuple[str, str] | None:
    """Return both texts cut to the part that differs, which stands in brackets; `pointer` is no part of what came."""
    found = difference(expected, received.removesuffix(f" at {pointer}"))
    if found is None:
        return None
    head, rest, other, tail = found
    before = head if len(head) <= _CONTEXT else f"...{head[-_CONTEXT:]}"
    behind = tail if len(tail) <= _CONTEXT else f"{tail[:_CONTEXT]}..."
    return f"{before}[{rest}]{behind}", f"{before}[{other}]{behind}"
