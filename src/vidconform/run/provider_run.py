"""One provider of a run: how it is reached, with which keys, and where its evidence comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from vidconform.contracts import Contract, Pace, Provider, proxy_passwords
from vidconform.ledger import Budget
from vidconform.probes import Generation, ProbeSettings
from vidconform.probes.generated import most_of_each
from vidconform.redaction import Redactor
from vidconform.run.options import RunOptions, base_url, key_variables, keys_of
from vidconform.store import LiveSource, RecordedSource, Store, planned_source, read_cassettes
from vidconform.transport import LiveTransport, Timeouts, is_loopback

_PLACEHOLDER = "recorded"


@dataclass
class ProviderRun:
    """One provider of a run with its contracts and its evidence."""

    provider: Provider
    contracts: list[Contract]
    store: Store
    base_url: str


def prepare_provider(
    provider: Provider,
    contracts: list[Contract],
    options: RunOptions,
    environ: Mapping[str, str],
    ids: dict[str, list[str]],
    budget: Budget,
    tell: Callable[[str], None],
) -> ProviderRun:
    """Return a provider ready to be asked for evidence; raises UsageProblem."""
    address, pace = base_url(provider, options, environ), _pace(provider.pace, options)
    keys = _keys(provider, contracts, options, environ)
    secrets = [*keys.values(), *proxy_passwords(environ).values()]
    redactor = Redactor(secrets if options.uses_network and not options.plan else [])
    generation = Generation(most_of_each(options.fuzz, contracts), options.fuzz_seed)
    setting = ProbeSettings(address, pace, keys, redactor, budget, tell, generation)
    return ProviderRun(provider, contracts, _store(provider, contracts, options, setting, ids), address)


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
) -> Store:
    pause = _pause(setting.pace, setting.base_url)
    if options.plan:
        return Store(planned_source(setting, ids, pause))
    if not options.uses_network:
        return Store(RecordedSource(setting, read_cassettes(contracts, generated=options.fuzz > 0)))
    count, timeouts = _counter(setting.budget, provider.name), Timeouts.of(options.request_timeout)
    transport = LiveTransport(setting.pace.poll_timeout, count, pause, timeouts, provider.name, setting.redactor.text)
    return Store(LiveSource(setting, transport, ids, options.records))


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
