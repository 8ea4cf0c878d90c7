"""What OpenRouter's document lists: models, and what a creation may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

RESOLUTIONS = ("480p", "720p", "768p", "1080p", "1K", "2K", "4K")
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
ASSETS = ("image_url", "audio_url", "video_url")

MODELS: list[dict[str, Any]] = [
    {
        "id": "google/veo-3.1", "canonical_slug": "google/veo-3.1", "name": "Google: Veo 3.1", "description": "...",
        "created": 1719792000, "hugging_face_id": None, "supported_resolutions": ["720p", "1080p"],
        "supported_aspect_ratios": ["16:9", "9:16", "1:1"], "supported_sizes": ["1280x720", "1920x1080"],
        "supported_durations": [5, 8], "supported_frame_images": ["first_frame", "last_frame"],
        "upscale_factor": None, "creativity": None, "generate_audio": True, "seed": None,
        "pricing_skus": {"per-video-second": "0.50"}, "allowed_passthrough_parameters": ["output_config"],
    },
    {
        "allowed_passthrough_parameters": [], "seed": False, "generate_audio": None, "creativity": [0, 1, 2],
        "upscale_factor": {"min": 1.0, "max": 4}, "supported_frame_images": [], "supported_durations": None,
        "supported_sizes": None, "supported_aspect_ratios": None, "supported_resolutions": None, "created": 1700000000,
        "name": "An upscaler", "canonical_slug": "a/upscaler-20260101", "id": "a/upscaler",
    },
]  # fmt: skip


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_asset(value: Any) -> bool:
    kind = value.get("type") if isinstance(value, dict) else None
    return kind in ASSETS and isinstance(value.get(kind), dict) and isinstance(value[kind].get("url"), str)


def are_frames(value: Any) -> bool:
    return isinstance(value, list) and all(
        is_asset(item) and item["type"] == "image_url" and item.get("frame_type") in ("first_frame", "last_frame")
        for item in value
    )


OPTIONAL: dict[str, Callable[[Any], Any]] = {
    "duration": lambda value: is_integer(value) and value >= 1,
    "resolution": lambda value: value in RESOLUTIONS,
    "aspect_ratio": lambda value: value in RATIOS,
    "size": lambda value: isinstance(value, str) and re.fullmatch("[0-9]+x[0-9]+", value),
    "seed": is_integer,
    "generate_audio": lambda value: isinstance(value, bool),
    "callback_url": lambda value: isinstance(value, str) and re.match(r"https://[^\s/]+", value),
    "frame_images": are_frames,
    "input_references": lambda value: isinstance(value, list) and all(map(is_asset, value)),
    "provider": lambda value: isinstance(value, dict) and isinstance(value.get("options", {}), dict),
    "upscale_factor": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0,
    "creativity": is_integer,
}


def problem(sent: dict[str, Any], picky: bool) -> str | None:
    """Return what is wrong with a creation; a picky vendor holds it to what its model can do, too."""
    if not isinstance(sent.get("model"), str) or not sent["model"]:
        return "model: expected a string"
    if not isinstance(sent.get("prompt"), str) or not sent["prompt"]:
        return "prompt: expected a string"
    wrong = [name for name, fits in OPTIONAL.items() if name in sent and not fits(sent[name])]
    if wrong:
        return f"{wrong[0]}: invalid"
    model = next((model for model in MODELS if model["id"] == sent["model"]), None)
    if model is None:
        return "no such model"
    if picky and sent.get("duration", 5) not in (model["supported_durations"] or [5]):
        return "duration: not supported by this model"
    return None
