"""Writes observed.json: the members, types, headers and status words of a run's replies, documented or not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from vidconform.contracts import Contract, documented_members
from vidconform.exchange import RedactedEvidence
from vidconform.redaction import Guard, Redactor, write_whole
from vidconform.store.observation import MemberNames, Observation, ObservationKey, key_of

FORMAT = "vidconform/observed@1"
NAME = "observed.json"

_PART = f"{NAME}.part"
_TOO_MANY_REQUESTS = 429


class Observer:
    """Writes observed.json anew with each probe; the file is whole at any moment."""

    def __init__(self, folder: Path, redactors: Sequence[Redactor] = (), guard: Guard | None = None) -> None:
        self._path, self._redactors, self._guard = folder / NAME, redactors, guard or Guard()
        self._contracts: dict[str, Contract] = {}
        self._names: dict[str, MemberNames] = {}
        self._seen: dict[str, dict[ObservationKey, Observation]] = {}
        self._kept: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def keep(self, contract: Contract, evidence: RedactedEvidence) -> None:
        """Take in what a probe brought, once; generated requests are others each night and are left out."""
        key = (evidence.contract, evidence.probe)
        with self._lock:
            if key in self._kept or evidence.kind == "generated":
                return
            self._kept.add(key)
            self._take(contract, evidence)
            self._write()

    def _take(self, contract: Contract, evidence: RedactedEvidence) -> None:
        if contract.id not in self._contracts:
            self._contracts[contract.id] = contract
            self._names[contract.id] = MemberNames(documented_members(contract), self._redactors)
        seen = self._seen.setdefault(contract.id, {})
        for _, exchange in evidence:
            # A gateway in trouble says nothing of the service.
            if 100 <= exchange.reply.status < 500 and exchange.reply.status != _TOO_MANY_REQUESTS:
                key, word = key_of(contract, evidence.probe, exchange)
                seen.setdefault(key, Observation(key)).add(exchange, word, self._names[contract.id])

    def _write(self) -> None:
        found = {id: [seen.as_dict(self._contracts[id]) for seen in kinds.values()] for id, kinds in self._seen.items()}
        # Information only: a full disk must not turn it into anybody's verdict.
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, self._guard.line(self._path, {"format": FORMAT, "contracts": found}).encode())


def forget(folder: Path) -> None:
    """Remove what an earlier run observed."""
    for name in (NAME, _PART):
        (folder / name).unlink(missing_ok=True)
