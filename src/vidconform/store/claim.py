"""The right to ask providers: one process of a run has it, for two would pay twice for the same evidence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vidconform.errors import AskedElsewhere

_HOLDER = "asking"


@dataclass
class Claim:
    """Held by the first process that needs it, and not passed on when that process ends: what it spent is spent.

    `folder` belongs to a run, its controller and all that descends from it.
    """

    folder: Path

    def check(self) -> None:
        """Take the right where nobody has it; raises AskedElsewhere in any other process."""
        try:
            with (self.folder / _HOLDER).open("x", encoding="ascii") as file:
                file.write(str(os.getpid()))
        except OSError:
            holder = self._holder()
            if holder != str(os.getpid()):
                raise AskedElsewhere(holder) from None

    def _holder(self) -> str:
        try:
            return (self.folder / _HOLDER).read_text("ascii")
        except OSError:
            # The run has ended and taken its folder along.
            return ""
