"""Processes that work for a command: they end with it, and say nothing of what interrupted it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


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


@contextmanager
def process_pool(
    jobs: int, begin: Callable[..., object] | None = None, arguments: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of processes that are ended where the call is interrupted; `begin` is called first in each."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    with ProcessPoolExecutor(jobs, get_context("spawn"), begin, arguments) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            # The pool would wait for what they have at hand, and that may hang.
            for process in active_children():
                process.terminate()
            raise
