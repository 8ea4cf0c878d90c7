"""With pytest-xdist, one worker judges: two would pay twice and advance the same task."""

from __future__ import annotations

from typing import Any

import pytest

from vidconform.run import Session, is_name


class OneWorker:
    """Sends all verdicts to one worker; a live run never restarts a worker that crashed."""

    def __init__(self, config: pytest.Config, session: Session, seed: str) -> None:
        self._session, self._seed = session, seed
        if session.options.uses_network:
            config.option.maxworkerrestart = "0"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the seed of the header; a worker gets the command line and nothing else."""
        node.workerinput[self._seed] = self._session.options.fuzz_seed

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Return a scheduler that knows one scope for all verdicts and one for each other file."""
        from xdist.scheduler import LoadScopeScheduling

        scope = self._scope

        class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
            def _split_scope(self, nodeid: str) -> str:
                return scope(nodeid)

        return Scheduler(config, log)

    def _scope(self, nodeid: str) -> str:
        return "verdicts" if is_name(nodeid, self._session.contracts) else nodeid.partition("::")[0]
