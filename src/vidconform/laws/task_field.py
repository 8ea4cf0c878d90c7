"""One field of a task's life: what it tells from read to read, and the time of the task's creation beside it."""

from __future__ import annotations

from vidconform.contracts import Contract
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Task


class TaskField(Task):
    """The life of one task, looked at for one field: `role` names it, and `other` the one that it is held against."""

    def __init__(self, contract: Contract, views: list[ReplyView], role: str, other: str = "") -> None:
        super().__init__(contract, views)
        self.role, self.other = role, other

    @property
    def created_after(self) -> float | None:
        """The earliest time of the creation by the service's own clock, where the run made it and that is told."""
        replied_at = self.all[0].replied_at if self.was_created else None
        return None if replied_at is None else replied_at - self.all[0].exchange.elapsed
