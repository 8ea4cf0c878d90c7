"""What was found, as a table for a terminal or a page of the documentation, and as data (vidconform/client@1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vidconform import __version__
from vidconform.client.against_vices.effects import Baseline, Effect, ViceEffect, groups
from vidconform.text import pluralise

FORMAT = "vidconform/client@1"
_UNSEEN = (Effect.SILENT, Effect.ENDLESS)


@dataclass(frozen=True)
class Findings:
    """All that a client was seen to do."""

    provider: str
    command: tuple[str, ...]
    moment: int
    baseline: Baseline
    patience: float
    effects: Sequence[ViceEffect]

    @cached_property
    def groups(self) -> list[tuple[str, str, list[ViceEffect]]]:
        """The vices by what they do, the worst first."""
        return [(word, meaning, found) for word, meaning, found in groups(self.effects) if found]

    @property
    def is_blind(self) -> bool:
        """Whether a fault goes unseen: silently different, or for ever."""
        return any(one.effect in _UNSEEN for one in self.effects)

    @property
    def totals(self) -> str:
        """The numbers in one line."""
        told = ", ".join(f"{len(found)} {word}" for word, _, found in self.groups)
        return f"{pluralise(len(self.effects), 'vice')} of {self.provider}: {told or 'none tried'}"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as --json writes it."""
        first = self.baseline.first
        baseline = {
            "seconds": round(self.baseline.seconds, 3),
            "requests": len(first.told),
            "left": sorted(first.parts),
            "remarks": self.baseline.steady.remarks(),
        }
        shown = {"provider": self.provider, "command": list(self.command), "began_at": self.moment}
        told = {"timeout": self.patience, "vices": [one.as_dict() for one in self.effects]}
        return {"format": FORMAT, "version": __version__, **shown, "baseline": baseline, **told}

    def as_text(self) -> str:
        """Return all of it for a terminal."""
        return "\n".join([*self._lines(), self.totals])

    def _lines(self) -> Iterator[str]:
        longest = max((len(one.vice.name) for one in self.effects), default=0)
        for word, meaning, found in self.groups:
            yield f"{word}: {len(found)} ({meaning})"
            for one in found:
                yield f"  {one.vice.name:<{longest}}  {sentence(one)}"
                yield from [f"  {'':<{longest}}  {one.detail}"] if one.detail else []
            yield ""


def sentence(one: ViceEffect) -> str:
    """Return what the emulator did wrong, if it is wrong."""
    return one.vice.sentence + (" No document forbids it." if one.vice.allowed else "")
