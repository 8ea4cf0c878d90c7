"""With pytest-xdist, one worker judges: two would pay twice and advance the same task."""

from __future__ import annotations

from typing import Any

import pytest

from vidconform.session import Session


class OneWorker:
    """Sends all items of the suites to one worker; a live run never restarts a worker that crashed."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        if session.options.talks:
            config.option.maxworkerrestart = "0"

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Return a scheduler that knows one scope for the suites."""
        from xdist.scheduler import LoadScopeScheduling

        class Scheduler(LoadScopeScheduling):  # type: ignore[misc]
            def _split_scope(self, nodeid: str) -> str:
                path = nodeid.split("::", 1)[0]
                return "suites" if "suites" in path.split("/") else path

        return Scheduler(config, log)
