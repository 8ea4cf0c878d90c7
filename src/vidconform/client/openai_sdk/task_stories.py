"""What the evidence of a run tells of each task that was read, in the order in which it was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vidconform.contracts import FINISHED, Contract
from vidconform.exchange import Evidence, Exchange, phase_in

_LIVES = ("create", "create-as-form", "remix", "observe")
_MOST = 4


@dataclass(frozen=True)
class Seen:
    """One exchange of the evidence with its place there; `contract` is an id."""

    contract: str
    probe: str
    index: int
    exchange: Exchange


@dataclass(frozen=True)
class TaskStory:
    """The reads of one task; `phases` are what its document takes their words for."""

    task_id: str
    reads: list[Seen] = field(default_factory=list)
    phases: list[str | None] = field(default_factory=list)

    @property
    def ends(self) -> bool:
        """Whether it was read until it had ended."""
        return bool(self.phases) and self.phases[-1] in FINISHED

    @property
    def begins_early(self) -> bool:
        """Whether it was read before it had ended."""
        return bool(self.phases) and self.phases[0] not in FINISHED


def task_stories(contract: Contract, gathered: Iterable[Evidence]) -> list[TaskStory]:
    """Return the stories of all tasks that were asked for rightly, those of the run's own first."""
    found: dict[str, TaskStory] = {}
    lives = [evidence for evidence in gathered if evidence.contract == contract.id and evidence.probe in _LIVES]
    for evidence in sorted(lives, key=lambda evidence: _LIVES.index(evidence.probe)):
        for index, exchange in evidence:
            if exchange.role == "retrieve" and exchange.credential == "key" and exchange.task_id is not None:
                story = found.setdefault(exchange.task_id, TaskStory(exchange.task_id))
                story.reads.append(Seen(contract.id, evidence.probe, index, exchange))
                story.phases.append(phase_in(contract, exchange))
    return list(found.values())


def succeeded(stories: Iterable[TaskStory]) -> str | None:
    """Return the id of a task that succeeded, or None."""
    return next((story.task_id for story in stories if story.phases[-1] == "succeeded"), None)


def served(stories: Iterable[TaskStory]) -> str | None:
    """Return the id of a task that was served, or None."""
    return next((story.task_id for story in stories if story.reads[-1].exchange.reply.is_success), None)


def failed(stories: Iterable[TaskStory]) -> str | None:
    """Return the id of a task that failed, or None."""
    return next((story.task_id for story in stories if story.phases[-1] == "failed"), None)


def worth_polling(stories: Iterable[TaskStory]) -> list[TaskStory]:
    """Return the stories that show what becomes of a poll: those that begin before the end, and end, first."""
    good = [story for story in stories if story.phases[-1] != "failed"]
    good.sort(key=lambda story: (not story.begins_early, not story.ends))
    early = [story for story in good if story.begins_early]
    return (early or good)[:_MOST]
