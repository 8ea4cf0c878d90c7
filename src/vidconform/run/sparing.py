"""What is not asked again: a creation that must be refused, where it is known that it is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidconform.contracts import Contract
from vidconform.ledger import Accident
from vidconform.probes import probe_named, probes_of
from vidconform.run.needs import probes_for
from vidconform.run.options import RunOptions
from vidconform.transport import NotSent
from vidconform.verdicts import Case, KnownDeviations

Spared = dict[tuple[str, str], str]


def spared_probes(options: RunOptions, known: KnownDeviations, contracts: Iterable[Contract]) -> Spared:
    """Return the probes that are not sent, by contract, with what would send them; none where replies are replayed."""
    if options.recheck_deviations or not (options.uses_network or options.plan):
        return {}
    found = [(contract, probe) for contract in contracts for probe in probes_of(contract) if probe.accident]
    entries = {(c.id, probe.name): known.in_force(c, probe.accident) for c, probe in found}
    return {
        key: f"--recheck-deviations: known to deviate since {entry.since}, which may cost a creation each time"
        for key, entry in entries.items()
        if entry is not None
    }


def why_spared(case: Case, spared: Spared) -> str | None:
    """Return what would judge a case whose own question is not asked, or None."""
    if case.subject != "service":
        return None
    own = [probe for probe in probes_for(case) if probe_named(case.contract, probe).accident == case.requirement.id]
    return next((spared[case.contract.id, probe] for probe in own if (case.contract.id, probe) in spared), None)


def unforeseen(accidents: Iterable[Accident], known: KnownDeviations, contracts: Sequence[Contract]) -> list[str]:
    """Return the accidents that no known deviation foretold, as sentences."""
    by_id = {contract.id: contract for contract in contracts}
    # Providers that are asked side by side have theirs in any order.
    order = list(dict.fromkeys(contract.provider.name for contract in contracts))
    in_order = sorted(accidents, key=lambda accident: order.index(accident.provider))
    foretold = [known.in_force(by_id[a.contract], probe_named(by_id[a.contract], a.probe).accident) for a in in_order]
    new = [accident for accident, entry in zip(in_order, foretold, strict=True) if entry is None]
    made = [f"{a.provider}: {a.what} was accepted and may be charged" for a in new if a.doubt is None]
    return made + [f"{a.provider}: needs {a.doubt}" for a in new if isinstance(a.doubt, NotSent)]
