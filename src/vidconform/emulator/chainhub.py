"""chainhub: two shapes on one route, one while a task runs and one when it is completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vidconform.emulator import known_tasks
from vidconform.emulator.replies import EmulatedReply
from vidconform.emulator.server_state import Call, EmulatedOperation, EmulatedProvider
from vidconform.emulator.tasks import EmulatedTask, Step

KEY = "CHAINHUB_API_KEY"
FAILURE = "the video could not be generated"


def body(task: EmulatedTask, step: Step, call: Call) -> dict[str, Any]:
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


def _finished(task: EmulatedTask, step: Step) -> dict[str, Any]:
    return {
        "size": task.sent["size"],
        "model": task.sent["model"],
        "object": "video",
        "seconds": task.sent["seconds"],
        "progress": step.progress,
        "created_at": task.created_at,
        "completed_at": task.since_ms(step) // 1000,
    }


def _detail(task: EmulatedTask, step: Step) -> dict[str, Any]:
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


def _pending_info(task: EmulatedTask, step: Step) -> dict[str, Any]:
    unset = dict.fromkeys(known_tasks.PENDING_UNSET)
    return {
        "id": _short(task),
        **known_tasks.PENDING_FIGURES,
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
    return {"type": "image", **dict.fromkeys(known_tasks.IMAGE_UNSET), "upload_media_id": media, **frames}


def _moderation(task: EmulatedTask) -> dict[str, Any]:
    verdict = {"code": None, "type": "passed", "task_id": _short(task)}
    return {**verdict, "is_output_rejection": False, "results_by_frame_index": {}}


def _short(task: EmulatedTask) -> str:
    return task.id.rpartition(":")[2]


def retrieve(call: Call) -> EmulatedReply:
    """Answers GET /v1/videos/{id}."""
    task = call.task(call.params["id"], call.owner(KEY, call.bearer))
    return EmulatedReply(body(task, task.read(), call), task=task)


PROVIDER = EmulatedProvider(
    "chainhub",
    (EmulatedOperation("videos", "retrieve", "GET", "/v1/videos/{id}", retrieve),),
    {"videos": known_tasks.CHAINHUB},
    (KEY,),
)
