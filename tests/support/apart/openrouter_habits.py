"""Faults to serve, and the freedoms that OpenRouter's document leaves."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import Wire

BASE = "/api/v1"

FAULTS = {
    "created-200": "a creation is answered with 200",
    "created-without-address": "a creation does not tell polling_url",
    "begins-running": "a job begins as in_progress",
    "status-of-openai": "a waiting job is queued",
    "ends-as-succeeded": "a finished job is succeeded",
    "starts-again": "a finished job is in_progress again when it is read again",
    "completed-without-result": "a finished job has no unsigned_urls",
    "completed-without-generation": "a finished job has no generation_id",
    "cost-as-text": "usage.cost is a text",
    "error-object": "the error of a failed job is an object",
    "unknown-200": "an unknown job is answered with 200 and a status of failed",
    "unknown-400": "an unknown job is answered with 400, also in its code",
    "code-as-text": "the code of a refusal is a text",
    "code-of-another": "the code of an unknown job is 400, its status 404",
    "error-as-text": "a refusal is {error: text}",
    "bad-key-403": "a wrong key is answered with 403",
    "no-model-202": "a creation without a model makes a job of some model",
    "content-json": "/content tells the address of the video as JSON",
    "content-for-all": "/content asks for no key",
    "negative-index": "index=-1 is the last video",
    "model-without-member": "a model does not tell creativity",
    "callback-http": "callback_url may be http",
    "same-id": "each creation has the same id",
    "another-job": "a read tells another job's id",
    "address-of-nothing": "polling_url leads nowhere",
    "result-expired": "the address of a result is answered with 403",
    "model-list-bare": "the list of models is an array",
}


def letters(number: int) -> str:
    """Return an id as the vendor's own runs show them."""
    return "".join(random.Random(number).choices(string.ascii_letters + string.digits, k=20))


@dataclass(frozen=True)
class Habit:
    """What the document leaves to the vendor."""

    wire: Wire
    id: Callable[[int], str] = letters
    steps: tuple[str, ...] = ("pending", "in_progress", "completed")
    address: str = "{url}{base}/videos/{id}"
    results: tuple[str, ...] = ("{url}{base}/videos/{id}/content?index=0",)
    usage: dict[str, Any] = field(default_factory=lambda: {"cost": 0.25, "is_byok": False})
    created_more: tuple[str, ...] = ()
    job_more: dict[str, Any] = field(default_factory=dict)
    error_more: dict[str, Any] = field(default_factory=dict)
    body_more: dict[str, Any] = field(default_factory=dict)
    model_unknown: int = 400
    models_need_key: bool = False
    picky: bool = False
    elsewhere: str | None = None


HABITS = {
    "as-in-its-runs": Habit(
        Wire(media_type="application/json", more={"X-Generation": "1", "Access-Control-Allow-Origin": "*"}),
        elsewhere="<!doctype html><title>404</title>",
    ),
    "as-in-its-openapi": Habit(
        Wire(spelling="content-type", media_type="application/json; charset=utf-8", chunked=True, packed=True),
        id=lambda number: f"job-abc{number}",
        steps=("pending", "pending", "pending", "completed"),
        address="{base}/videos/{id}",
        results=("{url}/storage/{id}-0.mp4?X-Sig=1", "{url}/storage/{id}-1.mp4?X-Sig=1"),
        usage={"cost": None},
        created_more=("generation_id",),
        error_more={"metadata": {"provider_name": None}},
        body_more={"user_id": None, "openrouter_metadata": None},
        model_unknown=404,
    ),
    "as-in-its-newer-page": Habit(
        Wire(spelling="CONTENT-TYPE", closes=True, backwards=True, indent=2),
        id=lambda number: f"{number}.vid_{number:04X}",
        steps=("pending", "in_progress", "in_progress", "completed"),
        usage={"cost": 1, "is_byok": True, "cost_details": {"upstream": 0.9}},
        job_more={"progress": 40, "urls": [], "model": "google/veo-3.1", "zdr": None},
        error_more={"metadata": None},
        body_more={"user_id": "user_2x"},
        models_need_key=True,
        picky=True,
    ),
}
