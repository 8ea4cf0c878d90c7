"""Where evidence comes from: a provider on the network, or the recordings of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from vidconform.contracts import Contract
from vidconform.errors import SecretRefused, WriteFailed
from vidconform.exchange import Evidence, RedactedEvidence
from vidconform.probes import ProbeSettings, probe_named, probes_of
from vidconform.redaction import Guard
from vidconform.store.cassettes import Cassette, cassette_path, load_cassette, save_cassette
from vidconform.store.gathering import gather
from vidconform.store.replay import ReplayTransport
from vidconform.transport import Transport


class Source(Protocol):
    """Where evidence comes from; `task_ids` are the known tasks by contract name."""

    setting: ProbeSettings
    task_ids: dict[str, list[str]]

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Return what a probe brings."""


@dataclass
class LiveSource:
    """A provider on the network; `records` writes each probe's cassette, without a secret of `guard`.

    `command` is what recorded them, for who would do it again.
    """

    setting: ProbeSettings
    transport: Transport
    task_ids: dict[str, list[str]]
    records: bool = False
    guard: Guard = field(default_factory=Guard)
    command: str = ""

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against the service."""
        try:
            self._check_ended(probe)
            evidence = gather(contract, probe, self.setting, self.transport, find)
            # Nothing is kept of a run that has ended meanwhile.
            self._check_ended(probe)
        finally:
            if probe_named(contract, probe).cost == "paid":
                self.setting.budget.probed(contract.provider.name)
        return evidence

    def record(self, contract: Contract, evidence: RedactedEvidence) -> None:
        """Write the cassette of a probe; where that fails, what it brought is judged, and the run is incomplete."""
        try:
            save_cassette(contract, evidence, self.setting.base_url, self.guard, self.command)
        except OSError as error:
            self.guard.note(WriteFailed(cassette_path(contract, evidence.probe), str(error.strerror)))
        except SecretRefused as refused:
            self.guard.note(refused)

    def _check_ended(self, probe: str) -> None:
        if self.setting.clock.is_halted:
            raise InterruptedError(f"{probe} was ended by the end of the run")


@dataclass
class RecordedSource:
    """The cassettes of a provider, all read at the start, each given back when its probe has run."""

    setting: ProbeSettings
    cassettes: dict[tuple[str, str], Cassette]
    task_ids: dict[str, list[str]] = field(default_factory=dict)

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Run the probe against its recording."""
        cassette = self.cassettes[contract.id, probe]
        found = gather(contract, probe, self.setting, ReplayTransport(cassette), find, cassette.metadata["notes"])
        # Of one that broke the next who asks hears the same.
        del self.cassettes[contract.id, probe]
        return found


def read_cassettes(contracts: Iterable[Contract], generated: bool = True) -> dict[tuple[str, str], Cassette]:
    """Return the cassettes of some contracts, `generated` ones too; raises CassetteMissing, CassetteDamaged."""
    return {
        (contract.id, probe.name): load_cassette(contract, probe.name)
        for contract in contracts
        for probe in probes_of(contract)
        if generated or probe.generated is None
    }
