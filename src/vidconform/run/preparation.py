"""From the options of a run to a run that is ready to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from vidconform.contracts import (
    Contract,
    Provider,
    find_provider,
    load_contracts,
    provider_names,
    proxy_passwords,
)  # fmt: skip
from vidconform.ledger import Budget, Price, check_room
from vidconform.probes import near_keys
from vidconform.redaction import Guard
from vidconform.run.bindings import check_contract
from vidconform.run.known_deviations import known_deviations
from vidconform.run.left_out import providers_left_out
from vidconform.run.options import RunOptions, check_providers, task_ids
from vidconform.run.paid_log import prepare_creations
from vidconform.run.provider_run import ProviderRun, prepare_provider
from vidconform.run.session import Session
from vidconform.run.sparing import spared_probes
from vidconform.store import (
    Journal,
    LiveSource,
    Observer,
    cassette_path,
)
from vidconform.transport import RunClock


def prepare(
    options: RunOptions, environ: Mapping[str, str], tell: Callable[[str], None] = lambda s: None,
    load: Callable[[Provider], list[Contract]] = load_contracts,
) -> Session:  # fmt: skip
    """Return a run ready to judge; raises UsageProblem for anything the user must mend, before anything is sent."""
    options.check()
    providers, contracts = _checked(options, load)
    left_out = providers_left_out(providers, contracts, options, environ)
    providers = [provider for provider in providers if provider.name not in left_out]
    every = [contract for provider in providers for contract in contracts[provider.name]]
    ids, known = task_ids(options, every), known_deviations(options, every)
    budget, chosen = _budget(options, providers), options.run_timeout
    # The seconds that were chosen are those of the whole run.
    clock = None if chosen is None else RunClock(chosen)
    provider_runs = [
        prepare_provider(
            provider, contracts[provider.name], options, environ, ids.get(provider.name, {}), budget, tell,
            clock or RunClock(is_default=True),
        )
        for provider in providers
    ]  # fmt: skip
    for one in provider_runs:
        one.store.source.setting.spared.update(spared_probes(options, known, one.contracts))
    guard = _guard(options, provider_runs, environ)
    if options.records and not options.plan:
        for folder in {cassette_path(contract, "").parent for contract in every}:
            check_room("--record-mode", folder)
    journal, creations = _journal(options, provider_runs, guard), prepare_creations(options, provider_runs, guard)
    return Session(
        options, provider_runs, budget, journal=journal, creations=creations, known=known, guard=guard,
        left_out=list(left_out.values()),
    )  # fmt: skip


def contracts_named(names: Sequence[str]) -> list[Contract]:
    """Return the contracts of some providers, held to all that a run holds them to; raises UsageProblem."""
    _, contracts = _checked(RunOptions(names))
    every = [contract for found in contracts.values() for contract in found]
    known_deviations(RunOptions(names), every)
    return every


def _checked(
    options: RunOptions, load: Callable[[Provider], list[Contract]] = load_contracts
) -> tuple[list[Provider], dict[str, list[Contract]]]:
    providers = [find_provider(name) for name in provider_names(options.providers)]
    check_providers(providers, options)
    contracts = {provider.name: load(provider) for provider in providers}
    for contract in [contract for found in contracts.values() for contract in found]:
        check_contract(contract)
    return providers, contracts


def _budget(options: RunOptions, providers: Iterable[Provider]) -> Budget:
    prices = {p.name: Price(p.creation_price, str(p.folder / "provider.toml")) for p in providers}
    return Budget(options.max_creations, options.max_cost, prices)


def _guard(options: RunOptions, provider_runs: list[ProviderRun], environ: Mapping[str, str]) -> Guard:
    """Return what keeps the keys of a run out of all that it writes; what is replayed knows none."""
    if not options.uses_network or options.plan:
        return Guard()
    keys = {name: key for one in provider_runs for name, key in one.store.source.setting.keys.items()}
    near = {f"{name} ({sort})": key for name, own in keys.items() for sort, key in near_keys(own).items()}
    guard = Guard({**keys, **near, **proxy_passwords(environ)})
    for one in provider_runs:
        if isinstance(one.store.source, LiveSource):
            one.store.source.guard = guard
    return guard


def _journal(options: RunOptions, provider_runs: list[ProviderRun], guard: Guard) -> Journal | None:
    """Return what writes the exchanges beside the results, known to every store as is what observes them."""
    if options.report is None or options.plan:
        return None
    redactors = [s.store.source.setting.redactor for s in provider_runs if isinstance(s.store.source, LiveSource)]
    journal, observer = Journal(options.report, guard), Observer(options.report, redactors, guard)
    for one in provider_runs:
        one.store.journal, one.store.observer = journal, observer
    return journal
