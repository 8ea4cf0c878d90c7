"""Emulators of the documented providers, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .options import AddressUnavailable, EmulatorError, Options, UnknownProvider
from .replies import ReplyContext
from .server import Running, running, serve

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = [
    "AddressUnavailable",
    "EmulatorError",
    "Options",
    "ReplyContext",
    "Running",
    "UnknownProvider",
    "build_app",
    "running",
    "serve",
]


def build_app(provider: str, *, options: Options | None = None) -> Starlette:
    """Builds the Starlette application of a provider."""
    # Imported late: most runs never start an emulator and must not pay for Starlette.
    from .app import build_app as build

    return build(provider, options=options)
