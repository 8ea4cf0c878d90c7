"""One run: providers, contracts, evidence stores and budget, all checked at the start."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract
from vidconform.exchange import REDACTED, Evidence, RedactedEvidence
from vidconform.ledger import Budget, CreationsFile
from vidconform.probes import EXPLORING, PROBES
from vidconform.redaction import Guard
from vidconform.run.incomplete import describe_gaps, failed_tasks, unserved_tasks
from vidconform.run.needs import optional_probes_for, probes_for
from vidconform.run.options import RunOptions
from vidconform.run.provider_progress import ShowProgress
from vidconform.run.provider_run import ProviderRun
from vidconform.run.side_by_side import begin
from vidconform.run.skipped_probes import new_accidents, why_skipped
from vidconform.store import TAKEN, Claim, Journal, KeptSource, LiveSource, Source, Store, documented_evidence
from vidconform.text import Redacted
from vidconform.transport import RunClock
from vidconform.verdicts import Case, KnownDeviations, Outcome, ShownVerdict, Verdict, judge


def _lost(verdict: Verdict, source: Source) -> str | None:
    """Return what hides the verdict on what an earlier run kept, if anything does."""
    if not isinstance(source, KeptSource):
        return None
    if verdict.outcome is Outcome.UNMET and REDACTED in verdict.received:
        return TAKEN
    is_hidden = verdict.outcome is Outcome.UNSEEN and verdict.subject == "service"
    return source.lost.get(verdict.contract.id) if is_hidden else None


@dataclass
class Session:
    """A run as configured.

    `against` are contracts that judge its evidence too, `required` those that may fail it. `client_rows` tell what a
    client of another's would notice, `client_troubles` what kept us from asking one.
    """

    options: RunOptions
    provider_runs: list[ProviderRun]
    budget: Budget
    cache: dict[Any, Any] = field(default_factory=dict)
    documents: dict[str, Evidence] = field(default_factory=dict)
    documented: dict[tuple[str, str], ShownVerdict] = field(default_factory=dict)
    journal: Journal | None = None
    creations: CreationsFile | None = None
    known: KnownDeviations = field(default_factory=KnownDeviations)
    guard: Guard = field(default_factory=Guard)
    has_begun: bool = False
    left_out: list[str] = field(default_factory=list)
    against: list[Contract] = field(default_factory=list)
    required: frozenset[str] = frozenset()
    client_rows: list[dict[str, Any]] = field(default_factory=list)
    client_troubles: list[str] = field(default_factory=list)

    @property
    def mode(self) -> str:
        """`live` or `recorded`."""
        return "live" if self.options.uses_network else "recorded"

    @property
    def contracts(self) -> list[Contract]:
        """The contracts of all providers."""
        return [contract for provider_run in self.provider_runs for contract in provider_run.contracts]

    def want(self, case: Case) -> None:
        """Say that a selected test needs the probes of a case."""
        store = self.store_of(case.contract)
        store.wanted |= {(case.contract.id, probe) for probe in probes_for(case)}

    @property
    def explores(self) -> bool:
        """Whether a wanted probe draws requests."""
        stores = [one.store for one in self.provider_runs if isinstance(one.store.source, LiveSource)]
        drawing = [store for store in stores if store.source.setting.generation.most >= EXPLORING]
        wanted = (probe for store in drawing for _, probe in store.wanted)
        return any(probe in PROBES and PROBES[probe].generated is not None for probe in wanted)

    @property
    def clocks(self) -> list[RunClock]:
        """The clock of each provider."""
        return [one.store.source.setting.clock for one in self.provider_runs]

    def begin(self, cases: Iterable[Case], show: ShowProgress = lambda states: None) -> None:
        """Start a live run of some cases, once: its clocks, and the asking where there are several providers to ask."""
        if self.options.uses_network and not self.options.plan and not self.has_begun:
            self.has_begun = True
            begin(self.provider_runs, self.options, self.budget, cases, self._ask, show)

    def bring(self, case: Case) -> None:
        """Gather what a case will be judged on; what breaks is kept and told where it is judged."""
        with suppress(Exception):
            self._ask(case)
        self.journalise(case)

    def _ask(self, case: Case) -> None:
        gathered = self._gathered(case, self.store_of(case.contract)).values()
        for role in {exchange.role for evidence in gathered for exchange in evidence.exchanges}:
            self._serves(case, role)

    def store_of(self, contract: Contract) -> Store:
        """Return the evidence of the provider of a contract."""
        return next(one.store for one in self.provider_runs if one.provider.name == contract.provider.name)

    def judge(self, case: Case) -> ShownVerdict:
        """Return the verdict on a case, running the probes that it needs; one on a document is the same all run long.

        Whatever breaks in here is our error.
        """
        if case.subject != "document":
            return self._judge(case)
        key = case.contract.id, case.requirement.id
        if key not in self.documented:
            self.documented[key] = self._judge(case)
        return self.documented[key]

    def _judge(self, case: Case) -> ShownVerdict:
        store = self.store_of(case.contract)
        redact = store.source.setting.redactor.text
        try:
            verdict = self._unredacted_verdict(case, store).shown(redact)
        except Exception as error:  # noqa: BLE001 - whatever breaks in here is our error, never the vendor's
            broken = case.verdict(Outcome.ERRORED, received=f"{type(error).__name__}: {error}")
            return broken.shown(redact)
        return self.known.mark(verdict)

    def _unredacted_verdict(self, case: Case, store: Store) -> Verdict:
        """Return the verdict on what came, secrets and all."""
        verdict = judge(case, self._gathered(case, store), self.cache, lambda role: self._serves(case, role))
        needed = why_skipped(case, store.source.setting.skipped)
        # What others show is seen, whatever was skipped.
        if needed is not None and verdict.outcome is not Outcome.UNMET:
            return case.verdict(Outcome.UNSEEN, expected=needed)
        lost = _lost(verdict, store.source)
        return verdict if lost is None else case.verdict(Outcome.INCONCLUSIVE, received=lost)

    def journalise(self, case: Case) -> None:
        """Write down the example payloads that a case was judged on; the store writes what probes bring."""
        if self.journal is not None and case.subject == "document":
            self.journal.keep(case.contract, RedactedEvidence(self._document(case.contract)))

    def _gathered(self, case: Case, store: Store) -> dict[str, Evidence]:
        if case.subject == "document":
            return {"document": self._document(case.contract)}
        optional_probes = [probe for probe in optional_probes_for(case) if (case.contract.id, probe) in store.wanted]
        return {probe: store.evidence(case.contract, probe) for probe in (*probes_for(case), *optional_probes)}

    def _serves(self, case: Case, role: str) -> bool | None:
        return case.subject == "document" or self.store_of(case.contract).serves(case.contract, role)

    def _document(self, contract: Contract) -> Evidence:
        if contract.id not in self.documents:
            self.documents[contract.id] = documented_evidence(contract)
        return self.documents[contract.id]

    def costs(self) -> dict[str, dict[str, int]]:
        """Return the requests and creations of each provider."""
        spent = {s.provider.name: self.budget.cost(s.provider.name) for s in self.provider_runs}
        return {name: {"requests": cost.requests, "creations": cost.creations} for name, cost in spent.items()}

    def answered(self) -> list[str]:
        """Return the contracts of which a reply came that could be judged."""
        brought = [evidence for provider_run in self.provider_runs for evidence in provider_run.store.kept.values()]
        return sorted({evidence.contract for evidence in brought if evidence.exchanges})

    def why_incomplete(self) -> list[Redacted]:
        """Return why the run is incomplete, as sentences; none when it is whole."""
        found = [told for c in self.contracts for told in failed_tasks(self.store_of(c), c)]
        found += self.client_troubles
        found += new_accidents(self.budget.accidents, self.known, self.contracts)
        for provider_run in self.provider_runs:
            found += describe_gaps(provider_run.store.kept.values())
            for contract in provider_run.contracts:
                found += unserved_tasks(provider_run.store, contract)
        return [*map(self.redacted, found), *self.guard.refused]

    def redacted(self, text: str) -> Redacted:
        """Return a text without any secret of this run."""
        for provider_run in self.provider_runs:
            text = provider_run.store.source.setting.redactor.text(text)
        return Redacted(text)

    def hold(self, claim: Claim) -> None:
        """Let one process alone ask the providers: the one that gets hold of the claim."""
        for provider_run in self.provider_runs:
            provider_run.store.claim = claim

    def close(self, ended: bool = True) -> None:
        """Give back the connections and the files; `ended` says that the run came to its end."""
        if self.journal is not None:
            self.journal.close()
        if self.creations is not None:
            self.creations.close(ended)
        for provider_run in self.provider_runs:
            if isinstance(provider_run.store.source, LiveSource):
                provider_run.store.source.transport.close()
