"""A clock that stands still but while somebody sleeps, so that waits are counted instead of waited for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest


@dataclass
class Clock:
    """The seconds that were slept, one number for each sleep that was one."""

    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept += [seconds] if seconds > 0 else []

    def monotonic(self) -> float:
        """Return the seconds that passed."""
        return sum(self.slept)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock that waits are measured by; time-outs of sockets stay real."""
    stopped = Clock()
    monkeypatch.setattr(time, "sleep", stopped.sleep)
    monkeypatch.setattr(time, "monotonic", stopped.monotonic)
    return stopped
