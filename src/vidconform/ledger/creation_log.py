"""What is written down while a creation is paid for, so that a later run can go on with its task."""

from __future__ import annotations

import re

from vidconform.contracts import Contract, id_text
from vidconform.exchange import Exchange, RedactedExchange, Reply, Request
from vidconform.ledger.creation_lines import Created
from vidconform.text import Redacted
from vidconform.transport import ProbeFailure

# What a gateway answers that has not passed on a request; what a page says beside another code settles nothing.
_NOT_PASSED_ON = (502, 503)
# Codes of gateways of models, which found nothing to pass the request on to.
_NOWHERE_TO_PASS = re.compile(r"model|channel", re.IGNORECASE)


class CreationLog:
    """Hears of each creation before it is sent, and of what became of it; this one forgets all of it.

    `number` stands for the creation.
    """

    def sent(self, contract: str, probe: str, request: Request) -> int:
        """Take note of a creation that is about to be sent and return its number; raises NotSent when it cannot."""
        return 0

    def created(self, number: int, task_id: Redacted, exchange: RedactedExchange) -> None:
        """Take note of the task that came of it."""

    def accepted(self, number: int, task_id: Redacted | None, exchange: RedactedExchange) -> None:
        """Take note of a creation that had to be refused and was not; nobody follows its task."""

    def nothing(self, number: int, cause: Redacted) -> None:
        """Take note that nothing came of it."""

    def lost(self, number: int, cause: Redacted, task_id: Redacted | None = None) -> None:
        """Take note that something may have come of it and nobody knows what; of an id, what is left."""

    def lost_to_look_up(self, contract: str, base_url: str) -> list[Created]:
        """Return the lost creations whose task can be looked up by a salvaged id, each once in a run."""
        return []

    def found(self, lost: Created, exchange: RedactedExchange) -> None:
        """Take note that the task that came of it was read."""

    def finished(self, contract: str, probe: str, task_id: Redacted) -> None:
        """Take note that a task was followed to its end."""

    def unfinished(self, contract: str, probe: str, base_url: str) -> Exchange | None:
        """Return the creation of an earlier run whose task is to be followed now, or None."""
        return None


def task_id_in(contract: Contract, reply: Reply, asked: str = "create") -> str | None:
    """Return the id of the task that a reply of an operation tells, wherever the contract says it stands."""
    return id_beside_its_code(contract, reply, asked) if reply.is_success else None


def id_beside_its_code(contract: Contract, reply: Reply, asked: str = "create") -> str | None:
    """Return the id that a reply has where one that is served tells it, also if its body tells of a refusal."""
    told = (id_text(contract.value(role, reply.json, asked, reply.sent_status)) for role in ("id", "task-id"))
    return next(filter(None, told), None)


def is_refused(failure: ProbeFailure) -> bool:
    """Whether nothing was made of a creation for certain: it was not sent, was refused, or had nowhere to go."""
    if not failure.sent or (failure.status is not None and 400 <= failure.status < 500):
        return True
    return failure.status in _NOT_PASSED_ON and failure.exchange is not None and _names_no_way(failure.exchange.reply)


def _names_no_way(reply: Reply) -> bool:
    """Whether a gateway says by the code of its error that no model or channel takes the request."""
    error = reply.json.get("error") if isinstance(reply.json, dict) else None
    told = [place.get(name) for place in (reply.json, error) if isinstance(place, dict) for name in ("code", "type")]
    return any(isinstance(code, str) and _NOWHERE_TO_PASS.search(code) for code in told)


def is_turned_away(failure: ProbeFailure) -> bool:
    """Whether nothing was made of a creation that must be refused, as its status code has it."""
    return is_refused(failure) or failure.status in _NOT_PASSED_ON


def in_doubt(step: str, why: str) -> str:
    """Return why no other creation that is as likely to be accepted is sent after one that may have been made."""
    return f"what {step} asked for may have been made ({why}), so no other that is as likely to be is sent"
