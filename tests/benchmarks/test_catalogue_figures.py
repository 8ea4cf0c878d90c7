"""What judging kept evidence costs, as whole processes; run with `python -m tests.benchmarks.figures -k kept`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks import processor_time
from tests.support.bounded_cpu import can_be_bounded, part_of_a_core
from tests.support.dask_processes import Cluster
from tests.support.kept_nights import Fleet, write_nights
from tests.support.rejudging import again

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

Record = Callable[[str, object], None]

VENDORS, NIGHTS = 4, 150
# A hundred vendors, each night of a year, 55 exchanges each: time goes in proportion, and each vendor has many nights.
MEANT, CORES = 2_000_000, 2
HALF = 0.5
MEGABYTE = 1_000_000
# What judges alone, after a run that reads the contracts: nothing is compared or written.
JUDGE = """
import sys, time
from pathlib import Path
from vidconform.catalogue.judged_again import Rejudging
from vidconform.report import read_run
runs = [night / vendor for vendor in ("vendor000", "vendor001") for night in sorted(Path(sys.argv[1]).iterdir())]
rejudging, judged, seconds = Rejudging(sys.argv[2:], {}), 0, 0.0
for number, run in enumerate(runs):
    old, began = read_run(run / "results.jsonl"), time.process_time()
    exchanges = rejudging.judge(run, old).exchanges
    if number % (len(runs) // 2):
        judged, seconds = judged + exchanges, seconds + time.process_time() - began
print(1000 * seconds / judged)
"""
# Of its processes the memory of the first is told, and that of the largest of the other two.
MAIN = """
import resource, sys
from vidconform.cli import main
if __name__ == "__main__":
    code = main()
    print(sum(resource.getrusage(who).ru_maxrss * times for who, times in (
        (resource.RUSAGE_SELF, 1), (resource.RUSAGE_CHILDREN, 2))))
    sys.exit(code)
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU of all processes together, their memory in bytes, and what was printed."""

    seconds: float
    memory: int
    said: str


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return write_nights(tmp_path_factory.mktemp("kept"), VENDORS, NIGHTS)


@pytest.fixture(scope="module")
def first(fleet: Fleet) -> Cost:
    return rejudge(fleet, fleet.nights)


@pytest.fixture(scope="module")
def start(fleet: Fleet) -> Cost:
    """Return what it costs to start and to read the contracts."""
    return started(fleet)


def started(fleet: Fleet, *how: str) -> Cost:
    """Return what a call costs in which nothing changed, of one night of each vendor."""
    rejudge(fleet, fleet.nights / "000", *how)
    return rejudge(fleet, fleet.nights / "000", *how)


def rejudge(fleet: Fleet, nights: Path, *how: str) -> Cost:
    """Judge some nights of the fleet again with two processes, or how it is told."""
    script = fleet.nights.parent / "rejudge.py"
    script.write_text(MAIN, "utf-8")
    specs = [word for one in fleet.specs for word in ("--provider", str(one))]
    out = fleet.nights.parent / f"again-{nights.name}{''.join(how)}"
    judged = ["rejudge", str(nights), "-o", str(out), f"--jobs={CORES}", *how]
    before = processor_time.of_children()
    done = subprocess.run([sys.executable, str(script), *judged, *specs], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return Cost(processor_time.of_children() - before, int(done.stdout.split()[-1]) * 1024, done.stdout)


def minutes(cost: Cost, start: Cost, fleet: Fleet) -> float:
    """Return how long all that is meant takes on two cores: the start once, the rest in proportion."""
    return (start.seconds + (cost.seconds - start.seconds) * MEANT / fleet.exchanges) / CORES / 60


def test_1000_kept_exchanges_read_and_judged(fleet: Fleet, record_property: Record) -> None:
    command = [sys.executable, "-c", JUDGE, str(fleet.nights), *map(str, fleet.specs)]
    seconds = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    record_property("measured", f"{seconds:.2f} s")
    record_property("at most", "0.5 s")
    assert seconds < 0.5


def test_2_million_kept_exchanges_judged_again_on_two_cores(
    fleet: Fleet, first: Cost, start: Cost, record_property: Record
) -> None:
    assert f"{fleet.runs} judged again, 0 as before" in first.said
    taken, megabytes = minutes(first, start, fleet), first.memory / MEGABYTE
    record_property("measured", f"{taken:.1f} min in proportion to {fleet.exchanges}, {megabytes:.0f} MB of memory")
    record_property("at most", "10 min, 500 MB")
    assert taken < 10
    assert megabytes < 500


def test_the_same_kept_exchanges_where_nothing_changed(
    fleet: Fleet, first: Cost, start: Cost, record_property: Record
) -> None:
    again = rejudge(fleet, fleet.nights)
    assert f"0 judged again, {fleet.runs} as before" in again.said
    assert again.memory <= 1.2 * first.memory
    taken = 60 * minutes(again, start, fleet)
    record_property("measured", f"{taken:.0f} s in proportion, {again.memory / MEGABYTE:.0f} MB of memory")
    record_property("at most", "60 s, 500 MB")
    assert taken < 60


def test_the_same_kept_exchanges_judged_by_two_workers_of_dask(
    fleet: Fleet, first: Cost, start: Cost, record_property: Record
) -> None:
    on_engine = rejudge(fleet, fleet.nights, "--on=dask")
    assert f"{fleet.runs} judged again, 0 as before" in on_engine.said
    plain, taken = minutes(first, start, fleet), minutes(on_engine, started(fleet, "--on=dask"), fleet)
    megabytes = on_engine.memory / MEGABYTE
    record_property("measured", f"{taken:.1f} min in proportion, {taken / plain:.2f} of one call; {megabytes:.0f} MB")
    record_property("at most", "1.3 of one call")
    assert taken < 1.3 * plain


def by_half_cores(fleet: Fleet, workers: int, folder: Path) -> tuple[float, float]:
    """Return the seconds that a call takes on some workers of half a core each, and those of CPU of all processes."""
    folder.mkdir()
    before = processor_time.of_children()
    with ExitStack() as held:
        halves = [held.enter_context(part_of_a_core(f"{workers}-{number}", HALF)) for number in range(workers)]
        cluster = held.enter_context(Cluster(folder))
        for half in halves:
            cluster.worker(before=half)
        on = [word for one in fleet.specs for word in ("--provider", one)] + [f"--on={cluster.address}"]
        # What judges is loaded by each worker with its first unit.
        assert again(*sorted(fleet.nights.iterdir())[: 5 * workers], "-o", folder / "begun", *on).returncode == 0
        began = time.monotonic()
        done = again(fleet.nights, "-o", folder / "out", *on)
        seconds = time.monotonic() - began
    assert f"{fleet.runs} judged again, 0 as before" in done.stdout, done.stderr
    return seconds, processor_time.of_children() - before


@pytest.mark.skipif(not can_be_bounded(), reason="control groups that bound the CPU cannot be made here")
def test_half_the_time_on_twice_the_workers_of_half_a_core(
    fleet: Fleet, tmp_path: Path, record_property: Record
) -> None:
    two, four = (by_half_cores(fleet, workers, tmp_path / str(workers)) for workers in (2, 4))
    shares = f"{two[0]:.0f} s on two, {four[0]:.0f} s on four; {two[1]:.0f} s and {four[1]:.0f} s of CPU"
    record_property("measured", f"{four[0] / two[0]:.2f} of the time: {shares}")
    record_property("at most", "0.6 of the time")
    assert four[0] < 0.6 * two[0], shares
