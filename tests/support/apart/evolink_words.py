"""What EvoLink's pages list: faults to serve, freedoms to take, and what a creation may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import Wire

FAULTS = {
    "created-202": "a creation is answered with 202",
    "no-id": "a creation tells no id",
    "object-of-openai": "a task's object is video",
    "status-of-openai": "a waiting task is queued",
    "ends-as-succeeded": "a finished task is succeeded",
    "progress-as-text": "progress is a text with a percent sign",
    "progress-beyond": "progress ends at 101",
    "progress-as-fraction": "progress is a fraction of 1",
    "progress-falls": "progress is 95, and lower when it is read again",
    "id-of-another-shape": "ids of new tasks begin with task- alone",
    "malformed-404": "an id without the prefix is answered with 404",
    "malformed-without-param": "the refusal of an id without the prefix names no param",
    "unknown-200": "an unknown id is answered with 200 and a status of failed",
    "unknown-500": "an unknown id is answered with 500",
    "foreign-200": "a task of another account is shown",
    "bad-key-403": "a wrong key is answered with 403",
    "bad-key-type": "the type of a wrong key's refusal is invalid_request_error",
    "code-as-number": "the code of a refusal is its status",
    "envelope-bare": "a refusal has no member error around it",
    "completed-without-results": "a finished task has no results",
    "results-as-objects": "each of the results is an object with a url",
    "results-early": "a waiting task has results",
    "callback-anywhere": "callback_url may be a private address",
    "result-gone": "the address of a result is answered with 404",
    "error-on-success": "a finished task has an error",
    "failed-code-as-number": "the code of a failed task's error is a number",
    "failed-type-of-another": "the type of a failed task's error is server_error",
    "credits-negative": "credits_reserved is -1",
    "bad-request-422": "a bad creation is answered with 422",
    "bad-request-code": "the code of a bad creation's refusal is bad_request",
    "orientation-optional": "a creation without model_params makes a task",
    "images-optional": "a creation without image_urls makes a task",
    "same-id": "each creation has the same id",
    "another-task": "a read tells another task's id",
    "created-in-milliseconds": "created is told in milliseconds",
}


@dataclass(frozen=True)
class Habit:
    """What the pages leave to the vendor."""

    wire: Wire
    steps: tuple[tuple[str, int], ...] = (("pending", 0), ("pending", 0), ("processing", 35), ("completed", 100))
    ends: dict[str, int] = field(default_factory=lambda: {"completed": 100, "failed": 0})
    tail: int = 8
    results: int = 1
    floats: bool = False
    silent: tuple[str, ...] = ()
    created_more: dict[str, Any] = field(default_factory=dict)
    task_more: dict[str, Any] = field(default_factory=dict)
    error_more: dict[str, Any] = field(default_factory=dict)
    failure_more: dict[str, Any] = field(default_factory=dict)


HABITS = {
    "as-in-its-examples": Habit(
        Wire(media_type="application/json; charset=utf-8", more={"X-Request-Id": "r-1"}),
        created_more={
            "task_info": {"can_cancel": True, "estimated_time": 300, "video_duration": 8},
            "usage": {"billing_rule": "per_second", "credits_reserved": 408240, "user_group": "default"},
        },
        task_more={"task_info": {"can_cancel": False}},
    ),
    "of-few-words": Habit(
        Wire(spelling="content-type", chunked=True, packed=True, closes=True),
        steps=(("pending", 0), ("processing", 7), ("processing", 99), ("processing", 99), ("completed", 100)),
        ends={"completed": 100, "failed": 62},
        tail=12,
        silent=("model", "type"),
    ),
    "of-many-words": Habit(
        Wire(spelling="CONTENT-TYPE", backwards=True, indent=1, more={"X-RateLimit-Remaining": "0"}),
        steps=(("processing", 3), ("processing", 3), ("completed", 100)),
        ends={"completed": 100, "failed": 100},
        results=3,
        floats=True,
        created_more={
            "task_info": {"can_cancel": False, "estimated_time": 0, "video_duration": 8, "queue": None},
            "usage": {"billing_rule": "per_call", "credits_reserved": 0.5, "user_group": "vip", "discount": 1.0},
            "metadata": {"région": "eu"},
        },
        task_more={"task_info": {"can_cancel": True}, "metadata": [], "updated": 1},
        error_more={"request_id": "r-2", "doc_url": None},
        failure_more={"detail": None},
    ),
}


def are_urls(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(url, str) and "://" in url for url in value)


def is_orientation(value: Any) -> bool:
    return isinstance(value, dict) and value.get("character_orientation") in ("image", "video")


def is_callback(value: Any) -> bool:
    """Whether an address is https, public and short enough."""
    is_text = isinstance(value, str) and value.startswith("https://") and len(value) <= 2048
    return is_text and not re.match(r"https://(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)", value)


NEEDED: dict[str, Callable[[Any], bool]] = {
    "image_urls": are_urls,
    "video_urls": are_urls,
    "model_params": is_orientation,
}
OPTIONAL: dict[str, Callable[[Any], bool]] = {
    "prompt": lambda value: isinstance(value, str) and len(value) <= 2500,
    "quality": lambda value: value in ("720p", "1080p"),
    "callback_url": is_callback,
}


def problem(sent: dict[str, Any]) -> str | None:
    """Return the member that is wrong with a creation, or `closed` where it is the model."""
    if not isinstance(sent.get("model"), str):
        return "model"
    wrong = [name for name, fits in NEEDED.items() if not fits(sent.get(name))]
    wrong += [name for name, fits in OPTIONAL.items() if name in sent and not fits(sent[name])]
    if wrong:
        return wrong[0]
    return None if sent["model"] == "kling-v3-motion-control" else "closed"
