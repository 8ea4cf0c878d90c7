"""The whole of it: twice against the faultless emulator, then against every vice, some at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import filter as matching
from threading import Event

from vidconform.client.against_vices.client_problems import ClientFails, ClientNeverAsks
from vidconform.client.against_vices.client_process import ClientProcess
from vidconform.client.against_vices.client_run import ClientRun, Stage
from vidconform.client.against_vices.effects import Baseline, ViceEffect, effect_of
from vidconform.client.against_vices.left_behind import steady
from vidconform.emulator.vices import UnknownVice, Vice, vices_of
from vidconform.text import visible

# A client waits for its emulator, or sleeps, for much of its time.
_AT_ONCE_PER_CORE = 2
_FIRST_PATIENCE, _LEAST_PATIENCE, _TIMES_AS_LONG = 120.0, 10.0, 10


def usual_jobs() -> int:
    """Return how many clients run at once where nobody says."""
    return _AT_ONCE_PER_CORE * (os.cpu_count() or 1)


def chosen_vices(provider: str, patterns: Sequence[str]) -> list[Vice]:
    """Return the vices of a provider whose names are asked for, by name or pattern; raises UnknownVice."""
    by_name = {vice.name: vice for vice in vices_of(provider)}
    for pattern in patterns:
        if not matching(by_name, pattern):
            raise UnknownVice(provider, pattern, tuple(by_name))
    names = {name for pattern in patterns or ["*"] for name in matching(by_name, pattern)}
    return [by_name[name] for name in by_name if name in names]


@dataclass(frozen=True)
class Experiment:
    """A client with everything that it is tried in; `timeout` is None where the baseline says how long is long."""

    stage: Stage
    command: tuple[str, ...]
    jobs: int
    timeout: float | None = None
    stopped: Event = field(default_factory=Event)

    @contextmanager
    def pool(self) -> Iterator[ThreadPoolExecutor]:
        """Yield what runs clients; however the block is left, no client is."""
        # Not in this thread: a signal would come between the start of a client and the note that it runs.
        pool = ThreadPoolExecutor(self.jobs)
        try:
            yield pool
        finally:
            self.stopped.set()
            pool.shutdown(cancel_futures=True)

    def baseline(self, pool: ThreadPoolExecutor) -> Baseline:
        """Return two runs against the faultless emulator; raises ClientFails, ClientNeverAsks."""
        client = self._client(self.timeout or _FIRST_PATIENCE)
        first, second = (self._sound(pool.submit(self.stage.run, client).result()) for _ in range(2))
        return Baseline(first, second, steady(first.parts, second.parts))

    def patience(self, baseline: Baseline) -> float:
        """Return the seconds that a client has against a vice."""
        return self.timeout or max(_LEAST_PATIENCE, _TIMES_AS_LONG * baseline.seconds)

    def effects(self, pool: ThreadPoolExecutor, baseline: Baseline, vices: Sequence[Vice]) -> list[ViceEffect]:
        """Return what each vice does, by their names."""
        client = self._client(self.patience(baseline))

        def tried(vice: Vice) -> ViceEffect:
            return effect_of(vice, self.stage.run(client, vice), baseline)

        # Those that are longest first, so that nothing waits for them at the end.
        found = pool.map(tried, sorted(vices, key=lambda vice: not vice.stalls))
        return sorted(found, key=lambda one: one.vice.name)

    def _client(self, seconds: float) -> ClientProcess:
        return ClientProcess(self.command, seconds, self.stopped)

    def _sound(self, run: ClientRun) -> ClientRun:
        if run.ending.code != 0:
            raise ClientFails(run.ending.words, visible(run.ending.said))
        if not run.told:
            raise ClientNeverAsks(", ".join(name for name, held in self.stage.templates.items() if "{url}" in held))
        return run
