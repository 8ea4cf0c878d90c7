"""The hooks of --sdk: the official openai package is driven in the process that judged, after the last test."""

from __future__ import annotations

from typing import Any

import pytest

from vidconform.client.openai_sdk import OpenAILanes, summary_lines
from vidconform.plugin.judged_items import runs_no_test
from vidconform.run import CLIENT_LEDGER, Session
from vidconform.text import printable

_ROWS = "vidconform_client"
_TO_THE_END = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


class ClientLanes:
    """Keeps with the session what a client that is written already would notice."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        self.config, self.session = config, session
        self.lanes = OpenAILanes(session)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start what takes as long as a recorded run; of several workers only one will need it."""
        if session.items and not runs_no_test(self.config) and not hasattr(self.config, "workerinput"):
            self.lanes.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Drive the package before the session is closed; a process that judged nothing has nothing to replay."""
        has_judged = any(provider_run.store.kept for provider_run in self.session.provider_runs)
        if has_judged and exitstatus in _TO_THE_END:
            self.session.client_rows = self.lanes.rows()
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[_ROWS] = self.session.client_rows

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker found."""
        self.session.client_rows += getattr(node, "workeroutput", {}).get(_ROWS, [])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the findings before the verdicts, which are what the run is about."""
        rows = self.session.client_rows
        if rows:
            terminalreporter.section(CLIENT_LEDGER)
            terminalreporter.write_line(printable("\n".join(summary_lines(rows))))
