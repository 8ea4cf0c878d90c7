"""What a client that is written with the official openai package relies on, as rows of a ledger of its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vidconform.contracts import Level

BREAKS, SILENT, DEGRADED = "breaks", "silently wrong", "degraded"
_LEVELS = {BREAKS: Level.MUST, SILENT: Level.MUST, DEGRADED: Level.SHOULD}
_FILE = Path(__file__).with_name("requirements.toml")


@dataclass(frozen=True)
class ClientRequirement:
    """One row: the call that shows it, what becomes of a client where it does not hold, and what to do about it."""

    id: str
    call: str
    severity: str
    statement: str
    advice: str

    @property
    def level(self) -> Level:
        """The force of it: what only tells a client less is no must."""
        return _LEVELS[self.severity]


@cache
def client_ledger() -> tuple[ClientRequirement, ...]:
    """Return the rows, in the order in which the calls are made."""
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["requirement"]
    return tuple(ClientRequirement(**row) for row in rows)
