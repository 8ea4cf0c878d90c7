"""All trials of some providers, spread over the cores."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from vidconform.emulator.vices import vices_of
from vidconform.proof.kept_forms import EVIDENCE
from vidconform.proof.trial import FAULTLESS, NULL_VENDOR, WALL, Trial, run_trial
from vidconform.run import kept_from_processes, process_pool

TrialKey = tuple[str, str]

# A trial waits for its emulator most of the time.
_THREADS = 3
_MOST_PROCESSES = 8


def run_matrix(providers: Sequence[str]) -> list[Trial]:
    """Return a trial of every vice of every provider, of the faultless one, of a null vendor and of a wall."""
    return run_in_processes([(provider, name) for provider in providers for name in trial_names(provider)])


def run_in_processes(
    keys: Sequence[TrialKey], *, jobs: int | None = None, forms: Sequence[str] = (EVIDENCE,)
) -> list[Trial]:
    """Return the trials of some keys, a provider with the name of a vice each, in their order.

    Each is judged again on what some `forms` keep of it.
    """
    jobs = jobs or min(os.cpu_count() or 1, _MOST_PROCESSES)
    if jobs == 1:
        return run_trials(forms, keys)
    with process_pool(jobs) as pool:
        with kept_from_processes():
            parts = pool.map(partial(run_trials, forms), [keys[start::jobs] for start in range(jobs)])
        trials = [trial for part in parts for trial in part]
    return sorted(trials, key=lambda trial: keys.index((trial.provider, trial.name)))


def trial_names(provider: str) -> list[str]:
    """Return what a provider is tried as."""
    return [FAULTLESS, NULL_VENDOR, WALL, *(vice.name for vice in vices_of(provider))]


def run_trials(forms: Sequence[str], keys: Sequence[TrialKey]) -> list[Trial]:
    """Run some trials in this process."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(lambda key: run_trial(key[0], key[1], forms), keys))
