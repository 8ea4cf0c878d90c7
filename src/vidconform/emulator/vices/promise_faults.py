"""Vices of what few documents state: sets of status words, codes repeated in bodies, lags and ends in time."""

from __future__ import annotations

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import COMPLETED, READ, READ_OF_CREATED, REFUSED, TASK
from vidconform.emulator.vices.vice import UNKNOWN_TASK, vice, vices


@vice(COMPLETED)
def mixes_sets_of_words(reply: ReplyContext) -> None:
    """A completed task tells so in a word of another set than its other words."""
    contract, field = reply.described, reply.field("status")
    if contract is not None and field is not None:
        own = [words for words in contract.task.word_sets if words.is_valid(field.read(reply.body))]
        done = [word for word in contract.words if contract.phase(word) == "succeeded"]
        others = (word for word in done if not any(words.is_valid(word) for words in own))
        field.write(reply.body, next(others, field.read(reply.body)))


def _tell_another(reply: ReplyContext) -> None:
    field = reply.schema.fields.get("status-code") if reply.schema is not None else None
    told = field.read(reply.body) if field is not None else None
    if field is not None and told is not None:
        field.write(reply.body, type(told)(reply.status + 1))


vices(
    TASK,
    ("another-status-code-in-a-success", "The body of a success tells another status code than the reply has.",
     _tell_another),
)  # fmt: skip
vices(
    REFUSED,
    ("another-status-code-in-a-refusal", "The body of a refusal tells another status code than the reply has.",
     _tell_another),
)  # fmt: skip


@vice(READ)
def reads_with_the_code_of_another_state(reply: ReplyContext) -> None:
    """A task is shown with another documented status code than that of its state."""
    codes = reply.operation.success_codes if reply.operation is not None else []
    reply.answer_with(next((code for code in codes if code != reply.status), reply.status))


vices(READ_OF_CREATED, ("created-task-unknown", "A created task is never found by its id.", UNKNOWN_TASK))
