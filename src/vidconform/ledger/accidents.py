"""Creations that must be refused and were not, or may not have been: what of them ends which others."""

from __future__ import annotations

from dataclasses import dataclass, field

from vidconform.transport import NotSent, ProbeFailure


@dataclass(frozen=True, order=True)
class Danger:
    """How easily a creation that must be refused is accepted all the same.

    `part` is what is wrong about it (credential, target or body), `rank` grows with how many are known to overlook it.
    """

    rank: int
    part: str

    def ends(self, other: Danger) -> bool:
        """Whether one that was accepted says that another one would be."""
        return self.part == other.part and self.rank <= other.rank


@dataclass(frozen=True)
class Accident:
    """A creation of a probe that had to be refused and was accepted, or whose end `doubt` leaves open."""

    provider: str
    contract: str
    probe: str
    danger: Danger
    doubt: NotSent | ProbeFailure | None = field(default=None, compare=False)

    @property
    def what(self) -> str:
        """The creation as a report names it."""
        return f"a creation that must be refused ({self.probe})"
