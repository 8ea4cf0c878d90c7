"""How an emulator behaves, and how it fails to start."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vidconform.errors import UsageProblem

if TYPE_CHECKING:
    from vidconform.emulator.replies import ReplyContext
    from vidconform.emulator.tasks import KnownTask, Life


class EmulatorError(UsageProblem):
    """The emulator cannot start."""


@dataclass
class NoEmulator(EmulatorError):
    """No emulator has this name."""

    code = "VC-501"
    provider: str
    known: tuple[str, ...]

    def _sentence(self) -> str:
        return f"there is no emulator of {self.provider!r}; there are: {', '.join(self.known)}"


@dataclass
class AddressUnavailable(EmulatorError):
    """The address asked for cannot be listened on."""

    code = "VC-503"
    sentence = "cannot listen on {host}:{port}: {reason}"
    host: str
    port: int
    reason: str


@dataclass(frozen=True)
class EmulatorOptions:
    """What may be chosen about an emulator; `environ` holds the accepted keys and is never shown.

    `change` alters a reply about to leave; `life` alters the life of a task about to begin, and `known` the tasks that
    exist from the start, both for a contract by name.
    """

    advance: Literal["read", "second"] = "read"
    step_seconds: float = 1.0
    seed: int = 0
    change: Callable[[ReplyContext], None] | None = None
    life: Callable[[str, Life], Life] | None = None
    known: Callable[[str, tuple[KnownTask, ...]], tuple[KnownTask, ...]] | None = None
    environ: Mapping[str, str] | None = field(default=None, repr=False)
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if self.advance not in ("read", "second"):
            raise ValueError(f"advance is 'read' or 'second', not {self.advance!r}")
        if not self.step_seconds > 0:
            raise ValueError(f"step_seconds is more than 0, not {self.step_seconds!r}")
