"""Gather once, judge many times: each probe runs at most once in a run, also when it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vidconform.contracts import Contract
from vidconform.exchange import (
    Evidence,
    answered_task,
    ended_task,
    failed_task,
    own_polling,
    own_result,
    own_task_failure,
    succeeded_task,
    task_outcomes,
)
from vidconform.probes import probes_of, turn_of
from vidconform.store.claim import Claim
from vidconform.store.journal import Journal
from vidconform.store.observer import Observer
from vidconform.store.sources import LiveSource, Source
from vidconform.transport import NotSent, ProbeFailure

_ROLES = {
    "observe": ("retrieve",), "create": ("create", "retrieve"), "remix": ("remix", "retrieve"),
    "content": ("content",), "list": ("list",), "delete": ("delete",), "cancel": ("cancel",),
    "models": ("models",), "polling": ("polling",), "create-as-form": ("create",),
    "second-route": ("second-retrieve",), "second-route-admin": ("second-retrieve",),
}  # fmt: skip
"""The routes that a probe of a task's life asks rightly."""


@dataclass
class Store:
    """The evidence of one provider; `wanted` are the probes that the selected tests need, of its `contracts`.

    With a `claim` only the process that holds it runs a probe; `before_deletion` is called while its tasks are there.
    """

    source: Source
    wanted: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    broken: dict[tuple[str, str], Exception] = field(default_factory=dict)
    journal: Journal | None = None
    observer: Observer | None = None
    contracts: list[Contract] = field(default_factory=list)
    claim: Claim | None = None
    before_deletion: Callable[[], None] = lambda: None

    def evidence(self, contract: Contract, probe: str) -> Evidence:
        """Return what a probe brought, running it if it has not run yet; raises what broke it."""
        key = (contract.id, probe)
        self._gather_earlier(contract, probe)
        self._gather_once(contract, probe)
        if key in self.broken:
            raise self.broken[key]
        return self.kept[key]

    def _gather_once(self, contract: Contract, probe: str) -> None:
        """What broke a probe is kept like what it brought: sent again for each law, it would be paid for again."""
        key = (contract.id, probe)
        if key in self.kept or key in self.broken:
            return
        if self.claim is not None:
            self.claim.check()
        if probe == "delete":
            self.before_deletion()
        try:
            self.kept[key] = self.source.gather(contract, probe, lambda name: self._find(contract, name))
        except Exception as error:  # noqa: BLE001 - kept, and raised for whoever asks for this evidence
            self.broken[key] = error
        except BaseException as error:
            # A timer or an interrupt ends the test at hand; what was asked so far is not asked again.
            self.broken[key] = InterruptedError(f"{probe} was ended in the middle ({type(error).__name__})")
            raise
        else:
            self.write(contract, self.kept[key])

    def write(self, contract: Contract, evidence: Evidence, *, is_observed: bool = True) -> None:
        """Write what was brought, without any secret, wherever this run writes; judged is what came."""
        recorder = self.source if isinstance(self.source, LiveSource) and self.source.records else None
        writers: list[Journal | Observer | None] = [self.journal, self.observer if is_observed else None]
        if recorder is None and not any(writers):
            return
        shown = self.source.setting.redactor.evidence(evidence)
        if recorder is not None:
            recorder.record(contract, shown)
        for writer in writers:
            if writer is not None:
                writer.keep(contract, shown)

    def _gather_earlier(self, contract: Contract, probe: str) -> None:
        """Keep the order of the registry whatever is asked for first, among all contracts of the provider."""
        if (contract.id, probe) in self.kept or (contract.id, probe) in self.broken:
            return
        for owner, earlier in self._in_turn(contract):
            if (owner.id, earlier) == (contract.id, probe):
                return
            if (owner.id, earlier) in self.wanted:
                self._gather_once(owner, earlier)

    def _in_turn(self, contract: Contract) -> list[tuple[Contract, str]]:
        """Return the probes of all contracts in the order in which they are gathered."""
        others = [other for other in self.contracts if other.id != contract.id]
        found = [(owner, probe) for owner in (contract, *others) for probe in probes_of(owner)]
        return [(owner, probe.name) for owner, probe in sorted(found, key=lambda one: turn_of(one[1], one[0]))]

    def serves(self, contract: Contract, role: str) -> bool | None:
        """Whether the route of a role served anything to a right request; None where none could be asked of it.

        Only what selected tests ask for counts, and nothing is sent only for this; asked nothing, it is taken to serve.
        """
        return self._serves(contract, role, self.wanted | set(self.kept))

    def has_served(self, contract: Contract, role: str) -> bool | None:
        """Return the same of what was gathered so far, sending nothing."""
        return self._serves(contract, role, set(self.kept))

    def brought(self, contract: Contract) -> dict[str, Evidence]:
        """Return what the probes of a contract brought so far, by name."""
        return {probe: evidence for (owner, probe), evidence in self.kept.items() if owner == contract.id}

    def _serves(self, contract: Contract, role: str, known: set[tuple[str, str]]) -> bool | None:
        chosen = [name for name in _asking(contract, role) if (contract.id, name) in known]
        if not chosen:
            return True
        asked = [e for name in chosen for e in self.evidence(contract, name).exchanges if e.role == role]
        # A content that is asked for too early is a request to be refused, and so is an id that no task has.
        right = [e for e in asked if e.step != "early-content" and e.task_id != contract.unknown_id]
        return any(exchange.reply.is_success for exchange in right) if right else None

    def _find(self, contract: Contract, name: str) -> Any:
        reads = contract.operation("retrieve")
        # Of a task that is given nobody told the address.
        given = [] if reads is not None and reads.polls else self.source.task_ids.get(contract.name, [])
        told: dict[str, Callable[[], Any]] = {
            "task_ids": lambda: given,
            "ends": lambda: self._ends(contract),
            "lost": lambda: self._raise_failure(contract),
            "served": lambda: self._served(contract, given),
        }
        if name in told:
            return told[name]()
        if name in ("own", "listed"):
            return self._own(contract) or (self._served(contract, given) if name == "listed" else None)
        if name == "polling":
            created = self.kept.get((contract.id, "create"))
            return created and own_polling(contract, created, self.source.setting.base_url)
        if name == "result":
            return own_result(contract, self._lives(contract, given), self.source.setting.base_url)
        if name == "failed":
            found = failed_task(contract, self._lives(contract, given))
        else:
            found = self._known(contract, given) if name == "known" else self._finished(contract, bool(given))
        if found is None:
            self._raise_failure(contract)
            if name == "finished":
                self._raise_own_failure(contract)
        return found

    def _raise_failure(self, contract: Contract) -> None:
        """Raise ProbeFailure where a task is missing for the trouble that cut what would have brought it."""
        for gap in (gap for evidence in self._tasks_asked_for(contract) for gap in evidence.gaps if gap.cuts):
            raise ProbeFailure(gap.sentence)

    def _raise_own_failure(self, contract: Contract) -> None:
        """Raise NotSent where a finished task is missing because the run's own came to no video."""
        created = self.kept.get((contract.id, "create"))
        if created is not None and (failure := own_task_failure(contract, created)) is not None:
            raise NotSent(f"a finished task; {failure}")

    def _lives(self, contract: Contract, given: list[str]) -> list[Evidence]:
        """Return what was seen of tasks, asking for the known ones; nothing is created only for this."""
        observed = [self.evidence(contract, "observe")] if given else []
        created = self.kept.get((contract.id, "create"))
        return observed if created is None else [*observed, created]

    def _known(self, contract: Contract, given: list[str]) -> str | None:
        """Prefer a given id; a creation only for this would be money for nothing."""
        if given:
            return answered_task(self.evidence(contract, "observe"))
        return answered_task(self.evidence(contract, "create")) if self._is_asked(contract, "create") else None

    def _own(self, contract: Contract) -> str | None:
        """Return the task that this run created and saw end; nothing is created only for this."""
        return ended_task(contract, self.evidence(contract, "create")) if self._is_asked(contract, "create") else None

    def _ends(self, contract: Contract) -> dict[str, str]:
        """Return what came of each task that was asked for so far, and of a creation that made none."""
        told = [task_outcomes(contract, evidence) for evidence in self._tasks_asked_for(contract)]
        return {task_id: end for ends in told for task_id, end in ends.items()}

    def _tasks_asked_for(self, contract: Contract) -> list[Evidence]:
        return [self.kept[contract.id, name] for name in ("observe", "create") if (contract.id, name) in self.kept]

    def _served(self, contract: Contract, given: list[str]) -> str | None:
        """Return a task that is served as far as the selected tests ask for one; nothing is sent only for this."""
        return self._known(contract, given if self._is_asked(contract, "observe") else [])

    def _is_asked(self, contract: Contract, probe: str) -> bool:
        return (contract.id, probe) in self.wanted | set(self.kept)

    def _finished(self, contract: Contract, given: bool) -> str | None:
        observed = succeeded_task(contract, self.evidence(contract, "observe")) if given else None
        if observed is not None or contract.operation("create") is None:
            return observed
        return succeeded_task(contract, self.evidence(contract, "create"))


@lru_cache(1024)
def _asking(contract: Contract, role: str) -> list[str]:
    """Return the probes that ask the route of a role rightly."""
    return [p.name for p in probes_of(contract) if p.kind == "life" and role in _ROLES.get(p.name, ())]
