"""evidence.jsonl: what the probes of a run brought, written as it comes in so that a killed run has it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from vidconform.contracts import Contract, status_word
from vidconform.errors import WriteFailed
from vidconform.exchange import Exchange, RedactedEvidence, encode, encode_gap
from vidconform.redaction import Guard, open_regular

FORMAT = "vidconform/evidence@2"
NAME = "evidence.jsonl"


class Journal:
    """Writes what each probe brought once, without a secret of `guard`; the file appears with the first probe."""

    def __init__(self, folder: Path, guard: Guard | None = None) -> None:
        self._path, self._guard = folder / NAME, guard or Guard()
        self._file: TextIO | None = None
        self._kept: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def keep(self, contract: Contract, evidence: RedactedEvidence) -> None:
        """Write what a probe brought, unless it is written already."""
        key = (evidence.contract, evidence.probe)
        with self._lock:
            if key not in self._kept:
                self._kept.add(key)
                self._write(_lines(contract, evidence))

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            # What could not be written stays in its buffer, and has been told.
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        try:
            file = self._file = self._file or self._open()
            file.writelines(self._guard.line(self._path, line) for line in lines)
            file.flush()
        except OSError as error:
            self._guard.note(WriteFailed(self._path, str(error.strerror)))

    def _open(self) -> TextIO:
        new = not self._path.exists()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(open_regular(self._path, "a"), "a", encoding="utf-8")
        if new:
            file.write(json.dumps({"kind": "evidence", "format": FORMAT}) + "\n")
        return file


def clear(folder: Path) -> None:
    """Remove what an earlier run left in a folder."""
    (folder / NAME).unlink(missing_ok=True)


def _lines(contract: Contract, evidence: RedactedEvidence) -> Iterator[dict[str, Any]]:
    """Yield a line for the probe, one for each exchange and one for each gap."""
    of = {"contract": evidence.contract, "probe": evidence.probe}
    facts = {"origin": evidence.origin, "at": evidence.at, "notes": evidence.notes, "spec": contract.sha256}
    counted = {"exchanges": len(evidence.exchanges), "gaps": len(evidence.gaps)}
    yield {"kind": "probe", **of, **facts, **counted}
    for index, exchange in evidence:
        yield {"kind": "exchange", **of, "index": index, **encode(exchange), "state": _state(contract, exchange)}
    for gap in evidence.gaps:
        told = encode_gap(gap)
        yield {**told, **of, "kind": "gap", "gap": told["kind"]}


def _state(contract: Contract, exchange: Exchange) -> dict[str, Any] | None:
    """Return what the reply says of a task's life, read where the contract has it."""
    body = exchange.reply.json
    if not exchange.reply.is_success or not isinstance(body, dict):
        return None
    status, progress = (contract.value(role, body) for role in ("status", "progress"))
    if status_word(status) is None:
        return None
    plain = isinstance(progress, str | int | float) and not isinstance(progress, bool)
    return {
        "status": str(status)[:80],
        "phase": contract.phase_of(status, body),
        "progress": (progress[:20] if isinstance(progress, str) else progress) if plain else None,
    }
