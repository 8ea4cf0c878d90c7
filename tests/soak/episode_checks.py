"""Holds runs that are over to what their vendor counted, and to what is promised of every run."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.key_windows import found_in
from tests.soak.ledger_lines import lost_of, rows_below, unreadable_below
from tests.soak.paying_vendor import Made, PayingVendor
from tests.soak.plans import RunPlan
from tests.soak.run_keys import RunKeys
from tests.soak.watched_process import Watched
from vidconform.redaction import Guard

MOST_MEMORY = 300 << 10
# All well, a failure, an end by a signal, nothing selected, an incomplete run.
CODES = {0, 1, 5, 6}
ENDED_BY = {
    signal.SIGINT: {2}, signal.SIGTERM: {2}, signal.SIGHUP: {2}, signal.SIGKILL: {-signal.SIGKILL},
}  # fmt: skip
_OURS = re.compile(r"INTERNALERROR|Traceback \(most recent call last\)|^E  +\w+Error\b", re.MULTILINE)
_DROPPED = re.compile(r"Exception ignored in.*?KeyboardInterrupt", re.DOTALL)
_LAST_LINE = re.compile(r"^=+ .+ in \d[^=]*=+$", re.MULTILINE)
_IN_USE = "expected a folder that no other run is writing to"


@dataclass
class Ended:
    """A run: its process, its keys, and how much its vendor had made and heard before and after it."""

    process: Watched | None
    keys: RunKeys
    made_before: int
    passed_before: int
    made: list[Made] = field(default_factory=list)
    possible: int = 0

    @property
    def watched(self) -> Watched:
        """Its process, once it is started."""
        assert self.process is not None
        return self.process

    @watched.setter
    def watched(self, process: Watched) -> None:
        self.process = process

    def close(self, vendor: PayingVendor) -> None:
        """Take from the vendor what belongs to it, when it is over."""
        self.made = vendor.made_for(self.keys.values, self.made_before)
        keys = self.keys.values.values()
        self.possible = sum(vendor.front.possible(key, self.passed_before) for key in keys)


def faults_of(plan: RunPlan, folder: Path, vendor: PayingVendor, ended: Sequence[Ended]) -> Iterator[str]:
    """Yield a sentence for each promise that was broken."""
    if vendor.miscounted:
        yield f"the vendor's own counter differs by {vendor.miscounted}: the soak is wrong"
    yield from _lost(folder, ended)
    yield from unreadable_below(folder)
    for which, one in enumerate(ended):
        yield from (f"run {which}: {fault}" for fault in faults_of_run(plan, one))
    for keys in {id(one.keys): one.keys for one in ended}.values():
        yield from leaks_below(folder, keys)


def _lost(folder: Path, ended: Sequence[Ended]) -> Iterator[str]:
    made = [task.ids for one in ended for task in one.made]
    lost = lost_of(made, rows_below(folder), "\n".join(one.watched.said for one in ended))
    if lost:
        yield f"paid tasks lost: {len(lost)} of {len(made)}, among them {sorted(lost[0])[:3]}"


def faults_of_run(plan: RunPlan, one: Ended) -> Iterator[str]:
    """Yield a sentence for each promise that one run broke."""
    if len(one.made) > plan.max_creations:
        yield f"made {len(one.made)} creations with a limit of {plan.max_creations}"
    if one.possible > plan.max_creations:
        yield f"{one.possible} creations may have been made with a limit of {plan.max_creations}"
    if one.watched.hung:
        yield one.watched.hung
    if one.watched.peak > MOST_MEMORY:
        yield f"{one.watched.peak / 1024:.0f} MB in one process"
    # What Python says of an interrupt that it had to drop is no traceback of ours.
    said = _DROPPED.sub("", one.watched.said) if one.watched.signalled else one.watched.said
    told = _OURS.search(said)
    if told is not None:
        line = said[max(0, told.start() - 200) : told.end() + 300]
        yield f"a traceback of ours: {line!r}"
    if one.watched.code not in _allowed(plan, one):
        yield f"exit {one.watched.code}: {said[-300:]!r}"


def _allowed(plan: RunPlan, one: Ended) -> set[int]:
    """Return the exit codes that a run may end with."""
    allowed = set(CODES)
    if one.watched.hung:
        allowed |= {-signal.SIGKILL}
    if one.watched.signalled and plan.signal is not None:
        allowed |= ENDED_BY[plan.signal.number]
        # All is written, and Python on its way out.
        allowed |= {-plan.signal.number} if _LAST_LINE.search(one.watched.said) else set()
    if plan.together == "report" and _IN_USE in one.watched.said:
        allowed |= {4}
    return allowed


def leaks_below(folder: Path, keys: RunKeys) -> Iterator[str]:
    """Yield a sentence for each file below a folder that gives a key away, by the project's look and by another."""
    guard = Guard(keys.values)
    for file in sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()):
        content = file.read_bytes()
        shown = guard.variable_in(content)
        if shown is not None:
            yield f"{file.relative_to(folder)} gives {shown} away, as the project looks"
        for variable, own in keys.own.items():
            found = found_in(content, own)
            if found is not None:
                place = content.lower().find(found)
                near = content[max(0, place - 60) : place + len(found) + 60]
                yield f"{file.relative_to(folder)} holds {found!r} of {variable}: {near!r}"
