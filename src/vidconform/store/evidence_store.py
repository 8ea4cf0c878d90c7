"""Gather once, judge many times: each probe runs at most once in a run, also when it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from vidconform.contracts import Contract
from vidconform.errors import SecretRefused, WriteFailed
from vidconform.exchange import Evidence, answered_task, finished_task
from vidconform.probes import PROBES, ProbeSettings, probes_of
from vidconform.redaction import Guard
from vidconform.store.cassettes import Cassette, cassette_path, load_cassette, save_cassette
from vidconform.store.claim import Claim
from vidconform.store.gathering import gather
from vidconform.store.journal import Journal
from vidconform.store.observer import Observer
from vidconform.store.replay import ReplayTransport
from vidconform.transport import ProbeFailure, Transport


class Source(Protocol):
    """Where evidence comes from; `task_ids` are the known tasks by contract name."""

    setting: ProbeSettings
    task_ids: dict[str, list[str]]

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Return what a probe brings."""


@dataclass
class LiveSource:
    """A provider on the network; `records` writes each probe's cassette, without a secret of `guard`."""

    setting: ProbeSettings
    transport: Transport
    task_ids: dict[str, list[str]]
    records: bool = False
    guard: Guard = field(default_factory=Guard)

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against the service."""
        evidence = gather(contract, probe, self.setting, self.transport, find)
        if self.records:
            try:
                save_cassette(contract, evidence, self.setting.base_url, self.guard)
            except OSError as error:
                self.guard.note(WriteFailed(cassette_path(contract, probe), str(error.strerror)))
            except SecretRefused as refused:
                # What the probe brought may be paid for; it is judged, and the run is incomplete.
                self.guard.note(refused)
        return evidence


@dataclass
class RecordedSource:
    """The cassettes of a provider, all read at the start."""

    setting: ProbeSettings
    cassettes: dict[tuple[str, str], Cassette]
    task_ids: dict[str, list[str]] = field(default_factory=dict)

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against its recording."""
        cassette = self.cassettes[contract.id, probe]
        return gather(contract, probe, self.setting, ReplayTransport(cassette), find, cassette.metadata["notes"])


def read_cassettes(contracts: Iterable[Contract], generated: bool = True) -> dict[tuple[str, str], Cassette]:
    """Return the cassettes of some contracts, `generated` ones too; raises CassetteMissing, CassetteDamaged."""
    return {
        (contract.id, probe.name): load_cassette(contract, probe.name)
        for contract in contracts
        for probe in probes_of(contract)
        if generated or probe.generated is None
    }


@dataclass
class Store:
    """The evidence of one provider; `wanted` are the probes that the selected tests need.

    With a `claim` only the process that holds it runs a probe.
    """

    source: Source
    wanted: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    broken: dict[tuple[str, str], Exception] = field(default_factory=dict)
    journal: Journal | None = None
    observer: Observer | None = None
    claim: Claim | None = None

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
        try:
            self.kept[key] = self.source.gather(contract, probe, lambda name: self._find(contract, name))
        except Exception as error:  # noqa: BLE001 - kept, and raised for whoever asks for this evidence
            self.broken[key] = error
        except BaseException as error:
            # A timer or an interrupt ends the test at hand; what was asked so far is not asked again.
            self.broken[key] = InterruptedError(f"{probe} was ended in the middle ({type(error).__name__})")
            raise
        else:
            if self.journal is not None:
                self.journal.keep(contract, self.kept[key])
            if self.observer is not None:
                self.observer.keep(contract, self.kept[key])

    def _gather_earlier(self, contract: Contract, probe: str) -> None:
        """Keep the order of the registry among paid probes, so that an accident is paid from the same purse."""
        if PROBES[probe].cost != "paid" or (contract.id, probe) in self.kept:
            return
        paid = [candidate.name for candidate in probes_of(contract) if candidate.cost == "paid"]
        for earlier in paid[: paid.index(probe)]:
            if (contract.id, earlier) in self.wanted:
                self._gather_once(contract, earlier)

    def serves(self, contract: Contract) -> bool:
        """Whether any task was served, as far as the selected tests ask for one; nothing is sent only for this."""
        asked = [name for name in ("observe", "create") if (contract.id, name) in self.wanted | set(self.kept)]
        seen = [self.evidence(contract, name) for name in asked]
        return not seen or any(exchange.reply.is_success for evidence in seen for exchange in evidence.exchanges)

    def _find(self, contract: Contract, name: str) -> Any:
        given = self.source.task_ids.get(contract.name, [])
        if name == "task_ids":
            return given
        found = self._known(contract, given) if name == "known" else self._finished(contract, bool(given))
        if found is None:
            self._raise_failure(contract)
        return found

    def _raise_failure(self, contract: Contract) -> None:
        """Raise ProbeFailure where a task is missing for the trouble that cut what would have brought it."""
        asked = [self.kept[contract.id, name] for name in ("observe", "create") if (contract.id, name) in self.kept]
        for gap in (gap for evidence in asked for gap in evidence.gaps if gap.cuts):
            raise ProbeFailure(gap.sentence)

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
