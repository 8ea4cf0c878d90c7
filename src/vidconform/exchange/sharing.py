"""What exchanges have in common is kept once: each of thousands of polls says most of what the one before said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from vidconform.exchange.requests import Headers, Request

# What is shared outlives a run, so it is small.
_LONGEST = 512


def shared_headers(pairs: Iterable[Iterable[str]]) -> Headers:
    """Return headers, each the same value as an earlier equal one."""
    return tuple(_pair(name, value) if len(value) < _LONGEST else (name, value) for name, value in pairs)


def shared_request(request: Request) -> Request:
    """Return a request, or an earlier equal one."""
    is_short = len(request.target) + len(request.body or b"") < _LONGEST
    return _request(request) if is_short else request


@lru_cache(maxsize=1024)
def _pair(name: str, value: str) -> tuple[str, str]:
    return name, value


@lru_cache(maxsize=64)
def _request(request: Request) -> Request:
    return request
