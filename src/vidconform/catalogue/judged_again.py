"""One run judged again in memory: what it kept, by today's contracts, laws and code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, Provider, find_provider, known_secrets, provider_names
from vidconform.errors import INCOMPLETE
from vidconform.exchange import Evidence
from vidconform.redaction import Guard
from vidconform.report import ResultsWriter, Run, question
from vidconform.run import (
    RunOptions,
    Session,
    all_cases,
    describe_remedies,
    judging_sha256,
    load_checked,
    prepare,
    probes_for,
)
from vidconform.store import Kept, kept_evidence
from vidconform.verdicts import Case, Outcome, ShownVerdict, fails

_OF_PROVIDER = ("provider.toml", "deviations.toml")
# Runs come vendor by vendor, so that a few are enough: memory is the same for ten vendors and for a thousand.
_MOST_PROVIDERS = 8


@dataclass(frozen=True)
class JudgedAgain:
    """What a run comes to today; `specs` are the contracts' hashes when it was gathered, `today` those of now."""

    session: Session
    verdicts: list[ShownVerdict]
    evidence: list[Evidence]
    today: dict[str, str]
    incomplete: list[str] = field(default_factory=list)

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The verdicts as lines of results.jsonl."""
        return [verdict.as_dict() for verdict in self.verdicts]

    @property
    def specs(self) -> dict[str, str]:
        """By contract, the hash of its files when the evidence was gathered; empty where nobody wrote it down."""
        return {one.contract: one.spec for one in self.evidence}

    @property
    def exchanges(self) -> int:
        """How many exchanges were judged."""
        return sum(len(one.exchanges) for one in self.evidence)

    @property
    def began(self) -> str:
        """When the first of the evidence was gathered."""
        return min((one.at for one in self.evidence if one.at), default="")

    @property
    def exit(self) -> int:
        """The exit code of a run of pytest that came to this."""
        if any(fails(verdict, "must") for verdict in self.verdicts):
            return 1
        undecided = any(verdict.outcome is Outcome.INCONCLUSIVE for verdict in self.verdicts)
        return INCOMPLETE if undecided or self.incomplete else 0


class Rejudging:
    """Judges runs again, one after the other: contracts and what their documents come to are read once for many.

    `providers` are names or folders, for those that are not under specs/.
    """

    def __init__(self, providers: Sequence[str], environ: Mapping[str, str]) -> None:
        chosen = [find_provider(name) for name in provider_names(providers)] if providers else []
        self.guard = Guard(known_secrets(environ, [provider.name for provider in chosen]))
        self._folders = {provider.name: provider.argument for provider in chosen}
        self._contracts: dict[str, list[Contract]] = {}
        self._documented: dict[tuple[str, str], ShownVerdict] = {}
        self._documents: dict[str, Evidence] = {}
        self._fingerprints: dict[str, str] = {}
        self._cases: dict[tuple[str | int, ...], list[Case]] = {}

    def judge(self, run: Path, old: Run | None) -> JudgedAgain:
        """Return what a run comes to today; raises UsageProblem for one that cannot be judged."""
        kept = kept_evidence([run])
        session = self._session(run, kept)
        verdicts = [session.judge(case) for case in self._due(session, kept, old)]
        today = {contract.id: contract.sha256 for contract in session.contracts}
        evidence = [one for one in kept.values() if isinstance(one, Evidence)]
        return JudgedAgain(session, verdicts, evidence, today, list(session.why_incomplete()))

    def _session(self, run: Path, kept: Kept) -> Session:
        names = dict.fromkeys(contract.partition("/")[0] for contract, _ in kept)
        # What was never drawn need not be missed.
        drawn = any(isinstance(one, Evidence) and one.kind == "generated" for one in kept.values())
        options = RunOptions(
            [self._folders.get(name, name) for name in names], evidence=[run], fuzz=RunOptions.fuzz if drawn else 0
        )
        session = prepare(options, {}, load=self._load, kept=kept)
        session.documented, session.documents = self._documented, self._documents
        return session

    def _load(self, provider: Provider) -> list[Contract]:
        if provider.name not in self._contracts:
            if len(self._contracts) >= _MOST_PROVIDERS:
                for known in (self._contracts, self._documented, self._documents, self._cases):
                    known.clear()
            self._contracts[provider.name] = load_checked(provider)
        return self._contracts[provider.name]

    def _due(self, session: Session, kept: Kept, old: Run | None) -> list[Case]:
        """Return what is judged again: what was, and what is new since, where the run asked what it needs."""
        judged = {question(line) for line in old.lines} if old is not None else set()
        # Which they are, the contracts say; whether any were drawn decides on some.
        told: tuple[str | int, ...] = (*(contract.id for contract in session.contracts), session.options.fuzz)
        cases = self._cases.get(told) or self._cases.setdefault(told, list(all_cases(session)))
        due = [case for case in cases if _is_due(case, judged, {*kept})]
        for case in due:
            session.want(case)
        return due

    def key(self, contracts: Sequence[str], *contents: str) -> str:
        """Return the hash of all that verdicts on some contracts follow from; `contents` are hashes of files."""
        of = [self._fingerprint(name) for name in dict.fromkeys(id.partition("/")[0] for id in contracts)]
        return sha256("\n".join([judging_sha256(), *of, *contracts, *contents]).encode()).hexdigest()

    def _fingerprint(self, name: str) -> str:
        """Return the hash of the files of a provider and its contracts, as far as they judge."""
        if name not in self._fingerprints:
            provider = find_provider(self._folders.get(name, name))
            own = [path for path in (provider.folder / file for file in _OF_PROVIDER) if path.is_file()]
            told = [sha256(path.read_bytes()).hexdigest() for path in own]
            told += [f"{contract.id} {contract.sha256}" for contract in self._load(provider)]
            self._fingerprints[name] = sha256("\n".join(told).encode()).hexdigest()
        return self._fingerprints[name]


def _is_due(case: Case, judged: set[tuple[str, str, str]], asked: set[tuple[str, str]]) -> bool:
    if case.subject == "document" or (case.contract.id, case.requirement.id, case.subject) in judged:
        return True
    return any((case.contract.id, probe) in asked for probe in probes_for(case))


def write_results(folder: Path, again: JudgedAgain, old: Run | None, guard: Guard) -> None:
    """Write the results.jsonl of a run that was judged again, at the time at which it was gathered.

    So the same evidence, judged by the same code, makes the same bytes, wherever and whenever that is.
    """
    began = old.started_at.isoformat(timespec="milliseconds") if old is not None else again.began
    ended = old.finished_at.isoformat(timespec="milliseconds") if old is not None and old.finished_at else began
    writer = ResultsWriter(folder, guard, at_once=True)
    writer.start(old.mode if old is not None else "live", judging_sha256(), began or None)
    for one in again.session.provider_runs:
        served = old.served.get(one.provider.name) if old is not None else None
        address = served.base_url if served is not None else one.base_url
        editions = {contract.id: contract.edition.as_dict() for contract in one.contracts}
        writer.provider(one.provider.name, address, editions, one.provider.title, one.provider.creation_price)
    for line in again.lines:
        writer.verdict(line)
    told = describe_remedies(again.session.provider_runs, again.session.redacted)
    writer.end(_cost(old), again.exit, again.session.answered(), told, ended or None)


def _cost(old: Run | None) -> dict[str, dict[str, int]]:
    spent = old.cost.items() if old is not None else ()
    return {name: {"requests": one.requests, "creations": one.creations} for name, one in spent}
