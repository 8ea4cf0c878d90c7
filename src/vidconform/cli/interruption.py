"""What ends a command ends it as its user's Ctrl-C does: in order, with a sentence and an exit code."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def ended_as_interrupted() -> Iterator[list[int]]:
    """Let what ends this process interrupt it, so that none of its own is left; the list holds which signal did."""
    ended_by: list[int] = [signal.SIGINT]

    def end(number: int, frame: object) -> None:
        ended_by[0] = number
        raise KeyboardInterrupt

    is_main = threading.current_thread() is threading.main_thread()
    # What is ignored, as under nohup, stays so.
    usual = [number for number in _ENDING if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in usual:
        signal.signal(number, end)
    try:
        yield ended_by
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)
