"""What a run says while it waits."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Passes a sentence on, but not more often than every few seconds."""

    def __init__(self, say: Callable[[str], None], interval: float = 5.0) -> None:
        self._say, self._interval, self._last = say, interval, time.monotonic()

    def __call__(self, sentence: str) -> None:
        """Say the sentence when it is time."""
        if time.monotonic() - self._last >= self._interval:
            self._last = time.monotonic()
            self._say(sentence)
