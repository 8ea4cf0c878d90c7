"""One random run, or two at once, and the one that goes on with it: started, ended, and held to the vendor's count."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.episode_checks import Ended, faults_of
from tests.soak.paying_vendor import PayingVendor, paying_vendor
from tests.soak.plans import RunPlan, Signal
from tests.soak.run_keys import RunKeys, keys_for
from tests.soak.watched_process import Watched, start, watch
from tests.support.processes import copy_of, environment

# Seconds that a run may take; what waits longest is a client with a time-out of one second.
LONGEST = 180.0
LOADED = ("vidconform.plugin", "pytest_recording.plugin")
HURRY = ("--poll-interval=0.02", "--poll-timeout=3", "--request-timeout=1")


@dataclass
class Episode:
    """What came of a plan: the faults found, the tasks made, the largest process (megabytes), and the exit codes."""

    plan: RunPlan
    faults: list[str] = field(default_factory=list)
    made: int = 0
    requests: int = 0
    peak: float = 0.0
    codes: list[int] = field(default_factory=list)
    seconds: float = 0.0


def played(plan: RunPlan, kept: Path | None = None, longest: float = LONGEST) -> Episode:
    """Do what a plan says, and return what came of it; what is `kept` of one with a fault is a copy of its folder."""
    episode, started = Episode(plan), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        keys = [keys_for(plan.provider, plan.drawn(f"keys {which}")) for which in range(2 if plan.together else 1)]
        with paying_vendor(plan, keys[0].values[_first(keys[0])]) as vendor:
            ended = list(_all_runs(plan, folder, vendor, keys, longest))
        episode.faults = list(faults_of(plan, folder, vendor, ended))
        episode.made, episode.requests = len(vendor.made), len(vendor.front.passed)
        episode.peak = max(one.watched.peak for one in ended) / 1024
        episode.codes = [one.watched.code for one in ended]
        if kept is not None and episode.faults:
            shutil.copytree(folder, kept / f"{plan.seed}-{plan.number}", dirs_exist_ok=True)
    episode.seconds = time.monotonic() - started
    return episode


def _first(keys: RunKeys) -> str:
    return next(iter(keys.values))


def _all_runs(
    plan: RunPlan, folder: Path, vendor: PayingVendor, keys: Sequence[RunKeys], longest: float
) -> Iterator[Ended]:
    """Yield each run when it is over: one or two at once, and perhaps one that goes on with them."""
    # Only a vendor that takes any key can tell two at once apart.
    both = keys if plan.is_emulated else keys[:1]
    at_once = [_started(plan, folder, vendor, one, which, plan.signal) for which, one in enumerate(both)]
    watch([one.watched for one in at_once], longest)
    vendor.front.come_to_rest()
    for one in at_once:
        one.close(vendor)
        yield one
    if plan.resumes:
        resumed = _started(plan, folder, vendor, keys[0], 2, None, "--resume")
        watch([resumed.watched], longest)
        vendor.front.come_to_rest()
        resumed.close(vendor)
        yield resumed


def _started(
    plan: RunPlan, folder: Path, vendor: PayingVendor, keys: RunKeys, which: int, ends: Signal | None, *more: str
) -> Ended:
    """Start a run of a plan; `which` is 0 or 1, and 2 for the one that goes on with the first."""
    own = folder / f"run-{which}"
    own.mkdir()
    report = folder / ("report-0" if which == 2 or plan.together == "report" else f"report-{which}")
    words = [*_command(plan, own), f"--provider-url={vendor.front.url}", *HURRY, *plan.words, *more]
    words += [f"--report={report}"] if plan.reports else []
    words += [f"--task-id={known}" for known in vendor.known[:3]] if plan.knows else []
    environ = environment(
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", XDG_STATE_HOME=str(folder / "state"), HOME=str(own), **keys.values
    )
    ended = Ended(None, keys, len(vendor.made), len(vendor.front.passed))

    def is_due() -> bool:
        return ends is not None and _is_past(ends, vendor, ended)

    ended.watched = start(words, own, folder / f"out-{which}", environ, ends, is_due)
    return ended


def _is_past(ends: Signal, vendor: PayingVendor, ended: Ended) -> bool:
    if ends.once_paid:
        moments = [made.at for made in vendor.made_for(ended.keys.values, ended.made_before)]
    else:
        moments = [vendor.front.first[key] for key in ended.keys.values.values() if key in vendor.front.first]
    return bool(moments) and time.monotonic() > min(moments) + ends.after


def _command(plan: RunPlan, own: Path) -> list[str]:
    loaded = [word for name in (*LOADED, *plan.plugins) for word in ("-p", name)]
    provider, how = plan.provider, "--live"
    if plan.records:
        provider, how = str(copy_of(plan.provider, own, cassettes=False)), "--record-mode=rewrite"
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *loaded, f"--provider={provider}", how]


__all__ = ["Episode", "Watched", "played"]
