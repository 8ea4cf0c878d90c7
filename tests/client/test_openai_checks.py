"""What a client notices of a call, without the package: each row has its check, and each check can fail."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from vidconform.client.openai_sdk.call_checks import MET, Disappointed
from vidconform.client.openai_sdk.openai_calls import NOT_RECORDED, NOT_TAKEN, RAN, CallResult
from vidconform.client.openai_sdk.openai_checks import CHECKS
from vidconform.client.openai_sdk.openai_findings import client_findings
from vidconform.client.openai_sdk.openai_ledger import client_ledger

MP4 = b"\x00\x00\x00\x18ftypisom"
VIDEO = {
    "id": "video_1", "object": "video", "model": "sora-2", "status": "completed", "progress": 100,
    "created_at": 1_795_918_574, "size": "1280x720", "seconds": "8", "error": None,
}  # fmt: skip
REFUSED = {"class": "NotFoundError", "classes": ["NotFoundError"], "status_code": 404, "code": "x", "type": None}


def returned(phase: str = "succeeded", **members: Any) -> CallResult:
    shown = {"type": "Video", "members": {**VIDEO, **members}}
    return CallResult("a call", RAN, outcome={"returned": shown}, task_id="video_1", phase=phase)


def downloaded(body: bytes) -> CallResult:
    content = {"type": "HttpxBinaryResponseContent", "bytes": len(body), "head": base64.b64encode(body).decode()}
    return CallResult("a call", RAN, outcome={"returned": content})


def listed(*ids: str | None) -> CallResult:
    return CallResult("a call", RAN, outcome={"returned": {"type": "SyncPage", "ids": list(ids)}})


def raised(**more: Any) -> CallResult:
    return CallResult("a call", RAN, outcome={"raised": {**REFUSED, "message": "no", **more}})


NOT_AS_A_FORM = CallResult("a call", NOT_TAKEN, "JSON alone")
ENDED = CallResult("a call", RAN, "no end in 2 s")
GOOD_AND_BAD = {
    "create-takes-a-form": (returned(), raised(status_code=415)),
    "create-returns": (returned(), raised(status_code=None)),
    "create-tells-an-id": (returned(), returned(id=None)),
    "create-members-are-there": (returned(), returned(progress=None)),
    "create-members-have-their-types": (returned(), returned(progress="40%")),
    "retrieve-returns-a-video": (returned(), CallResult("", RAN, outcome={"returned": {"type": "str", "text": "<p>"}})),
    "retrieve-names-its-task": (returned(), returned(id="video_2")),
    "retrieve-members-are-there": (returned(), returned(seconds=None)),
    "retrieve-members-have-their-types": (returned(), returned(seconds=8)),
    "retrieve-times-are-seconds": (returned(), returned(created_at=1_795_918_574_000)),
    "poll-returns": (returned(), raised()),
    "poll-ends": (returned(), ENDED),
    "poll-returns-the-end": (returned(), returned("waiting", status="pending")),
    "poll-success-reads-completed": (returned(), returned(status="SUCCESS")),
    "create-and-poll-returns": (returned(), NOT_AS_A_FORM),
    "create-and-poll-ends": (returned(), ENDED),
    "create-and-poll-returns-the-end": (returned(), returned("running", status="RUNNING")),
    "create-and-poll-success-reads-completed": (returned(), returned(status="done")),
    "remix-returns": (returned(), raised()),
    "remix-tells-an-id": (returned(), returned(id="")),
    "content-returns": (downloaded(MP4), raised()),
    "content-is-a-video": (downloaded(MP4), downloaded(b'{"url": "https://x"}')),
    "thumbnail-returns": (downloaded(b"\x89PNG"), raised()),
    "thumbnail-is-an-image": (downloaded(b"RIFF\x00\x00\x00\x00WEBP"), downloaded(MP4)),
    "spritesheet-returns": (downloaded(b"\xff\xd8\xff"), raised()),
    "spritesheet-is-an-image": (downloaded(b"\xff\xd8\xff"), downloaded(b"")),
    "list-returns": (listed("a"), raised()),
    "list-tells-tasks": (listed("a"), listed(None)),
    "list-pages-end": (listed("a", "b"), listed("a", "a")),
    "delete-returns": (returned(), raised()),
    "delete-says-so": (returned(deleted=True), returned()),
    "unknown-id-raises": (raised(), returned(id=None)),
    "unknown-id-is-not-found": (raised(), raised(classes=["BadRequestError"])),
    "unknown-id-keeps-its-code": (raised(), raised(code=None)),
    "wrong-key-raises": (raised(), returned()),
    "wrong-key-is-an-authentication-error": (raised(classes=["AuthenticationError"]), raised()),
    "wrong-key-keeps-its-code": (raised(type="auth"), raised(code=None)),
    "failed-job-returns": (returned("failed"), raised(status_code=500)),
    "failed-job-reads-failed": (returned("failed", status="failed"), returned("failed", status="FAILURE")),
    "failed-job-tells-its-error": (returned("failed", error={"code": "x"}), returned("failed")),
}


@pytest.mark.parametrize("row", CHECKS)
def test_a_check_is_met_by_what_a_client_expects_and_broken_by_what_it_does_not(row: str) -> None:
    good, bad = GOOD_AND_BAD[row]
    assert CHECKS[row](good) is MET
    assert isinstance(CHECKS[row](bad), Disappointed)


def test_each_row_has_a_check_and_each_check_a_row() -> None:
    assert [row.id for row in client_ledger()] == list(CHECKS)


def test_a_creation_that_is_refused_as_a_form_is_told_once() -> None:
    assert CHECKS["create-returns"](NOT_AS_A_FORM) is None
    assert isinstance(CHECKS["create-takes-a-form"](NOT_AS_A_FORM), Disappointed)


def test_nothing_is_claimed_of_a_call_that_was_not_made() -> None:
    rows = client_findings("acme", "3.0", [CallResult("poll", NOT_RECORDED, "a read")])
    assert {row["outcome"] for row in rows} == {"unseen"}
    told = {row["requirement"]: row["client"]["reading"] for row in rows}
    assert told["poll-ends"] == "not recorded"
    assert told["create-returns"] == "unseen"
