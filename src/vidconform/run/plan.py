"""The plan of a run as a person reads it: requests, creations and price, by provider and probe."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from vidconform.contracts import Contract, Provider
from vidconform.ledger import Budget
from vidconform.probes import probe_named
from vidconform.run.estimate import estimate
from vidconform.run.needs import probes_for
from vidconform.run.provider_run import ProviderRun
from vidconform.run.session import Session
from vidconform.store import Forecast, PlannedSource, Store
from vidconform.transport import NotSent
from vidconform.verdicts import Case

Lines = list[str]
Forecasts = Mapping[tuple[str, str], Forecast]

_HEAD = ("contract", "probe", "cost", "requests", "creations", "price")

_NOTE = (
    "A service that does not keep its document, or answers late, or not at all, is asked less. A retry, a redirect or "
    "a wait that a service asks for comes on top. At most that many creations: should a service accept what it must "
    "refuse, or not know a given task, it counts too."
)


@dataclass(frozen=True)
class Rehearsal:
    """What a run that sends nothing found, by provider, and what it spent."""

    budget: Budget
    forecasts: Mapping[str, Forecasts]
    contracts: Mapping[str, Contract]


def plan_lines(session: Session, cases: Sequence[Case]) -> Lines:
    """Return what a live run of some cases would send: each provider with its probes, then the total."""
    # What is known of the given tasks shows when they are read.
    rehearsals = [_rehearse(session, cases, knows) for knows in (True, False)[: 1 + bool(session.options.task_ids)]]
    every = {
        provider_run.provider.name: _merged(provider_run.provider.name, rehearsals)
        for provider_run in session.provider_runs
    }
    told = ["vidconform plan: what a live run of the selected tests would send; nothing was sent"]
    for provider_run in session.provider_runs:
        name, price = provider_run.provider.name, provider_run.provider.creation_price
        told += ["", f"{name}, {provider_run.base_url}, {_each(price)}", *_table(provider_run.provider, every[name])]
        told += [*_gaps(rehearsals[0].forecasts[name]), f"  {name}: {_sum({name: every[name]}, rehearsals)}"]
        told.append(f"  {name}: asked for at most {_seconds(session, provider_run):g} s; --run-timeout=S changes that")
    return [*told, "", f"total: {_sum(every, rehearsals)}", _NOTE]


def _seconds(session: Session, provider_run: ProviderRun) -> float:
    """Return the seconds that were chosen, or those that follow from what is wanted."""
    chosen, budget = session.options.run_timeout, session.budget
    fresh = Budget(budget.most, budget.most_cost, budget.prices)
    return estimate(provider_run, session.options, fresh).seconds if chosen is None else chosen


def _rehearse(session: Session, cases: Iterable[Case], knows: bool) -> Rehearsal:
    """Ask, in the order of a live run, services that know the given tasks or none of them."""
    budget = Budget(session.budget.most, session.budget.most_cost, session.budget.prices)
    stores, forecasts = {}, {}
    for provider_run in session.provider_runs:
        source = provider_run.store.source
        assert isinstance(source, PlannedSource)
        planned = replace(source, setting=replace(source.setting, budget=budget), knows=knows, forecasts={})
        stores[provider_run.provider.name] = Store(planned, provider_run.store.wanted, contracts=provider_run.contracts)
        forecasts[provider_run.provider.name] = planned.forecasts
    for case in cases:
        for probe in probes_for(case):
            stores[case.contract.provider.name].evidence(case.contract, probe)
    return Rehearsal(budget, forecasts, {contract.id: contract for contract in session.contracts})


def _merged(provider: str, rehearsals: Sequence[Rehearsal]) -> Forecasts:
    """Return what each probe sends in any case and at most; the last rehearsal leaves no probe out."""
    found = [rehearsal.forecasts[provider] for rehearsal in rehearsals]
    each = {key: [forecasts.get(key, Forecast()) for forecasts in found] for key in found[-1]}
    return {
        key: Forecast(
            min(f.least for f in same),
            max(f.most for f in same),
            same[0].creations,
            max(f.possible for f in same),
            cost=same[-1].cost,
        )
        for key, same in each.items()
        if any(f.most for f in same)
    }


def _table(provider: Provider, forecasts: Forecasts) -> Lines:
    rows = [_HEAD, *(_row(provider, key, forecast) for key, forecast in forecasts.items())] if forecasts else []
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [("  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True))).rstrip() for row in rows]


def _row(provider: Provider, key: tuple[str, str], forecast: Forecast) -> tuple[str, ...]:
    told = (*key, forecast.cost, _requests(forecast.least, forecast.most))
    if not forecast.possible:
        return (*told, "", "")
    price = Decimal(str(provider.creation_price or 0))
    expected, highest = (number * price for number in (forecast.creations, forecast.possible))
    known = provider.creation_price is not None
    return (*told, _most(f"{forecast.creations}", f"{forecast.possible}"), _price(expected, highest, known))


def _gaps(forecasts: Forecasts) -> Lines:
    """Return what is not sent and what would allow it, each sentence once a contract."""
    found: dict[tuple[str, str, str], Lines] = {}
    for (contract, probe), forecast in forecasts.items():
        for gap in forecast.gaps:
            word = "refused" if gap.kind == "refused" else "withheld"
            sentence = gap.sentence if gap.kind == "inconclusive" else f"needs {gap.sentence}"
            found.setdefault((word, contract, sentence), []).append(probe)
    return [
        f"  {word}  {contract}  {', '.join(probes)}: {sentence}" for (word, contract, sentence), probes in found.items()
    ]


def _sum(every: Mapping[str, Forecasts], rehearsals: Sequence[Rehearsal]) -> str:
    """Return the requests, creations and price of some providers as a sentence."""
    sent = [forecast for forecasts in every.values() for forecast in forecasts.values()]
    least, most = sum(forecast.least for forecast in sent), sum(forecast.most for forecast in sent)
    expected, highest = _spent(rehearsals[0].budget, every), _highest(rehearsals[-1], every)
    known = all(highest.prices[name].creation is not None for name, cost in highest.costs.items() if cost.creations)
    requests = f"{_requests(least, most)} request{'' if least == most == 1 else 's'}"
    creations = f"{_most(f'{expected.spent}', f'{highest.spent}')} creation{'' if highest.spent == 1 else 's'}"
    return f"{requests}; {creations}; {_price(expected.spent_cost, highest.spent_cost, known)}"


def _spent(budget: Budget, providers: Iterable[str]) -> Budget:
    """Return the budget as it would be had only some providers been asked."""
    return replace(budget, costs={name: replace(budget.cost(name)) for name in providers})


def _highest(rehearsal: Rehearsal, every: Mapping[str, Forecasts]) -> Budget:
    """Return the budget as it would be had each provider accepted, of each part, one creation that it must refuse."""
    spent = _spent(rehearsal.budget, every)
    for name, forecasts in every.items():
        asked = [(rehearsal.contracts[key[0]], key[1]) for key, forecast in forecasts.items() if forecast.possible]
        probes = [(contract, probe_named(contract, name)) for contract, name in asked]
        for _ in {probe.danger(contract).part for contract, probe in probes if probe.accident}:
            with suppress(NotSent):
                spent.reserve(name)
    return spent


def _requests(least: int, most: float) -> str:
    if most == math.inf:
        return f"{least} or more, until --poll-timeout"
    return str(least) if least == most else f"{least} {'or' if most == least + 1 else 'to'} {most}"


def _most(expected: str, possible: str) -> str:
    return expected if expected == possible else f"{expected}, at most {possible}"


def _each(price: float | None) -> str:
    return "price not known" if price is None else f"{price:.2f} USD a creation"


def _price(expected: Decimal, highest: Decimal, known: bool) -> str:
    return _most(f"{expected:.2f}", f"{highest:.2f}") + " USD" if known else "price not known"
