"""What is wrong with a provider tonight: requirements that fail or got worse, and contracts that nobody can judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import takewhile
from pathlib import Path

from vidconform.errors import BadOption
from vidconform.report.merged_runs import NOBODY, merge_files
from vidconform.report.nightly.comparison import differences
from vidconform.report.nightly.history import is_silent
from vidconform.report.report_model import Column, Entry, ReportModel
from vidconform.report.results_reader import NAME, find_results
from vidconform.report.run_model import Run, VerdictRow
from vidconform.verdicts import NOT_JUDGED, NOT_SEEN, Label

#: In so many nights in a row a contract may stay unjudged before anybody hears of it.
PATIENCE = 3

_SILENT = "not-judged"
_CONSEQUENCES = ("not sent: ", NOBODY)


@dataclass(frozen=True)
class NightFault:
    """One thing to hear of once; `key` stays the same until it is mended, `requirement` is empty for a whole contract.

    `word` is a reading, `stale` (a known deviation that is met) or `not judged`; `row` is the verdict, if there is one.
    """

    key: str
    contract: str
    requirement: str
    level: str
    word: str
    expected: str
    received: str
    since: date
    row: VerdictRow | None = None


@dataclass(frozen=True)
class Night:
    """The newest run of a provider, the runs before it, and all of them together."""

    provider: str
    earlier: ReportModel
    newest: ReportModel
    whole: ReportModel
    fail_on: str = "must"

    def faults(self, named: Collection[str]) -> list[NightFault]:
        """Return what is wrong; what was named once and only deviates counts until it conforms."""
        changes = differences(self.earlier, self.newest)
        worse = {_key(d.contract, d.requirement, d.subject) for d in changes if d.kind == "worse"}
        return [*self._silences(), *self._faults({*named, *worse})]

    def settled(self, key: str) -> str | None:
        """Return how something that was named reads now, or None where tonight says nothing of it."""
        contract = key.partition(" ")[0]
        entry = self._entries.get(key)
        if self._is_silent(contract) or (entry is None and not self.newest.reached(contract)):
            return None
        if entry is None:
            return "judged again" if key.endswith(f" {_SILENT}") else "no longer asked"
        if entry.label in (*NOT_JUDGED, *NOT_SEEN) or entry.row.partial:
            return None
        return "a known deviation" if entry.row.is_known else entry.label

    @property
    def keys(self) -> list[str]:
        """Everything that was asked tonight."""
        return list(self._entries)

    @property
    def remedies(self) -> list[Mapping[str, str]]:
        """What the owner of the key has to mend, each once however many contracts it is about; a task is of one."""
        found: dict[tuple[str, str], Mapping[str, str]] = {}
        for remedy in self._newest_run.remedies:
            if remedy["contract"] in self._remediable:
                found.setdefault((remedy["variable"], remedy["contract"] * (remedy["cause"] == "task")), remedy)
        return [*found.values()]

    @property
    def is_misconfigured(self) -> bool:
        """Whether nothing is told tonight for what the owner of the key has to mend.

        A contract without a task is nothing to call anybody for where another one is judged.
        """
        silent = {column.id for column in self._columns if self._is_silent(column.id)}
        told = {remedy["contract"] for remedy in self._newest_run.remedies if remedy["cause"] != "task"}
        return bool(silent & told) or (silent == {column.id for column in self._columns} and bool(self._remediable))

    @property
    def is_judged(self) -> bool:
        """Whether the newest run came to its end and tells something of each of its contracts."""
        contracts = [column.id for column in self._columns]
        return bool(contracts) and all(self.newest.reached(c) and not self._is_silent(c) for c in contracts)

    @property
    def _entries(self) -> dict[str, Entry]:
        shown = self.newest.shown.values()
        return {_key(*entry.row.key): entry for entry in shown if entry.row.provider == self.provider}

    @property
    def _columns(self) -> list[Column]:
        return [column for column in self.whole.columns.values() if column.served.name == self.provider]

    @property
    def _newest_run(self) -> Run:
        return self.newest.runs[-1]

    @property
    def _remediable(self) -> set[str]:
        return {remedy["contract"] for remedy in self._newest_run.remedies} & {column.id for column in self._columns}

    def _faults(self, noted: Collection[str]) -> Iterator[NightFault]:
        for key, entry in self._entries.items():
            word = _word(entry.row, key in noted, self.fail_on)
            if word is not None:
                known = self.whole.shown.get(entry.row.key, entry)
                yield _fault(key, entry.row, word, self.whole.runs[known.since].started_at.date())

    def _silences(self) -> Iterator[NightFault]:
        """Yield the contracts of which nothing was heard for too many nights."""
        # What the owner of the key has to mend is told each night.
        for column in (column for column in self._columns if column.id not in self._remediable):
            days = sorted({self.whole.runs[run].started_at.date() for run in self._silent_runs(column)})
            if len(days) >= PATIENCE:
                key, cause = f"{column.id} {_SILENT}", self._cause([column.id])
                yield NightFault(key, column.id, "", "", "not judged", "", cause, days[0])

    def _silent_runs(self, column: Column) -> list[int]:
        return list(takewhile(partial(is_silent, self.whole, column.id), reversed(column.runs)))

    def _is_silent(self, contract: str) -> bool:
        return any(column.id == contract and self._silent_runs(column) for column in self._columns)

    @property
    def cause(self) -> str:
        """What most often stood in the way tonight: an outage, a used-up credit, a model that is not served."""
        return self._cause([column.id for column in self._columns])

    def _cause(self, contracts: Collection[str]) -> str:
        """Return what most often stood in the way of some contracts; what was not sent for it says less."""
        rows = [entry.row for entry in self._entries.values() if entry.row.contract in contracts]
        told = [row.received for row in rows if row.label is Label.INCONCLUSIVE and row.received]
        causes = Counter([cause for cause in told if not cause.startswith(_CONSEQUENCES)] or told)
        return causes.most_common(1)[0][0] if causes else ""


def night(provider: str, earlier: Path, newest: Path, fail_on: str = "must") -> Night:
    """Return a provider's night from folders of results, the earlier one possibly empty.

    Raises ResultsRefused, and BadOption for a provider that was not judged in the newest run.
    """
    old, new = find_results(sorted(earlier.rglob(NAME))), find_results([newest])
    before, tonight, whole = (merge_files(paths) for paths in (old, new, dict.fromkeys([*old, *new])))
    names = {column.served.name for column in tonight.columns.values()}
    if provider not in names and not tonight.truncated:
        raise BadOption("--provider", provider, f"one that was judged: {', '.join(sorted(names))}")
    return Night(provider, before, tonight, whole, fail_on)


def _key(contract: str, requirement: str, subject: str) -> str:
    return f"{contract} {requirement}{'' if subject == 'service' else f' {subject}'}"


def _word(row: VerdictRow, noted: bool, fail_on: str) -> str | None:
    """Return what is wrong with a verdict, or None; what somebody listed as known is nothing new."""
    if row.is_known:
        return None
    if row.deviation is not None and row.deviation["state"] == "stale":
        return "stale"
    return row.label if row.label.fails(fail_on) or (noted and row.label.harm) else None


def _fault(key: str, row: VerdictRow, word: str, since: date) -> NightFault:
    expected, received = row.expected, row.received
    if word == "stale":
        expected, received = "what deviations.toml lists as deviating", "what the document promises"
    return NightFault(key, row.contract, row.requirement, row.level, word, expected, received, since, row)
