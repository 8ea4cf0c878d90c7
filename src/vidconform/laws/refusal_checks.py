"""What laws about requests have in common: served, refused, or refused for the account's sake."""

from __future__ import annotations

import re
from typing import Any

from vidconform.contracts import Contract, read_at
from vidconform.exchange import header_in
from vidconform.laws.gathered_replies import came_too_late
from vidconform.laws.law import Inconclusive, Unseen, expect, require_observed
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Refused, Subject, members_named, misses_what_was_sent
from vidconform.text import excerpt

# What a service says of the account that asks and not of the request (RFC 9110 sections 15.5.2 to 15.5.4).
ACCOUNT_CODES = (401, 402, 403)
_FORBIDDEN = 403
# What no refusal of an unknown id is for: the credential, the bill, the pace (RFC 9110 section 15.5.2, RFC 6585).
_NOT_OF_THE_TASK = ("401", "402", "429")
_PERMISSION = re.compile(
    r"permission|scope|privilege|forbidden|restricted|unauthori[sz]ed|not (?:allowed|authori[sz]ed|entitled)|may not"
    r"|denied|does not have access|role|权限|无权|禁止|\\u6743\\u9650|\\u65e0\\u6743|\\u7981\\u6b62",
    re.IGNORECASE,
)
_ACCEPTED = "a request whose content is accepted"
_NOTHING = '{}[] "\t\r\n'
# A method nobody implements; a content that is not there yet (RFC 9110 sections 15.6.2, 15.3.3 and 15.3.5).
_REFUSED_OTHERWISE = (("wrong-method", 501), ("early-content", 202), ("early-content", 204))


def describe_reply(view: ReplyView) -> str:
    """Return a status code with the first bytes of its body, as a sentence shows it."""
    body = excerpt(view.reply.body, 200)
    return f"{view.reply.told_status} {view.reply.media_type or 'without a media type'}: {body}"


def describe_ids(ids: list[str]) -> str:
    """Return the ids of a list as words, the first ten of them."""
    return f"the tasks {', '.join(ids[:10])}{', ...' if ids[10:] else ''}" if ids else "a list without a task"


def describe_credential(view: ReplyView, whose: str) -> str:
    """Return why a credential seems to be refused: by the service, or by a stranger who was not told it."""
    if view.reply.elsewhere:
        sentence = f"the service redirects to {view.reply.elsewhere}, and no key is sent there"
        return f"{sentence}; if it is the service's own, pass that as base URL: {describe_reply(view)}"
    return f"{whose} itself seems to be refused: {describe_reply(view)}"


def forbids_the_key(view: ReplyView) -> bool:
    """Whether a 403 may be for what this key is allowed to do: it says so, or says nothing else (RFC 9110 15.5.4)."""
    said = view.reply.body[:4000].decode("utf-8", "replace")
    return view.reply.status == _FORBIDDEN and (not said.strip(_NOTHING) or _PERMISSION.search(said) is not None)


def describe_permission(view: ReplyView) -> str:
    """Return that a key which opens other routes may lack a permission for this one."""
    return f"the key is accepted elsewhere and may lack the permission for {view.exchange.role}: {describe_reply(view)}"


def expect_refused(refusal: Refused) -> None:
    """Hold a refusal to 4xx (RFC 9110 section 15.5); raises BrokenLaw, Unseen."""
    if not refusal.tells and not refusal.first.reply.is_success:
        raise Unseen(f"a task that the service knows; pass --task-id={refusal.contract.name}=ID of one")
    (view,) = require_observed(refusal.all, "the request")
    refused = view.reply.is_refusal or (view.exchange.step, view.reply.status) in _REFUSED_OTHERWISE
    expect(refused, "a refusal with 4xx", describe_reply(view), view)


def refuses_by_a_server_error(view: ReplyView) -> bool:
    """Whether a server error is a right refusal: of a method nobody implements, or as the document states it."""
    own = [case for case in view.contract.refusals.values() if case.probe == view.evidence.probe]
    otherwise = (view.exchange.step, view.reply.status) in _REFUSED_OTHERWISE
    return otherwise or any(case.answers_by_name(view.reply.status) for case in own)


def describe_codes(contract: Contract, role: str, first: str) -> str:
    """Return the status codes that a document gives for replies of an operation that begin with a digit; words.

    Raises Unseen where it gives none.
    """
    return _in_words(_codes(contract, role, first), f"a status code {first}XX that openapi.yaml gives for {role}")


def describe_codes_of_unknown(contract: Contract, role: str) -> str:
    """Return the status codes that a document gives for an unknown task, as words; raises Unseen."""
    needed = f"a status code 4XX that openapi.yaml gives for {role} of an unknown task"
    return _in_words(_codes_of_unknown(contract, role), needed)


def _in_words(codes: list[str], needed: str) -> str:
    if not codes:
        raise Unseen(needed)
    return f"the status code {' or '.join(codes)}"


def has_code_of_unknown(view: ReplyView) -> bool:
    """Whether a reply has one of those codes."""
    codes, status = _codes_of_unknown(view.contract, view.exchange.role), view.reply.status
    return str(status) not in _NOT_OF_THE_TASK and _is_among(codes, status)


