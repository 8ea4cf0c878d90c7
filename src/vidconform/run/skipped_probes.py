"""Probes that a run skips: each would create a task, since a known deviation says that its request is not refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidconform.contracts import Contract, Deviation
from vidconform.ledger import Accident
from vidconform.probes import probe_named, probes_of
from vidconform.run.needs import probes_for
from vidconform.run.options import RunOptions
from vidconform.store import Kept
from vidconform.transport import NotSent
from vidconform.verdicts import Case, KnownDeviations

_RECHECK = "--recheck-deviations: "
SkippedProbes = dict[tuple[str, str], str]
Entries = dict[tuple[str, str], Deviation]


def probes_to_skip(options: RunOptions, known: KnownDeviations, contracts: Iterable[Contract]) -> SkippedProbes:
    """Return the probes that are not sent, by contract, with what would send them; none where replies are replayed."""
    if options.recheck_deviations or not (options.uses_network or options.plan):
        return {}
    return {
        key: f"{_RECHECK}known to deviate since {entry.since}, which may cost a creation each time"
        for key, entry in _entries(known, contracts).items()
        if entry.creates
    }


def skipped_when_kept(kept: Kept) -> SkippedProbes:
    """Return the probes that were not sent in the run that kept something, with what would send them."""
    told = ((key, gap.sentence) for key, one in kept.items() for gap in one.gaps)
    return {key: sentence for key, sentence in told if sentence.startswith(_RECHECK)}


def harmless_probes(known: KnownDeviations, contracts: Iterable[Contract]) -> set[tuple[str, str]]:
    """Return the probes, by contract, of which it is known that what the service answers makes no task."""
    return {key for key, entry in _entries(known, contracts).items() if not entry.creates}


def _entries(known: KnownDeviations, contracts: Iterable[Contract]) -> Entries:
    """Return what is known of the requests that must make no task."""
    found = [(contract, probe) for contract in contracts for probe in probes_of(contract) if probe.accident]
    entries = {(c.id, probe.name): known.in_force(c, probe.accident) for c, probe in found}
    return {key: entry for key, entry in entries.items() if entry is not None}


def why_skipped(case: Case, skipped: SkippedProbes) -> str | None:
    """Return what would judge a case whose own question is not asked, or None."""
    if case.subject != "service":
        return None
    own = [probe for probe in probes_for(case) if probe_named(case.contract, probe).accident == case.requirement.id]
    return next((skipped[case.contract.id, probe] for probe in own if (case.contract.id, probe) in skipped), None)


def new_accidents(accidents: Iterable[Accident], known: KnownDeviations, contracts: Sequence[Contract]) -> list[str]:
    """Return the accidents that no known deviation foretold, as sentences."""
    by_id = {contract.id: contract for contract in contracts}
    # Providers that are asked side by side have theirs in any order.
    order = list(dict.fromkeys(contract.provider.name for contract in contracts))
    in_order = sorted(accidents, key=lambda accident: order.index(accident.provider))
    foretold = [known.in_force(by_id[a.contract], probe_named(by_id[a.contract], a.probe).accident) for a in in_order]
    new = [accident for accident, entry in zip(in_order, foretold, strict=True) if entry is None]
    made = [f"{a.provider}: {a.what} was accepted and may be charged" for a in new if a.doubt is None]
    return made + [f"{a.provider}: needs {a.doubt}" for a in new if isinstance(a.doubt, NotSent)]
