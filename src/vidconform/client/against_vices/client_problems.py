"""Why a client cannot be tried.

UsageProblem
    UnusableCommand         nothing can be started by it
VidconformError
    ClientFails             it fails where nothing is wrong, so that no fault can be told by it
    ClientNeverAsks         it does not ask the emulator
"""

from __future__ import annotations

from dataclasses import dataclass

from vidconform.errors import UsageProblem, VidconformError


@dataclass
class UnusableCommand(UsageProblem):
    """A command that cannot be started."""

    code = "VC-701"
    sentence = "{command!r}: {problem}; expected a program, and its arguments behind it"
    command: str
    problem: str


@dataclass
class ClientFails(VidconformError):
    """A client that fails against the faultless emulator; `said` are the last lines of its standard error."""

    code = "VC-702"
    how: str
    said: str

    def _sentence(self) -> str:
        words = f"its last words were: {self.said}" if self.said else "it said nothing on standard error"
        return f"the client {self.how} although the emulator has no fault, so that no fault can be told by it; {words}"


@dataclass
class ClientNeverAsks(VidconformError):
    """A client that sent the emulator no request; `variables` are those that told it where the emulator is."""

    code = "VC-703"
    sentence = "the client sent the emulator no request; its address is in {variables}, and --env names another"
    variables: str
