"""What a client notices of each call: one function for each row of the ledger, pure over what came of the call."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from vidconform.client.openai_sdk.call_checks import MET, Check, Disappointed, Found, wrong
from vidconform.client.openai_sdk.openai_calls import NOT_TAKEN, CallResult
from vidconform.client.openai_sdk.video_checks import (
    is_at_its_end,
    members_are_there,
    members_have_their_types,
    names_its_task,
    reads,
    says_deleted,
    tells_an_id,
    tells_its_error,
    times_are_seconds,
)

_FORM_REFUSED = (400, 415, 422)
_VIDEO, _IMAGE = "a video", "an image"


def returns(result: CallResult) -> Found:
    """Whether a call returned anything; one that was ended says nothing of it."""
    if result.raised is not None or result.state == NOT_TAKEN:
        return wrong("a return", result)
    return MET if result.returned is not None else None


def ends(result: CallResult) -> Found:
    """Whether a poll ended before its deadline."""
    if result.state == NOT_TAKEN:
        return None
    return MET if result.ended else Disappointed("an end", result.told)


def takes_a_form(result: CallResult) -> Found:
    """Whether a creation as a form is accepted; other trouble with it is none of the form's."""
    refused = result.raised is not None and result.raised["status_code"] in _FORM_REFUSED
    if refused or result.state == NOT_TAKEN:
        return wrong("multipart/form-data to be accepted", result)
    return MET if result.returned is not None else None


def returns_from_creation(result: CallResult) -> Found:
    """Whether a creation that is accepted as a form returned."""
    return None if isinstance(takes_a_form(result), Disappointed) else returns(result)


def is_a_video(result: CallResult) -> Found:
    """Whether a call returned a Video, and not a text."""
    if result.returned is not None and result.returned["type"] != "Video":
        return wrong("a Video", result)
    return returns(result)


def is_content(wanted: str) -> Check:
    """Return the check that what was downloaded is of a kind."""

    def check(result: CallResult) -> Found:
        if result.returned is None:
            return None
        kind = _kind(base64.b64decode(result.returned["head"]))
        received = f"{result.returned['bytes']} bytes of {kind}"
        return MET if kind == wanted else Disappointed(wanted, "; ".join([received, *result.remarks]))

    return check


def _kind(head: bytes) -> str:
    """Return what some bytes are the beginning of, by their signatures."""
    if head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3":
        return _VIDEO
    if (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[:3] == b"\xff\xd8\xff" or head[:4] == b"\x89PNG":
        return _IMAGE
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return "JSON" if text[:1] in ("{", "[") else "HTML" if text[:1] == "<" else "nothing known"


def lists_tasks(result: CallResult) -> Found:
    """Whether going through a list yielded tasks that have ids."""
    if result.returned is None:
        return None
    ids = result.returned["ids"]
    told = all(isinstance(one, str) and one for one in ids) and bool(ids)
    return MET if told else Disappointed("tasks with their ids", f"{len(ids)} tasks, with the ids {ids[:3]}")


def lists_each_once(result: CallResult) -> Found:
    """Whether no task came twice, as the pages of a list without an end have it."""
    if result.returned is None or not result.returned["ids"]:
        return None
    ids = [one for one in result.returned["ids"] if one is not None]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    return MET if twice is None else Disappointed("each task once", f"{twice} again on a later page, without an end")


def raises(result: CallResult) -> Found:
    """Whether a call that must not succeed raised."""
    return MET if result.raised is not None else wrong("an exception", result) if result.returned else None


def raises_class(name: str) -> Check:
    """Return the check that it raised an exception of a class of the package."""

    def check(result: CallResult) -> Found:
        if result.raised is None:
            return None
        return MET if name in result.raised["classes"] else wrong(f"openai.{name}", result)

    return check


def keeps_its_code(result: CallResult) -> Found:
    """Whether the exception knows the code or the type of the error."""
    if result.raised is None:
        return None
    told = result.raised["code"] or result.raised["type"]
    received = f"code None and type None on {result.raised['class']}"
    return MET if told else Disappointed("the code or the type of the error", received)


CHECKS: Mapping[str, Check] = {
    "create-takes-a-form": takes_a_form,
    "create-returns": returns_from_creation,
    "create-tells-an-id": tells_an_id,
    "create-members-are-there": members_are_there,
    "create-members-have-their-types": members_have_their_types,
    "retrieve-returns-a-video": is_a_video,
    "retrieve-names-its-task": names_its_task,
    "retrieve-members-are-there": members_are_there,
    "retrieve-members-have-their-types": members_have_their_types,
    "retrieve-times-are-seconds": times_are_seconds,
    "poll-returns": returns,
    "poll-ends": ends,
    "poll-returns-the-end": is_at_its_end,
    "poll-success-reads-completed": reads("succeeded", "completed"),
    "create-and-poll-returns": returns,
    "create-and-poll-ends": ends,
    "create-and-poll-returns-the-end": is_at_its_end,
    "create-and-poll-success-reads-completed": reads("succeeded", "completed"),
    "remix-returns": returns,
    "remix-tells-an-id": tells_an_id,
    "content-returns": returns,
    "content-is-a-video": is_content(_VIDEO),
    "thumbnail-returns": returns,
    "thumbnail-is-an-image": is_content(_IMAGE),
    "spritesheet-returns": returns,
    "spritesheet-is-an-image": is_content(_IMAGE),
    "list-returns": returns,
    "list-tells-tasks": lists_tasks,
    "list-pages-end": lists_each_once,
    "delete-returns": returns,
    "delete-says-so": says_deleted,
    "unknown-id-raises": raises,
    "unknown-id-is-not-found": raises_class("NotFoundError"),
    "unknown-id-keeps-its-code": keeps_its_code,
    "wrong-key-raises": raises,
    "wrong-key-is-an-authentication-error": raises_class("AuthenticationError"),
    "wrong-key-keeps-its-code": keeps_its_code,
    "failed-job-returns": returns,
    "failed-job-reads-failed": reads("failed", "failed"),
    "failed-job-tells-its-error": tells_its_error,
}
