"""Where verdicts and evidence come from: the recordings of a provider, or a run that was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.client.facts.fact_book import FactBook
from vidconform.contracts import Contract, grouped
from vidconform.errors import CassetteMissing, ResultsRefused
from vidconform.exchange import Evidence
from vidconform.report import find_results, read_run
from vidconform.run import RunOptions, all_cases, prepare
from vidconform.store import read_journal

Json = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """Verdicts and evidence of a provider; `source` says where they are from, and None that there are none."""

    source: str | None
    verdicts: Sequence[Json] = field(default=())
    evidence: Sequence[Evidence] = field(default=())

    def book(self, contract: Contract) -> FactBook:
        """Return what is known of one contract."""
        own = (line for line in self.verdicts if line["contract"] == contract.id)
        by_row = grouped(own, lambda line: str(line["requirement"]))
        return FactBook(contract, by_row, [one for one in self.evidence if one.contract == contract.id])


def recorded(provider: str) -> Judged:
    """Judge the recordings of a provider; one that has none is only documented. Raises UsageProblem."""
    try:
        session = prepare(RunOptions(providers=[provider], fuzz=0), {})
    except CassetteMissing:
        return Judged(None)
    cases = list(all_cases(session))
    for case in cases:
        session.want(case)
    verdicts = [session.judge(case).as_dict() for case in cases]
    return Judged("recordings", verdicts, [one for run in session.provider_runs for one in run.store.kept.values()])


def kept_run(given: Path, provider: str) -> Judged:
    """Return the newest run below a folder, or of a results file, that judged a provider; raises ResultsRefused."""
    runs = [run for run in map(read_run, find_results([given])) if provider in run.served]
    if not runs:
        raise ResultsRefused(given, f"holds no verdict on {provider}")
    newest = max(runs, key=lambda run: run.started_at)
    verdicts = [line for line in newest.lines if line["provider"] == provider]
    return Judged(f"run of {newest.started_at.isoformat()}", verdicts, read_journal(newest.path.parent))
