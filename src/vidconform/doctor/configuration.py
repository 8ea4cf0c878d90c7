"""The first check: what a live run needs to know before it sends anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vidconform.contracts import Contract, Provider
from vidconform.doctor.diagnosis import CheckResult, ok
from vidconform.run import RunOptions, base_url, check_way, key_variables, keys_of
from vidconform.transport import Timeouts


@dataclass(frozen=True)
class Configured:
    """A provider as a live run would talk to it; `task_ids` are the known ones by contract name."""

    provider: Provider
    contracts: Sequence[Contract]
    base_url: str
    keys: Mapping[str, str] = field(repr=False)
    task_ids: Mapping[str, Sequence[str]]
    timeouts: Timeouts


def configure(
    contracts: Sequence[Contract],
    options: RunOptions,
    environ: Mapping[str, str],
    task_ids: Mapping[str, Sequence[str]],
) -> Configured:
    """Return how the provider of some contracts is reached; raises UsageProblem for what the user must mend."""
    provider = contracts[0].provider
    address = base_url(provider, options, environ, contracts)
    keys = keys_of(provider, contracts, environ)
    timeouts = Timeouts.of(options.request_timeout)
    check_way(address, keys, contracts, options)
    return Configured(provider, contracts, address, keys, task_ids, timeouts)


def check_configuration(configured: Configured) -> CheckResult:
    """Say what is configured; names environment variables and never their values."""
    provider, names = configured.provider, ", ".join(contract.name for contract in configured.contracts)
    unset = [name for name in key_variables(provider, configured.contracts) if name not in configured.keys]
    without = f" Not set, and what needs it stays unseen: {', '.join(unset)}." if unset else ""
    sentence = f"requests go to {configured.base_url} with {provider.key_variable}; contracts: {names}.{without}"
    return ok("configuration", sentence)