def _codes_of_unknown(contract: Contract, role: str) -> list[str]:
    """Return the codes that a document gives for an unknown task: in a case of its own, or among all of 4XX."""
    cases = [case for case in contract.refusals.values() if case.role == role and case.is_of_an_unknown_task]
    stated = [code for case in cases for code in case.responses]
    named = [code for code in _codes(contract, role, "4") if code not in _NOT_OF_THE_TASK]
    return stated or named or _codes(contract, role, "default")


def has_documented_code(view: ReplyView, first: str) -> bool:
    """Whether a reply has one of the documented codes that begin with a digit."""
    return _is_among(_codes(view.contract, view.exchange.role, first), view.reply.status)


def _is_among(codes: list[str], status: int) -> bool:
    return not {str(status), f"{status // 100}XX", "default"}.isdisjoint(codes)


def is_answered_at_once(view: ReplyView) -> bool:
    """Whether no redirect led to a reply, or one whose status code the document gives."""
    codes, hops = _codes(view.contract, view.exchange.role, "3"), view.reply.hops
    return not hops or not {str(hops[0].status), "3XX"}.isdisjoint(codes)


def describe_redirect(view: ReplyView) -> str:
    """Return the first answer to a request and what its redirects led to; a reply without any as it is."""
    if not view.reply.hops:
        return describe_reply(view)
    first = view.reply.hops[0]
    location = header_in(first.headers, "location") or "nowhere"
    return f"{first.status} to {location[:200]}, which led to {describe_reply(view)}"


def _codes(contract: Contract, role: str, first: str) -> list[str]:
    operation = contract.operation(role)
    return operation.codes(first) if operation is not None else []


def code_at(view: ReplyView, place: str) -> Any:
    """Return what a refusal has at a JSON Pointer (RFC 6901), or None."""
    return read_at(view.body, place)


def has_its_code_elsewhere(view: ReplyView, place: str, code: object) -> bool:
    """Whether the schema of a refusal says that the code at a place is missing or of another type.

    That is a row of its own.
    """
    schema = view.contract.schemas.get(view.documented_schema or "")
    if schema is None or not place or not view.reply.is_json or type(code_at(view, place)) is type(code):
        return False
    return any(place.startswith(error.pointer) for finding in view.findings(schema) for error in finding.errors)


def tells_of_the_task(view: ReplyView, accepted: bool = False) -> bool:
    """Whether a refusal is about the task and not about the account; `accepted` says that the key reads tasks."""
    return view.reply.status not in ((402,) if accepted else (401, 402))


def expect_served(subject: Subject) -> None:
    """Hold a task's requests to 2xx from the first one served on; raises BrokenLaw, Unseen, Inconclusive.

    A key that is refused is the business of the law about keys. An id given by the user may be a wrong one, which
    is refused; a server error is the server's (RFC 9110 section 15.6).
    """
    views = [r for r in subject.all if _is_of_the_route(subject, r)]
    served = [i for i, view in enumerate(views) if view.reply.is_success]
    given = all(view.evidence.probe == "observe" and view.reply.is_refusal for view in views)
    if views and not served and given:
        raise Unseen(f"a task that the service knows: {views[0].asked} was answered with {describe_reply(views[0])}")
    for view in require_observed(views[served[0] if served else 0 :], _what_is_missing(subject)):
        if subject.accepted and not subject.permitted and forbids_the_key(view):
            raise Inconclusive(describe_permission(view))
        expect(view.reply.is_success, "a success with 2xx", describe_reply(view), view)


def _is_of_the_route(subject: Subject, view: ReplyView) -> bool:
    """Whether a reply tells of the route: not of the key, and of nothing that has a requirement of its own."""
    of_the_account = view.reply.status in ACCOUNT_CODES and not (subject.accepted and view.reply.status == _FORBIDDEN)
    return not of_the_account and not _is_apart(subject, view)


def _is_apart(subject: Subject, view: ReplyView) -> bool:
    """Whether a reply tells of the content that was sent, or of the task's state: each has a requirement of its own."""
    of_a_row = view.reply.status in subject.apart and not _names_what_no_row_tells(view)
    return of_a_row or misses_what_was_sent(view) or came_too_late(view) or _goes_on_again(subject, view)


def _names_what_no_row_tells(view: ReplyView) -> bool:
    """Whether a refusal names members of the body that was sent, of which no requirement says that it is accepted."""
    named = members_named(view)
    return bool(named) and not any(f"accepts-{name}" in view.contract.requirements for name in named)


def _goes_on_again(subject: Subject, view: ReplyView) -> bool:
    """Whether a task that had ended is refused what only such a one has, since it says that it has not."""
    return view.reply.is_refusal and view.asked in subject.reopened and view.exchange.role in ("content", "delete")


def _what_is_missing(subject: Subject) -> str:
    """Return what would have shown a route where no reply tells of it."""
    others = [view for view in subject.all if _is_apart(subject, view)]
    if not others:
        return "a request whose key is accepted"
    wanted = "a task that still waits when its cancellation arrives" if came_too_late(others[0]) else _ACCEPTED
    wanted = "a task that stays finished" if _goes_on_again(subject, others[0]) else wanted
    return f"{wanted}; it was answered with {describe_reply(others[0])}"
