"""What the checks of one provider found, a sentence each, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from vidconform.doctor.exit_codes import ExitCode
from vidconform.text import pluralise

FORMAT = "vidconform/doctor@1"

State = Literal["ok", "remark", "problem", "unchecked"]

_SHOWN: dict[State, str] = {"ok": "ok", "remark": "remark", "problem": "problem", "unchecked": "not checked"}


@dataclass(frozen=True)
class CheckResult:
    """What one check found; `exit` is the cause of a problem."""

    check: str
    state: State
    sentence: str
    exit: ExitCode = ExitCode.OK

    @property
    def is_problem(self) -> bool:
        """Whether it stands in the way of a run."""
        return self.state == "problem"


def ok(check: str, sentence: str) -> CheckResult:
    """Return a check that found what a run needs."""
    return CheckResult(check, "ok", sentence)


def remark(check: str, sentence: str) -> CheckResult:
    """Return something to know that stands in nobody's way."""
    return CheckResult(check, "remark", sentence)


def unchecked(check: str, why: str) -> CheckResult:
    """Return a check that could not be made, and why."""
    return CheckResult(check, "unchecked", why)


def problem(check: str, cause: ExitCode, sentence: str) -> CheckResult:
    """Return what stands in the way of a run."""
    return CheckResult(check, "problem", sentence, cause)


@dataclass(frozen=True)
class Diagnosis:
    """All findings of one provider, in the order of the checks, and what was sent for them.

    `has_models` says that the provider documents a list of models; a person reads no line about what there is not.
    """

    provider: str
    findings: tuple[CheckResult, ...]
    requests: int = 0
    creations: int = 0
    has_models: bool = True

    @property
    def exit(self) -> ExitCode:
        """The cause of the first problem."""
        return next((finding.exit for finding in self.findings if finding.is_problem), ExitCode.OK)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that --json prints."""
        checks = [{"check": f.check, "state": f.state, "sentence": f.sentence} for f in self.findings]
        return {
            "format": FORMAT,
            "provider": self.provider,
            "checks": checks,
            "requests": self.requests,
            "creations": self.creations,
            "exit": int(self.exit),
        }

    def lines(self) -> Iterator[str]:
        """Yield what a terminal shows."""
        yield self.provider
        shown = [finding for finding in self.findings if self.has_models or finding.check != "models"]
        for (state, sentence), alike in groupby(shown, key=lambda finding: (finding.state, finding.sentence)):
            checks = [finding.check for finding in alike]
            what = f"{', '.join(checks)}: " if checks[1:] else f"{checks[0]:<13}  "
            yield f"  {_SHOWN[state]:<11}  {what}{sentence}"
        yield f"  sent: {pluralise(self.requests, 'request')}, {pluralise(self.creations, 'creation')}"
