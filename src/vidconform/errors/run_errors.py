"""What a run meets while it goes on, and tells at its end."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vidconform.errors.error_types import VidconformError

INCOMPLETE = 6
"""The exit code of a run in which nothing failed, but something is missing or could not be decided."""


@dataclass
class AskedElsewhere(VidconformError):
    """Evidence that this process lacks, while only one process of a run may ask for it; `holder` is its process id."""

    code = "VC-603"
    holder: str

    def _sentence(self) -> str:
        whose = f"process {self.holder} of this run asks" if self.holder else "the run that this process is of asked"
        return f"not sent by process {os.getpid()}: {whose} the provider, and two processes would pay twice"


@dataclass
class WriteFailed(VidconformError):
    """A file of a run that could not be written to its end; `kept` says what it would have held and is not lost."""

    code = "VC-602"
    path: Path
    problem: str
    kept: str = ""

    def _sentence(self) -> str:
        return f"{f'{self.kept}; ' if self.kept else ''}{self.path}: cannot be written to its end: {self.problem}"


@dataclass
class CassetteStale(VidconformError):
    """A recording that does not hold the request its probe sends now."""

    code = "VC-403"
    sentence = "{path}: the cassette holds no answer left to {request}; record it again"
    path: Path
    request: str


@dataclass
class SecretRefused(VidconformError):
    """A file that would have held the value of an environment variable; the value itself is never shown.

    `partly`: the file is written, but for the texts with the value in them. `found`: it was there before us.
    """

    code = "VC-601"
    path: Path | str
    variable: str
    partly: bool = False
    found: bool = False

    def _sentence(self) -> str:
        if self.found:
            return f"{self.path}: holds the value of {self.variable}; change that key, and share this file no further"
        what = "a text in it was not written" if self.partly else "not written"
        return (
            f"{self.path}: {what}: it would hold the value of {self.variable}; "
            "change that key if what this was made from has been shared"
        )
