"""What a run says while it waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

_INTERVAL = 5.0


class Throttle:
    """Passes a sentence on, but not more often than every few seconds."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._last = say, time.monotonic()
        # Of several providers that are asked side by side one speaks at a time.
        self._lock = Lock()

    def __call__(self, sentence: str) -> None:
        """Say the sentence when it is time."""
        with self._lock:
            if time.monotonic() - self._last >= _INTERVAL:
                self._last = time.monotonic()
                self._say(sentence)
