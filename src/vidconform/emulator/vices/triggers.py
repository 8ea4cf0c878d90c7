"""When a vice shows: on which replies of a contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidconform.emulator.replies import ReplyContext


@dataclass(frozen=True)
class Trigger:
    """Some replies, and the words that a sentence needs for their task; `role` is the operation's, where it is one."""

    words: str
    holds: Callable[[ReplyContext], bool]
    role: str = ""


def _of_role(words: str, role: str) -> Trigger:
    return Trigger(words, lambda reply: reply.role == role and reply.status < 400, role)


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


def _is_variant(reply: ReplyContext) -> bool:
    """Whether another variant of a content than the video is served."""
    option = reply.operation.options.get("variant") if CONTENT.holds(reply) and reply.operation is not None else None
    return option is not None and reply.sent_query.get(option.name) in option.others


def _is_created(reply: ReplyContext) -> bool:
    return reply.shows_task and reply.task is not None and not reply.task.known


ANY = Trigger("", lambda reply: True)
TASK = Trigger("", lambda reply: reply.shows_task)
CREATED_TASK = Trigger("", _is_created)
UNFINISHED = Trigger(" of an unfinished task", _unfinished)
COMPLETED = Trigger(" of a completed task", _ended("succeeded"))
FAILED = Trigger(" of a failed task", _ended("failed"))
READ = Trigger("", lambda reply: reply.role == "retrieve" and reply.shows_task)
READ_OF_CREATED = Trigger("", lambda reply: READ.holds(reply) and _is_created(reply))
SECOND_READ = Trigger(" at the second read", _read_twice(known=True))
READ_AGAIN = Trigger(" at the first read after its end", _read_again)
OF_A_FAILURE = Trigger(" of a task that fails", _fails)
FIRST_READ = Trigger(" at the first read of a created task", _read_twice(known=False))

CREATED = _of_role(" of a creation", "create")
REMIXED = _of_role(" of a remix", "remix")
MADE = Trigger(" of a new task", lambda reply: CREATED.holds(reply) or REMIXED.holds(reply))
CONTENT = _of_role(" of a content", "content")
LISTED = _of_role(" of a list", "list")
DELETED = _of_role(" of a deletion", "delete")
CANCELLED = _of_role(" of a cancellation", "cancel")
MODELS = _of_role(" of the models", "models")
VARIANT = Trigger(" of a content", _is_variant)
SECOND_ROUTE = _of_role(" on the second route", "second-retrieve")

REFUSED = Trigger(" of a refusal", lambda reply: reply.status >= 400)
UNKNOWN = Trigger(" of the refusal", _unknown("retrieve"))
UNKNOWN_SECOND = Trigger(" of the refusal on the second route", _unknown("second-retrieve"))
UNKNOWN_CONTENT = Trigger(" of the refusal", _unknown("content"))
UNKNOWN_DELETION = Trigger(" of the refusal", _unknown("delete"))
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
    "read-again": READ_AGAIN,
    "second-route": SECOND_ROUTE,
    "unknown-task": UNKNOWN,
    "creation": CREATED,
    "remix": REMIXED,
    "list": LISTED,
    "models": MODELS,
    "deletion": DELETED,
    "cancellation": CANCELLED,
    "content": CONTENT,
    "refusal": REFUSED,
}
