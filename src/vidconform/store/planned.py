"""The transport of a plan: it sends nothing, and answers as a service that keeps its document."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from vidconform.contracts import Contract, customary_phases
from vidconform.exchange import Evidence, Gap, Reply, Request
from vidconform.ledger import Created, CreationsFile
from vidconform.probes import ProbeSettings, kind_of_probe, probe_named
from vidconform.store.documented_examples import documented_evidence
from vidconform.store.gathering import gather
from vidconform.transport import ReceivedReply, RunClock, Transport

_PLANNED = "planned"
_JSON = (("content-type", "application/json"),)
# What some services show and no document promises: a result on the service's own host, a task that failed.
_CHANCES = {"result": "/planned-result", "failed": "planned-failed"}


class PlanTransport(Transport):
    """Answers one probe with a finished task, or with a refusal where nothing else is documented.

    The scripts spend, poll and follow as in a live run; `unknown` are the ids that no task has.
    """

    def __init__(self, contract: Contract, probe: str, unknown: Iterable[str]) -> None:
        self._contract, self._task_id = contract, f"planned-{probe}"
        self._can_succeed = kind_of_probe(probe) == "life"
        self._unknown = list(unknown)
        by_target = [operation for operation in contract.operations if operation.id_in in ("path", "query")]
        self._missing = {operation.target(task_id) for operation in by_target for task_id in self._unknown}
        self._paths = {
            (one.method, one.path): one.role for one in contract.operations if one.role in ("create", "remix", "list")
        }
        self._refusal = _refusal(contract)

    def send(self, request: Request) -> ReceivedReply:
        """Return what the document promises; no time is told."""
        asked = request.body or b""
        is_missing = request.target in self._missing or any(f'"{id}"'.encode() in asked for id in self._unknown)
        is_served = self._can_succeed and not is_missing
        return ReceivedReply.of(request, self._served(request) if is_served else self._refusal, "", _PLANNED)

    def _served(self, request: Request) -> Reply:
        """Return a finished task in the places that the reply of the operation has for it."""
        asked = (request.method, request.target.partition("?")[0])
        # The path of a remix holds the id of its source.
        rest = "" if request.is_safe or "remix" not in self._paths.values() else "remix"
        # No task is made of another one of the same id.
        return _finished_task(self._contract, self._task_id, self._paths.get(asked, rest))


def _finished_task(contract: Contract, task_id: str, role: str) -> Reply:
    """Return the first task that the document shows, finished and under another id, as an operation replies with it."""
    shown = [exchange.reply.json for _, exchange in documented_evidence(contract) if exchange.reply.is_success]
    task: dict[str, Any] = next((body for body in shown if isinstance(body, dict)), {})
    word = next(word for word in (*contract.words, *customary_phases()) if contract.phase(word) == "succeeded")
    told = {"id": task_id, "task-id": task_id, "status": word}
    for name, value in told.items():
        # A creation may tell the id in a place of its own.
        if (place := contract.field(name, "" if role == "list" else role)) is not None:
            place.write(task, value)
    listed, polled = contract.field("tasks", "list"), contract.field("polling-url", "create")
    if listed is not None and role == "list":
        listed.write(task, [_listed(contract, task, told)])
    if polled is not None:
        polled.write(task, f"/{_PLANNED}-polling")
    return Reply(200, _JSON, json.dumps(task).encode())


def _listed(contract: Contract, task: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Return a task as a list has it, which may have places of its own."""
    entry = deepcopy(task)
    for place, value in ((contract.listed_field(name), value) for name, value in told.items()):
        if place is not None:
            place.write(entry, value)
    return entry


def _refusal(contract: Contract) -> Reply:
    """Return how the document refuses an unknown task; of other refusals some read as an outage."""
    shown = [exchange.reply for _, exchange in documented_evidence(contract) if exchange.reply.status == 404]
    return shown[0] if shown else Reply(404, _JSON, b"{}")


@dataclass(frozen=True)
class Forecast:
    """What a probe would send: requests from `least` to `most` (maybe infinite), and what it cannot send.

    `creations` are those of a service that keeps its document, `possible` those that another one may make; `followed`
    are the tasks that are waited for, `cost` what the probe costs: free, read or paid.
    """

    least: int = 0
    most: float = 0
    creations: int = 0
    possible: int = 0
    gaps: tuple[Gap, ...] = ()
    followed: int = 0
    cost: str = ""


@dataclass
class PlannedSource:
    """A service that keeps its document, where a task may be polled `polls` times before it is finished.

    `knows` says whether the given tasks are among those it has.
    """

    setting: ProbeSettings
    task_ids: dict[str, list[str]]
    polls: float
    knows: bool = True
    forecasts: dict[tuple[str, str], Forecast] = field(default_factory=dict)

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe, sending nothing, and keep its forecast."""
        given = [] if self.knows else self.task_ids.get(contract.name, [])
        transport = PlanTransport(contract, probe, [contract.unknown_id, *given])
        try:
            evidence = gather(contract, probe, self.setting, transport, lambda name: find(name) or _CHANCES.get(name))
        except Exception as error:  # noqa: BLE001 - what breaks one probe of a live run does not end the others either
            broken = Gap("inconclusive", self.setting.redactor.text(f"{type(error).__name__}: {error}"))
            evidence = Evidence(contract.id, probe, (), (broken,), _PLANNED, "", kind=kind_of_probe(probe))
        self.forecasts[contract.id, probe] = self._forecast(contract, evidence)
        return evidence

    def _forecast(self, contract: Contract, evidence: Evidence) -> Forecast:
        # A task that is gone on with brings an exchange of an earlier run.
        sent = [exchange for exchange in evidence.exchanges if exchange.origin == _PLANNED]
        followed = sum(exchange.step == "poll" and exchange.reply.is_success for exchange in sent)
        # No task polled infinitely often would be no number at all.
        most = len(sent) + (followed and followed * (self.polls - 1))
        probe = probe_named(contract, evidence.probe)
        least = 0 if _CHANCES.keys() & evidence.notes.keys() else len(sent)
        paid = [exchange for exchange in sent if probe.cost == "paid" and exchange.role == probe.role]
        creations = sum(exchange.reply.is_success for exchange in paid)
        # After one that should have been refused none that is as likely to be accepted is sent.
        possible = min(len(paid), 1)
        return Forecast(least, most, creations, possible, evidence.gaps, followed, probe.cost)


def planned_source(setting: ProbeSettings, task_ids: dict[str, list[str]], pause: float) -> PlannedSource:
    """Return a source that waits for nothing; `pause` are the seconds before each request of a live run."""
    pace = setting.pace
    spacing = pace.poll_interval + pause
    polls = math.floor(pace.poll_timeout / spacing) + 2 if spacing else math.inf
    unhurried = replace(pace, poll_interval=0.0, poll_timeout=math.inf)
    return PlannedSource(
        replace(setting, pace=unhurried, tell=lambda sentence: None, clock=RunClock()), task_ids, polls
    )


class PlannedCreations(CreationsFile):
    """The creations of earlier runs, which a plan takes into account; nothing is written."""

    def _number(self, creation: Created, request: Request) -> int:
        """Write nothing; the number stands for nothing."""
        return max(self.earlier, default=0) + 1

    def _write(self, line: dict[str, Any]) -> None:
        """Write nothing."""
