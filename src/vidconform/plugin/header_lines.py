"""What the header of a run says: whose replies are replayed, what is generated, and which rules a folder breaks."""

from __future__ import annotations

from collections.abc import Sequence

from vidconform.contracts import Contract
from vidconform.exchange import Evidence
from vidconform.probes.generated import MOST_OF_ALL, MOST_OF_ONE
from vidconform.run import ProviderRun, RunOptions
from vidconform.store import Cassette, KeptSource, RecordedSource, cassette_path
from vidconform.text import pluralise

_MOST_RULES = 3


def generation(options: RunOptions) -> list[str]:
    """Say how many requests are generated at most, and from which seed."""
    most, seed = options.fuzz, options.fuzz_seed
    bound = f" and {MOST_OF_ALL} a provider" if most <= MOST_OF_ONE else ""
    told = f"at most {pluralise(most, 'generated request')} an operation{bound}, --fuzz-seed={seed}"
    return [f"vidconform: {told}"] if most else []


def unruly(provider_run: ProviderRun) -> list[str]:
    """Say where a provider from outside breaks the rules that keep blame exact; our tests hold our own to them."""
    if provider_run.provider.is_own:
        return []
    from vidconform.contracts import lint

    broken = [sentence for contract in provider_run.contracts for sentence in lint(contract)]
    more = [f"vidconform: and {len(broken) - _MOST_RULES} more of this kind"] if len(broken) > _MOST_RULES else []
    return [f"vidconform: a rule that keeps blame exact is broken: {s}" for s in broken[:_MOST_RULES]] + more


def origin(source: RecordedSource, contracts: list[Contract]) -> str:
    """Say whose replies the cassettes hold, and how to record the vendor's."""
    facts = [_facts(cassette) for cassette in source.cassettes.values()]
    provider = contracts[0].provider
    record = f"{provider.key_variable}=... pytest --provider={provider.argument} --record-mode=rewrite"
    return _whose(facts) + (f"; to record the vendor: {record}" if _is_emulated(facts) else "")


def recorded_into(provider_run: ProviderRun) -> list[str]:
    """Say where recordings are written, which may be inside an installed package."""
    folders = dict.fromkeys(cassette_path(contract, "").parent.parent for contract in provider_run.contracts)
    return [f"vidconform: {provider_run.provider.name}: recordings are written to {folder}" for folder in folders]


def kept_origin(source: KeptSource, contracts: list[Contract]) -> str:
    """Say whose replies an earlier run kept."""
    ids = {contract.id for contract in contracts}
    return _whose([_facts(one) for (contract, _), one in source.kept.items() if contract in ids])


def _facts(one: Evidence | Cassette) -> tuple[str, str]:
    """Return the origin of what was gathered, and the time."""
    if isinstance(one, Evidence):
        return one.origin, one.at
    return str(one.metadata["origin"]), str(one.metadata["recorded_at"])


def _is_emulated(facts: Sequence[tuple[str, str]]) -> bool:
    return any(origin == "emulated" for origin, _ in facts)


def _whose(facts: Sequence[tuple[str, str]]) -> str:
    day = min((at[:10] for _, at in facts if at), default="a day that is not told")
    if _is_emulated(facts):
        return f"EMULATED evidence of {day}: not the vendor's replies but our emulator's"
    return f"the vendor's replies of {day}"
