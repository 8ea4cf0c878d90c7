"""chainhub: two shapes on one route, one while a task runs and one when it is completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import known
from .replies import Reply
from .tasks import Step, Task
from .world import Call, Operation, Provider

KEY = "CHAINHUB_API_KEY"
FAILURE = "the video could not be generated"


def body(task: Task, step: Step, call: Call) -> dict[str, Any]:
    """Renders a task with the required fields of the schema and the rest of its example."""
    completed = step.status == "completed"
    shown = {
        "id": task.id,
        "status": step.status,
        "video_url": call.file_url(_short(task)) if completed else None,
        "enhanced_prompt": f"{task.sent['prompt']}, smooth camera, soft light",
        "status_update_time": task.since_ms(step),
    }
    return shown | (_finished(task, step) if completed else {"detail": _detail(task, step)})


def _finished(task: Task, step: Step) -> dict[str, Any]:
    return {
        "size": task.sent["size"],
        "model": task.sent["model"],
        "object": "video",
        "seconds": task.sent["seconds"],
        "progress": step.progress,
        "created_at": task.created_at,
        "completed_at": task.since_ms(step) // 1000,
    }


def _detail(task: Task, step: Step) -> dict[str, Any]:
    return {
        "id": _short(task),
        "input": {
            "size": "small",
            "model": "sy_ore",
            "images": list(task.sent.get("images", ())),
            "prompt": task.sent["prompt"],
            "orientation": "portrait",
        },
        "status": step.status,
        "pending_info": _pending_info(task, step),
    }


def _pending_info(task: Task, step: Step) -> dict[str, Any]:
    unset = dict.fromkeys(known.PENDING_UNSET)
    return {
        "id": _short(task),
        **known.PENDING_FIGURES,
        **unset,
        "prompt": task.sent["prompt"],
        "status": "processing",
        "created_at": datetime.fromtimestamp(task.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.875729Z"),
        "generations": [],
        "progress_pct": step.progress / 100,
        "inpaint_items": [_image(media) for media in task.sent.get("media", ())],
        "failure_reason": FAILURE if step.status == "failed" else None,
        "moderation_result": _moderation(task),
    }


def _image(media: str) -> dict[str, Any]:
    frames = {"frame_index": 0, "source_end_frame": 0, "source_start_frame": 0}
    return {"type": "image", **dict.fromkeys(known.IMAGE_UNSET), "upload_media_id": media, **frames}


def _moderation(task: Task) -> dict[str, Any]:
    verdict = {"code": None, "type": "passed", "task_id": _short(task)}
    return {**verdict, "is_output_rejection": False, "results_by_frame_index": {}}


def _short(task: Task) -> str:
    return task.id.rpartition(":")[2]


def retrieve(call: Call) -> Reply:
    """Answers GET /v1/videos/{id}."""
    task = call.task(call.params["id"], call.owner(KEY, call.bearer))
    return Reply(body(task, task.read(), call), task=task)


PROVIDER = Provider(
    "chainhub",
    (Operation("videos", "retrieve", "GET", "/v1/videos/{id}", retrieve),),
    {"videos": known.CHAINHUB},
    (KEY,),
)
