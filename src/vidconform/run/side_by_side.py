"""Asks several providers at the same time, so that one which hangs holds up none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress

from vidconform.errors import AskedElsewhere
from vidconform.ledger import Budget, Turns
from vidconform.run.estimate import Estimate, estimate
from vidconform.run.options import RunOptions
from vidconform.run.provider_progress import ProviderProgress, ShowProgress
from vidconform.run.provider_run import ProviderRun
from vidconform.transport import RunClock, halt_all
from vidconform.verdicts import Case

_MOMENT = 0.05


def begin(
    provider_runs: Sequence[ProviderRun],
    options: RunOptions,
    budget: Budget,
    cases: Iterable[Case],
    ask: Callable[[Case], None],
    show: ShowProgress,
) -> None:
    """Set the clocks of a run and, where its cases are of several providers, ask for what they need side by side.

    `show` is given how far they are, in the order of the run.
    """
    rehearsed = Budget(budget.most, budget.most_cost, budget.prices, earlier=budget.earlier)
    estimates = {one.provider.name: estimate(one, options, rehearsed) for one in provider_runs}
    clocks = {one.provider.name: one.store.source.setting.clock for one in provider_runs}
    if options.run_timeout is None:
        for name, clock in clocks.items():
            clock.seconds = estimates[name].seconds
    every = list(cases)
    asked = {name: [case for case in every if _is_about(case, name)] for name in estimates}
    if sum(map(bool, asked.values())) > 1 and all(map(_may_ask, provider_runs)):
        budget.turns = _turns(estimates, clocks)
        settings = {one.provider.name: one.store.source.setting for one in provider_runs}
        states = {name: ProviderProgress(settings[name], name, len(cases)) for name, cases in asked.items()}
        jobs = {name: _asking(states[name], asked[name], budget, ask) for name in asked}
        with ExitStack() as kept:
            for state in states.values():
                kept.enter_context(state.collecting())
            do_side_by_side(jobs, list(clocks.values()), lambda: show(states))
        budget.turns = None


def _is_about(case: Case, provider: str) -> bool:
    return case.subject == "service" and case.contract.provider.name == provider


def _may_ask(provider_run: ProviderRun) -> bool:
    """Whether this process is the one of the run that asks; the others tell so where they judge."""
    try:
        if provider_run.store.claim is not None:
            provider_run.store.claim.check()
    except AskedElsewhere:
        return False
    return True


def _turns(estimates: Mapping[str, Estimate], clocks: Mapping[str, RunClock]) -> Turns:
    paid, lacking = {n: f.paid for n, f in estimates.items()}, {n: f.lacking for n, f in estimates.items()}
    return Turns(paid, lacking, clocks)


def _asking(
    state: ProviderProgress, cases: Sequence[Case], budget: Budget, ask: Callable[[Case], None]
) -> Callable[[], None]:
    def ask_all() -> None:
        try:
            for case in cases:
                # What breaks is kept where it broke, and told where it is judged.
                with suppress(Exception):
                    ask(case)
                state.advance()
        finally:
            state.end()
            budget.end(state.provider)

    return ask_all


def do_side_by_side(
    jobs: Mapping[str, Callable[[], None]], clocks: Sequence[RunClock], show: Callable[[], None] = lambda: None
) -> None:
    """Do each job in a thread of its own and return when all are done; `show` is called meanwhile, and at the end.

    What interrupts the wait, as Ctrl-C does, stops `clocks`: nothing more is sent then, and what has been paid for is
    given a moment to be written down. No thread outlives the process.
    """
    threads = [threading.Thread(target=jobs[name], name=name, daemon=True) for name in jobs]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            # A wait without an end could not be interrupted everywhere.
            while thread.is_alive():
                thread.join(_MOMENT)
                show()
        show()
    except BaseException:
        _halt(threads, clocks)
        raise


def _halt(threads: Sequence[threading.Thread], clocks: Sequence[RunClock]) -> None:
    halt_all(clocks)
    for thread in threads:
        thread.join(_MOMENT)
