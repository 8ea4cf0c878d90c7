"""Shows the progress of providers that are asked at the same time: on one screen, or a line each.

The order is that of the run, however they finish, and the thread that waits for them is the only one that writes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from vidconform.plugin.speech import sayer
from vidconform.run import ProviderProgress, Session, ShowProgress
from vidconform.text import pluralise, printable
from vidconform.verdicts import Case

if TYPE_CHECKING:
    from rich.table import Table

States = Mapping[str, ProviderProgress]
#: Who, how far of how much, what was sent, and what is waited for.
Row = tuple[str, int, int, str, str]


def begin(config: pytest.Config, session: Session, cases: Iterable[Case]) -> None:
    """Start a live run of some cases, once, and show how far the providers are that it asks at the same time."""
    if session.options.uses_network and not session.has_begun:
        with _display(config) as show:
            session.begin(cases, show)


@contextlib.contextmanager
def _display(config: pytest.Config) -> Iterator[ShowProgress]:
    """Give what shows the states of some providers; nothing where a run is to be quiet."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    # The option is the terminal's own, and is not there without it.
    if getattr(config.option, "verbose", 0) < 0:
        yield lambda states: None
    elif getattr(terminal, "isatty", False) and not hasattr(config, "workerinput"):
        screen = ProgressScreen(config, terminal)
        try:
            yield screen
        finally:
            screen.close()
    else:
        # Without a terminal this says nothing, and in a worker it reaches the controller's standard error.
        yield ProgressLines(sayer(config))


class ProgressLines:
    """Prints a line for each provider once it and all before it are done."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._told = say, 0

    def __call__(self, states: States) -> None:
        """Print what has come to its turn."""
        for state in list(states.values())[self._told :]:
            if not state.is_done:
                return
            self._told += 1
            self._say(f"vidconform: {state.provider}: asked, {_sent(state)}")


def _sent(state: ProviderProgress) -> str:
    sent = f"{pluralise(state.requests, 'request')} and {pluralise(state.creations, 'creation')}"
    return sent if state.seconds is None else f"{sent} in {state.seconds:.0f} s"


class ProgressScreen:
    """Keeps one row a provider up to date on a terminal, and leaves the last state standing."""

    def __init__(self, config: pytest.Config, terminal: Any) -> None:
        self._capture, self._terminal = config.pluginmanager.get_plugin("capturemanager"), terminal
        self._drawn: list[Row] = []
        self._live: Any = None

    def __call__(self, states: States) -> None:
        """Draw the rows again where they changed, in pytest's own place for what is not captured."""
        rows = [progress_row(state) for state in states.values()]
        if rows != self._drawn:
            self._drawn = rows
            with self._uncaptured():
                self._draw()

    def close(self) -> None:
        """Leave the last state standing, however it ended, and give the cursor back."""
        if self._live is not None:
            with self._uncaptured():
                # An interrupt in the middle of its start leaves it half begun.
                with contextlib.suppress(IndexError):
                    self._live.stop()
                self._live.console.show_cursor(True)

    def _uncaptured(self) -> contextlib.AbstractContextManager[None]:
        found: contextlib.AbstractContextManager[None] = (
            contextlib.nullcontext() if self._capture is None else self._capture.global_and_fixture_disabled()
        )
        return found

    def _draw(self) -> None:
        # Late: it takes a tenth of a second, and no other run needs it.
        from rich.live import Live

        if self._live is None:
            self._terminal.ensure_newline()
            # Drawn by whoever calls: a thread of its own would write while pytest captures.
            self._live = Live(auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
            self._live.start()
        self._live.update(progress_table(self._drawn), refresh=True)


def progress_row(state: ProviderProgress) -> Row:
    """Return what a screen shows of a provider."""
    done, waits = (state.total, "") if state.is_done else (state.done, printable(state.waits_for))
    return state.provider, done, state.total, _sent(state), waits


def progress_table(rows: Iterable[Row]) -> Table:
    """Return the rows of a screen, in their order."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    for provider, done, total, sent, waits in rows:
        bar = ProgressBar(total=max(total, 1), completed=done, width=20)
        told = Text(waits, no_wrap=True, overflow="ellipsis")
        table.add_row(Text(provider), bar, f"{done}/{total}", sent, told)
    return table
