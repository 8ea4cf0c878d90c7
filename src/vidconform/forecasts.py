"""What each probe would send, worked out in the order of a live run and without sending anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract, Operation
from vidconform.evidence import Evidence, Store
from vidconform.probes import PROBES, NotSent, OverBudget, Probe, Setting, credential_of
from vidconform.probes.generated import how_many
from vidconform.probes.life import MISSES, REREADS
from vidconform.probes.refusals import Refusal

Find = Callable[[str], Any]

# A task whose end is read at once, or one whose status cannot be read.
_SHORTEST_LIFE = min(1 + REREADS, MISSES)
_NEEDS = {
    "observe": "task_ids", "content": "finished", "remix": "finished",
    "second-route": "known", "second-route-admin": "known",
}  # fmt: skip
_MISSING = {
    "task_ids": "a known task; pass --task-id={}=ID",
    "known": "a known task; pass --task-id={}=ID",
    "finished": "a finished task; allow a creation or pass --task-id={}=ID of one",
}


@dataclass(frozen=True)
class Forecast:
    """What one probe would send: requests from `least` to `most` (None: as many as the wait allows), and creations.

    `creations` are those of a service that keeps its documents, `accidents` those that another one may make beside
    them. `hint` says what would allow a probe that is withheld, `refused` that it is withheld for its cost.
    """

    contract: str
    probe: str
    least: int = 0
    most: int | None = 0
    creations: int = 0
    accidents: int = 0
    hint: str = ""
    refused: bool = False


@dataclass
class PlannedSource:
    """A source of evidence that brings none and keeps a forecast of each probe instead; it can send nothing.

    `pause` are the seconds before each request.
    """

    setting: Setting
    task_ids: dict[str, list[str]]
    pause: float
    wanted: set[tuple[str, str]] = field(default_factory=set)
    forecasts: dict[tuple[str, str], Forecast] = field(default_factory=dict)

    def gather(self, contract: Contract, probe: str, find: Find) -> Evidence:
        """Forecast a probe; what `find` runs before it is forecast before it."""
        try:
            forecast = self._forecast(contract, PROBES[probe], find)
        except NotSent as not_sent:
            refused = isinstance(not_sent, OverBudget)
            forecast = Forecast(contract.id, probe, hint=not_sent.hint, refused=refused)
        self.forecasts[contract.id, probe] = forecast
        return Evidence(contract.id, probe, (), (), "live", "", kind=PROBES[probe].kind)

    def _forecast(self, contract: Contract, probe: Probe, find: Find) -> Forecast:
        operation = contract.operation(probe.role)
        if operation is None:
            raise NotSent(f"an operation for {probe.role}; {contract.id} has none")
        if probe.refusal is not None:
            return self._refusal(contract, operation, probe.refusal, find)
        if probe.generated is not None:
            return self._generated(contract, operation, probe, find)
        if self._is_resumed(contract, probe):
            return Forecast(contract.id, probe.name, _SHORTEST_LIFE, self._longest_life())
        if probe.name in _NEEDS:
            self._need(contract, _NEEDS[probe.name], find)
        return self._life(contract, operation, probe)

    def _refusal(self, contract: Contract, operation: Operation, refusal: Refusal, find: Find) -> Forecast:
        if refusal.target == "finished":
            self._need(contract, "finished", find)
        elif refusal.target == "known":
            # Without a known task it asks for an unknown one.
            find("known")
        if refusal.may_create:
            self._tempt(contract)
        self._credential(contract, operation, refusal.credential)
        sure = refusal.target != "finished" and not (refusal.may_create and self._is_unsure(contract))
        return Forecast(contract.id, refusal.name, int(sure), 1, accidents=int(refusal.may_create))

    def _generated(self, contract: Contract, operation: Operation, probe: Probe, find: Find) -> Forecast:
        may_create = probe.cost == "paid"
        if may_create:
            self._tempt(contract)
        self._credential(contract, operation, "key")
        least, most = how_many(contract, operation, self.setting.generation.most, find("task_ids"))
        sure = not (may_create and self._is_unsure(contract))
        return Forecast(contract.id, probe.name, least if sure else 0, most, accidents=int(may_create))

    def _life(self, contract: Contract, operation: Operation, probe: Probe) -> Forecast:
        self._credential(contract, operation, "admin" if probe.name == "second-route-admin" else "key")
        if probe.name == "observe":
            ids = len(self.task_ids[contract.name])
            return Forecast(contract.id, probe.name, ids * _SHORTEST_LIFE, _times(ids, self._longest_life()))
        if probe.cost == "paid":
            return self._creation(contract, probe)
        # Content that is not served is asked for again together with its task.
        return Forecast(contract.id, probe.name, 0, 1 if probe.name == "second-route" else 2)

    def _is_resumed(self, contract: Contract, probe: Probe) -> bool:
        return self.setting.creations.unfinished(contract.id, probe.name, self.setting.base_url) is not None

    def _creation(self, contract: Contract, probe: Probe) -> Forecast:
        """Forecast a creation with the life after it; one that may prove needless is not expected."""
        if probe.name == "create" and self._is_needless(contract):
            self._tempt(contract)
            return Forecast(contract.id, probe.name, 0, self._with_life(contract, probe), accidents=1)
        self.setting.budget.reserve(contract.provider.name)
        sure = int(probe.name == "create")
        return Forecast(contract.id, probe.name, sure, self._with_life(contract, probe), creations=1)

    def _with_life(self, contract: Contract, probe: Probe) -> int | None:
        early = 1 if probe.name == "create" and contract.operation("content") is not None else 0
        longest = self._longest_life()
        return None if longest is None else 1 + early + longest

    def _longest_life(self) -> int | None:
        """Return how often a task is read at most, until the wait is over."""
        pace = self.setting.pace
        spacing = pace.poll_interval + self.pause
        return math.floor(pace.poll_timeout / spacing) + 2 + REREADS if spacing else None

    def _need(self, contract: Contract, name: str, find: Find) -> None:
        find(name)
        created = self.forecasts.get((contract.id, "create"))
        found = bool(self.task_ids.get(contract.name)) or (name != "task_ids" and created and not created.hint)
        if not found:
            raise NotSent(_MISSING[name].format(contract.name))

    def _tempt(self, contract: Contract) -> None:
        """Raise NotSent where no creation would be allowed; one that is refused leaves the budget as it was."""
        budget, provider = self.setting.budget, contract.provider.name
        budget.reserve(provider)
        budget.give_back(provider)

    def _is_needless(self, contract: Contract) -> bool:
        """Whether a task is created only if none of the given ones is finished."""
        return bool(self.task_ids.get(contract.name)) and (contract.id, "create") not in self.wanted

    def _is_unsure(self, contract: Contract) -> bool:
        """Whether a creation that may prove needless, or not, stands before a request and its place in the budget."""
        return (contract.id, "create") in self.forecasts and self._is_needless(contract)

    def _credential(self, contract: Contract, operation: Operation, name: str) -> None:
        credential_of(contract, operation, name, self.setting.keys)


def planned_store(setting: Setting, task_ids: dict[str, list[str]], pause: float) -> Store:
    """Return a store that asks a planned source in the order in which it would ask a service."""
    source = PlannedSource(setting, task_ids, pause)
    # One set: a test that is selected later wants its probes of both.
    return Store(source, source.wanted)


def _times(number: int, most: int | None) -> int | None:
    return None if most is None else number * most
