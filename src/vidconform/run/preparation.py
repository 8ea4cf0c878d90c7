"""From the options of a run to a run that is ready to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from vidconform.contracts import (
    Contract,
    Provider,
    find_provider,
    provider_names,
    proxy_passwords,
)  # fmt: skip
from vidconform.errors import BadOption
from vidconform.ledger import Budget, Price, check_room
from vidconform.probes import near_keys
from vidconform.redaction import Guard
from vidconform.run.base_urls import check_providers
from vidconform.run.bindings import load_checked
from vidconform.run.chosen_providers import chosen_providers
from vidconform.run.creation_records import prepare_creations
from vidconform.run.known_deviations import known_deviations
from vidconform.run.left_out import providers_left_out
from vidconform.run.named_contracts import NamedContracts
from vidconform.run.options import CLIENT_LEDGER, RunOptions, task_ids
from vidconform.run.provider_run import ProviderRun, prepare_provider
from vidconform.run.session import Session
from vidconform.run.skipped_probes import harmless_probes, probes_to_skip, skipped_when_kept
from vidconform.store import (
    Journal,
    Kept,
    KeptSource,
    LiveSource,
    Observer,
    RecordedSource,
    cassette_path,
    kept_evidence,
)
from vidconform.transport import RunClock
from vidconform.verdicts import KnownDeviations


def prepare(
    options: RunOptions, environ: Mapping[str, str], tell: Callable[[str], None] = lambda s: None,
    load: Callable[[Provider], list[Contract]] = load_checked, kept: Kept | None = None, pays: bool = True,
) -> Session:  # fmt: skip
    """Return a run ready to judge, on what is `kept` if it was read already; raises UsageProblem before it sends.

    A run that `pays` for nothing, as one of our own emulator, neither reads nor writes the log of paid creations.
    """
    options.check()
    kept = kept_evidence(options.evidence) if kept is None else kept
    if kept:
        options = replace(options, providers=_named_by(kept, options))
    providers = chosen_providers(options)
    contracts = _checked(providers, options, load)
    if kept:
        contracts = _kept_ones(contracts, kept)
    left_out = providers_left_out(providers, contracts, options, environ)
    providers = [provider for provider in providers if provider.name not in left_out]
    every = [contract for provider in providers for contract in contracts[provider.name]]
    required, against = _foreign(options, NamedContracts(every))
    ids, known = task_ids(options, every), known_deviations(options, every)
    budget = _budget(options, providers)
    # The seconds that were chosen are those of the whole run.
    clock = None if options.run_timeout is None else RunClock(options.run_timeout)
    provider_runs = [
        prepare_provider(
            provider, contracts[provider.name], options, environ, ids.get(provider.name, {}), budget, tell,
            clock or RunClock(is_default=True), kept,
        )
        for provider in providers
    ]  # fmt: skip
    _set_skipped(provider_runs, options, known)
    guard = _guard(options, provider_runs, environ)
    _check_room_of_recordings(options, every)
    journal = _journal(options, provider_runs, guard)
    creations = prepare_creations(options, provider_runs, guard) if pays else None
    return Session(
        options, provider_runs, budget, journal=journal, creations=creations, known=known, guard=guard,
        left_out=list(left_out.values()), required=frozenset(required), against=against,
    )  # fmt: skip


def _foreign(options: RunOptions, named: NamedContracts) -> tuple[list[str], list[Contract]]:
    """Return the ids of the contracts that may fail the run, and all that judge it beside its own."""
    required = named.named("--require", [name for name in options.require if name != CLIENT_LEDGER])
    against = named.named("--against", options.against)
    return [one.id for one in required], list({one.id: one for one in (*against, *required)}.values())


def _set_skipped(provider_runs: Iterable[ProviderRun], options: RunOptions, known: KnownDeviations) -> None:
    """Say which probes of each provider are not asked again, and which of those that fail make nothing."""
    for one in provider_runs:
        setting = one.store.source.setting
        if isinstance(one.store.source, RecordedSource):
            setting.skipped.update(skipped_when_kept(one.store.source.cassettes))
        elif isinstance(one.store.source, KeptSource):
            setting.skipped.update(skipped_when_kept(one.store.source.kept))
        setting.skipped.update(probes_to_skip(options, known, one.contracts))
        setting.harmless.update(harmless_probes(known, one.contracts))


def _check_room_of_recordings(options: RunOptions, contracts: Iterable[Contract]) -> None:
    if options.records and not options.plan:
        for folder in {cassette_path(contract, "").parent for contract in contracts}:
            check_room("--record-mode", folder)


def _named_by(kept: Kept, options: RunOptions) -> Sequence[str]:
    """Return the providers of a run that is judged again: those that were chosen, or whose evidence is kept."""
    of = dict.fromkeys(contract.partition("/")[0] for contract, _ in kept)
    chosen = [name for name in options.providers if name != "all"]
    return [one for name in chosen for one in _subjects(name, of)] or list(of)


def _subjects(name: str, of: Iterable[str]) -> list[str]:
    """Return whom a provider's name means of those that evidence is of: itself, or each version of it."""
    return [one for one in of if one.partition("@")[0] == name] or [name]


def _kept_ones(contracts: Mapping[str, list[Contract]], kept: Kept) -> dict[str, list[Contract]]:
    """Return the contracts of which something is kept; raises BadOption where there is none."""
    known = {contract for contract, _ in kept}
    found = {name: [one for one in own if one.id in known] for name, own in contracts.items()}
    for name in (name for name, own in found.items() if not own):
        raise BadOption("--provider", name, f"one that the evidence is of: {', '.join(sorted(known))}")
    return found


def contracts_named(names: Sequence[str]) -> list[Contract]:
    """Return the contracts of some providers, held to all that a run holds them to; raises UsageProblem."""
    contracts = _checked([find_provider(name) for name in provider_names(names)], RunOptions(names))
    every = [contract for found in contracts.values() for contract in found]
    known_deviations(RunOptions(names), every)
    return every


def _checked(
    providers: Sequence[Provider], options: RunOptions, load: Callable[[Provider], list[Contract]] = load_checked
) -> dict[str, list[Contract]]:
    check_providers(providers, options)
    return {provider.name: load(provider) for provider in providers}


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
