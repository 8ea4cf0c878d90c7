"""Emulators of the documented providers, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidconform.emulator.emulator_options import AddressUnavailable, EmulatorError, EmulatorOptions, NoEmulator
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running, serve

if TYPE_CHECKING:
    from starlette.applications import Starlette

from vidconform.emulator.server_state import OTHER_KEY

__all__ = [
    "OTHER_KEY", "AddressUnavailable", "EmulatorError", "EmulatorOptions", "NoEmulator", "ReplyContext", "Running",
    "accepted_variables", "build_app", "running", "serve",
]  # fmt: skip


def build_app(provider: str, *, options: EmulatorOptions | None = None) -> Starlette:
    """Builds the Starlette application of a provider."""
    # Imported late: most runs never start an emulator and must not pay for Starlette.
    from vidconform.emulator.application import build_app as build

    return build(provider, options=options)


def accepted_variables(provider: str) -> tuple[str, ...]:
    """Return the environment variables that hold the credentials of a provider; raises NoEmulator, DataFileProblem."""
    from vidconform.emulator.described import provider_named

    return provider_named(provider).variables
