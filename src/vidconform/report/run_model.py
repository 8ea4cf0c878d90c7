"""A run as read back: plain values, without contracts, probes or pytest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vidconform.verdicts import Label, Pointer, is_expected

#: Why what is met in part does not end what was unmet before.
IN_PART = "met by what was seen of it, and trouble hid the rest"
OBSERVED, EMULATED, DOCUMENTED = "observed", "emulated", "documented"


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict; `deviation` is what a deviations.toml says of it, `partial` that trouble hid a part of it.

    `routes` are those that it is unmet on, where its run tells them.
    """

    provider: str
    contract: str
    requirement: str
    level: str
    subject: str
    outcome: str
    label: Label
    statement: str
    source: str
    expected: str
    received: str
    observations: int
    evidence: tuple[Pointer, ...]
    request: str
    concern: str
    decided_by: str
    deviation: Mapping[str, Any] | None = None
    partial: bool = False
    routes: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether it deviates as somebody listed that it does."""
        return is_expected(self.outcome, self.deviation)

    def as_line(self) -> dict[str, Any]:
        """Return it as its line in results.jsonl, for what reads lines as they fall."""
        evidence = [
            {"probe": s.probe, "exchange": s.exchange, "pointer": s.pointer, "origin": s.origin} for s in self.evidence
        ]
        named = ("provider", "contract", "requirement", "level", "subject", "outcome", "expected", "received")
        told = {name: getattr(self, name) for name in named}
        return {**told, "reading": self.label, "deviation": self.deviation, "evidence": evidence}

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes verdicts of several runs the same question."""
        return self.contract, self.requirement, self.subject


@dataclass(frozen=True)
class JudgedProvider:
    """One provider of a run; `creation_price` is in USD, `editions` tells by contract which text was read.

    `held_to` is the contract that somebody else published, by the contract as it is served.
    """

    name: str
    title: str
    base_url: str
    contracts: tuple[str, ...]
    creation_price: float | None
    editions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    held_to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spent:
    """What a provider was asked in a run."""

    requests: int
    creations: int


@dataclass
class Run:
    """One results.jsonl; `lines` are its verdicts as they stand, without `finished_at` it is truncated.

    `foreign` are those by contracts that are not the service's own, `client_lines` what a client would notice,
    `answered` the contracts of which a reply came that could be judged, whatever it was, `remedies` what the owner of
    a key has to mend, `judging` the SHA-256 of the laws and the code that judged it, and `emulated` the providers of
    which any reply is our emulator's.
    """

    path: Path
    version: str
    mode: str
    started_at: datetime
    served: dict[str, JudgedProvider] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    foreign: list[dict[str, Any]] = field(default_factory=list)
    client_lines: list[dict[str, Any]] = field(default_factory=list)
    cost: dict[str, Spent] = field(default_factory=dict)
    finished_at: datetime | None = None
    exit: int | None = None
    answered: Sequence[str] = ()
    remedies: Sequence[Mapping[str, str]] = ()
    judging: str = ""
    emulated: set[str] = field(default_factory=set)

    @property
    def is_truncated(self) -> bool:
        """Whether the run was cut off before its end."""
        return self.finished_at is None

    def origin(self, line: dict[str, Any]) -> str:
        """Where a verdict's evidence comes from; one without any has the origin of its provider's other verdicts."""
        if line["subject"] == "document":
            return DOCUMENTED
        if line["evidence"]:
            return str(line["evidence"][0]["origin"])
        return EMULATED if line["provider"] in self.emulated else self.mode

    def let_go(self) -> None:
        """Forget the lines, of which a year of nights has too many, but not whose replies they were about."""
        self.lines, self.foreign, self.client_lines = [], [], []


def moment(text: str) -> datetime | None:
    """Return the time that an RFC 3339 text says, or None."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
