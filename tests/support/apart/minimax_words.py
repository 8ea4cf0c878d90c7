"""What MiniMax's document of its second version lists: faults to serve, freedoms to take, what a creation may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import Wire

STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
RATIOS = ("adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
TYPES = {
    400: ("bad_request_error", 2013), 401: ("authorized_error", 1004), 402: ("insufficient_balance_error", 1008),
    422: ("unprocessable_entity_error", 1026), 429: ("rate_limit_error", 1002), 500: ("server_error", 1000),
}  # fmt: skip

FAULTS = {
    "created-201": "a creation is answered with 201",
    "created-as-number": "a creation's task_id is a number",
    "created-as-id": "a creation tells id, and no task_id",
    "bare-task": "a read has no task around the members of a task",
    "status-of-openai": "a running task is in_progress, a finished one completed",
    "status-of-v1": "statuses are those of the first version: Queueing, Processing, Success, Fail",
    "times-in-milliseconds": "times of a task are in milliseconds",
    "times-as-text": "times of a task are texts",
    "updated-before-created": "a task is updated an hour before it is created",
    "succeeded-without-content": "a finished task has no content",
    "succeeded-without-url": "the content of a finished task is empty",
    "content-early": "a running task has content",
    "content-bare": "the content of a finished task is the address itself",
    "error-on-success": "a finished task has an error of code 0",
    "failed-without-error": "a failed task has no error",
    "failed-code-as-number": "the code of a failed task's error is a number",
    "failed-message-missing": "a failed task's error has no message",
    "usage-early": "a running task has usage",
    "duration-as-text": "duration is a text",
    "ratio-null": "ratio is null",
    "modality-of-another": "the modality of a generated video is text",
    "seconds-do-not-add": "total_seconds is not the sum of input and output",
    "tokens-do-not-add": "total_tokens is not the sum of prompt and completion",
    "tokens-as-text": "total_tokens is a text",
    "starts-again": "a finished task is running when it is read again",
    "another-task": "a read tells another task's id",
    "same-id": "each creation has the same id",
    "unknown-404": "an unknown id is answered with 404, also in http_code",
    "unknown-200": "an unknown id is answered with 200 and an empty task",
    "unknown-of-v1": "an unknown id is answered with 200 and base_resp, as in the first version",
    "refused-of-v1": "each refusal is a 200 with base_resp, as in the first version",
    "http-code-as-number": "http_code of a refusal is a number",
    "http-code-of-another": "http_code of a refusal is 500, its status another",
    "message-without-code": "the message of a refusal ends without its code",
    "envelope-bare": "a refusal has no type around its error",
    "envelope-flat": "a refusal has no member error",
    "bad-key-403": "a bad key is answered with 403, also in http_code",
    "bad-key-type": "the type of a bad key's refusal is bad_request_error",
    "bad-key-code": "the code of a bad key's refusal is 2049",
    "foreign-200": "a task of another account is shown",
    "no-text-200": "a creation without a text makes a task",
    "no-text-422": "a creation without a text is answered with 422, also in http_code",
    "no-text-code": "the code of a creation without a text is 1026",
    "cancel-says-deleted": "what cancels a waiting task says deleted",
    "cancel-ignored": "a cancelled task goes on",
    "cancel-204": "what cancels a waiting task says nothing",
    "delete-of-running": "a running task is deleted",
    "delete-of-cancelled": "a cancelled task is deleted",
    "delete-says-cancelled": "what deletes a finished task says cancelled",
    "deleted-is-shown": "a deleted task is shown as ever",
    "list-without-total": "a list has no total",
    "list-bare": "a list is an array",
    "list-ignores-status": "a list ignores filter.status",
    "list-ignores-ids": "a list ignores filter.task_ids",
    "list-ignores-model": "a list ignores filter.model",
    "list-ignores-type": "a list ignores filter.task_type",
    "list-ignores-page-size": "a list ignores page_size",
    "list-ignores-page": "a list ignores page_num",
    "list-from-zero": "the first page of a list is page_num=0",
    "list-lacks-new": "a list is the one of before",
    "list-for-all": "a list asks for no key",
    "result-expired": "the address of a result is answered with 403",
}


@dataclass(frozen=True)
class Habit:
    """What the document leaves to the vendor."""

    wire: Wire
    id: Callable[[int], str] = "42401098573{:04}".format
    steps: tuple[str, ...] = ("queued", "queued", "running", "succeeded")
    ends: tuple[str, ...] = ("succeeded", "failed", "cancelled")
    tasks_before: int = 0
    oldest_first: bool = False
    floats: bool = False
    silent: tuple[str, ...] = ()
    usage: dict[str, Any] = field(default_factory=dict)
    empty_usage: bool = False
    signed: bool = False
    moved: bool = False
    own_ratio: bool = True
    resolution_default: bool = False
    unknown_model: int = 400
    keeps_deleted: bool = False
    largest_page: int = 100
    task_more: dict[str, Any] = field(default_factory=dict)
    body_more: dict[str, Any] = field(default_factory=dict)
    error_more: dict[str, Any] = field(default_factory=dict)
    elsewhere: Any = "404 page not found"


VIDEO = {
    "total_seconds": 5, "input_seconds": 0, "output_seconds": 5, "input_image_count": 1, "input_audio_seconds": 6,
    "total_tokens": 273890, "prompt_tokens": 13500, "completion_tokens": 260390,
}  # fmt: skip

HABITS = {
    "as-in-its-examples": Habit(
        Wire(media_type="application/json; charset=utf-8", more={"Trace-Id": "021785", "X-Session-Id": "s"}),
        usage=VIDEO,
        empty_usage=True,
        signed=True,
    ),
    "with-fewer-members": Habit(
        Wire(spelling="content-type", chunked=True, packed=True, closes=True),
        id="task_{:032x}".format,
        steps=("queued", "queued", "queued", "succeeded"),
        silent=(
            "model", "created_at", "updated_at", "resolution", "duration", "usage", "ratio", "task_type", "modality",
        ),
        signed=True,
        own_ratio=False,
        resolution_default=True,
        unknown_model=422,
        elsewhere={"detail": "Not Found"},
    ),
    "of-a-long-list": Habit(
        Wire(spelling="CONTENT-TYPE", backwards=True, indent=1, more={"X-RateLimit-Remaining": "0"}),
        steps=("queued", "queued", "running", "running", "running", "succeeded"),
        tasks_before=45,
        oldest_first=True,
        floats=True,
        usage={"total_tokens": 3.0, "prompt_tokens": 1, "completion_tokens": 2, "fps": None},
        moved=True,
        own_ratio=False,
        largest_page=20,
        task_more={"progress": "40%", "région": None, "file_id": 1},
        body_more={"trace_id": "x", "base_resp": {"status_code": 0, "status_msg": "success"}},
        error_more={"param": None, "doc_url": ""},
    ),
}  # fmt: skip


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def has_text(content: Any) -> bool:
    return isinstance(content, list) and any(
        isinstance(item, dict) and item.get("type") == "text" and isinstance(item.get("text"), str) and item["text"]
        for item in content
    )


CHECKS: dict[str, Callable[[Any], Any]] = {
    "model": lambda value: isinstance(value, str),
    "resolution": lambda value: value in ("480P", "768P", "2K"),
    "duration": lambda value: is_integer(value) and 4 <= value <= 15,
    "ratio": lambda value: value in RATIOS,
    "callback_url": lambda value: isinstance(value, str) and "://" in value,
}


def problem(sent: Any, has_default: bool) -> str | None:
    """Return what is wrong with a creation, but for its text and the name of its model."""
    if not isinstance(sent, dict):
        return "body must be an object"
    needed = ("model", "duration") if has_default else ("model", "resolution", "duration")
    lacking = [name for name in needed if name not in sent]
    wrong = [name for name, fits in CHECKS.items() if name in sent and not fits(sent[name])]
    content = sent.get("content", [])
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        wrong.append("content")
    return f"{(lacking + wrong)[0]} is invalid" if lacking + wrong else None
