"""Caches what is computed from a reply, although every law looks at it through a view of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")
_UNKNOWN = object()


class View(Protocol):
    """A reply to a request, by a contract; `memo` is the cache that all views of it share."""

    memo: dict[Any, Any]


AnyView = TypeVar("AnyView", bound=View)
Work = Callable[Concatenate[AnyView, Arguments], Found]


@lru_cache(maxsize=1024)
def shared(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the one of all equal keys: each of thousands of replies would keep a copy of the same few."""
    return key


def once_per_reply(work: Work[AnyView, Arguments, Found]) -> Work[AnyView, Arguments, Found]:
    """Keep what a method of a view finds beside the reply: it depends on contract, request and reply alone."""

    @wraps(work)
    def kept(view: AnyView, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Found:
        key = (work, arguments, *named.items()) if named else (work, arguments)
        found: Any = view.memo.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = view.memo[shared(key)] = work(view, *arguments, **named)
        return found  # type: ignore[no-any-return]  # kept by the work

    return kept
