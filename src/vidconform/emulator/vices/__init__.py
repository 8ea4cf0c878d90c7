"""Vices: emulators with exactly one fault each, to test the laws, and clients, against."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .vice import Fault, UnknownVice, Vice, declared

_DECLARATIONS = (
    "fields_query",
    "fields_videos",
    "fields_gptge",
    "fields_opeai",
    "fields_chainhub",
    "answers",
    "creations",
    "doors",
    "lives",
    "odd_requests",
    "refusals",
)

__all__ = ["Fault", "UnknownVice", "Vice", "find_vice", "vices_of"]


def vices_of(provider: str) -> tuple[Vice, ...]:
    """Return the vices of a provider by name; raises UnknownProvider."""
    _load()
    from ..app import provider_named

    return tuple(sorted(declared(provider_named(provider).name), key=lambda vice: vice.name))


def find_vice(provider: str, name: str) -> Vice:
    """Return one vice; raises UnknownProvider, UnknownVice."""
    found = {vice.name: vice for vice in vices_of(provider)}
    if name not in found:
        raise UnknownVice(provider, name, tuple(found))
    return found[name]


@cache
def _load() -> None:
    """Import the declarations: only a process that serves or lists vices pays for them."""
    for module in _DECLARATIONS:
        import_module(f"{__name__}.{module}")
