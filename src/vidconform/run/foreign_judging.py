"""What the evidence of a run comes to by other contracts than its own; nothing is sent for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from vidconform.contracts import Contract, Part, Requirement, Schema, as_foreign_contract, part_in_words
from vidconform.exchange import Evidence, value_in
from vidconform.laws import Law, kind_of, rows_of
from vidconform.probes import RefusalProbe, probe_named, probes_of
from vidconform.run.bindings import all_laws
from vidconform.run.needs import optional_probes_for, probes_for
from vidconform.run.session import Session
from vidconform.verdicts import Case, Outcome, ShownVerdict, Verdict, judge

Gathered = dict[str, Evidence]


@dataclass(frozen=True)
class Promise:
    """A row of a contract with what decides it, and the operations that it is about: any of them will do."""

    row: Requirement
    check: Schema | Law
    roles: frozenset[str]


def foreign_verdicts(session: Session) -> list[ShownVerdict]:
    """Return the verdicts of each contract of --against on the evidence that each of the run's own brought."""
    promises = {promised.id: list(_promises(promised, session.options.fuzz > 0)) for promised in session.against}
    return [
        verdict
        for asked in session.contracts
        if session.store_of(asked).brought(asked)
        for promised in session.against
        for verdict in _ForeignJudge(session, promised, asked).verdicts(promises[promised.id])
    ]


def _promises(contract: Contract, with_draws: bool) -> Iterator[Promise]:
    """Yield each row about the service that something decides."""
    schemas = {row: schema for schema in reversed(contract.schemas.values()) for row in schema.bound}
    laws = [law for law in all_laws() if with_draws or not kind_of(law).is_generated]
    decided: list[tuple[str, Schema | Law]] = [*schemas.items()]
    decided += [(row, law) for law in laws for row in rows_of(law, contract)]
    for row, check in decided:
        case = Case(contract, contract.requirements[row], "service", check)
        if case.requirement.subject != "document":
            roles = case.roles or {probe_named(contract, name).role for name in probes_for(case)}
            yield Promise(case.requirement, check, frozenset(roles))


class _ForeignJudge:
    """A contract that judges what another one's requests brought."""

    def __init__(self, session: Session, promised: Contract, asked: Contract) -> None:
        self.session, self.contract = session, as_foreign_contract(promised, asked)
        self.store = session.store_of(asked)
        read = {name: told.read_by(promised.body_status) for name, told in self.store.brought(asked).items()}
        self.brought = read
        self._serves = cache(lambda role: self.store.has_served(asked, role))
        self._gathered: dict[tuple[tuple[str, ...], ...], Gathered] = {}

    def verdicts(self, promises: Iterable[Promise]) -> Iterator[ShownVerdict]:
        """Yield a verdict on each row."""
        redact = self.store.source.setting.redactor.text
        for promise in promises:
            case = Case(self.contract, promise.row, "service", promise.check)
            try:
                verdict = self._judge(case, promise.roles).shown(redact)
            except Exception as error:  # noqa: BLE001 - whatever breaks in here is our error, never the vendor's
                verdict = case.verdict(Outcome.ERRORED, received=f"{type(error).__name__}: {error}").shown(redact)
            # What is known of a contract's own service says nothing of another one's.
            yield self.session.known.mark(verdict) if self.contract.promised is self.contract.asked else verdict

    def _judge(self, case: Case, roles: frozenset[str]) -> Verdict:
        asked = self.contract.asked
        if roles and not any(asked.operation(role) for role in roles):
            what = f"the operation {' or '.join(sorted(roles))}, which the document of {asked.id} does not have"
            return case.verdict(Outcome.UNSEEN, expected=what, offered=False)
        part = _part_of(case.check)
        other = next((role for role in sorted(roles) if part and not self.contract.asks_alike(part, role)), None)
        if part is not None and other is not None:
            return case.verdict(Outcome.UNSEEN, expected=self._lack_of_request(part, other), otherwise=part)
        gathered = self._gather(case)
        if case.needs and not gathered:
            needed = f"what this run did not ask of {asked.id}: {', '.join(case.needs)}"
            return case.verdict(Outcome.UNSEEN, expected=needed)
        return judge(case, gathered, self.session.cache, self._serves)

    def _lack_of_request(self, part: Part, role: str) -> str:
        """Return the request that would show a row which is about the request, beside the one that was sent."""
        promised, asked = self.contract.promised, self.contract.asked
        if part == "draws":
            return f"requests that are drawn from {promised.id}; those of this run are drawn from {asked.id}"
        told = [(one.id, one.operation(role)) for one in (promised, asked)]
        (other, theirs), (own, ours) = [(id, part_in_words(o, part) if o is not None else "none") for id, o in told]
        same = ", with other values" if theirs == ours else ""
        return f"the {part} to {role} that {other} has, {theirs}; this run sent that of {own}, {ours}{same}"

    def _gather(self, case: Case) -> Gathered:
        """Return what the other contract's probes brought of what a case looks at."""
        asked, key = self.contract.asked, (case.needs, case.optional_probes)
        if key in self._gathered:
            return self._gathered[key]
        named = dict.fromkeys((*probes_for(case, asked), *case.needs, *optional_probes_for(case, asked)))
        found = {name: self.brought.get(self._same_question(name)) for name in named}
        followed = {name: told for name, told in found.items() if told is not None and self._is_followed(name)}
        return self._gathered.setdefault(key, followed)

    def _same_question(self, name: str) -> str:
        """Return the probe of the run that asks for a refusal: both documents may call it by any name, also by one."""
        stated = _refusals(self.contract.promised).get(name)
        if stated is None:
            return name
        own = _refusals(self.contract.asked)
        return next((o for o in (name, *own) if o in self.brought and o in own and own[o].asks_the_same(stated)), "")

    def _is_followed(self, name: str) -> bool:
        """Whether an address that a reply told stands where this contract has it: a client reads it nowhere else."""
        role = _TOLD.get(name)
        if role is None:
            return True
        lives = [self.brought[life] for life in ("observe", "create") if life in self.brought]
        own = [value_in(self.contract.asked, role, exchange) for life in lives for exchange in life.exchanges]
        other = [value_in(self.contract, role, exchange) for life in lives for exchange in life.exchanges]
        return all(place in (None, there) for place, there in zip(own, other, strict=True))


# What is read at an address that an earlier reply told, and the role of the member that told it.
_TOLD = {"result": "result", "polling": "polling-url"}


@lru_cache(64)
def _refusals(contract: Contract) -> dict[str, RefusalProbe]:
    return {probe.name: probe.refusal for probe in probes_of(contract) if probe.refusal is not None}


def _part_of(check: Schema | Law) -> Part | None:
    """Return the part of the request that a check is about, None where it is about the reply alone."""
    if isinstance(check, Schema):
        return None
    return "draws" if kind_of(check).is_generated else check.part
