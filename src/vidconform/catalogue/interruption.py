"""What interrupts a call, or ends it, is its own matter alone: its processes end by its hand, and say nothing."""

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


@contextmanager
def kept_from_processes() -> Iterator[None]:
    """Keep SIGINT from processes that begin meanwhile, for a terminal sends it to all; ours waits until they are begun.

    Threads that begin meanwhile, and processes that these begin later, are kept from it too.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # The first process would begin it, and it lets the signal through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
