"""What laws about requests have in common: served, refused, or refused for the account's sake."""

from __future__ import annotations

from vidconform.laws.law import Unseen, expect, shown
from vidconform.laws.reading import Reading
from vidconform.laws.subjects import Refused, Subject

_ACCOUNT = (401, 402, 403)
_NOT_IMPLEMENTED = 501
# A refusal for what a request carries is judged where the document says that it is accepted.
_JUDGED_APART = {"retrieve": ("retrieve-accepts-json-header", (406, 415)), "create": ("accepts-prompt", (400, 415, 422))}


def told(reading: Reading) -> str:
    """Return a status code with the first bytes of its body, as a sentence shows it."""
    body = reading.reply.body[:200].decode("utf-8", "replace")
    return f"{reading.reply.status} {reading.reply.media_type or 'without a media type'}: {body}"


def expect_refused(refusal: Refused) -> None:
    """Hold a refusal to 4xx (RFC 9110 section 15.5); raises BrokenLaw, Unseen."""
    if not refusal.tells and not refusal.first.reply.is_success:
        raise Unseen(f"a known task; pass --task-id={refusal.contract.name}=ID")
    (reading,) = shown(refusal.all, "the request")
    unknown_method = reading.exchange.step == "wrong-method" and reading.reply.status == _NOT_IMPLEMENTED
    expect(reading.reply.is_refusal or unknown_method, "a refusal with 4xx", told(reading), reading)


def _is_judged_apart(reading: Reading) -> bool:
    requirement, codes = _JUDGED_APART.get(reading.exchange.role, ("", ()))
    return requirement in reading.contract.requirements and reading.reply.status in codes


def expect_served(subject: Subject) -> None:
    """Hold a task's requests to 2xx from the first one served on; raises BrokenLaw, Unseen.

    A key that is refused is the business of the law about keys; an id given by the user may be a wrong one.
    """
    readings = [r for r in subject.all if r.reply.status not in _ACCOUNT and not _is_judged_apart(r)]
    served = [i for i, reading in enumerate(readings) if reading.reply.is_success]
    ours = any(reading.evidence.probe != "observe" for reading in readings)
    if readings and not served and not ours:
        raise Unseen(f"a task that the service knows: {readings[0].asked} was answered with {told(readings[0])}")
    for reading in shown(readings[served[0] if served else 0 :], "a request whose key is accepted"):
        expect(reading.reply.is_success, "a success with 2xx", told(reading), reading)
