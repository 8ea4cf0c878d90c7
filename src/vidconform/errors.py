"""What can go wrong before or beside a verdict.

VidconformError
    UsageProblem            the user can mend it; exit code 4
        UnknownProvider
        DataFileProblem     a file of ours or of the user's that cannot be used
        MissingKey
        UnusableKey
        UnusableEnvironment a proxy or certificates, named by the environment, that cannot be used
        BadOption
        CassetteMissing
        CassetteDamaged
        EmulatorError       an emulator that cannot start (vidconform.emulator)
        ResultsRefused      a results.jsonl that no report can be made from
    CassetteStale           a recording lacks a request that its probe sends
    SecretRefused           a file, or a part of one, that was not written because it would hold a secret
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class VidconformError(Exception):
    """Base of every error that this project raises on purpose."""


class UsageProblem(VidconformError):
    """Something the user passed, or a file the user owns, cannot be used."""


@dataclass
class UnknownProvider(UsageProblem):
    """A provider name that no folder under specs/ has."""

    name: str
    known: Sequence[str]

    def __str__(self) -> str:
        return (
            f"{self.name!r}: no such provider; expected one of {', '.join(self.known)}, "
            "all, or a folder with a provider.toml"
        )


@dataclass
class DataFileProblem(UsageProblem):
    """A data file that is missing, unreadable or breaks the rules of its format."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass
class MissingKey(UsageProblem):
    """A live run without the environment variable that holds the provider's key."""

    provider: str
    variable: str

    def __str__(self) -> str:
        return f"{self.provider}: a live run needs the API key in the environment variable {self.variable}"


@dataclass
class UnusableKey(UsageProblem):
    """An environment variable that holds no key that could be sent and kept secret; the value itself is never shown."""

    variable: str
    holds: str

    def __str__(self) -> str:
        return f"{self.variable}: holds {self.holds}"


@dataclass
class UnusableEnvironment(UsageProblem):
    """Environment variables of every HTTP client that name something unusable; the value itself is not shown."""

    variables: str
    problem: str

    def __str__(self) -> str:
        return f"what the environment names by {self.variables} cannot be used: {self.problem}"


@dataclass
class BadOption(UsageProblem):
    """An option whose value has the wrong form."""

    option: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"{self.option}={self.value}: expected {self.expected}"


@dataclass
class CassetteMissing(UsageProblem):
    """A probe without a recording."""

    path: Path
    provider: str

    def __str__(self) -> str:
        return (
            f"{self.path}: no such cassette; record it with "
            f"pytest --provider={self.provider} --record-mode=rewrite, or judge the service with --live"
        )


@dataclass
class CassetteDamaged(UsageProblem):
    """A recording that cannot be read."""

    path: Path
    problem: str
    provider: str

    def __str__(self) -> str:
        return (
            f"{self.path}: damaged cassette, {self.problem}; record it again with "
            f"pytest --provider={self.provider} --record-mode=rewrite"
        )


@dataclass
class ResultsRefused(UsageProblem):
    """A results file that is missing, or is not what a run writes."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass
class CassetteStale(VidconformError):
    """A recording that does not hold the request its probe sends now."""

    path: Path
    request: str

    def __str__(self) -> str:
        return f"{self.path}: the cassette holds no answer left to {self.request}; record it again"


@dataclass
class SecretRefused(VidconformError):
    """A file that would have held the value of an environment variable; the value itself is never shown.

    `partly`: the file is written, but for the texts with the value in them.
    """

    path: Path
    variable: str
    partly: bool = False

    def __str__(self) -> str:
        what = "a text in it was not written" if self.partly else "not written"
        return (
            f"{self.path}: {what}: it would hold the value of {self.variable}; "
            "change that key if what this was made from has been shared"
        )
