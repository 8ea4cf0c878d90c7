"""gptge: OpenAI's video object, passed through."""

from __future__ import annotations

from typing import Any

from vidconform.emulator import known_tasks
from vidconform.emulator.replies import EmulatedReply
from vidconform.emulator.server_state import Call, EmulatedOperation, EmulatedProvider
from vidconform.emulator.tasks import EmulatedTask, Step

KEY = "GPTGE_API_KEY"
KEPT_SECONDS = 3600


def body(task: EmulatedTask, step: Step) -> dict[str, Any]:
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


def retrieve(call: Call) -> EmulatedReply:
    """Answers GET /v1/videos/{task_id}."""
    task = call.task(call.params["task_id"], call.owner(KEY, call.bearer))
    return EmulatedReply(body(task, task.read()), task=task)


PROVIDER = EmulatedProvider(
    "gptge",
    (EmulatedOperation("videos", "retrieve", "GET", "/v1/videos/{task_id}", retrieve),),
    {"videos": known_tasks.GPTGE},
    (KEY,),
)
