"""Emulators of the documented providers, over real HTTP."""

from __future__ import annotations

from vidconform.emulator.emulator_options import AddressUnavailable, EmulatorError, EmulatorOptions, NoEmulator
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running, serve
from vidconform.emulator.server_state import OTHER_KEY

__all__ = [
    "OTHER_KEY", "AddressUnavailable", "EmulatorError", "EmulatorOptions", "NoEmulator", "ReplyContext", "Running",
    "accepted_variables", "running", "serve",
]  # fmt: skip


def accepted_variables(provider: str) -> tuple[str, ...]:
    """Return the environment variables that hold the credentials of a provider; raises NoEmulator, DataFileProblem."""
    # Imported late: most runs never start an emulator.
    from vidconform.emulator.described import provider_named

    return provider_named(provider).variables
