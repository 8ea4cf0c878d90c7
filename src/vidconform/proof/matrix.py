"""All trials of some providers, spread over the cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

from vidconform.emulator.vices import vices_of
from vidconform.proof.trial import FAULTLESS, NULL_VENDOR, WALL, Trial, run_trial

Plan = tuple[str, str]

# A trial waits for its emulator most of the time.
_THREADS = 3
_MOST_PROCESSES = 8


def run_matrix(providers: Sequence[str], *, jobs: int | None = None) -> list[Trial]:
    """Return a trial of every vice of every provider, of the faultless one, of a null vendor and of a wall."""
    return run_plans([(provider, name) for provider in providers for name in trial_names(provider)], jobs=jobs)


def run_plans(plans: Sequence[Plan], *, jobs: int | None = None) -> list[Trial]:
    """Return the trials of some plans, a provider with the name of a vice each, in their order."""
    jobs = jobs or min(os.cpu_count() or 1, _MOST_PROCESSES)
    if jobs == 1:
        return run_trials(plans)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        parts = pool.map(run_trials, [plans[start::jobs] for start in range(jobs)])
        trials = [trial for part in parts for trial in part]
    return sorted(trials, key=lambda trial: plans.index((trial.provider, trial.name)))


def trial_names(provider: str) -> list[str]:
    """Return what a provider is tried as."""
    return [FAULTLESS, NULL_VENDOR, WALL, *(vice.name for vice in vices_of(provider))]


def run_trials(plans: Sequence[Plan]) -> list[Trial]:
    """Run some trials in this process."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(lambda plan: run_trial(*plan), plans))
