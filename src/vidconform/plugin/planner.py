"""The hooks of --plan: print what a live run would send, instead of sending it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from vidconform.plugin.judged_items import due_cases
from vidconform.run import Session, plan_lines
from vidconform.text import printable

_SDK = "--sdk: the openai package would create up to three tasks more of each provider, if --max-creations allows it"


class Planner:
    """Runs the probes of the selected tests over a transport that sends nothing, and judges nothing."""

    def __init__(self, config: pytest.Config, session: Session, environ: Mapping[str, str]) -> None:
        self.config, self.session, self._environ = config, session, environ
        # Nothing runs that workers could share.
        config.option.dist = "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Print the plan; what cannot be collected is left to pytest."""
        if session.testsfailed:
            return None
        told = plan_lines(self.session, list(due_cases(session.items)))
        needed = [s.provider for s in self.session.provider_runs if not self._environ.get(s.provider.key_variable)]
        told += [f"{p.key_variable} is not set; a live run of {p.name} needs it" for p in needed]
        if self.session.options.sdk:
            told.append(_SDK)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(printable("\n".join(told)))
        return True
