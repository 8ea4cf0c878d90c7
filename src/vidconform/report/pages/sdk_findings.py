"""What a client that is written with the official SDK meets at a provider, from the lines that --sdk left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vidconform.contracts import grouped
from vidconform.report.report_model import ReportModel
from vidconform.text import slug

Line = dict[str, Any]

#: How a client is hurt, the worst first, with the letter of the reading that a page colours it by.
HARMS = {"breaks": "F", "silently wrong": "C", "degraded": "D"}
_WELL = "as expected"
_VERBS = {"breaks": "breaks", "silently wrong": "is silently wrong", "degraded": "works degraded"}


@dataclass(frozen=True)
class SdkFindings:
    """The findings at one provider; `anchor` is where a page tells them."""

    provider: str
    anchor: str
    lines: list[Line]

    @property
    def package(self) -> str:
        """The package that was driven, with its version."""
        return str(self.lines[0]["source"]).partition(":")[0]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many there are of each reading."""
        return Counter(line["client"]["reading"] for line in self.lines)

    @property
    def told(self) -> list[Line]:
        """What hurts a client, the worst first."""
        return [line for harm in HARMS for line in self._of(harm)]

    @property
    def seen(self) -> list[Line]:
        """What is as a client expects it."""
        return self._of(_WELL)

    @property
    def unseen(self) -> dict[tuple[str, str], list[Line]]:
        """What says nothing of the provider, by its reading and by what would show it or was in the way."""
        unseen = (line for line in self.lines if line["client"]["reading"] not in (*HARMS, _WELL))
        found = grouped(unseen, lambda line: (line["client"]["reading"], line["received"] or line["expected"]))
        return dict(sorted(found.items(), key=lambda group: -len(group[1])))

    @property
    def letter(self) -> str:
        """The letter of the worst that is known."""
        harms = [letter for harm, letter in HARMS.items() if self.counts[harm]]
        return harms[0] if harms else "O" if self.counts[_WELL] else "U"

    @property
    def words(self) -> str:
        """What comes of it, in a few words."""
        told = [f"{verb} ({self.counts[harm]})" for harm, verb in _VERBS.items() if self.counts[harm]]
        if told:
            return f"the OpenAI SDK {', '.join(told)}"
        return "the OpenAI SDK can read it" if self.counts[_WELL] else "the OpenAI SDK was shown nothing"

    def _of(self, reading: str) -> list[Line]:
        return [line for line in self.lines if line["client"]["reading"] == reading]


def sdk_findings(merged: ReportModel) -> dict[str, SdkFindings]:
    """Return the findings of the newest run of each provider that the SDK was tried at."""
    taken: set[str] = set()
    return {name: SdkFindings(name, slug(f"sdk-{name}", taken), lines) for name, lines in sorted(merged.sdk.items())}
