"""What may answer the openai package: what the probes brought, and what it was told itself by the provider."""

from __future__ import annotations

from vidconform.contracts import Contract
from vidconform.exchange import Evidence
from vidconform.probes import probes_of
from vidconform.run import ProviderRun
from vidconform.store import Cassette, KeptSource, LiveSource, cassette_path, load_cassette

PROBE = "openai-sdk"
"""The name under which what the package asked a provider itself is kept."""


def openai_evidence(provider_run: ProviderRun) -> list[Evidence]:
    """Return what this run brought, of a recording all that is in it: nothing is asked only for this."""
    store = provider_run.store
    if isinstance(store.source, LiveSource):
        return list(store.kept.values())
    probed = [
        store.kept.get((contract.id, probe.name)) or store.source.gather(contract, probe.name, lambda name: None)
        for contract in provider_run.contracts
        for probe in probes_of(contract)
        if probe.generated is None
    ]
    return probed + [told for contract in provider_run.contracts if (told := _told(provider_run, contract))]


def _told(provider_run: ProviderRun, contract: Contract) -> Evidence | None:
    """Return what the package was told itself when the recording was made, which an older one has not."""
    source = provider_run.store.source
    if isinstance(source, KeptSource):
        found = source.kept.get((contract.id, PROBE))
    else:
        found = load_cassette(contract, PROBE) if cassette_path(contract, PROBE).is_file() else None
    return _as_evidence(contract, found) if isinstance(found, Cassette) else found


def _as_evidence(contract: Contract, cassette: Cassette) -> Evidence:
    origin, at = cassette.metadata["origin"], cassette.metadata["recorded_at"]
    return Evidence(contract.id, PROBE, tuple(cassette.exchanges), (), origin, at, kind="life")
