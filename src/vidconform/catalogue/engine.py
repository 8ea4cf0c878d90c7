"""A history judged again on Dask: nights are handed to workers, and what came of each is gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from vidconform.catalogue.earlier_runs import EarlierRun
from vidconform.catalogue.nights import AT_ONCE, JudgedAnew
from vidconform.catalogue.object_storage import Place
from vidconform.catalogue.units import Assignment, judge_unit
from vidconform.errors import BadOption
from vidconform.report import REJUDGED
from vidconform.run import check_extra, judging_sha256, kept_from_processes
from vidconform.text import visible

_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")
_EXPECTED = "dask, or the address of a scheduler of Dask that has workers, such as tcp://HOST:8786"
# Nights that the scheduler has at hand: enough for a hundred workers, and its memory does not grow with the history.
_MOST_UNITS = 1000
_PATIENCE = "10s"

Unit = tuple[EarlierRun, ...]


def judge_on(
    engine: str, nights: Sequence[EarlierRun], providers: Sequence[str], jobs: int | None, seconds: float
) -> Iterator[JudgedAnew]:
    """Yield what becomes of each run, in their order, judged by workers that see the same folders."""
    check_extra("--on", "distributed", "dask")
    if engine != "dask" and not _ADDRESS.fullmatch(engine):
        raise BadOption("--on", engine, _EXPECTED)
    own = tuple(str(Path(name).resolve()) if Path(name).is_dir() else name for name in providers)
    given = Assignment(uuid4().hex, own, judging_sha256(), seconds)
    nights = [replace(night, output=_from_anywhere(night.output)) for night in nights]
    with _client(engine, jobs or 2) as client:
        found = _Gathering(client, given, engine).judge(nights)
    yield from (_seen(night, found[night]) for night in nights)


def _from_anywhere(output: Place) -> Place:
    return output.resolve() if isinstance(output, Path) else output


@contextmanager
def _client(engine: str, jobs: int) -> Iterator[Any]:
    """Connect to a cluster, or begin one on this machine for as long as it is needed; raises BadOption."""
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as held:
        try:
            if engine == "dask":
                # A unit whose worker dies is given again by us, night by night.
                with dask.config.set({"distributed.scheduler.allowed-failures": 0}), kept_from_processes():
                    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
                    engine = held.enter_context(LocalCluster(jobs, processes=True, host="127.0.0.1", **options))
            client = held.enter_context(Client(engine, timeout=_PATIENCE, set_as_default=False))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError) as problem:
            raise BadOption("--on", str(engine), f"{_EXPECTED} ({visible(str(problem), 200)})") from problem
        yield client


class _Gathering:
    """Hands the nights of one call to the workers of a cluster, and gathers what came of each."""

    def __init__(self, client: Any, given: Assignment, engine: str) -> None:
        self._client, self._given, self._engine = client, given, engine
        self._found: dict[EarlierRun, JudgedAnew] = {}

    def judge(self, nights: Sequence[EarlierRun]) -> dict[EarlierRun, JudgedAnew]:
        """Judge all; raises UsageProblem for workers that are of another version, or that are lost for good."""
        units = [tuple(nights[start : start + AT_ONCE]) for start in range(0, len(nights), AT_ONCE)]
        failed = [unit for unit, _ in self._gather(units, _MOST_UNITS)]
        # Which night it was nobody knows, and others may have stood in the same queue: each alone, one at a time.
        for (night,), why in self._gather([(night,) for unit in failed for night in unit], 1):
            self._found[night] = JudgedAnew(problem=f"{night.folder}: {why}")
        return self._found

    def _gather(self, units: Iterable[Unit], most: int) -> Iterator[tuple[Unit, str]]:
        """Note what comes of units, no more than some at a time; yield those of which nothing came, and why."""
        from distributed import as_completed

        waiting, handed = iter(units), as_completed(loop=self._client.loop)
        of: dict[Any, Unit] = {}
        self._hand(islice(waiting, most), of, handed)
        for future in handed:
            unit = of.pop(future.key)
            problem = self._take(unit, future)
            self._hand(islice(waiting, 1), of, handed)
            if problem:
                yield unit, problem

    def _hand(self, units: Iterable[Unit], of: dict[Any, Unit], handed: Any) -> None:
        for unit in units:
            future = self._client.submit(judge_unit, self._given, unit, pure=False)
            of[future.key] = unit
            handed.add(future)

    def _take(self, unit: Unit, future: Any) -> str:
        """Note what came of a unit; return why nothing did."""
        if future.status == "finished":
            self._found.update(zip(unit, future.result(), strict=True))
            return ""
        if future.status != "error":
            raise BadOption("--on", self._engine, "a scheduler that stays to the end; what was judged is kept")
        return self._told(future.exception())

    def _told(self, error: BaseException) -> str:
        from distributed import KilledWorker

        if isinstance(error, BadOption):
            raise error
        if isinstance(error, KilledWorker):
            seconds = f"{self._given.seconds:g} s"
            return f"no worker came to its end: each died of it, or was not done with it after {seconds}"
        return visible(f"{type(error).__name__}: {error}", 200)


def _seen(night: EarlierRun, judged: JudgedAnew) -> JudgedAnew:
    """Return what came of a night; results that this machine does not see are no results.

    What a store took is there for all.
    """
    if judged.problem or isinstance(night.output, str) or (night.output / REJUDGED).is_file():
        return judged
    return JudgedAnew(problem=f"{night.output}: written by a worker, and not seen on this machine")
