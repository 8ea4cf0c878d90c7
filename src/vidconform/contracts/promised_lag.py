"""What an operation promises about time: for how long what is there may still be refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lag:
    """For how many seconds what is there may still be answered with some status codes."""

    seconds: float
    responses: tuple[str, ...]

    def covers(self, status: int) -> bool:
        """Whether the document lets a status code come for a while."""
        return str(status) in self.responses


def lag_of(item: dict[str, Any]) -> Lag | None:
    """Return the lag that an operation of an OpenAPI document states, or None."""
    stated = item.get("x-lag")
    return Lag(stated["seconds"], tuple(map(str, stated["responses"]))) if stated is not None else None
