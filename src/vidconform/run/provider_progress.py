"""The progress of each provider while a run asks several at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from vidconform.probes import ProbeSettings

#: Called again and again while providers are asked, by the thread that waits for them, and once when all are done.
ShowProgress = Callable[[Mapping[str, "ProviderProgress"]], None]


@dataclass
class ProviderProgress:
    """The progress of one provider: the requirements whose evidence is there, what was sent and what it waits for.

    Written by the thread that asks it, and read by the one that shows it.
    """

    setting: ProbeSettings
    provider: str
    total: int
    done: int = 0
    waits_for: str = ""
    began: float = field(default_factory=time.monotonic)
    seconds: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing more will be asked."""
        return self.seconds is not None

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.setting.budget.cost(self.provider).requests

    @property
    def creations(self) -> int:
        """How many creations were made."""
        return self.setting.budget.cost(self.provider).creations

    def advance(self) -> None:
        """Note that the evidence of one more requirement is there."""
        self.done, self.waits_for = self.done + 1, ""

    def end(self) -> None:
        """Note that everything was asked."""
        self.seconds = time.monotonic() - self.began

    def _note(self, sentence: str) -> None:
        self.waits_for = sentence

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Keep what a probe waits for instead of printing it: several threads would write over each other."""
        tell, self.setting.tell = self.setting.tell, self._note
        try:
            yield
        finally:
            self.setting.tell = tell
