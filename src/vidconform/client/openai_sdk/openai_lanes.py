"""The lanes of a run: the openai package driven against each of its providers, once, before anything is deleted."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from vidconform.client.openai_sdk.openai_calls import ERRORED
from vidconform.client.openai_sdk.openai_evidence import openai_evidence
from vidconform.client.openai_sdk.openai_findings import Row, client_findings
from vidconform.client.openai_sdk.openai_lane import OPENAI, CallTimeouts, OpenAILane
from vidconform.client.openai_sdk.openai_routes import OpenAIRoutes, openai_routes
from vidconform.client.openai_sdk.recorded_answers import RecordedAnswers
from vidconform.client.openai_sdk.relayed_answers import RelayedAnswers
from vidconform.client.openai_sdk.task_stories import TaskStory, task_stories
from vidconform.exchange import Evidence
from vidconform.run import ProviderRun, Session
from vidconform.store import LiveSource, Store
from vidconform.text import Redacted

# A replay answers at once; what a machine that is busy needs on top is its own.
_RECORDED = CallTimeouts(20.0, 20.0, 0.001)
_USUAL_TIMEOUT = 30.0
# The most that a lane makes: calls in all, and polls among them.
_CALLS, _POLLS = 17, 6


class OpenAILanes:
    """Drives the package against each provider of a run; a live one is asked before its tasks are deleted."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[str, list[Row]] = {}
        self._version = ""
        self._turns = {provider_run.provider.name: Lock() for provider_run in session.provider_runs}
        for provider_run in session.provider_runs:
            provider_run.store.before_deletion = self._later(provider_run)

    def start(self) -> None:
        """Start what the package is loaded into, which takes as long as a recorded run."""
        OPENAI.start()

    def _later(self, provider_run: ProviderRun) -> Callable[[], None]:
        def drive() -> None:
            if isinstance(provider_run.store.source, LiveSource):
                self._drive(provider_run)

        return drive

    def rows(self) -> list[Row]:
        """Return the findings of all providers, driving the package where that is still to be done."""
        return [row for provider_run in self._session.provider_runs for row in self._drive(provider_run)]

    def _drive(self, provider_run: ProviderRun) -> list[Row]:
        name = provider_run.provider.name
        with self._turns[name]:
            if name not in self._rows:
                self._rows[name] = []
                try:
                    self._rows[name] = self._shown(self._found(provider_run))
                except Exception as error:  # noqa: BLE001 - whatever breaks in here is our error, never the vendor's
                    told = f"{name}: the openai package could not be driven: {type(error).__name__}: {error}"
                    self._session.client_troubles.append(told)
            return self._rows[name]

    def _found(self, provider_run: ProviderRun) -> list[Row]:
        store, routes = provider_run.store, openai_routes(provider_run.contracts)
        if store.claim is not None:
            store.claim.check()
        OPENAI.start()
        gathered = openai_evidence(provider_run)
        replay, relay = RecordedAnswers(routes, gathered), _relay(routes, store)
        timeouts = self._timeouts(provider_run)
        # What a plan of the probes needs leaves no time for these.
        store.source.setting.clock.allow(_CALLS * timeouts.call + _POLLS * timeouts.poll)
        lane = OpenAILane(routes, _stories(routes, gathered), replay, relay, timeouts)
        results = list(lane.results())
        name = provider_run.provider.name
        self._session.client_troubles += [f"{name}: {r.name}: {r.told}" for r in results if r.state == ERRORED]
        for contract, evidence in relay.end() if relay is not None else ():
            store.write(contract, evidence, is_observed=False)
        self._version = lane.version or self._version
        return client_findings(name, self._version, results)

    def _timeouts(self, provider_run: ProviderRun) -> CallTimeouts:
        if not isinstance(provider_run.store.source, LiveSource):
            return _RECORDED
        pace, timeout = provider_run.pace, self._session.options.request_timeout or _USUAL_TIMEOUT
        return CallTimeouts(timeout, pace.poll_timeout, pace.poll_interval)

    def _shown(self, rows: list[Row]) -> list[Row]:
        """Return lines without any secret of the run."""
        return [{**row, **{name: self._redacted(row[name]) for name in ("expected", "received")}} for row in rows]

    def _redacted(self, told: Any) -> Redacted:
        return self._session.redacted(str(told))


def _relay(routes: OpenAIRoutes, store: Store) -> RelayedAnswers | None:
    source = store.source
    return RelayedAnswers(routes, source.setting, source.transport) if isinstance(source, LiveSource) else None


def _stories(routes: OpenAIRoutes, gathered: list[Evidence]) -> list[TaskStory]:
    return task_stories(routes.contract, gathered) if routes.contract is not None else []
