"""Vices: emulators with exactly one fault each, to test the laws, and clients, against."""

from __future__ import annotations

from functools import cache

from vidconform.contracts import grouped
from vidconform.emulator.vices.vice import Fault, UnknownVice, Vice

__all__ = ["Fault", "UnknownVice", "Vice", "find_vice", "vices_of"]


@cache
def vices_of(provider: str) -> tuple[Vice, ...]:
    """Return the vices of a provider by name; raises UnknownProvider, DataFileProblem."""
    # Loaded late: only a process that serves or lists vices pays for the operators.
    from vidconform.emulator.described import provider_named
    from vidconform.emulator.vices.declared import declared
    from vidconform.emulator.vices.derived import derived

    described = provider_named(provider)
    found: list[Fault] = []
    for contract in described.contracts.values():
        path = contract.folder / "vices.toml"
        found += declared(contract.id, path) if path.is_file() else derived(described, contract)
    by_name = grouped(found, lambda fault: fault.operator.name)
    return tuple(_vice(described.name, faults) for _, faults in sorted(by_name.items()))


def _vice(provider: str, faults: list[Fault]) -> Vice:
    first = faults[0].operator
    return Vice(provider, first.name, first.sentence, tuple(faults), first.stalls, first.generated)


def find_vice(provider: str, name: str) -> Vice:
    """Return one vice; raises UnknownProvider, UnknownVice, DataFileProblem."""
    found = {vice.name: vice for vice in vices_of(provider)}
    if name not in found:
        raise UnknownVice(provider, name, tuple(found))
    return found[name]
