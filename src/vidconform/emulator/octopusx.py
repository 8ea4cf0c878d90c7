"""octopusx: one server, two contracts whose tasks do not see each other."""

from __future__ import annotations

from typing import Any

from vidconform.emulator import known_tasks
from vidconform.emulator.creation import parse
from vidconform.emulator.mp4 import small_mp4
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.server_state import Call, EmulatedOperation, EmulatedProvider
from vidconform.emulator.tasks import EmulatedTask, Step

KEY = "OCTOPUSX_API_KEY"
FAILED = {"code": "generation_failed", "message": "the video could not be generated"}


def query_body(task: EmulatedTask, step: Step, call: Call) -> dict[str, Any]:
    """Renders a task as Query Task shows it."""
    body = {
        "id": task.id,
        "object": "video",
        "model": task.sent["model"],
        "status": step.status,
        "progress": str(step.progress),
        "created_at": task.created_at,
        "size": task.sent["size"],
        "status_update_time": task.since_ms(step),
        "detail": {"input": dict(task.sent["input"])},
    }
    if step.status == "completed":
        body["video_url"] = call.file_url(task.id.rpartition(":")[2])
    return body


def query(call: Call) -> EmulatedReply:
    """Answers GET /v1/video/query."""
    owner = call.owner(KEY, call.bearer)
    if not (id := call.query.get("id")):
        raise RefusedRequest(400, "the query parameter id is required", "missing_parameter", param="id")
    task = call.task(id, owner)
    return EmulatedReply(query_body(task, task.read(), call), task=task)


def video_body(task: EmulatedTask, step: Step, call: Call) -> dict[str, Any]:
    """Renders a task as the OpenAI-Compatible Video Interface shows it."""
    body = {
        "id": task.id,
        "task_id": task.id,
        "object": "video",
        "model": task.sent["model"],
        "status": step.status,
        "progress": step.progress,
        "created_at": task.created_at,
        "seconds": task.sent["seconds"],
        "size": task.sent["size"],
    }
    if step.status == "completed":
        body["video_url"] = f"{call.base_url}/v1/videos/{task.id}/content"
    if step.status == "failed":
        body["error"] = dict(FAILED)
    return body


def retrieve(call: Call) -> EmulatedReply:
    """Answers GET /v1/videos/{task_id}."""
    task = call.task(call.params["task_id"], call.owner(KEY, call.bearer))
    return EmulatedReply(video_body(task, task.read(), call), task=task)


def create(call: Call) -> EmulatedReply:
    """Answers POST /v1/videos."""
    owner = call.owner(KEY, call.bearer)
    sent = parse(call.body, ("model", "prompt"), waived="body" in call.waived)
    return _created(call, owner, known_tasks.VIDEO_DEFAULTS | sent)


def remix(call: Call) -> EmulatedReply:
    """Answers POST /v1/videos/{video_id}/remix."""
    owner = call.owner(KEY, call.bearer)
    source = call.task(call.params["video_id"], owner)
    sent = parse(call.body, ("prompt",), waived="body" in call.waived)
    _require_video(source, call)
    return _created(call, owner, {**source.sent, **sent})


def content(call: Call) -> EmulatedReply:
    """Answers GET /v1/videos/{task_id}/content."""
    task = call.task(call.params["task_id"], call.owner(KEY, call.bearer))
    _require_video(task, call)
    return EmulatedReply(small_mp4(), headers={"content-type": "video/mp4"}, task=task)


def _created(call: Call, owner: str | None, sent: dict[str, Any]) -> EmulatedReply:
    call.server_state.creations += 1
    id = f"video_{next(call.server_state.ids)}"
    task = call.server_state.stores["videos"].create(id, known_tasks.VIDEO_CREATED, owner or "", sent)
    return EmulatedReply(video_body(task, task.read(), call), task=task)


def _require_video(task: EmulatedTask, call: Call) -> None:
    if task.step.status != "completed" and "finished" not in call.waived:
        raise RefusedRequest(400, "the task is not completed", "task_not_completed", check="finished", task=task)


PROVIDER = EmulatedProvider(
    "octopusx",
    (
        EmulatedOperation("query", "retrieve", "GET", "/v1/video/query", query),
        EmulatedOperation("videos", "create", "POST", "/v1/videos", create),
        EmulatedOperation("videos", "retrieve", "GET", "/v1/videos/{task_id}", retrieve),
        EmulatedOperation("videos", "remix", "POST", "/v1/videos/{video_id}/remix", remix),
        EmulatedOperation("videos", "content", "GET", "/v1/videos/{task_id}/content", content),
    ),
    {"query": known_tasks.OCTOPUSX_QUERY, "videos": known_tasks.OCTOPUSX_VIDEOS},
    (KEY,),
)
