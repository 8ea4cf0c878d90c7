"""The hooks of --plan: print what a live run would send, instead of running anything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vidconform import planning
from vidconform.forecasts import PlannedSource
from vidconform.needs import probes_for
from vidconform.pytest_judge import case_of
from vidconform.session import Session


class Planner:
    """Asks for the evidence of the selected tests in their order, of a source that only takes note of it."""

    def __init__(self, config: pytest.Config, session: Session, environ: Mapping[str, str]) -> None:
        self.config, self.session, self._environ = config, session, environ
        # Nothing runs that workers could share.
        config.option.dist = "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Print the plan; what cannot be collected is left to pytest."""
        if session.testsfailed:
            return None
        for case in filter(None, map(case_of, session.items)):
            store = self.session.store_of(case.contract)
            for probe in probes_for(case):
                store.evidence(case.contract, probe)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line("\n".join(self._lines()))
        return True

    def _lines(self) -> list[str]:
        plans = [
            (served.provider, served.base_url, list(served.store.source.forecasts.values()))
            for served in self.session.served
            if isinstance(served.store.source, PlannedSource)
        ]
        needed = [provider for provider, _, _ in plans if not self._environ.get(provider.key_variable)]
        return [*planning.lines(plans, self.session.options), *map(planning.unset_key, needed)]
