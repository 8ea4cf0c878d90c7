"""A verdict: requirement x evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from vidconform.contracts import Contract, ForeignContract, Level, Requirement
from vidconform.text import Redacted
from vidconform.verdicts.labels import Label
from vidconform.verdicts.phrases import shorten_redacted


class Outcome(StrEnum):
    """What became of a requirement."""

    MET = "met"
    UNMET = "unmet"
    UNSEEN = "unseen"
    INCONCLUSIVE = "inconclusive"
    ERRORED = "errored"


_UNMET = {Level.MUST: Label.FAILS, Level.SHOULD: Label.DEVIATES, Level.MAY: Label.NOT_OFFERED}
_NOTHING = Redacted("")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a verdict was read: probe, exchange by number, JSON Pointer, origin and date (RFC 3339)."""

    probe: str
    exchange: int
    pointer: str
    origin: str
    at: str

    def shown(self, redact: Callable[[str], Redacted]) -> Pointer:
        """Return the pointer without any secret: the names in it are the service's."""
        return replace(self, pointer=redact(self.pointer)) if self.pointer else self

    def as_dict(self) -> dict[str, Any]:
        """Return the pointer as it stands in a line of results.jsonl."""
        # dataclasses.asdict takes many times as long, and a night holds hundreds.
        told: dict[str, Any] = {"probe": self.probe, "exchange": self.exchange, "pointer": self.pointer}
        return {**told, "origin": self.origin, "at": self.at}


@dataclass(frozen=True)
class Verdict:
    """What one requirement came to, in the words that came, secrets and all.

    `request` is the offending request as a curl line, `decided_by` the check.
    `known` is the entry of a deviations.toml about it, where there is one that matters. `refused` says that it
    is unseen because what would have shown it costs more than the run may spend, `partial` that it is met by what was
    seen while trouble hid the rest; `routes` are those that it is unmet on, as method and path. `offered` says that the
    service's own document has what the requirement is about, `otherwise` which part of the request was not as the
    contract has it, so that it is unseen.
    """

    contract: Contract
    requirement: Requirement
    subject: str
    outcome: Outcome
    expected: str = ""
    received: str = ""
    observations: int = 0
    evidence: tuple[Pointer, ...] = field(default=())
    request: str = ""
    decided_by: str = ""
    known: Mapping[str, Any] | None = None
    refused: bool = False
    partial: bool = False
    routes: tuple[str, ...] = ()
    offered: bool = True
    otherwise: str = ""

    @property
    def label(self) -> Label:
        """The word that people read."""
        if self.outcome is Outcome.MET:
            return Label.CONFORMS
        if self.refused:
            return Label.REFUSED
        if not self.offered:
            return Label.NOT_OFFERED
        if self.outcome is not Outcome.UNMET:
            return Label(self.outcome.value)
        contradiction = self.subject == "document" and self.requirement.level is not Level.MAY
        return Label.CONTRADICTS if contradiction else _UNMET[self.requirement.level]

    def shown(self, redact: Callable[[str], Redacted]) -> ShownVerdict:
        """Return the verdict as it is written and shown: no secret in its texts, and then no more than fits a line."""
        texts = {name: shorten_redacted(redact(getattr(self, name))) for name in ("expected", "received")}
        routes, evidence = tuple(map(redact, self.routes)), tuple(p.shown(redact) for p in self.evidence)
        return ShownVerdict(
            **{**vars(self), **texts, "request": redact(self.request), "routes": routes, "evidence": evidence}
        )


@dataclass(frozen=True)
class ShownVerdict(Verdict):
    """A verdict without any secret, which is all that is written and shown of one."""

    expected: Redacted = _NOTHING
    received: Redacted = _NOTHING
    request: Redacted = _NOTHING
    routes: tuple[Redacted, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as a line of results.jsonl (format vidconform/results@1).

        One by a contract that is not the service's own is of another kind, so that nobody takes it for one of those.
        """
        foreign = self.contract if isinstance(self.contract, ForeignContract) else None
        return {
            "kind": "verdict" if foreign is None else "foreign",
            **({} if foreign is None else {"against": foreign.promised.id}),
            "provider": self.contract.provider.name,
            "contract": self.contract.id,
            **self.contract.attribution,
            "requirement": self.requirement.id,
            "level": self.requirement.level.value,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "reading": self.label.value,
            "statement": self.requirement.statement,
            "source": self.requirement.place,
            "expected": self.expected,
            "received": self.received,
            "observations": self.observations,
            "evidence": [pointer.as_dict() for pointer in self.evidence],
            "request": self.request,
            "concern": self.requirement.concern,
            "decided_by": self.decided_by,
            **({"deviation": dict(self.known)} if self.known is not None else {}),
            **({"partial": True} if self.partial else {}),
            **({"routes": list(self.routes)} if self.routes else {}),
            **({"asked_otherwise": self.otherwise} if self.otherwise else {}),
            **({"edition": self.contract.edition.sha256} if self.contract.edition.sha256 else {}),
        }
