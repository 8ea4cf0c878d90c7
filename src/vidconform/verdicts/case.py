"""What is judged: one requirement of one contract, by one check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vidconform.contracts import Contract, Requirement, Schema
from vidconform.laws import Binding, Law, SubjectKind, binding_of, kind_of
from vidconform.verdicts.schema_walk import kind_of_schema, roles_of_schema
from vidconform.verdicts.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Case:
    """One requirement of a contract to be judged on one subject: the service, or the document itself."""

    contract: Contract
    requirement: Requirement
    subject: str
    check: Schema | Law

    def verdict(self, outcome: Outcome, **facts: Any) -> Verdict:
        """Return a verdict on this case."""
        return Verdict(self.contract, self.requirement, self.subject, outcome, decided_by=self.decided_by, **facts)

    @property
    def decided_by(self) -> str:
        """The check as `vidconform list` names it."""
        if isinstance(self.check, Schema):
            return f"schema:{self.check.path.name}#{self.check.bound[self.requirement.id][0]}"
        return name_of(self.check)

    @cached_property
    def kind(self) -> SubjectKind:
        """The kind of subject that the check judges."""
        if isinstance(self.check, Schema):
            return kind_of_schema(self.contract, self.requirement.id, self.check)
        return kind_of(self.check)

    @property
    def roles(self) -> set[str]:
        """The roles of the operations that it is about, where the check says so; none where it is about any."""
        if isinstance(self.check, Schema):
            return roles_of_schema(self.contract, self.requirement.id, self.check)
        stated = self.contract.refusals.get(self.requirement.id)
        named = (binding_of(self.check, self.requirement.id).role, self.kind.role, stated.role if stated else "")
        return {next(filter(None, named))} if any(named) else set()

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The probes that it needs, by name or kind: none for a document."""
        id = self.requirement.id
        binding = Binding(id) if isinstance(self.check, Schema) else binding_of(self.check, id)
        return () if self.subject == "document" else self.kind.needs(binding)

    @cached_property
    def optional_probes(self) -> tuple[str, ...]:
        """The probes that it looks at where other cases need them."""
        if self.subject == "document":
            return ()
        return tuple(probe for probe in self.kind.optional_probes if probe not in self.needs)


def name_of(law: Law) -> str:
    """Return how `vidconform list` names a law: `generated` where it judges generated requests."""
    sort = "generated" if kind_of(law).is_generated else "law"
    return f"{sort}:{law.__module__.rpartition('.')[2]}.{law.__name__}"
