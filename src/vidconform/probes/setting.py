"""What all conversations with one provider share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vidconform.contracts import Pace
from vidconform.probes.budget import Budget
from vidconform.probes.creations import CreationLog, NoLog
from vidconform.probes.memory_budget import MemoryBudget
from vidconform.probes.redaction import Redactor
from vidconform.probes.wording import NOTHING_GENERATED, Generation

Tell = Callable[[str], None]


@dataclass
class Setting:
    """What all conversations with one provider share."""

    base_url: str
    pace: Pace
    keys: Mapping[str, str] = field(repr=False)
    redactor: Redactor
    budget: Budget
    tell: Tell = lambda sentence: None
    generation: Generation = NOTHING_GENERATED
    memory: MemoryBudget = field(default_factory=MemoryBudget)
    creations: CreationLog = field(default_factory=NoLog)
