"""One provider of a run: how it is reached, with which keys, and where its evidence comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from vidconform.contracts import Contract, Pace, Provider, proxy_passwords
from vidconform.ledger import Budget
from vidconform.probes import Generation, ProbeSettings, near_keys
from vidconform.probes.generated import most_of_each
from vidconform.redaction import Redactor
from vidconform.run.base_urls import base_url
from vidconform.run.chosen_providers import recording_command
from vidconform.run.exposure import check_way
from vidconform.run.options import RunOptions, key_variables, keys_of
from vidconform.store import Kept, KeptSource, LiveSource, RecordedSource, Store, planned_source, read_cassettes
from vidconform.transport import LiveTransport, MemoryBudget, RunClock, Timeouts, is_loopback

_PLACEHOLDER = "recorded"


@dataclass
class ProviderRun:
    """One provider of a run with its contracts and its evidence; `pause` are the seconds before each request."""

    provider: Provider
    contracts: list[Contract]
    store: Store
    base_url: str
    pace: Pace
    pause: float
    warnings: Sequence[str] = ()


def prepare_provider(
    provider: Provider,
    contracts: list[Contract],
    options: RunOptions,
    environ: Mapping[str, str],
    ids: dict[str, list[str]],
    budget: Budget,
    tell: Callable[[str], None],
    clock: RunClock,
    kept: Kept | None = None,
) -> ProviderRun:
    """Return a provider ready to be asked for evidence, or with what was `kept` of it; raises UsageProblem."""
    address, pace = base_url(provider, options, environ, contracts), _pace(provider.pace, options)
    keys = _keys(provider, contracts, options, environ)
    is_asked = options.uses_network and not options.plan
    warnings = check_way(address, keys, contracts, options) if is_asked else ()
    secrets = [*_secrets(keys), *proxy_passwords(environ).values()]
    redactor = Redactor(secrets if is_asked else [])
    generation = Generation(most_of_each(options.fuzz, contracts), options.fuzz_seed)
    memory = MemoryBudget.of(options.max_body)
    setting = ProbeSettings(address, pace, keys, redactor, budget, tell, generation, memory, clock=clock)
    pause = _pause(pace, address)
    store = Store(KeptSource(setting, kept)) if kept else _store(provider, contracts, options, setting, ids, pause)
    store.contracts = contracts
    return ProviderRun(provider, contracts, store, address, pace, pause, warnings)


def _secrets(keys: Mapping[str, str]) -> list[str]:
    """Return what is secret: the keys, and those near them that are sent, for they show the most of a key."""
    return [*keys.values(), *(near for key in keys.values() for near in near_keys(key).values())]


def _keys(
    provider: Provider, contracts: list[Contract], options: RunOptions, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the credentials by variable: a recording was made with all of them, a plan needs none of the first."""
    if options.plan:
        known = {name: value for name, value in environ.items() if value}
        return keys_of(provider, contracts, {provider.key_variable: _PLACEHOLDER, **known})
    if options.uses_network:
        return keys_of(provider, contracts, environ)
    return dict.fromkeys(key_variables(provider, contracts), _PLACEHOLDER)


def _store(
    provider: Provider,
    contracts: list[Contract],
    options: RunOptions,
    setting: ProbeSettings,
    ids: dict[str, list[str]],
    pause: float,
) -> Store:
    if options.plan:
        return Store(planned_source(setting, ids, pause))
    if not options.uses_network:
        return Store(RecordedSource(setting, read_cassettes(contracts, generated=options.fuzz > 0)))
    count, timeouts = _counter(setting.budget, provider.name), Timeouts.of(options.request_timeout, options.max_body)
    transport = LiveTransport(
        setting.pace.poll_timeout, count, pause, timeouts, provider.name, setting.redactor.text, setting.clock
    )
    command = recording_command(provider, options, setting.base_url)
    return Store(LiveSource(setting, transport, ids, options.records, command=command))


def _pace(own: Pace, options: RunOptions) -> Pace:
    interval = own.poll_interval if options.poll_interval is None else options.poll_interval
    timeout = own.poll_timeout if options.poll_timeout is None else options.poll_timeout
    return replace(own, poll_interval=interval, poll_timeout=timeout)


def _pause(pace: Pace, address: str) -> float:
    """Return the seconds between two requests; this machine needs no sparing."""
    return 0.0 if is_loopback(address) else 1 / pace.requests_per_second


def _counter(budget: Budget, provider: str) -> Callable[[], None]:
    def count() -> None:
        budget.cost(provider).requests += 1

    return count
