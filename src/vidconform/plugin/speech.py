"""Prints a line in the middle of a test, where the user sees it at once."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import pytest

from vidconform.text import printable, say


def sayer(config: pytest.Config) -> Callable[[str], None]:
    """Return what prints a line in the middle of a test, past pytest's capture."""

    def speak(sentence: str) -> None:
        capture = config.pluginmanager.get_plugin("capturemanager")
        with contextlib.nullcontext() if capture is None else capture.global_and_fixture_disabled():
            _print(config, sentence)

    return speak


def _print(config: pytest.Config, sentence: str) -> None:
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(config, "workerinput"):
        # The terminal of a worker of pytest-xdist leads nowhere; its standard error is the controller's.
        say(sentence, sys.stderr)
    elif terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(printable(sentence))
        # Whoever reads through a pipe would otherwise see it when the wait is over.
        flush(config)


def flush(config: pytest.Config) -> None:
    """Flush the terminal, where its reporter can: another plugin may have put one of its own in its place."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(terminal, "flush"):
        terminal.flush()
