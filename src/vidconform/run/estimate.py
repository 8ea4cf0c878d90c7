"""Upper bounds on the time and the creations of a run, from a rehearsal of its probes against the documents."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace

from vidconform.ledger import Budget, CreationLog
from vidconform.probes import NOTHING_GENERATED, kind_of_probe, probes_of
from vidconform.redaction import Redactor
from vidconform.run.options import RunOptions
from vidconform.run.provider_run import ProviderRun
from vidconform.store import PlannedSource, Store, planned_source
from vidconform.transport import MemoryBudget, Timeouts

_A_REQUEST = 1.0
# Two reads follow each task that has come to its end.
_REREADS = 2


@dataclass(frozen=True)
class Estimate:
    """Upper bounds for one provider: the `seconds` that it may take by default, and creations.

    `paid` is how many probes may come to one, `lacking` how many documented ones find no place in the limit.
    """

    seconds: float
    paid: int
    lacking: int


def estimate(provider_run: ProviderRun, options: RunOptions, budget: Budget) -> Estimate:
    """Return what the wanted probes of a provider need, `budget` being what those before it leave."""
    before = budget.lacking
    # What is known of the given tasks shows when they are read.
    each = [_rehearsed(provider_run, replace(budget, costs={}), knows=False)] if options.task_ids else []
    each.append(_rehearsed(provider_run, budget, knows=True))
    seconds = max(_seconds(provider_run, options, planned) for planned in each)
    paid = max(sum(forecast.cost == "paid" for forecast in planned.forecasts.values()) for planned in each)
    return Estimate(seconds, paid, budget.lacking - before)


def _rehearsed(provider_run: ProviderRun, budget: Budget, *, knows: bool) -> PlannedSource:
    """Run the wanted probes over a transport that sends nothing; what is generated is counted and not drawn."""
    source, wanted = provider_run.store.source, provider_run.store.wanted
    setting = replace(
        source.setting, budget=budget, creations=CreationLog(), redactor=Redactor([]), generation=NOTHING_GENERATED,
        memory=MemoryBudget(), pace=provider_run.pace,
    )  # fmt: skip
    planned = replace(planned_source(setting, source.task_ids, provider_run.pause), knows=knows)
    store = Store(planned, wanted, contracts=provider_run.contracts)
    for contract in provider_run.contracts:
        for probe in probes_of(contract):
            if (contract.id, probe.name) in wanted:
                # What cannot be rehearsed is not what the run is about.
                with suppress(Exception):
                    store.evidence(contract, probe.name)
    return planned


def _seconds(provider_run: ProviderRun, options: RunOptions, planned: PlannedSource) -> float:
    """Return the seconds of a provider that answers in good time, with the whole patience for each task."""
    generated = sum(kind_of_probe(probe) == "generated" for _, probe in planned.forecasts)
    requests = sum(forecast.least for forecast in planned.forecasts.values())
    requests += generated * provider_run.store.source.setting.generation.most
    followed = sum(forecast.followed for forecast in planned.forecasts.values())
    pace, exchange = provider_run.pace, Timeouts.of(options.request_timeout).exchange
    # Once also where no task is followed: who is somewhat slow shall be judged whole.
    lives = max(1, followed) * (pace.poll_timeout + _REREADS * pace.poll_interval)
    return math.ceil(requests * max(_A_REQUEST, provider_run.pause) + lives + 2 * exchange)
