"""How a provider has been doing lately: one that is down stops costing time and money."""

from __future__ import annotations

from dataclasses import dataclass

from vidconform.probes.causes import TOO_LATE, TroubleKind
from vidconform.probes.exchange import Request
from vidconform.probes.trouble import Trouble

MOST_FAILURES = 3
"""So many in a row, and the provider is down for the rest of the run."""

BRIEF = 1.5
"""Seconds that a provider gets for a try after one that it let run out."""


@dataclass
class Standing:
    """The failures of a provider since its last usable answer."""

    provider: str = "the provider"
    failures: int = 0
    last: str = ""
    is_slow: bool = False

    @property
    def is_down(self) -> bool:
        """Whether nothing more is sent."""
        return self.failures >= MOST_FAILURES

    def check(self, request: Request) -> None:
        """Raise Trouble for a request that shall not be sent now.

        What may cost money waits until a read has been answered again.
        """
        if self.is_down:
            raise self._not_sent(f"{self.failures} times in a row")
        if self.failures and request.method not in ("GET", "HEAD"):
            raise self._not_sent("just before")

    def failed(self, kind: TroubleKind, sentence: str) -> None:
        """Take note of a try without a usable answer."""
        self.failures += 1
        self.last = sentence
        self.is_slow = kind in TOO_LATE

    def answered(self) -> None:
        """Take note of an answer."""
        self.failures, self.is_slow = 0, False

    def _not_sent(self, when: str) -> Trouble:
        # The same words for all that follows, so that a report shows one cause and not a hundred.
        sentence = f"not sent: {self.provider} gave no usable answer {when} (last: {self.last})"
        return Trouble(sentence, kind=TroubleKind.DOWN, sent=False)
