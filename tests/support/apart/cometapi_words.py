"""What CometAPI's pages list: faults to serve, freedoms to take, and what a creation may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from tests.support.apart.front import Asked, Wire

SECONDS = {
    "doubao-seedance-2-0": (4, 15), "doubao-seedance-2-0-fast": (4, 15), "doubao-seedance-2-0-mini": (4, 15),
    "doubao-seedance-1-5-pro": (4, 12), "doubao-seedance-1-0-pro": (2, 10),
}  # fmt: skip
OF_ONE_FORM = ("doubao-seedance-1-5-pro", "doubao-seedance-1-0-pro")

FAULTS = {
    "created-202": "a creation is answered with 202",
    "created-without-progress": "a creation tells no progress",
    "created-without-id": "a creation tells task_id, and no id",
    "begins-running": "a creation is in_progress",
    "begins-at-ten": "a creation's progress is 10",
    "another-task-id": "task_id of a creation is another one than id",
    "object-of-its-own": "the object of a task is video.generation.task",
    "status-of-first-edition": "statuses are SUBMITTED, IN_PROGRESS, SUCCESS and FAILED",
    "status-of-xai": "statuses are queued, processing and done",
    "progress-as-text": "progress is a text with a percent sign",
    "progress-beyond": "a finished task's progress is 101",
    "created-in-milliseconds": "created_at is in milliseconds",
    "created-as-text": "created_at is a text",
    "completed-in-milliseconds": "completed_at is in milliseconds",
    "completed-as-text": "completed_at is a text",
    "completed-before-created": "completed_at is an hour before created_at",
    "completed-without-time": "a finished task tells no completed_at",
    "completed-at-early": "a running task tells a completed_at",
    "wrapped": "a read has code, message and data around the task",
    "completed-without-url": "a finished task has no video_url",
    "url-early": "a running task has a video_url",
    "url-inside": "a finished task has its video_url in result",
    "url-after-failure": "a failed task has a video_url",
    "another-model": "a read tells the model without its prefix",
    "another-task": "a read tells another task's id",
    "same-id": "each creation has the same id",
    "starts-again": "a finished task is in_progress when it is read again",
    "unknown-404": "an unknown id is answered with 404",
    "unknown-200": "an unknown id is a failed task",
    "unknown-message": "an unknown id's message is not found",
    "foreign-200": "a task of another account is shown",
    "bad-key-403": "a bad key is answered with 403",
    "bad-key-500": "a bad key is answered with 500",
    "envelope-as-text": "a refusal is {error: text}",
    "envelope-of-msg": "a refusal is {code, msg}",
    "code-as-number": "the code of a refusal is a number",
    "type-missing": "the error of a refusal has no type",
    "no-prompt-200": "a creation without a prompt makes a task",
    "no-prompt-nested": "the refusal of a missing prompt has the nested shape",
    "no-prompt-500": "a creation without a prompt is answered with 500",
    "no-model-200": "a creation without a model makes a task",
    "no-model-flat": "the refusal of a missing model has the flat shape",
    "no-model-503": "a creation without a model is answered with 503",
    "seconds-16-200": "a creation of any length makes a task",
    "seconds-code": "the code of too many seconds is invalid_request",
    "unknown-model-200": "a creation with an unknown model makes a task",
    "json-200": "a creation in JSON makes a task",
    "frames-200": "a model that takes no reference makes a task with one",
    "wrong-path-json": "a wrong path is answered with 404 and JSON",
    "result-expired": "the address of a result is answered with 403",
    "result-of-page": "the address of a result is a page",
}


@dataclass(frozen=True)
class Habit:
    """What the pages leave to the vendor."""

    wire: Wire
    id: Callable[[int], str] = "task_{:032X}".format
    steps: tuple[tuple[str, int], ...] = (("queued", 0), ("in_progress", 30), ("completed", 100))
    ends: dict[str, int] = field(default_factory=lambda: {"completed": 100, "failed": 100, "error": 0})
    floats: bool = False
    task_id: bool = True
    late_time: bool = False
    silent: tuple[str, ...] = ()
    null_before_end: bool = False
    moved: bool = False
    flat: bool = True
    suffix: str = ""
    ratios: bool = False
    strict_seconds: bool = True
    created_more: dict[str, Any] = field(default_factory=dict)
    task_more: dict[str, Any] = field(default_factory=dict)
    error_more: dict[str, Any] = field(default_factory=dict)
    unknown_code: Any = ""
    elsewhere: tuple[int, Any] = (404, "<!doctype html><title>Not found</title>")


HABITS = {
    "as-in-its-newest-page": Habit(
        Wire(media_type="application/json", more={"X-Oneapi-Request-Id": "20260101", "Server-Timing": "a;dur=1"}),
    ),
    "as-in-its-error-page": Habit(
        Wire("content-type", "application/json; charset=utf-8", chunked=True, packed=True, closes=True),
        id="video_{:032x}".format,
        steps=(("queued", 0), ("queued", 0), ("queued", 0), ("completed", 100)),
        ends={"completed": 100, "failed": 0, "error": 40},
        task_id=False,
        silent=("created_at",),
        suffix=" (request id: 20260313095246)",
        error_more={"param": ""},
        flat=False,
        unknown_code="invalid_request",
        elsewhere=(301, "<a href=/>Moved Permanently</a>"),
    ),
    "with-counted-ids": Habit(
        Wire(spelling="CONTENT-TYPE", backwards=True, indent=2, more={"X-RateLimit-Remaining": "0", "Age": "0"}),
        id="{}".format,
        steps=(("queued", 0), ("in_progress", 0), ("in_progress", 90), ("in_progress", 90), ("completed", 100)),
        floats=True,
        null_before_end=True,
        moved=True,
        ratios=True,
        created_more={"région": None, "seconds": "5"},
        task_more={"size": "1280x720", "error": None, "expires_at": None, "task_id": None},
        error_more={"param": None, "request_id": "r"},
        unknown_code=None,
        elsewhere=(200, "<!doctype html><h1>CometAPI</h1>"),
    ),
}


def form(asked: Asked) -> dict[str, Any] | None:
    """Return the fields of a form, each a text or bytes, or None where it is no form of several parts."""
    kind = asked.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return None
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + asked.body)
    parts = message.get_payload()
    return dict(map(_field, parts)) if isinstance(parts, list) else None


def _field(part: Any) -> tuple[str, Any]:
    name = part.get_param("name", "", "content-disposition")
    content = part.get_payload(decode=True) or b""
    return str(name), content if part.get_filename() else content.decode("utf-8", "replace")


def is_duration(model: str, value: Any) -> bool:
    least, most = SECONDS[model]
    return isinstance(value, str) and value.isascii() and value.isdigit() and least <= int(value) <= most


def is_size(value: Any, may_be_ratio: bool) -> bool:
    pattern = r"[1-9]\d{2,3}x[1-9]\d{2,3}" + (r"|\d{1,2}:\d{1,2}" if may_be_ratio else "")
    return isinstance(value, str) and bool(re.fullmatch(pattern, value, re.ASCII))
