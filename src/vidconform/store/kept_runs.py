"""The evidence that an earlier run kept, to be judged again: nothing is sent, and no probe runs."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, check_regular, lines_within, read_lines
from vidconform.errors import BadOption
from vidconform.exchange import Evidence, Gap, timestamp
from vidconform.probes import ProbeSettings, kind_of_probe
from vidconform.store.cassettes import Cassette, read_cassette
from vidconform.store.gathering import gather
from vidconform.store.journal import NAME
from vidconform.store.journal_lines import LOST, evidence_of, lines_of
from vidconform.store.replay import ReplayTransport
from vidconform.text import Redacted

_OPTION = "--evidence"
_NOT_KEPT = "the run kept nothing of the probe"
TAKEN = Redacted("redaction took a part of what is judged")
"""What is said where a part of what is judged was redacted."""

# What is unpacked of an artefact at most: one that says less than it holds is cut by zipfile itself.
_MOST_BYTES = 2**31
# RuntimeError and NotImplementedError are zipfile's for a member that is encrypted, or compressed in another way.
_UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


Kept = Mapping[tuple[str, str], Evidence | Cassette]
"""What earlier runs kept, by contract and probe: what a probe brought, or a recording to run it against."""


@dataclass
class KeptSource:
    """What earlier runs kept, by contract and probe."""

    setting: ProbeSettings
    kept: Kept
    task_ids: dict[str, list[str]] = field(default_factory=dict)

    lost: dict[str, str] = field(default_factory=dict)
    """By contract, what is said where something is missing of it."""

    def gather(self, contract: Contract, probe: str, find: Callable[[str], Any]) -> Evidence:
        """Return what the run kept of a probe; of what it did not keep nothing is known."""
        found = self.kept.get((contract.id, probe)) or _nothing(contract, probe)
        if isinstance(found, Cassette):
            return gather(contract, probe, self.setting, ReplayTransport(found), find, found.metadata["notes"])
        told = next((gap.sentence for gap in found.gaps if gap.sentence in (LOST, _not_kept(probe))), None)
        if told is not None:
            self.lost.setdefault(contract.id, told)
        return found


def _nothing(contract: Contract, probe: str) -> Evidence:
    gap = Gap("inconclusive", _not_kept(probe))
    return Evidence(contract.id, probe, (), (gap,), "recorded", timestamp(), kind=kind_of_probe(probe))


def _not_kept(probe: str) -> Redacted:
    return Redacted(f"{_NOT_KEPT} {probe}")


def tells_of_loss(sentence: str) -> bool:
    """Whether a sentence says that something is missing of kept evidence, or was taken from it by redaction."""
    return sentence in (LOST, TAKEN) or sentence.startswith(_NOT_KEPT)


def kept_evidence(runs: Iterable[Path]) -> Kept:
    """Return what some runs kept; raises BadOption, CassetteDamaged."""
    found: dict[tuple[str, str], Evidence | Cassette] = {}
    for run in runs:
        kept = dict(_kept_in(run))
        twice = next((contract for contract, _ in kept if contract in {known for known, _ in found}), None)
        if not kept:
            raise BadOption(_OPTION, str(run), f"a folder that --report wrote, with an {NAME}, or one of cassettes")
        if twice is not None:
            raise BadOption(_OPTION, str(run), f"one run of each contract; an earlier one holds {twice} as well")
        found.update(kept)
    return found


def _kept_in(run: Path) -> Iterator[tuple[tuple[str, str], Evidence | Cassette]]:
    if run.is_dir() and not (run / NAME).is_file():
        for cassette in (read_cassette(path, path.parent.parent.name) for path in sorted(run.rglob("*.yaml"))):
            yield (cassette.metadata["contract"], cassette.metadata["probe"]), cassette
        return
    try:
        for one in evidence_of(lines_of(_lines(run))):
            if one.kind != "document":
                yield (one.contract, one.probe), one
    except _UNREADABLE as error:
        told = error if isinstance(error, ValueError) else type(error).__name__
        raise BadOption(_OPTION, str(run), f"what can be read ({told})") from error


def _lines(run: Path) -> Iterator[str]:
    check_regular(run)
    if not zipfile.is_zipfile(run):
        yield from read_lines(run / NAME if run.is_dir() else run, errors="replace")
        return
    with zipfile.ZipFile(run) as packed:
        member = next((one for one in packed.infolist() if Path(one.filename).name == NAME), None)
        if member is None or member.file_size > _MOST_BYTES:
            return
        with packed.open(member) as file:
            yield from lines_within(file, errors="replace")
