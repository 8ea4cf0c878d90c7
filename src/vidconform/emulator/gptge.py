"""gptge: OpenAI's video object, passed through."""

from __future__ import annotations

from typing import Any

from . import known
from .replies import Reply
from .tasks import Step, Task
from .world import Call, Operation, Provider

KEY = "GPTGE_API_KEY"
KEPT_SECONDS = 3600


def body(task: Task, step: Step) -> dict[str, Any]:
    """Renders a task as Query Video Status shows it."""
    shown = {
        "id": task.id,
        "object": "video",
        "created_at": task.created_at,
        "status": step.status,
        "error": None,
        "model": task.sent["model"],
        "progress": step.progress,
        "remixed_from_video_id": None,
        "seconds": task.sent["seconds"],
        "size": task.sent["size"],
    }
    if step.status == "completed":
        completed_at = task.since_ms(step) // 1000
        shown |= {"completed_at": completed_at, "expires_at": completed_at + KEPT_SECONDS}
    if step.status == "failed":
        shown["error"] = {"code": "generation_failed", "message": "the video could not be generated"}
    return shown


def retrieve(call: Call) -> Reply:
    """Answers GET /v1/videos/{task_id}."""
    task = call.task(call.params["task_id"], call.owner(KEY, call.bearer))
    return Reply(body(task, task.read()), task=task)


PROVIDER = Provider(
    "gptge",
    (Operation("videos", "retrieve", "GET", "/v1/videos/{task_id}", retrieve),),
    {"videos": known.GPTGE},
    (KEY,),
)
