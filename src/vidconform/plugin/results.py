"""The hooks that begin the results of a run on disk, once there is something to judge.

Begun earlier, `--help` or a selection of nothing would empty a folder whose evidence was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from vidconform import report
from vidconform.errors import BadOption
from vidconform.ledger import hold_folder
from vidconform.plugin.judged_items import runs_no_test
from vidconform.run import Session, is_name, judging_sha256


class Results:
    """Begins the files of --report before the first case is judged; raises BadOption for a folder that takes none.

    `were_due` says that tests were run, so that verdicts could be expected.
    """

    def __init__(self, config: pytest.Config, session: Session) -> None:
        self.config, self.session = config, session
        self.writer: report.ResultsWriter | None = None
        self.were_due = False
        self._held = ExitStack()
        if session.options.report is not None:
            report.check_folder(session.options.report)
            self._held.enter_context(hold_folder(session.options.report))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Begin, in a serial run; what cannot be collected is left to pytest."""
        self.were_due = not runs_no_test(self.config)
        if not session.testsfailed or session.config.option.continue_on_collection_errors:
            self._begin(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Begin where workers judge, before the first of them is given a test."""
        self._begin(ids)

    def pytest_unconfigure(self) -> None:
        """Let the next run into the folder."""
        self._held.close()

    def _begin(self, tests: Iterable[str]) -> None:
        """Begin once, if a test stands for a case; raises UsageError (exit code 4)."""
        contracts = self.session.contracts
        if self.were_due and self.writer is None and any(is_name(test, contracts) for test in tests):
            try:
                self.writer = self._open()
            except BadOption as problem:
                raise pytest.UsageError(str(problem)) from None

    def _open(self) -> report.ResultsWriter | None:
        folder = self.session.options.report
        if folder is None:
            return None
        writer = report.ResultsWriter(folder, self.session.guard)
        writer.start(self.session.mode, judging_sha256())
        for provider_run in self.session.provider_runs:
            provider, editions = provider_run.provider, {c.id: c.edition.as_dict() for c in provider_run.contracts}
            held_to = {c.id: c.held_to for c in provider_run.contracts if c.held_to is not None}
            whose: dict[str, object] = {"version": provider.version} if provider.version is not None else {}
            whose |= {"held_to": held_to} if held_to else {}
            writer.provider(
                provider.name, provider_run.base_url, editions, provider.title, provider.creation_price, whose
            )  # fmt: skip
        return writer

    def verdict(self, row: dict[str, Any]) -> None:
        """Write a verdict as it falls."""
        if self.writer is not None:
            self.writer.verdict({key: value for key, value in row.items() if key != "failing"})
