"""What a terminal interrupts is the call alone: its processes end by its hand, and say nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def kept_from_processes() -> Iterator[None]:
    """Keep SIGINT from processes that begin meanwhile, for a terminal sends it to all; ours waits until they are begun.

    Threads that begin meanwhile, and processes that these begin later, are kept from it too.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The first process would begin it, and it lets the signal through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
