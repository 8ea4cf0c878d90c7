"""Tasks and the lives they lead, without a word of any vendor."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from vidconform.contracts import StatusWord
from vidconform.emulator.emulator_options import EmulatorOptions


@dataclass(frozen=True)
class Step:
    """One state of a task; `since_ms` is when its status began, counted from the creation."""

    status: StatusWord
    progress: int
    since_ms: int


Life = tuple[Step, ...]


@dataclass(frozen=True)
class KnownTask:
    """A task that exists before anyone asks."""

    id: str
    life: Life
    created_at: int
    sent: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class EmulatedTask:
    """A task that moves along its life as it is read, or as time passes, and then stays at its end.

    `known` ones exist before anyone asks; the others were created. `ended` is the end of one that was cancelled,
    `opened_by` the credential of its first read, where somebody asks.
    """

    id: str
    life: Life
    created_at: int
    sent: Mapping[str, Any]
    step_seconds: float | None = None
    known: bool = False
    reads: int = 0
    ended: Step | None = None
    opened_by: str = ""
    born: float = field(default_factory=time.monotonic)

    @property
    def step(self) -> Step:
        """The present state."""
        if self.ended is not None:
            return self.ended
        if self.step_seconds is None:
            passed = max(self.reads - 1, 0)
        else:
            passed = int((time.monotonic() - self.born) / self.step_seconds)
        return self.life[min(passed, len(self.life) - 1)]

    @property
    def finished(self) -> bool:
        """Whether the life is at its end."""
        return self.step is self.life[-1] or self.ended is not None

    def read(self) -> Step:
        """Counts one read and returns the state it sees."""
        self.reads += 1
        return self.step

    def cancel(self, word: StatusWord) -> None:
        """End it at its present state, with the word for that."""
        self.ended = replace(self.step, status=word, since_ms=self.step.since_ms + 1)

    def since_ms(self, step: Step) -> int:
        """The time at which this state's status began, in milliseconds since the epoch."""
        return self.created_at * 1000 + step.since_ms


class TaskStore:
    """The tasks of one contract, each private to its owner; every owner has known tasks of their own."""

    def __init__(self, contract: str, known: tuple[KnownTask, ...], options: EmulatorOptions) -> None:
        self._contract = contract
        self._known = {task.id: task for task in known}
        self._tasks: dict[tuple[str, str], EmulatedTask] = {}
        self._gone: set[tuple[str | None, str]] = set()
        self._options = options
        self._step_seconds = options.step_seconds if options.advance == "second" else None

    def find(self, id: str, owner: str | None) -> EmulatedTask | None:
        """Finds a task of this owner, or of anyone for None."""
        task = self._of_anyone(id) if owner is None else self._tasks.get((owner, id))
        if task is None and id in self._known:
            known = self._known[id]
            task = self._add(owner or "", id, known.life, known.created_at, known.sent, known=True)
        return task

    def of(self, owner: str | None) -> list[EmulatedTask]:
        """Return the tasks of an owner, the known ones among them."""
        found = [self.find(id, owner) for id in (*self._known, *(id for _, id in self._tasks))]
        return list({task.id: task for task in found if task is not None}.values())

    def forget(self, id: str, owner: str | None) -> None:
        """Forget a task of this owner, or of anyone for None."""
        self._gone.add((owner, id))

    def is_gone(self, id: str, owner: str | None) -> bool:
        """Whether a task was forgotten."""
        return any(gone == id and (own is None or owner in (None, own)) for own, gone in self._gone)

    def first_created(self) -> EmulatedTask | None:
        """Return the first task that was created and not known from the start."""
        return next((task for task in self._tasks.values() if not task.known), None)

    def create(self, id: str, life: Life, owner: str, sent: Mapping[str, Any]) -> EmulatedTask:
        """Adds a new task, created now."""
        return self._add(owner, id, life, int(self._options.clock()), sent)

    def _of_anyone(self, id: str) -> EmulatedTask | None:
        return next((task for (_, known), task in self._tasks.items() if known == id), None)

    def _add(
        self, owner: str, id: str, life: Life, created_at: int, sent: Mapping[str, Any], *, known: bool = False
    ) -> EmulatedTask:
        lived = self._options.life(self._contract, life) if self._options.life is not None else life
        task = EmulatedTask(id, lived, created_at, sent, self._step_seconds, known)
        return self._tasks.setdefault((owner, id), task)


def new_ids(seed: int) -> Iterator[str]:
    """Yields 32 hexadecimal digits again and again, the same ones for the same seed."""
    for number in count(1):
        yield hashlib.sha256(f"vidconform:{seed}:{number}".encode()).hexdigest()[:32]
