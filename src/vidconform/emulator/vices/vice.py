"""What a vice is: an emulator with exactly one fault, named for it."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..options import EmulatorError, Options
from ..replies import ReplyContext
from ..tasks import Known, Life
from .moments import TASK, Moment

QUERY, VIDEOS = "octopusx/query", "octopusx/videos"
GPTGE, OPEAI, CHAINHUB = "gptge/videos", "opeai/videos", "chainhub/videos"
CONTRACTS = (QUERY, VIDEOS, GPTGE, OPEAI, CHAINHUB)

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class UnknownVice(EmulatorError):
    """A provider has no vice of this name."""

    code = "VC-502"
    provider: str
    vice: str
    known: tuple[str, ...]

    def _sentence(self) -> str:
        near = difflib.get_close_matches(self.vice, self.known, 3, 0.5)
        others = f"near it: {', '.join(near)}" if near else f"there are: {', '.join(self.known)}"
        return f"{self.provider} has no vice {self.vice!r}; {others}"


@dataclass(frozen=True)
class Fault:
    """What a vice does to one contract (`provider/name`): to its replies, its tasks' lives or its first tasks.

    `fells` are the requirements that are unmet by it; none, where the document allows it.
    """

    contract: str
    fells: frozenset[str]
    change: Callable[[ReplyContext], None] | None = None
    life: Callable[[Life], Life] | None = None
    known: Callable[[tuple[Known, ...]], tuple[Known, ...]] | None = None


@dataclass(frozen=True)
class Vice:
    """One fault in every contract that it applies to.

    One that `stalls` leaves a run without an end; one for `generated` requests shows in no others.
    """

    provider: str
    name: str
    sentence: str
    faults: tuple[Fault, ...]
    stalls: bool = False
    generated: bool = False

    @property
    def allowed(self) -> bool:
        """Whether no document of the provider says a word against it."""
        return not self.stalls and not any(fault.fells for fault in self.faults)

    def as_dict(self) -> dict[str, Any]:
        """Return the vice as `vidconform vices --json` prints it."""
        fells = {fault.contract: sorted(fault.fells) for fault in self.faults}
        shown = {"provider": self.provider, "vice": self.name, "sentence": self.sentence}
        return {**shown, "fells": fells, "stalls": self.stalls}

    def applied(self, options: Options) -> Options:
        """Return the options of an emulator with this vice, on top of what they change already."""

        def change(reply: ReplyContext) -> None:
            if options.change is not None:
                options.change(reply)
            for fault in self._faults(reply.contract):
                if fault.change is not None:
                    fault.change(reply)

        def life(contract: str, own: Life) -> Life:
            lived = options.life(contract, own) if options.life is not None else own
            for fault in self._faults(contract):
                lived = fault.life(lived) if fault.life is not None else lived
            return lived

        def known(contract: str, own: tuple[Known, ...]) -> tuple[Known, ...]:
            tasks = options.known(contract, own) if options.known is not None else own
            for fault in self._faults(contract):
                tasks = fault.known(tasks) if fault.known is not None else tasks
            return tasks

        return replace(options, change=change, life=life, known=known)

    def _faults(self, contract: str) -> list[Fault]:
        return [fault for fault in self.faults if fault.contract == f"{self.provider}/{contract}"]


_DECLARED: dict[tuple[str, str], Vice] = {}


def declare(name: str, sentence: str, fault: Fault, **kinds: bool) -> None:
    """Add a fault to the vice of this name."""
    provider = fault.contract.partition("/")[0]
    vice = _DECLARED.get((provider, name)) or Vice(provider, name, sentence, (), **kinds)
    if any(other.contract == fault.contract for other in vice.faults):
        raise ValueError(f"{fault.contract} has two vices named {name}")
    _DECLARED[provider, name] = replace(vice, faults=(*vice.faults, fault))


def declared(provider: str) -> list[Vice]:
    """Return what has been declared for a provider."""
    return [vice for (owner, _), vice in _DECLARED.items() if owner == provider]


def vice(fells: Mapping[str, str], when: Moment = TASK, **kinds: bool) -> Callable[[F], F]:
    """Declare a function as a vice: its name and docstring are the vice's, its parameter says what it alters.

    `fells` names, by contract, the requirements that fall, with spaces between them; `kinds` are stalls, generated.
    """

    def register(function: F) -> F:
        name, sentence = function.__name__.replace("_", "-"), inspect.cleandoc(function.__doc__ or "")
        for contract, requirements in fells.items():
            fault = Fault(contract, frozenset(requirements.split()), **_altering(function, when))
            declare(name, sentence, fault, **kinds)
        return function

    return register


def _altering(function: Callable[..., Any], when: Moment) -> dict[str, Any]:
    altered = next(iter(inspect.signature(function).parameters))
    if altered != "reply":
        return {altered: function}

    def change(reply: ReplyContext) -> None:
        if when.holds(reply):
            function(reply)

    return {"change": change}


def everywhere(requirements: str, *others: str) -> dict[str, str]:
    """Return the same requirements for some contracts, or for all."""
    return dict.fromkeys(others or CONTRACTS, requirements)
