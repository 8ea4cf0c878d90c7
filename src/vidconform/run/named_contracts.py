"""The contracts that --against and --require name: by id, by provider, by folder, or all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vidconform.contracts import (
    Contract,
    Provider,
    all_providers,
    find_provider,
    grouped,
    known_providers,
    load_contracts,
)
from vidconform.errors import BadOption
from vidconform.run.bindings import check_contract


class NamedContracts:
    """Finds contracts by what an option calls them, each read once; those of the run come first."""

    def __init__(self, own: Iterable[Contract]) -> None:
        self._read = grouped(own, lambda contract: _key(contract.provider))
        self._own = [contract for found in self._read.values() for contract in found]

    def named(self, option: str, names: Sequence[str]) -> list[Contract]:
        """Return the contracts of some names, each once; raises BadOption or DataFileProblem."""
        found = [contract for name in names for contract in self._of(option, name)]
        return list({contract.id: contract for contract in found}.values())

    def _of(self, option: str, name: str) -> list[Contract]:
        if name == "all":
            known = [c for provider in known_providers() for c in self._contracts(find_provider(provider))]
            # A gateway is held to a contract that is among them already: nobody writes a client for its copy.
            return list({one.id: one for one in (*known, *self._own) if one.held_to is None}.values())
        own = [contract for contract in self._own if name in (contract.id, contract.provider.name)]
        found = own or [c for c in self._beside(name) if name in (c.id, c.provider.name) or self._is_at(name, c)]
        if not found:
            raise BadOption(option, name, f"all, a contract ({', '.join(self._ids())}), its provider, or its folder")
        return found

    def _beside(self, name: str) -> Iterator[Contract]:
        """Yield the contracts of the provider that a name begins with, or of the folder that it is or lies in."""
        first, folder = name.partition("/")[0], Path(name)
        if first.partition("@")[0] in all_providers():
            yield from self._contracts(find_provider(first))
        holders = [one for one in (folder, folder.parent) if (one / "provider.toml").is_file()]
        for holder in holders[:1]:
            yield from self._contracts(find_provider(str(holder)))

    @staticmethod
    def _is_at(name: str, contract: Contract) -> bool:
        return Path(name).resolve() in (contract.folder.resolve(), contract.provider.folder.resolve())

    def _contracts(self, provider: Provider) -> list[Contract]:
        key = _key(provider)
        if key not in self._read:
            self._read[key] = load_contracts(provider)
            for contract in self._read[key]:
                check_contract(contract)
        return self._read[key]

    def _ids(self) -> list[str]:
        known = [f"{name}/{contract}" for name in known_providers() for contract in find_provider(name).contract_names]
        return list(dict.fromkeys([*(contract.id for contract in self._own), *known]))


def _key(provider: Provider) -> tuple[Path, str]:
    """Return what tells providers apart: two versions of a gateway have one folder."""
    return provider.folder.resolve(), provider.name
