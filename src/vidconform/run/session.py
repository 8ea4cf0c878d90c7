"""One run: providers, contracts, evidence stores and budget, all checked at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import (
    Contract,
    Provider,
    Schema,
    find_provider,
    load_contracts,
    provider_names,
    proxy_passwords,
)  # fmt: skip
from vidconform.errors import DataFileProblem
from vidconform.exchange import Evidence, RedactedEvidence
from vidconform.ledger import Budget, Creations, Price, check_room
from vidconform.probes import EXPLORING, PROBES, near_keys
from vidconform.redaction import Guard
from vidconform.run.bindings import check_bindings
from vidconform.run.incomplete import describe_gaps, failed_tasks, lack_of_success
from vidconform.run.known_deviations import known_deviations
from vidconform.run.left_out import providers_left_out
from vidconform.run.needs import probes_for, witnesses_for
from vidconform.run.options import RunOptions, check_providers, task_ids
from vidconform.run.paid_log import prepare_creations
from vidconform.run.provider_run import ProviderRun, prepare_provider
from vidconform.run.side_by_side import begin
from vidconform.run.sparing import spared_probes, unforeseen, why_spared
from vidconform.store import (
    Claim,
    Journal,
    LiveSource,
    Observer,
    Store,
    cassette_path,
    documented_evidence,
)
from vidconform.text import Redacted
from vidconform.transport import RunClock
from vidconform.verdicts import Case, KnownDeviations, Outcome, ShownVerdict, Verdict, judge


@dataclass
class Session:
    """A run as configured."""

    options: RunOptions
    provider_runs: list[ProviderRun]
    budget: Budget
    cache: dict[Any, Any] = field(default_factory=dict)
    documents: dict[str, Evidence] = field(default_factory=dict)
    documented: dict[tuple[str, str], ShownVerdict] = field(default_factory=dict)
    journal: Journal | None = None
    creations: Creations | None = None
    known: KnownDeviations = field(default_factory=KnownDeviations)
    guard: Guard = field(default_factory=Guard)
    has_begun: bool = False
    left_out: list[str] = field(default_factory=list)

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
        stores = [
            provider_run.store
            for provider_run in self.provider_runs
            if isinstance(provider_run.store.source, LiveSource)
        ]
        drawing = [store for store in stores if store.source.setting.generation.most >= EXPLORING]
        return any(
            probe in PROBES and PROBES[probe].generated is not None for store in drawing for _, probe in store.wanted
        )

    def begin(self, cases: Iterable[Case]) -> None:
        """Start a live run of some cases, once: its clocks, and the asking where there are several providers to ask."""
        if self.options.uses_network and not self.options.plan and not self.has_begun:
            self.has_begun = True
            begin(self.provider_runs, self.options, self.budget, cases, self._ask)

    def bring(self, case: Case) -> None:
        """Gather what a case will be judged on; what breaks is kept and told where it is judged."""
        with suppress(Exception):
            self._ask(case)
        self.journalise(case)

    def _ask(self, case: Case) -> None:
        gathered = self._gathered(case).values()
        for role in {exchange.role for evidence in gathered for exchange in evidence.exchanges}:
            self._serves(case, role)

    def store_of(self, contract: Contract) -> Store:
        """Return the evidence of the provider of a contract."""
        return self._provider_run(contract).store

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
        source = self._provider_run(case.contract).store.source
        try:
            verdict = self._unshown(case, why_spared(case, source.setting.spared)).shown(source.setting.redactor.text)
        except Exception as error:  # noqa: BLE001 - whatever breaks in here is our error, never the vendor's
            broken = case.verdict(Outcome.ERRORED, received=f"{type(error).__name__}: {error}")
            return broken.shown(source.setting.redactor.text)
        return self.known.mark(verdict)

    def _unshown(self, case: Case, needed: str | None) -> Verdict:
        """Return the verdict on what came, secrets and all; `needed` is what would have shown what is spared."""
        if needed is not None:
            return case.verdict(Outcome.UNSEEN, expected=needed)
        return judge(case, self._gathered(case), self.cache, lambda role: self._serves(case, role))

    def journalise(self, case: Case) -> None:
        """Write down the example payloads that a case was judged on; the store writes what probes bring."""
        if self.journal is not None and case.subject == "document":
            self.journal.keep(case.contract, RedactedEvidence(self._document(case.contract)))

    def _gathered(self, case: Case) -> dict[str, Evidence]:
        if case.subject == "document":
            return {"document": self._document(case.contract)}
        store = self._provider_run(case.contract).store
        witnesses = [probe for probe in witnesses_for(case) if (case.contract.id, probe) in store.wanted]
        return {probe: store.evidence(case.contract, probe) for probe in (*probes_for(case), *witnesses)}

    def _serves(self, case: Case, role: str) -> bool | None:
        return case.subject == "document" or self._provider_run(case.contract).store.serves(case.contract, role)

    def _document(self, contract: Contract) -> Evidence:
        if contract.id not in self.documents:
            self.documents[contract.id] = documented_evidence(contract)
        return self.documents[contract.id]

    def _provider_run(self, contract: Contract) -> ProviderRun:
        return next(
            provider_run for provider_run in self.provider_runs if provider_run.provider.name == contract.provider.name
        )

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
        found = [
            s
            for provider_run in self.provider_runs
            for c in provider_run.contracts
            for s in failed_tasks(provider_run.store, c)
        ]
        found += unforeseen(self.budget.accidents, self.known, self.contracts)
        for provider_run in self.provider_runs:
            found += describe_gaps(provider_run.store.kept.values())
            found += [s for contract in provider_run.contracts for s in lack_of_success(provider_run.store, contract)]
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


def prepare(options: RunOptions, environ: Mapping[str, str], tell: Callable[[str], None] = lambda s: None) -> Session:
    """Return a run ready to judge; raises UsageProblem for anything the user must mend, before anything is sent."""
    options.check()
    providers = [find_provider(name) for name in provider_names(options.providers)]
    check_providers(providers, options)
    contracts = {provider.name: load_contracts(provider) for provider in providers}
    for schema, contract in [(s, c) for found in contracts.values() for c in found for s in c.schemas.values()]:
        _check_schema(schema, contract)
    left_out = providers_left_out(providers, contracts, options, environ)
    providers = [provider for provider in providers if provider.name not in left_out]
    every = [contract for provider in providers for contract in contracts[provider.name]]
    for contract in every:
        if not contract.provider.is_own:
            check_bindings(contract)
    ids, known = task_ids(options, every), known_deviations(options, every)
    budget, chosen = _budget(options, providers), options.run_timeout
    # The seconds that were chosen are those of the whole run.
    clock = None if chosen is None else RunClock(chosen)
    provider_runs = [
        prepare_provider(
            provider, contracts[provider.name], options, environ, ids.get(provider.name, {}), budget, tell,
            clock or RunClock(is_default=True),
        )
        for provider in providers
    ]  # fmt: skip
    for one in provider_runs:
        one.store.source.setting.spared.update(spared_probes(options, known, one.contracts))
    guard = _guard(options, provider_runs, environ)
    if options.records and not options.plan:
        for folder in {cassette_path(contract, "").parent for contract in every}:
            check_room("--record-mode", folder)
    journal, creations = _journal(options, provider_runs, guard), prepare_creations(options, provider_runs, guard)
    return Session(
        options, provider_runs, budget, journal=journal, creations=creations, known=known, guard=guard,
        left_out=list(left_out.values()),
    )  # fmt: skip


def _budget(options: RunOptions, providers: Iterable[Provider]) -> Budget:
    prices = {p.name: Price(p.creation_price, str(p.folder / "provider.toml")) for p in providers}
    return Budget(options.max_creations, options.max_cost, prices)


def _guard(options: RunOptions, provider_runs: list[ProviderRun], environ: Mapping[str, str]) -> Guard:
    """Return what keeps the keys of a run out of all that it writes; what is replayed knows none."""
    if not options.uses_network or options.plan:
        return Guard()
    keys = {name: key for one in provider_runs for name, key in one.store.source.setting.keys.items()}
    near = {f"{name} ({sort})": key for name, own in keys.items() for sort, key in near_keys(own).items()}
    guard = Guard({**keys, **near, **proxy_passwords(environ)})
    for one in provider_runs:
        if isinstance(one.store.source, LiveSource):
            one.store.source.guard = guard
    return guard


def _journal(options: RunOptions, provider_runs: list[ProviderRun], guard: Guard) -> Journal | None:
    """Return what writes the exchanges beside the results, known to every store as is what observes them."""
    if options.report is None or options.plan:
        return None
    redactors = [s.store.source.setting.redactor for s in provider_runs if isinstance(s.store.source, LiveSource)]
    journal, observer = Journal(options.report, guard), Observer(options.report, redactors, guard)
    for one in provider_runs:
        one.store.journal, one.store.observer = journal, observer
    return journal


def _check_schema(schema: Schema, contract: Contract) -> None:
    """Raise DataFileProblem for a schema that no verdict could be read from."""
    unknown = sorted(set(schema.bound) - set(contract.requirements))
    if unknown:
        raise DataFileProblem(schema.path, f"x-requirement {unknown[0]!r} has no row in requirements.toml")
    try:
        # Both are worked out once and kept.
        _ = schema.validator, schema.fields, schema.conditions
    except (ValueError, KeyError) as error:
        raise DataFileProblem(schema.path, f"no JSON Schema: {str(error).splitlines()[0]}") from error
