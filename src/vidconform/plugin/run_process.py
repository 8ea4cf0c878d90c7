"""The process that a live run is started in: its end by a signal, and what all processes of the run share."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from vidconform.plugin.speech import flush
from vidconform.transport import RunClock, halt_all

RUN = "VIDCONFORM_RUN"
# A hang-up is nothing that Windows knows.
_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_USUAL = (signal.SIG_DFL, signal.default_int_handler)


def run_folder() -> Path | None:
    """Return the folder that the processes of a run share, where this process descends from one of a run."""
    return Path(os.environ[RUN]) if RUN in os.environ else None


class RunProcess:
    """Marks what descends from this process as one run with it, and ends it by SIGTERM and SIGHUP as by SIGINT.

    A worker of pytest-xdist is given the `folder` of its run. While something is paid for by one of the `clocks`, the
    first signal waits for a moment until that is written down.
    """

    def __init__(self, clocks: Sequence[RunClock], folder: Path | None = None) -> None:
        self._clocks, self._is_raised = clocks, False
        # Held by the first that ends the run after a signal which raised nothing.
        self._ending = threading.Lock()
        self._is_first, self.folder = folder is None, folder or Path(tempfile.mkdtemp(prefix="vidconform-run-"))
        os.environ[RUN] = str(self.folder)
        self._handlers: dict[int, Any] = {}
        self._ended_by = ""
        if threading.current_thread() is threading.main_thread():
            # What is ignored, as under nohup, stays so. A compiled module may have taken the interrupt from Python,
            # which still names its own handler.
            asked = [number for number in _ENDING if signal.getsignal(number) in _USUAL]
            self._handlers = {number: signal.signal(number, self._interrupt) for number in asked}

    def pytest_runtest_logstart(self) -> None:
        """End what a signal has not: Python drops an interrupt that comes while an object is taken down."""
        if self._ended_by and self._ending.acquire(blocking=False):
            raise KeyboardInterrupt(self._ended_by)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Let the first signal that comes from here on pass: there is nothing to end but the writing of the report."""
        self._ending.acquire(blocking=False)
        for number in self._handlers:
            signal.signal(number, _pass_over)
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Leave the process as it was."""
        # What is told at the end is not lost with a buffer, when the signals work as before.
        flush(config)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._is_first:
            os.environ.pop(RUN, None)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        is_first, self._ended_by = not self._ended_by, signal.Signals(number).name
        if is_first and any(clock.is_creating for clock in self._clocks):
            threading.Thread(target=self._interrupt_soon, args=(number,), daemon=True).start()
            return
        # The first step of a generator may stand on no line, and pytest cannot show a traceback through it.
        if frame is None or frame.f_lineno is not None:
            # A second signal ends a run that does not come to its end.
            self._is_raised = True
            signal.signal(number, signal.SIG_DFL)
            raise KeyboardInterrupt(self._ended_by)

    def _interrupt_soon(self, number: int) -> None:
        halt_all(self._clocks)
        if not self._is_raised and self._ending.acquire(blocking=False):
            _signal_main_thread(number)


def _signal_main_thread(number: int) -> None:
    """Send a signal to the thread that may be waiting for a service, which one to any other would not end."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        signal.raise_signal(number)


def _pass_over(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
