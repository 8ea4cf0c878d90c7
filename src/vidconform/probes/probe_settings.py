"""What all conversations with one provider share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vidconform.contracts import Pace
from vidconform.ledger import Budget, CreationLog
from vidconform.probes.raw_request import NOTHING_GENERATED, Generation
from vidconform.redaction import Redactor
from vidconform.text import Redacted
from vidconform.transport import MemoryBudget, RunClock

Tell = Callable[[Redacted], None]


@dataclass
class ProbeSettings:
    """What all conversations with one provider share.

    `skipped` are the probes that are not sent, and why; `harmless` those that make no task, whatever they are answered.
    """

    base_url: str
    pace: Pace
    keys: Mapping[str, str] = field(repr=False)
    redactor: Redactor
    budget: Budget
    tell: Tell = lambda sentence: None
    generation: Generation = NOTHING_GENERATED
    memory: MemoryBudget = field(default_factory=MemoryBudget)
    creations: CreationLog = field(default_factory=CreationLog)
    skipped: dict[tuple[str, str], str] = field(default_factory=dict)
    harmless: set[tuple[str, str]] = field(default_factory=set)
    clock: RunClock = field(default_factory=RunClock)
