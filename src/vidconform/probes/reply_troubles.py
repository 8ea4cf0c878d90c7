"""What is wrong with a reply before anybody judges it: an outage, a coding that nobody reads, more than is kept."""

from __future__ import annotations

from vidconform.contracts import RefusalCase
from vidconform.exchange import Exchange, Reply
from vidconform.redaction import Redactor
from vidconform.transport import Classification, FailureKind, ProbeFailure, error_words


def is_stated(exchange: Exchange, refusal: RefusalCase | None) -> bool:
    """Whether a reply in JSON has a code by which the document refuses the request, whatever it means elsewhere."""
    is_one = refusal is not None and refusal.answers_by_name(exchange.reply.status)
    return is_one and exchange.reply.is_json


def refuse_outage(
    exchange: Exchange, found: Classification, redactor: Redactor, refusal: RefusalCase | None = None
) -> None:
    """Raise ProbeFailure for a reply that says nothing of what was asked; while probing, so that a replay does too.

    What the document says of a `refusal` that was asked for is no outage.
    """
    if found.outage is not None and not is_stated(exchange, refusal):
        said = error_words(exchange.reply, redactor.text)
        sentence = f"{exchange.request} was answered with {exchange.reply.told_status}: {found.words}"
        sentence += f"; it says {said}" if said else ""
        raise ProbeFailure(sentence, exchange.reply.status, found.outage, exchange=exchange)


def of_an_unread_coding(kept: Exchange) -> ProbeFailure:
    """Return that a body came in a coding that cannot be read here, though only others were asked for."""
    told = f"the body of the reply to {kept.request} is coded with {kept.reply.unread_coding}"
    why = "which is not read here; the request accepts gzip and deflate alone"
    return ProbeFailure(f"{told}, {why}", kind=FailureKind.CODING)


def of_a_large_reply(kept: Exchange, read: Reply) -> ProbeFailure:
    """Return that a reply is too large to be judged whole; of a video the beginning is enough."""
    size = kept.reply.bytes_read if read.cut else len(kept.reply.body)
    told = f"the reply to {kept.request} is larger than {size} bytes"
    remedy = "--max-body=BYTES reads more" if read.cut else "the large replies of this run leave no room for more"
    return ProbeFailure(f"{told}; {remedy}", kind=FailureKind.FULL)
