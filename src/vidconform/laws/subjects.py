"""What laws look at: a task's life, a served request, a refusal, a creation, a content, a remix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from itertools import pairwise
from typing import Any

from vidconform.contracts import FINISHED, Contract
from vidconform.laws.reading import Reading

UNFINISHED = ("waiting", "running")


class Subject:
    """Some readings that a law judges together; `apart` are the status codes that another requirement is about."""

    apart: Set[int] = frozenset()

    def __init__(self, contract: Contract, readings: list[Reading]) -> None:
        self.contract = contract
        self.all = readings

    @property
    def first(self) -> Reading:
        """The only reading of a subject that has one, or the first."""
        return self.all[0]

    @property
    def observed(self) -> list[Reading]:
        """The readings that a law looked at."""
        return [reading for reading in self.all if reading.observed]

    def alter(self, index: int = 0, **changes: Any) -> None:
        """Replace one reading by an altered copy."""
        self.all[index] = self.all[index].altered(**changes)


class Task(Subject):
    """The life of one task: the creation's reply where we created it, then every read of it in order."""

    def readings(self, *roles: str) -> list[Reading]:
        """Return the readings in which each of these fields is well-formed."""
        return [reading for reading in self.all if reading.has(*roles)]

    def reads(self, *roles: str) -> list[Reading]:
        """Return such readings of the task by its id, without the creation's reply."""
        return [reading for reading in self.readings(*roles) if reading.asked is not None and not reading.sent]

    def unfinished(self, *roles: str) -> list[Reading]:
        """Return such readings while the task waits or runs."""
        return [reading for reading in self.readings("status", *roles) if reading.phase in UNFINISHED]

    def succeeded(self, *roles: str) -> list[Reading]:
        """Return such readings of the task when it has succeeded."""
        return [reading for reading in self.readings("status", *roles) if reading.phase == "succeeded"]

    def pairs(self, *roles: str) -> Iterator[tuple[Reading, Reading]]:
        """Yield each two neighbouring readings in which the fields are well-formed."""
        readings = self.readings(*roles)
        yield from pairwise(readings)

    def against_first(self, *roles: str) -> list[tuple[Reading, Reading]]:
        """Return the first reading in which the fields are well-formed, paired with each later one."""
        readings = self.readings(*roles)
        return [(readings[0], later) for later in readings[1:]]

    def since_finished(self) -> list[Reading]:
        """Return the readings from the first finished one on: finished in a way that the document knows."""
        readings = self.readings("status")
        documented = set(FINISHED) & set(self.contract.task.phases.values())
        ends = [i for i, reading in enumerate(readings) if reading.phase in documented]
        return readings[ends[0] :] if ends else []

    @property
    def was_created(self) -> bool:
        """Whether the run created the task."""
        return bool(self.all) and bool(self.all[0].sent) and self.all[0].reply.is_success

    def append(self, **roles: Any) -> None:
        """Add one more read that differs from the last in some fields."""
        self.all.append(self.all[-1].altered(**roles))


class Creation(Subject):
    """A creation; `member` is the one of its body that a requirement is about."""

    member = ""

    def blames(self, reading: Reading) -> bool:
        """Whether a refusal may be for this member: it names it, or none that was sent."""
        words = set(re.findall(r"\w+", reading.reply.body.decode("utf-8", "replace")))
        named = words & set(reading.sent)
        return not named or self.member in named


class Keyed(Subject):
    """Requests with the key to one operation; `accepted` says that the service took the same key elsewhere."""

    accepted = False


class Remixed(Subject):
    """A remix; `source` is the id of the task it was made from."""

    @property
    def source(self) -> str | None:
        """The id of the source."""
        return self.first.asked


class Refused(Subject):
    """One request that must be refused; `accepted` says that the service served a task for the same key."""

    accepted = False

    @property
    def tells(self) -> bool:
        """Whether the request could only fail for the reason that it tests.

        A request without the key for a task that does not exist may be refused for either.
        """
        return self.first.asked != self.contract.unknown_id or self.first.exchange.credential == "key"


class Published(Subject):
    """The structure of a published OpenAPI document."""

    def __init__(self, contract: Contract, structure: dict[str, Any], readings: list[Reading]) -> None:
        super().__init__(contract, readings)
        self.structure = structure

    def operations(self) -> Iterator[dict[str, Any]]:
        """Yield each operation."""
        for item in self.structure["paths"].values():
            yield from item.values()
