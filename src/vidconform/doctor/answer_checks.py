"""What the answers tell: the clock, the key, the models and the tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from vidconform.contracts import Contract, status_word
from vidconform.doctor.diagnosis import CheckResult, ok, problem, remark, unchecked
from vidconform.doctor.exit_codes import ExitCode
from vidconform.doctor.service_answers import Answer, Asked, describe_exchange, exchange_of, usable
from vidconform.exchange import Exchange
from vidconform.text import pluralise

_MOST_SKEW = 300
_UNITS = ((365.25 * 86_400, "years"), (86_400, "days"), (3_600, "hours"), (60, "min"))
_SHOWN_MODELS = 8


def check_clock(answers: Sequence[Answer]) -> CheckResult:
    """Hold the Date of the first reply (RFC 9110 section 6.6.1) to our own clock."""
    exchange = next((found for answer in answers if (found := exchange_of(answer)) is not None), None)
    if exchange is None:
        return unchecked("clock", "there was no reply.")
    date = exchange.reply.header("date")
    if exchange.reply.header("age"):
        # RFC 9111 section 5.1: the Date is that of the reply when it was stored.
        return unchecked("clock", "the reply came out of a cache, so its Date is not of now.")
    try:
        theirs = parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return unchecked("clock", f"the reply's Date {date[:40]!r} is none." if date else "the reply had no Date.")
    ahead = (theirs - datetime.fromisoformat(exchange.at)).total_seconds()
    if abs(ahead) <= _MOST_SKEW:
        return ok("clock", f"the service's clock and ours differ by {abs(ahead):.0f} s.")
    which = f"{_duration(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'}"
    sentence = f"the service's clock is {which} ours; set the wrong one, or times in verdicts and signed URLs mislead."
    return problem("clock", ExitCode.CLOCK, sentence)


def _duration(seconds: float) -> str:
    """Return a time in the largest unit of which it has two or more."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), _UNITS[-1])
    return f"{seconds / size:.0f} {unit}"


def check_key(asked: Asked) -> CheckResult:
    """Say whether the service answered for this key; it may refuse the id, but not who asks."""
    name, answer = asked.contract.id, usable("key", asked.contract, asked.answer)
    if isinstance(answer, CheckResult):
        return answer
    if answer.reply.is_refusal:
        return ok(
            "key", f"{name}: accepted; {answer.request} was refused with {answer.reply.told_status} for its id alone."
        )
    if answer.reply.status == 500:
        return remark(
            "key", f"{name}: {describe_exchange(answer)}; that says nothing of the key, a known --task-id would."
        )
    if asked.is_known and _status(asked, answer) is not None:
        return ok("key", f"{name}: accepted; {answer.request} was answered with {answer.reply.status}.")
    which = "without a status" if asked.is_known else "although no task has this id"
    return remark("key", f"{name}: not refused: {describe_exchange(answer)}, {which}.")


def check_difference(found: CheckResult, asked: Asked, otherwise: Answer) -> CheckResult:
    """Say of a key that seems to be accepted that it was not looked at, where a wrong one has the same answer."""
    first, second = exchange_of(asked.answer), exchange_of(otherwise)
    if first is None or second is None or first.reply.status != second.reply.status:
        return found
    if found.state != "ok":
        return replace(found, sentence=f"{found.sentence[:-1]}; a wrong key is answered alike.")
    hint = "" if asked.is_known else "; a known --task-id may tell"
    sentence = (
        f"{first.request} is answered with {first.reply.told_status} for a wrong key too, so it was not looked at{hint}"
    )
    return unchecked("key", f"{asked.contract.id}: {sentence}.")


def check_models(wanted: Sequence[str], contract: Contract, answer: Answer) -> CheckResult:
    """Look for the models of the documented creations in a list like OpenAI's."""
    exchange = usable("models", contract, answer)
    if isinstance(exchange, CheckResult):
        return exchange
    listed = _listed(exchange.reply.json) if exchange.reply.is_success else None
    if listed is None:
        return unchecked("models", f"{describe_exchange(exchange)}; that is no list of models.")
    key = contract.provider.key_variable
    missing = [model for model in wanted if model not in listed]
    if missing:
        some = ", ".join(name[:60] for name in listed[:_SHOWN_MODELS]) + (", ..." if listed[_SHOWN_MODELS:] else "")
        sentence = (
            f"{_are(missing)} not among the {pluralise(len(listed), 'model')} of the key in {key} ({some or 'none'})"
        )
        them = "them" if missing[1:] else "it"
        advice = f"have {them} enabled, or put a key there that has {them}"
        return problem("models", ExitCode.MODEL, f"{sentence}; {advice}.")
    return ok("models", f"{_are(wanted)} among the {pluralise(len(listed), 'model')} of the key in {key}.")


def _are(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'are' if names[1:] else 'is'}"


def check_task(asked: Asked) -> CheckResult:
    """Say whether a task that the user named can be read."""
    answer = usable("task ids", asked.contract, asked.answer)
    if isinstance(answer, CheckResult):
        return answer
    if answer.reply.status == 500:
        return problem(
            "task ids",
            ExitCode.SERVICE,
            f"{asked.contract.id}: {describe_exchange(answer)}; the service itself failed.",
        )
    if not answer.reply.is_success:
        advice = "pass the id of a task of this account, as the document spells it"
        return problem("task ids", ExitCode.TASK, f"{asked.contract.id}: {describe_exchange(answer)}; {advice}.")
    status, name = _status(asked, answer), f"{asked.contract.id}: {asked.task_id}"
    if status is None:
        return remark("task ids", f"{name} is answered for, but without a status where the document has it.")
    return ok("task ids", f"{name} is known, status {status!r}.")


def _status(asked: Asked, answer: Exchange) -> str | None:
    word = status_word(asked.contract.value("status", answer.reply.json))
    return None if word is None else str(word)[:40]


def _listed(body: Any) -> list[str] | None:
    """Return the ids of {"data": [{"id": ...}]}, or None where there is no such list."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list):
        return None
    return [entry["id"] for entry in data if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
