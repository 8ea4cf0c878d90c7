"""What each vice does to a client: seen, endless, no matter, or something else without a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vidconform.client.against_vices.client_process import Ending
from vidconform.client.against_vices.client_run import ClientRun
from vidconform.client.against_vices.left_behind import SteadyParts
from vidconform.emulator.vices import Vice
from vidconform.text import visible


class Effect(StrEnum):
    """What became of a client by a vice, the worst first."""

    SILENT = "silently different"
    ENDLESS = "never ended"
    INCOMPARABLE = "not comparable"
    UNAFFECTED = "unaffected"
    NOTICED = "noticed"


MEANINGS = {
    Effect.SILENT: "it ended well and left something else",
    Effect.ENDLESS: "it was killed at its deadline, with all that it had started",
    Effect.INCOMPARABLE: "it ended well, and leaves nothing that is the same from run to run",
    Effect.UNAFFECTED: "it ended well and left the same",
    Effect.NOTICED: "it ended with another exit code than 0",
}


@dataclass(frozen=True)
class Baseline:
    """Two runs against the faultless emulator, to which the others are held."""

    first: ClientRun
    second: ClientRun
    steady: SteadyParts

    @property
    def seconds(self) -> float:
        """The time that the slower one took."""
        return max(run.ending.seconds for run in (self.first, self.second))

    def was_told_else(self, run: ClientRun) -> bool | None:
        """Whether any reply of a run differs from the faultless ones; None, where these differ by themselves."""
        return run.told != self.first.told if self.first.told == self.second.told else None


@dataclass(frozen=True)
class ViceEffect:
    """What one vice did; `shown` says whether it ever showed in one of the replies, where that is known."""

    vice: Vice
    effect: Effect
    detail: str
    shown: bool | None
    ending: Ending
    requests: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as --json writes it."""
        what = {"vice": self.vice.name, "sentence": self.vice.sentence, "allowed": self.vice.allowed}
        told = {"outcome": self.effect.value, "shown": self.shown, "detail": self.detail}
        figures = {"exit": self.ending.code, "seconds": round(self.ending.seconds, 3), "requests": self.requests}
        return {**what, **told, **figures}


def effect_of(vice: Vice, run: ClientRun, baseline: Baseline) -> ViceEffect:
    """Return what a vice did to a client."""
    effect, detail = _effect(run, baseline.steady)
    shown = baseline.was_told_else(run)
    if shown is False and effect is not Effect.UNAFFECTED:
        detail += " (its replies were the faultless ones, so that the client itself differs)"
    return ViceEffect(vice, effect, visible(detail), shown, run.ending, len(run.told))


def _effect(run: ClientRun, steady: SteadyParts) -> tuple[Effect, str]:
    ending = run.ending
    if ending.code is None:
        return Effect.ENDLESS, ending.words
    if ending.code:
        return Effect.NOTICED, f"{ending.words}: {ending.said}" if ending.said else ending.words
    found = steady.differences(run.parts)
    if found:
        return Effect.SILENT, "; ".join(found)
    return (Effect.UNAFFECTED if steady.is_comparable else Effect.INCOMPARABLE), ""


def groups(effects: Sequence[ViceEffect]) -> Iterator[tuple[str, str, list[ViceEffect]]]:
    """Yield what people read: a word, what it means, and the vices, the worst group first."""
    for effect in Effect:
        found = [one for one in effects if one.effect is effect]
        if effect is Effect.UNAFFECTED:
            never = [one for one in found if one.shown is False]
            found = [one for one in found if one.shown is not False]
            yield "unaffected", MEANINGS[effect], found
            yield "never met", "no reply to what it asked shows the fault", never
        else:
            yield effect.value, MEANINGS[effect], found
