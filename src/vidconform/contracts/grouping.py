"""Things by what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def grouped(things: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Return some things by a key, the keys and the things of each in the order in which they come."""
    return by_key((key(thing), thing) for thing in things)


def by_key(pairs: Iterable[tuple[K, T]]) -> dict[K, list[T]]:
    """Return what stands in pairs behind each key, in the order in which it comes."""
    found: dict[K, list[T]] = {}
    for key, thing in pairs:
        found.setdefault(key, []).append(thing)
    return found
