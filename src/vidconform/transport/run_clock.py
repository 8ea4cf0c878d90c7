"""How long a run may ask a provider: nothing is sent when its seconds are used up, or when the run has ended."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from vidconform.transport.failures import FailureKind, ProbeFailure

# Seconds that what is being paid for is given to be written down.
_LAST_WORDS = 3.0
_MOMENT = 0.05


class RunClock:
    """Counts the seconds of --run-timeout from the first request on.

    `is_default` says that nobody chose them: what a service makes us wait for, and creations, come on top then.
    """

    def __init__(self, seconds: float = math.inf, *, is_default: bool = False) -> None:
        self.seconds, self._is_default = seconds, is_default
        self._end: float | None = None
        self._halted = False
        self._creating = 0
        self._lock = threading.Lock()

    @property
    def words(self) -> str:
        """The limit as a sentence names it."""
        return f"--run-timeout={self.seconds:g}{' (the default here)' if self._is_default else ''}"

    def left(self) -> float:
        """Return the seconds that are left; the first to ask starts the clock."""
        with self._lock:
            if self._end is None:
                self._end = time.monotonic() + self.seconds
            return self._end - time.monotonic()

    def allow(self, seconds: float) -> None:
        """Leave seconds out of the count, unless the user has chosen how many there are."""
        self.left()
        with self._lock:
            if self._is_default and self._end is not None:
                self._end += seconds

    def check(self) -> None:
        """Raise ProbeFailure where nothing is to be sent any more."""
        if self._halted:
            raise ProbeFailure("not sent: the run was interrupted", kind=FailureKind.UNFINISHED, sent=False)
        if self.left() <= 0:
            raise self.used_up()

    def used_up(self) -> ProbeFailure:
        """Return what is raised for a request that there is no time for."""
        return ProbeFailure(f"not sent: {self.words} is used up", kind=FailureKind.UNFINISHED, sent=False)

    @contextmanager
    def creating(self) -> Iterator[None]:
        """Say that something is paid for inside, from before it is written down until what came of it is."""
        with self._lock:
            self._creating += 1
        try:
            yield
        finally:
            with self._lock:
                self._creating -= 1

    def halt(self) -> None:
        """Let nothing more be sent."""
        self._halted = True

    @property
    def is_halted(self) -> bool:
        """Whether the run has ended."""
        return self._halted

    @property
    def is_creating(self) -> bool:
        """Whether something is being paid for."""
        return self._creating > 0


def halt_all(clocks: Sequence[RunClock]) -> None:
    """Let nothing more be sent, and give what is being paid for a moment to be written down."""
    for clock in clocks:
        clock.halt()
    end = time.monotonic() + _LAST_WORDS
    while any(clock.is_creating for clock in clocks) and time.monotonic() < end:
        time.sleep(_MOMENT)
