"""A bundle checked and judged again: what it claims stands beside what its evidence comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vidconform.catalogue.bundle_files import EVIDENCE, RESULTS, unpack, write_files
from vidconform.catalogue.judged_again import JudgedAgain, Rejudging, write_results
from vidconform.catalogue.moves import Move, moves
from vidconform.catalogue.object_storage import Place
from vidconform.catalogue.packing import check_secrets, describe_run
from vidconform.errors import BundleRefused, ResultsRefused, SecretRefused
from vidconform.redaction import Guard
from vidconform.report import Run, question, read_run
from vidconform.store import LOST, read_journal
from vidconform.text import pluralise, visible
from vidconform.verdicts import Outcome

_TOLD = ("version", "judging", "providers", "contracts", "origins", "from", "to", "exchanges")


@dataclass(frozen=True)
class Checked:
    """What a bundle claims, and what its evidence comes to; `unlike` says where the one is not the other."""

    path: Place
    manifest: Mapping[str, Any]
    claimed: Run
    again: JudgedAgain
    moved: list[Move]
    unlike: list[str]

    def lines(self) -> list[str]:
        """Return what people read of it."""
        told = self.manifest
        claimed = ", ".join(f"{one['provider']} at {one['base_url']}" for one in told["providers"])
        when = f"{told['from'][:10]} to {told['to'][:10]}, {', '.join(told['origins'])}, vidconform {told['version']}"
        lines = [f"{self.path}: {visible(claimed)}, {visible(when)}"]
        lines += [f"  {contract}: {visible(sentence)}" for contract, sentence in self._read_otherwise()]
        readings = {question(line): line["reading"] for line in self.claimed.lines}
        lines.append(f"  claims {tally(readings.values())}")
        lines.append(f"  judged {tally(verdict.label.value for verdict in self.again.verdicts)}")
        return [*lines, *(f"  {visible(sentence, 300)}" for sentence in self.unlike)]

    def _read_otherwise(self) -> Iterator[tuple[str, str]]:
        for contract, today in self.again.today.items():
            if self.manifest["contracts"][contract] != today:
                yield contract, "gathered by other files of the contract than today's, by which it is judged here"


def tally(readings: Iterable[str]) -> str:
    """Return how often each reading occurs, in words."""
    return ", ".join(f"{count} {reading}" for reading, count in sorted(Counter(readings).items())) or "nothing"


def check_bundle(path: Place, rejudging: Rejudging, output: Path | None = None) -> Checked:
    """Check a bundle and judge its evidence; raises BundleRefused, SecretRefused, UsageProblem, OSError.

    With `output` the results of judging it are written there, never those that it claims.
    """
    manifest, contents = unpack(path)
    with TemporaryDirectory() as folder:
        run = Path(folder)
        write_files(run, contents)
        claimed = check_claims(path, manifest, rejudging.guard, run)
        again = rejudging.judge(run, claimed)
    moved = moves(claimed, again)
    if output is not None:
        write_results(output, again, claimed, rejudging.guard)
    return Checked(path, manifest, claimed, again, moved, [*_losses(again), *_unlike(claimed, again, moved)])


def check_claims(path: Place, manifest: Mapping[str, Any], guard: Guard, run: Path) -> Run:
    """Return the verdicts that a bundle, unpacked into a folder, claims; raises BundleRefused, SecretRefused."""
    claimed, gathered = _claims(path, run), [one for one in read_journal(run) if one.kind != "document"]
    try:
        check_secrets(path, [(run / name).read_bytes() for name in (EVIDENCE, RESULTS)], gathered, guard)
    except SecretRefused as refused:
        raise replace(refused, found=True) from None
    _check_manifest(path, manifest, describe_run(claimed, gathered))
    return claimed


def _claims(path: Place, run: Path) -> Run:
    """Return the verdicts that a bundle claims; raises BundleRefused."""
    try:
        claimed = read_run(run / RESULTS)
    except ResultsRefused as refused:
        raise BundleRefused(path, f"its {RESULTS} {refused.problem}") from refused
    if claimed.is_truncated:
        raise BundleRefused(path, f"its {RESULTS} has no end: verdicts may be missing")
    return claimed


def _check_manifest(path: Place, manifest: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Raise BundleRefused where the manifest says of the evidence what is not so."""
    for name in _TOLD:
        if manifest[name] != found[name]:
            told, is_so = visible(str(manifest[name]), 120), visible(str(found[name]), 120)
            raise BundleRefused(path, f"its manifest says {name} {told}, but its files say {is_so}")


def _losses(again: JudgedAgain) -> Iterator[str]:
    for one in again.evidence:
        if any(gap.sentence == LOST for gap in one.gaps):
            yield f"{one.contract}: exchanges of the probe {one.probe} are missing that were there when it was gathered"


def _unlike(claimed: Run, again: JudgedAgain, moved: list[Move]) -> Iterator[str]:
    """Yield a sentence for each verdict that is not what the evidence comes to, and each fault that is left out."""
    for move in moved:
        named = f"{move.contract} {move.requirement} ({move.subject})"
        yield f"{named}: claims {move.was}, judged {move.now}; {move.cause}: {move.why}"
    told = {question(line) for line in claimed.lines}
    for line in again.lines:
        # What a document says by itself is no evidence of a bundle's.
        if line["outcome"] == Outcome.UNMET and line["subject"] == "service" and question(line) not in told:
            yield f"{line['contract']} {line['requirement']} (service): claims nothing, judged {line['reading']}"
    judged = {(v.contract.id, v.requirement.id, v.subject) for v in again.verdicts}
    if told - judged:
        first = " ".join(min(told - judged)[:2])
        yield f"claims {pluralise(len(told - judged), 'verdict')} that nothing decides today, the first on {first}"
