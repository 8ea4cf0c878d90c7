"""When a vice shows: on which replies of a contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidconform.emulator.replies import ReplyContext


@dataclass(frozen=True)
class Trigger:
    """Some replies, and the words that a sentence needs for their task."""

    words: str
    holds: Callable[[ReplyContext], bool]


def _of_role(role: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.role == role and reply.status < 400


def _ended(phase: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.shows_task and reply.phase == phase


def _unfinished(reply: ReplyContext) -> bool:
    return reply.shows_task and reply.task is not None and not reply.task.finished


def _read_twice(*, known: bool) -> Callable[[ReplyContext], bool]:
    """Whether a task that existed from the start, or a created one, was read before; a creation is a read too."""
    read = READ.holds
    return lambda reply: read(reply) and reply.task is not None and reply.task.known == known and reply.task.reads == 2


def _fails(reply: ReplyContext) -> bool:
    task, contract = reply.task, reply.described
    return reply.shows_task and bool(task and contract and contract.phase(task.life[-1].status) == "failed")


def _has_no_content(reply: ReplyContext, *, ended: bool) -> bool:
    task = reply.task
    return reply.role == "content" and reply.check == "finished" and task is not None and task.finished == ended


def _read_again(reply: ReplyContext) -> bool:
    """Whether a task that existed from the start is read once more after the first read that saw its end."""
    task = reply.task
    return READ.holds(reply) and task is not None and task.known and task.reads == len(task.life) + 1


def _unknown(role: str) -> Callable[[ReplyContext], bool]:
    return lambda reply: reply.role == role and reply.check == "owner"


ANY = Trigger("", lambda reply: True)
TASK = Trigger("", lambda reply: reply.shows_task)
UNFINISHED = Trigger(" of an unfinished task", _unfinished)
COMPLETED = Trigger(" of a completed task", _ended("succeeded"))
FAILED = Trigger(" of a failed task", _ended("failed"))
READ = Trigger("", lambda reply: reply.role == "retrieve" and reply.shows_task)
SECOND_READ = Trigger(" at the second read", _read_twice(known=True))
READ_AGAIN = Trigger(" at the first read after its end", _read_again)
OF_A_FAILURE = Trigger(" of a task that fails", _fails)
FIRST_READ = Trigger(" at the first read of a created task", _read_twice(known=False))

CREATED = Trigger(" of a creation", _of_role("create"))
REMIXED = Trigger(" of a remix", _of_role("remix"))
CONTENT = Trigger(" of a content", _of_role("content"))
LISTED = Trigger(" of a list", _of_role("list"))
MODELS = Trigger(" of the models", _of_role("models"))
CANCELLED = Trigger(" of a cancellation", _of_role("cancel"))
SECOND_ROUTE = Trigger(" on the second route", _of_role("second-retrieve"))

REFUSED = Trigger(" of a refusal", lambda reply: reply.status >= 400)
UNKNOWN = Trigger(" of the refusal", _unknown("retrieve"))
UNKNOWN_SECOND = Trigger(" of the refusal on the second route", _unknown("second-retrieve"))
UNKNOWN_CONTENT = Trigger(" of the refusal", _unknown("content"))
UNKNOWN_REMIX = Trigger(" of the refusal", _unknown("remix"))
EARLY_CONTENT = Trigger(" of the refusal", lambda reply: _has_no_content(reply, ended=False))
FAILED_CONTENT = Trigger(" of the refusal", lambda reply: _has_no_content(reply, ended=True))
NO_SUCH_METHOD = Trigger(" of the refusal", lambda reply: reply.status == 405)
WITHOUT_ID = Trigger(" of the refusal", lambda reply: reply.status == 400 and not reply.asked)

# What a file of vices calls them.
TRIGGERS = {
    "task-shown": TASK,
    "unfinished": UNFINISHED,
    "completed": COMPLETED,
    "failed": FAILED,
    "first-read": FIRST_READ,
    "created": CREATED,
    "read-again": READ_AGAIN,
    "second-route": SECOND_ROUTE,
    "unknown-task": UNKNOWN,
}
