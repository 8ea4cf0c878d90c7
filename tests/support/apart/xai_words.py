"""What xAI's document lists: faults to serve, freedoms to take, models, and what a creation may say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import Wire

RATIOS = (None, "1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3")
RESOLUTIONS = (None, "480p", "720p", "1080p")

FAULTS = {
    "created-202": "a creation is answered with 202",
    "created-as-id": "a creation tells id, and no request_id",
    "created-as-number": "a creation's request_id is a number",
    "pending-200": "a video in the making is answered with 200",
    "done-202": "a finished video is answered with 202",
    "failed-500": "a failed video is answered with 500",
    "failed-422": "a failed video is answered with 422",
    "status-of-openai": "a finished video is completed",
    "done-without-status": "a finished video tells no status",
    "done-without-progress": "a finished video tells no progress",
    "done-without-video": "a finished video has no video",
    "done-without-url": "the video of a finished one has no url",
    "progress-as-text": "progress is a text with a percent sign",
    "progress-as-fraction": "progress is a fraction of 1",
    "progress-at-99": "a finished video's progress is 99",
    "progress-beyond": "a finished video's progress is 101",
    "pending-at-100": "a video in the making has a progress of 100",
    "failed-at-60": "a failed video's progress is 60",
    "failed-without-error": "a failed video has no error",
    "failed-as-text": "the error of a failed video is a text",
    "failed-code-of-another": "the code of a failed video's error is rate_limit_exceeded",
    "failed-message-missing": "a failed video's error has no message",
    "failed-with-video": "a failed video has a video without an address",
    "failed-with-model": "a failed video has a model of no letters",
    "error-on-done": "a finished video has an error",
    "duration-as-float": "the duration of a video is 6.04",
    "duration-missing": "a video tells no duration",
    "moderation-missing": "a video tells no respect_moderation",
    "moderated-with-url": "a video against moderation has a url",
    "ticks-as-float": "usage.cost_in_usd_ticks is a fraction",
    "ticks-as-text": "usage.cost_in_usd_ticks is a text",
    "ticks-missing": "usage has no cost_in_usd_ticks",
    "starts-again": "a finished video is in the making when it is read again",
    "progress-falls": "progress is lower when it is read again",
    "same-id": "each creation has the same id",
    "unknown-400": "an unknown id is answered with 400",
    "unknown-202": "an unknown id is a video in the making",
    "unknown-failed": "an unknown id is a failed video",
    "foreign-200": "a video of another account is shown",
    "bad-key-401": "a bad key is answered with 401",
    "bad-key-403": "a bad key is answered with 403",
    "empty-200": "a creation of nothing makes a video",
    "empty-400": "a creation without a prompt is answered with 400",
    "duration-text-refused": "a duration that is a text is refused",
    "duration-16": "a duration of 16 makes a video",
    "default-of-five": "a creation without a duration makes five seconds",
    "image-of-two": "an image may have both url and file_id",
    "models-bare": "the list of models is an array",
    "models-as-data": "the list of models is data",
    "model-without-fingerprint": "a model tells no fingerprint",
    "model-created-as-text": "created of a model is a text",
    "models-for-all": "the list of models asks for no key",
    "result-gone": "the address of a result is answered with 404",
    "result-of-page": "the address of a result is a page",
}


def uuid_like(number: int) -> str:
    return f"a3d1008e-4544-40d4-d075-{number:012x}"


@dataclass(frozen=True)
class Habit:
    """What the document leaves to the vendor."""

    wire: Wire
    id: Callable[[int], str] = uuid_like
    steps: tuple[Any, ...] = (0, 45, "done")
    ends: tuple[str, ...] = ("done", "failed", "moderated")
    pending: str = "whole"
    floats: bool = False
    no_key: int = 400
    bad_request: int = 400
    moved: bool = False
    refusal: Any = field(default_factory=lambda: {"code": "Client specified an invalid argument", "error": "no"})
    created_more: dict[str, Any] = field(default_factory=dict)
    done_more: dict[str, Any] = field(default_factory=dict)
    video_more: dict[str, Any] = field(default_factory=dict)
    failed_more: dict[str, Any] = field(default_factory=dict)
    moderated: dict[str, Any] = field(default_factory=lambda: {"url": ""})
    elsewhere: Any = ""


HABITS = {
    "as-in-its-schema": Habit(
        Wire(media_type="application/json", more={"x-request-id": "r-1", "x-ratelimit-remaining-requests": "0"}),
        done_more={"model": "grok-imagine-video", "usage": {"cost_in_usd_ticks": 500000000}},
    ),
    "with-ids-while-pending": Habit(
        Wire(spelling="content-type", media_type="application/json; charset=utf-8", chunked=True, packed=True),
        id="{:x}".format,
        steps=(0, 0, 0, 99, "done"),
        pending="id",
        no_key=401,
        bad_request=422,
        refusal="not so",
        moderated={},
        elsewhere={"detail": "Not Found"},
    ),
    "with-nothing-while-pending": Habit(
        Wire(spelling="CONTENT-TYPE", closes=True, backwards=True, indent=2),
        id="vid_{:08}.X".format,
        steps=(0.0, 3.0, 80.0, "done"),
        ends=("done", "failed", "moderated", "expired"),
        pending="nothing",
        floats=True,
        no_key=403,
        moved=True,
        refusal=None,
        created_more={"status": "queued", "created": 1, "région": None},
        done_more={"model": None, "usage": None, "error": None, "request_id": "r", "completed_at": 1.5},
        video_more={"width": 848, "thumbnail_url": None},
        failed_more={"video": None, "model": None, "usage": {"cost_in_usd_ticks": 0.0}, "detail": []},
        moderated={"url": None},
        elsewhere="<!doctype html><title>404</title>",
    ),
}

MODELS: list[dict[str, Any]] = [
    {
        "id": "grok-imagine-video", "fingerprint": "fp_898ae9f31c", "created": 1743724800, "object": "model",
        "owned_by": "xai", "version": "1.0.0", "input_modalities": ["text", "image"], "output_modalities": ["video"],
        "aliases": [],
    },
    {
        "pricing": None, "aliases": ["grok-imagine-latest"], "output_modalities": ["video", "audio"],
        "input_modalities": [], "version": "1.0", "owned_by": "xai", "object": "model", "created": 0,
        "fingerprint": "", "id": "grok-imagine-video-1.5-preview",
    },
]  # fmt: skip


def seconds(value: Any) -> int | None:
    """Return a duration, which may be a text, or None where it is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def is_asset(value: Any) -> bool:
    if value is None:
        return True
    told = [name for name in ("url", "file_id") if isinstance(value, dict) and value.get(name) is not None]
    return len(told) == 1 and isinstance(value[told[0]], str)


def are_assets(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(is_asset, value)))


CHECKS: dict[str, Callable[[Any], Any]] = {
    "prompt": is_text,
    "model": is_text,
    "user": is_text,
    "image": is_asset,
    "input_reference": is_asset,
    "video": is_asset,
    "reference_images": are_assets,
    "aspect_ratio": lambda value: value in RATIOS,
    "resolution": lambda value: value in RESOLUTIONS,
    "output": lambda value: value is None or (isinstance(value, dict) and isinstance(value.get("upload_url"), str)),
    "duration": lambda value: value is None or 1 <= (seconds(value) or 0) <= 15,
    "seconds": lambda value: value is None or 1 <= (seconds(value) or 0) <= 15,
}


def wrong(sent: dict[str, Any]) -> list[str]:
    """Return the members of a creation that are not of what is documented."""
    return [name for name, fits in CHECKS.items() if name in sent and not fits(sent[name])]
