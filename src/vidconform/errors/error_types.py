"""What can go wrong before or beside a verdict.

VidconformError
    UsageProblem            the user can mend it; exit code 4
        UnknownProvider
        UnknownErrorCode
        FileProblem
            DataFileProblem a file of ours or of the user's that cannot be used
            ResultsRefused  a results.jsonl that no report can be made from
            BundleRefused   a bundle that is not as its manifest says
            StorageRefused  what an object store does not give or take
        MissingKey
        UnusableKey
        ExposedKey
        UnusableEnvironment a proxy or certificates, named by the environment, that cannot be used
        BadOption
        MissingExtra        a package that an option needs
        CassetteMissing
        CassetteDamaged
        EmulatorError       an emulator that cannot start (vidconform.emulator)
    CassetteStale           a recording lacks a request that its probe sends
    AskedElsewhere          evidence that another process of the run has
    WriteFailed             a file that could not be written to its end
    SecretRefused           a file, or a part of one, that was not written because it would hold a secret

What each code means, and what to do about it, stands in errors.toml alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from vidconform.errors.error_table import error_kinds, with_code


class VidconformError(Exception):
    """Base of every error that this project raises on purpose; each kind that is raised has a code of errors.toml."""

    code: ClassVar[str]
    #: What is wrong with what was given, and what was expected, with places for the fields of the error.
    sentence: ClassVar[str]

    def _sentence(self) -> str:
        return self.sentence.format(**vars(self))

    @property
    def hint(self) -> str:
        """What to do about it, whatever the particulars."""
        return error_kinds()[self.code].hint

    def __str__(self) -> str:
        return with_code(self._sentence(), self.code)


class UsageProblem(VidconformError):
    """Something the user passed, or a file the user owns, cannot be used."""


@dataclass
class UnknownProvider(UsageProblem):
    """A provider name that no folder under specs/ has."""

    code = "VC-102"
    name: str
    known: Sequence[str]

    def _sentence(self) -> str:
        return (
            f"{self.name!r}: no such provider; expected one of {', '.join(self.known)}, "
            "all, or a folder with a provider.toml"
        )


@dataclass
class UnknownErrorCode(UsageProblem):
    """A code that `vidconform explain` knows nothing of."""

    code = "VC-103"
    given: str

    def _sentence(self) -> str:
        kinds, given = error_kinds(), self.given.upper()
        near = [code for code in kinds if code[:4] == given[:4]] or get_close_matches(given, kinds)
        return f"{self.given!r}: no such code; {'near it' if near else 'expected one of'}: {', '.join(near or kinds)}"


@dataclass
class FileProblem(UsageProblem):
    """A file that is missing or cannot be used; `problem` is all that is said of it beside its path."""

    sentence = "{path}: {problem}"

    path: Path | str
    problem: str


class DataFileProblem(FileProblem):
    """A data file that is missing, unreadable or breaks the rules of its format."""

    code = "VC-301"


@dataclass
class MissingKey(UsageProblem):
    """A live run without the environment variable that holds the provider's key."""

    code = "VC-201"
    sentence = "{provider}: a live run needs the API key in the environment variable {variable}"
    provider: str
    variable: str


@dataclass
class UnusableKey(UsageProblem):
    """An environment variable that holds no key that could be sent and kept secret; the value itself is never shown."""

    code = "VC-202"
    sentence = "{variable}: holds {holds}"
    variable: str
    holds: str


@dataclass
class ExposedKey(UsageProblem):
    """A public address of plain HTTP, to which the key would travel unencrypted."""

    code = "VC-204"
    sentence = (
        "{address} is plain http at a public address, so that {variable} would travel unencrypted; "
        "use https, or pass --allow-http"
    )
    address: str
    variable: str


@dataclass
class UnusableEnvironment(UsageProblem):
    """Environment variables of every HTTP client that name something unusable; the value itself is not shown."""

    code = "VC-203"
    sentence = "what the environment names by {variables} cannot be used: {problem}"
    variables: str
    problem: str


@dataclass
class BadOption(UsageProblem):
    """An option whose value has the wrong form; `value` is None for a flag that lacks what it goes with."""

    code = "VC-101"
    option: str
    value: str | None
    expected: str

    def _sentence(self) -> str:
        given = self.option if self.value is None else f"{self.option}={self.value}"
        return f"{given}: expected {self.expected}"


@dataclass
class CassetteMissing(UsageProblem):
    """A probe without a recording."""

    code = "VC-401"
    sentence = (
        "{path}: no such cassette; record it with pytest --provider={provider} --record-mode=rewrite, "
        "or judge the service with --live"
    )
    path: Path
    provider: str


@dataclass
class CassetteDamaged(UsageProblem):
    """A recording that cannot be read."""

    code = "VC-402"
    sentence = (
        "{path}: damaged cassette, {problem}; record it again with pytest --provider={provider} --record-mode=rewrite"
    )
    path: Path
    problem: str
    provider: str


@dataclass
class MissingExtra(UsageProblem):
    """An option that needs a package which is not installed."""

    code = "VC-104"
    sentence = (
        "{option}: needs the package {package}, which is not installed; "
        "install it with pip install 'vidconform[{extra}]'"
    )
    option: str
    package: str
    extra: str


class ResultsRefused(FileProblem):
    """A results file that is missing, or is not what a run writes."""

    code = "VC-302"


class BundleRefused(FileProblem):
    """A bundle that is not what `vidconform bundle` writes, or not as its manifest says."""

    code = "VC-303"


class StorageRefused(FileProblem):
    """An object that its store does not give or take, or a store that does not answer."""

    code = "VC-304"
