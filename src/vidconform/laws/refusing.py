"""What laws about requests have in common: served, refused, or refused for the account's sake."""

from __future__ import annotations

from vidconform.contracts import Contract
from vidconform.laws.law import Unseen, expect, shown
from vidconform.laws.reading import Reading
from vidconform.laws.subjects import Refused, Subject

# What a service says of the account that asks and not of the request (RFC 9110 sections 15.5.2 to 15.5.4).
ACCOUNT_CODES = (401, 402, 403)
# A method nobody implements; a content that is not there yet (RFC 9110 sections 15.6.2, 15.3.3 and 15.3.5).
_REFUSED_OTHERWISE = (("wrong-method", 501), ("early-content", 202), ("early-content", 204))


def told(reading: Reading) -> str:
    """Return a status code with the first bytes of its body, as a sentence shows it."""
    body = reading.reply.body[:200].decode("utf-8", "replace")
    return f"{reading.reply.status} {reading.reply.media_type or 'without a media type'}: {body}"


def told_credential(reading: Reading, whose: str) -> str:
    """Return why a credential seems to be refused: by the service, or by a stranger who was not told it."""
    if reading.reply.elsewhere:
        sentence = f"the service redirects to {reading.reply.elsewhere}, and no key is sent there"
        return f"{sentence}; if it is the service's own, pass that as base URL: {told(reading)}"
    return f"{whose} itself seems to be refused: {told(reading)}"


def expect_refused(refusal: Refused) -> None:
    """Hold a refusal to 4xx (RFC 9110 section 15.5); raises BrokenLaw, Unseen."""
    if not refusal.tells and not refusal.first.reply.is_success:
        raise Unseen(f"a task that the service knows; pass --task-id={refusal.contract.name}=ID of one")
    (reading,) = shown(refusal.all, "the request")
    refused = reading.reply.is_refusal or (reading.exchange.step, reading.reply.status) in _REFUSED_OTHERWISE
    expect(refused, "a refusal with 4xx", told(reading), reading)


def told_codes(contract: Contract, role: str, first: str) -> str:
    """Return the status codes that a document gives for replies of an operation that begin with a digit; words.

    Raises Unseen where it gives none.
    """
    codes = _codes(contract, role, first)
    if not codes:
        raise Unseen(f"a status code {first}XX that openapi.yaml gives for {role}")
    return f"the status code {' or '.join(codes)}"


def has_documented_code(reading: Reading, first: str) -> bool:
    """Whether a reply has one of those codes."""
    codes, status = _codes(reading.contract, reading.exchange.role, first), reading.reply.status
    return not {str(status), f"{status // 100}XX", "default"}.isdisjoint(codes)


def _codes(contract: Contract, role: str, first: str) -> list[str]:
    operation = contract.operation(role)
    return operation.codes(first) if operation is not None else []


def tells_of_the_task(reading: Reading, accepted: bool = False) -> bool:
    """Whether a refusal is about the task and not about the account; `accepted` says that the key reads tasks."""
    return reading.reply.status not in ((402,) if accepted else (401, 402))


def expect_served(subject: Subject) -> None:
    """Hold a task's requests to 2xx from the first one served on; raises BrokenLaw, Unseen.

    A key that is refused is the business of the law about keys. An id given by the user may be a wrong one, which
    is refused; a server error is the server's (RFC 9110 section 15.6).
    """
    readings = [r for r in subject.all if r.reply.status not in {*ACCOUNT_CODES, *subject.apart}]
    served = [i for i, reading in enumerate(readings) if reading.reply.is_success]
    given = all(reading.evidence.probe == "observe" and reading.reply.is_refusal for reading in readings)
    if readings and not served and given:
        raise Unseen(f"a task that the service knows: {readings[0].asked} was answered with {told(readings[0])}")
    for reading in shown(readings[served[0] if served else 0 :], "a request whose key is accepted"):
        expect(reading.reply.is_success, "a success with 2xx", told(reading), reading)
