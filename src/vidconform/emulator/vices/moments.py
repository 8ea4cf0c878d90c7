"""When a vice shows: on which replies of a contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..replies import ReplyContext

SUCCESS = ("completed", "SUCCESS")
FAILURE = ("failed", "FAILURE")


@dataclass(frozen=True)
class Moment:
    """Some replies, and the words that a sentence needs for their task."""

    words: str
    holds: Callable[[ReplyContext], bool]


def _of_role(role: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.role == role and reply.status < 400


def _word(reply: ReplyContext) -> str:
    assert reply.task is not None
    return reply.task.step.status


def _ended(*words: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.shows_task and _word(reply) in words


def _unfinished(reply: ReplyContext) -> bool:
    return reply.shows_task and reply.task is not None and not reply.task.finished


def _read_twice(*, known: bool) -> Callable[[ReplyContext], bool]:
    """Whether a task that existed from the start, or a created one, was read before; a creation is a read too."""
    read = READ.holds
    return lambda reply: read(reply) and reply.task is not None and reply.task.known == known and reply.task.reads == 2


def _unknown(role: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.role == role and reply.check == "owner"


ANY = Moment("", lambda reply: True)
TASK = Moment("", lambda reply: reply.shows_task)
UNFINISHED = Moment(" of an unfinished task", _unfinished)
COMPLETED = Moment(" of a completed task", _ended(*SUCCESS))
FAILED = Moment(" of a failed task", _ended(*FAILURE))
READ = Moment("", lambda reply: reply.role == "retrieve" and reply.shows_task)
SECOND_READ = Moment(" at the second read", _read_twice(known=True))
FIRST_READ = Moment(" at the first read of a created task", _read_twice(known=False))

CREATED = Moment(" of a creation", _of_role("create"))
REMIXED = Moment(" of a remix", _of_role("remix"))
CONTENT = Moment(" of a content", _of_role("content"))
SECOND_ROUTE = Moment(" on the second route", _of_role("second-retrieve"))

REFUSED = Moment(" of a refusal", lambda reply: reply.status >= 400)
UNKNOWN = Moment(" of the refusal", _unknown("retrieve"))
UNKNOWN_SECOND = Moment(" of the refusal on the second route", _unknown("second-retrieve"))
UNKNOWN_CONTENT = Moment(" of the refusal", _unknown("content"))
UNKNOWN_REMIX = Moment(" of the refusal", _unknown("remix"))
EARLY_CONTENT = Moment(" of the refusal", lambda reply: reply.role == "content" and reply.check == "finished")
NO_SUCH_METHOD = Moment(" of the refusal", lambda reply: reply.status == 405)
WITHOUT_ID = Moment(" of the refusal", lambda reply: reply.status == 400 and not reply.asked)

# What a file of vices calls them.
MOMENTS = {
    "task-shown": TASK,
    "unfinished": UNFINISHED,
    "completed": COMPLETED,
    "failed": FAILED,
    "first-read": FIRST_READ,
    "second-route": SECOND_ROUTE,
    "unknown-task": UNKNOWN,
}
