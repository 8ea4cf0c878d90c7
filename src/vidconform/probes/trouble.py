"""Why a conversation could not go on: withheld by us, or cut by the network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Withheld(Exception):
    """A request that was not sent, with the sentence that says what would allow it."""

    hint: str

    def __str__(self) -> str:
        return self.hint


@dataclass
class Trouble(Exception):
    """A request without a usable answer (time-out, lost connection, 429): nobody's verdict.

    `status` is the code of an answer that only says to come back later.
    """

    cause: str
    status: int | None = None

    def __str__(self) -> str:
        return self.cause
