"""A call of the openai package and what came of it, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vidconform.verdicts import Pointer

KEY, WRONG_KEY = "vidconform-openai-key", "vidconform-openai-wrong-key"
"""What the package is given in the place of a credential; whoever answers puts the right one there, or a wrong one."""

RAN = "as run"
NOT_RECORDED, NOT_DOCUMENTED, REFUSED, NEEDS = "not recorded", "not documented", "refused", "unseen"
NOT_TAKEN = "not taken"
"""The document names what the request must be, and the package sends something else."""
TROUBLE, ERRORED = "inconclusive", "errored"


@dataclass(frozen=True)
class OpenAICall:
    """One call: its name in the ledger, the method of `client.videos`, its arguments and the task it is about."""

    name: str
    method: str
    arguments: Mapping[str, Any] = field(repr=False)
    task_id: str | None = field(default=None, repr=False)
    key: str = KEY


@dataclass
class CallTrace:
    """What was said behind a call: the replies as evidence, and what stood in its way, of which the first counts."""

    state: str = RAN
    told: str = ""
    pointers: list[Pointer] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def stop(self, state: str, told: str) -> None:
        """Say that a request had no reply to be had, or none that says anything of the provider."""
        if self.state == RAN:
            self.state, self.told = state, told


@dataclass(frozen=True)
class CallResult:
    """What came of a call, or why it was not made.

    `outcome` has what it `returned` or `raised`, nothing where it was ended at its deadline; `phase` is what the
    provider's document takes the returned status for.
    """

    name: str
    state: str
    told: str = ""
    outcome: Mapping[str, Any] = field(default_factory=dict, repr=False)
    task_id: str | None = field(default=None, repr=False)
    phase: str | None = None
    pointers: tuple[Pointer, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether it returned or raised before its deadline."""
        return bool(self.outcome)

    @property
    def returned(self) -> Mapping[str, Any] | None:
        """What it returned, or None."""
        found: Mapping[str, Any] | None = self.outcome.get("returned")
        return found

    @property
    def raised(self) -> Mapping[str, Any] | None:
        """The exception that it raised, or None."""
        found: Mapping[str, Any] | None = self.outcome.get("raised")
        return found

    def member(self, name: str) -> Any:
        """Return a member of the returned value as a client sees it."""
        return self.members.get(name)

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the returned value, none of a text."""
        found: Mapping[str, Any] = (self.returned or {}).get("members", {})
        return found
