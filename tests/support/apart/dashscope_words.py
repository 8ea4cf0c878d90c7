"""What Model Studio's pages list: faults to serve, freedoms to take, and what a creation may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone
from typing import Any

from tests.support.apart.front import Wire

MODELS = ("wan2.7-i2v-2026-04-25", "wan2.7-t2v", "wan2.6-t2v", "wan2.5-t2v-preview", "happyhorse-1.0-t2v")
STATUSES = ("PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN")
BEIJING = timezone(timedelta(hours=8))
COMBINATIONS = (
    {"first_frame"}, {"first_frame", "last_frame"}, {"first_frame", "driving_audio"}, {"first_clip"},
    {"first_frame", "last_frame", "driving_audio"}, {"first_clip", "last_frame"},
)  # fmt: skip

FAULTS = {
    "bare-creation": "a creation has no output around task_id and task_status",
    "no-request-id": "a creation tells no request_id",
    "status-of-openai": "a waiting task is QUEUED",
    "ends-as-success": "a finished task is SUCCESS",
    "goes-back": "a task is RUNNING, then PENDING again",
    "unknown-404": "an unknown id is answered with 404",
    "unknown-failed": "an unknown id is a task that FAILED",
    "foreign-200": "a task of another account is shown",
    "bad-key-400": "a wrong key is answered with 400",
    "bad-key-envelope": "a wrong key is answered with {error: {...}}",
    "synchronous": "a creation without X-DashScope-Async makes a task",
    "url-early": "a waiting task has a video_url",
    "no-url": "a finished task has no video_url",
    "url-expired": "the address of a result is answered with 403",
    "url-of-page": "the address of a result is a page",
    "failed-bare": "a failed task has neither code nor message",
    "code-on-success": "a finished task has a code and a message, of success",
    "times-with-t": "times are RFC 3339",
    "times-in-milliseconds": "times of a task are integers",
    "count-of-two": "usage.video_count is 2",
    "usage-early": "a waiting task has usage",
    "list-ignores-status": "a list ignores status",
    "list-ignores-page-size": "a list ignores page_size",
    "list-ignores-page": "a list ignores page_no",
    "list-times-as-text": "times of a list are texts",
    "list-times-in-seconds": "times of a list are seconds",
    "list-lacks-new": "a list is the one of before",
    "cancel-200": "a finished task is cancelled with 200",
    "cancel-409": "a finished task's cancellation is refused with 409",
    "cancel-code": "a finished task's cancellation is refused with the code Conflict",
    "cancel-ignored": "a cancelled task goes on",
    "unknown-model-200": "a creation with an unknown model makes a task",
    "same-id": "each creation has the same id",
    "another-task": "a read tells another task's id",
    "ends-before-it-begins": "a task ends before it begins",
}


@dataclass(frozen=True)
class Habit:
    """What the pages leave to the vendor."""

    wire: Wire
    zone: timezone = BEIJING
    steps: tuple[str, ...] = ("PENDING", "RUNNING", "SUCCEEDED")
    begins_at_once: bool = False
    tasks_before: int = 0
    oldest_first: bool = False
    asynchronous: tuple[int, str] = (403, "AccessDenied")
    bad_key_names_request: bool = True
    prompt_missing_fails_later: bool = True
    malformed_is_400: bool = False
    unknown_cancel: tuple[int, str] = (400, "UnsupportedOperation")
    no_such_model: tuple[int, str] = (400, "InvalidParameter")
    models_listed: bool = True
    usage: dict[str, Any] = field(default_factory=dict)
    output_more: dict[str, Any] = field(default_factory=dict)
    body_more: dict[str, Any] = field(default_factory=dict)


HABITS = {
    "as-in-its-examples": Habit(
        Wire(media_type="application/json;charset=UTF-8", more={"X-Request-Id": "r-1", "req-cost-time": "9"}),
        usage={"duration": 10, "input_video_duration": 0, "output_video_duration": 10, "video_count": 1, "SR": 720},
    ),
    "of-singapore": Habit(
        Wire(spelling="content-type", chunked=True, packed=True),
        zone=UTC,
        steps=("PENDING", "PENDING", "PENDING", "SUCCEEDED"),
        asynchronous=(400, "InvalidParameter"),
        bad_key_names_request=False,
        unknown_cancel=(404, "NotFound"),
        usage={"ratio": "16:9", "video_count": 1.0, "duration": 5.0, "SR": 1080, "output_video_duration": 5,
               "input_video_duration": 0},
        output_more={"orig_prompt": "日本の猫", "actual_prompt": None},
    ),
    "of-a-workspace": Habit(
        Wire(spelling="CONTENT-TYPE", closes=True, backwards=True, indent=2),
        begins_at_once=True,
        tasks_before=25,
        oldest_first=True,
        prompt_missing_fails_later=False,
        malformed_is_400=True,
        no_such_model=(404, "ModelNotFound"),
        models_listed=False,
        usage={"duration": 2, "input_video_duration": 4, "output_video_duration": 2, "video_count": 1, "SR": 720,
               "fps": 24},
        output_more={"task_metrics": {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}},
        body_more={"status_code": 200},
    ),
}  # fmt: skip


def are_media(value: Any) -> bool:
    """Whether media are of one of the six combinations, each type once."""
    if not isinstance(value, list) or not all(
        isinstance(one, dict) and isinstance(one.get("url"), str) for one in value
    ):
        return False
    kinds = [str(one.get("type")) for one in value]
    return len(set(kinds)) == len(kinds) and set(kinds) in COMBINATIONS


def is_duration(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= 15


PARAMETERS: dict[str, Callable[[Any], bool]] = {
    "duration": is_duration,
    "resolution": lambda value: value in ("720P", "1080P"),
    "prompt_extend": lambda value: isinstance(value, bool),
    "watermark": lambda value: isinstance(value, bool),
}


def problem(sent: dict[str, Any]) -> str | None:
    """Return what is wrong with a creation, but for a missing prompt."""
    inputs, parameters = sent.get("input"), sent.get("parameters", {})
    if not isinstance(sent.get("model"), str) or not isinstance(inputs, dict) or not isinstance(parameters, dict):
        return "Required body invalid"
    if sent["model"] not in MODELS:
        return "Model not exist."
    wrong = [name for name, fits in PARAMETERS.items() if name in parameters and not fits(parameters[name])]
    if "media" in inputs and not are_media(inputs["media"]):
        wrong.append("media")
    if "prompt" in inputs and not isinstance(inputs["prompt"], str):
        wrong.append("prompt")
    return f"{wrong[0]} is invalid" if wrong else None
