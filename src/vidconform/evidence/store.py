"""Gather once, judge many times: each probe runs at most once in a run, also when it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract
from vidconform.evidence.cassettes import Cassette, load_cassette, save_cassette
from vidconform.evidence.evidence import Evidence, answered_task, finished_task
from vidconform.evidence.gathering import gather
from vidconform.evidence.replay import ReplayTransport
from vidconform.probes import Setting, Transport, probes_of


@dataclass
class LiveSource:
    """A provider on the network; `records` writes each probe's cassette."""

    setting: Setting
    transport: Transport
    task_ids: dict[str, list[str]]
    records: bool = False

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against the service."""
        evidence = gather(contract, probe, self.setting, self.transport, find)
        if self.records:
            save_cassette(contract, evidence, self.setting.base_url)
        return evidence


@dataclass
class RecordedSource:
    """The cassettes of a provider, all read at the start."""

    setting: Setting
    cassettes: dict[tuple[str, str], Cassette]
    task_ids: dict[str, list[str]] = field(default_factory=dict)

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against its recording."""
        cassette = self.cassettes[contract.id, probe]
        return gather(contract, probe, self.setting, ReplayTransport(cassette), find, cassette.metadata["notes"])


def read_cassettes(contracts: Iterable[Contract]) -> dict[tuple[str, str], Cassette]:
    """Return every cassette of some contracts; raises CassetteMissing, CassetteDamaged."""
    return {
        (contract.id, probe.name): load_cassette(contract, probe.name)
        for contract in contracts
        for probe in probes_of(contract)
    }


@dataclass
class Store:
    """The evidence of one provider; `wanted` are the probes that the selected tests need."""

    source: LiveSource | RecordedSource
    wanted: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[tuple[str, str], Evidence] = field(default_factory=dict)

    def evidence(self, contract: Contract, probe: str) -> Evidence:
        """Return what a probe brought, running it if it has not run yet."""
        key = (contract.id, probe)
        if key not in self.kept:
            self._gather_earlier(contract, probe)
        if key not in self.kept:
            self.kept[key] = self.source.gather(contract, probe, lambda name: self._find(contract, name))
        return self.kept[key]

    def _gather_earlier(self, contract: Contract, probe: str) -> None:
        """Keep the order of the registry among paid probes, so that an accident is paid from the same purse."""
        applicable = probes_of(contract)
        names = [candidate.name for candidate in applicable]
        mine = applicable[names.index(probe)]
        for earlier in applicable[: names.index(probe)] if mine.cost == "paid" else []:
            if earlier.cost == "paid" and (contract.id, earlier.name) in self.wanted:
                self.evidence(contract, earlier.name)

    def _find(self, contract: Contract, name: str) -> Any:
        given = self.source.task_ids.get(contract.name, [])
        if name == "task_ids":
            return given
        return self._known(contract, given) if name == "known" else self._finished(contract, bool(given))

    def _known(self, contract: Contract, given: list[str]) -> str | None:
        """Prefer a given id; a creation only for this would be money for nothing."""
        if given:
            return answered_task(self.evidence(contract, "observe"))
        created = (contract.id, "create")
        return answered_task(self.evidence(contract, "create")) if created in self.wanted | set(self.kept) else None

    def _finished(self, contract: Contract, given: bool) -> str | None:
        observed = finished_task(contract, self.evidence(contract, "observe")) if given else None
        if observed is not None or contract.operation("create") is None:
            return observed
        return finished_task(contract, self.evidence(contract, "create"))
