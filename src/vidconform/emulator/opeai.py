"""opeai: one account, seen with an API key on one route and with a JWT on the other."""

from __future__ import annotations

from typing import Any

from vidconform.emulator import known_tasks
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.server_state import Call, EmulatedOperation, EmulatedProvider
from vidconform.emulator.tasks import EmulatedTask, Step

KEY, TOKEN, ADMIN = "OPEAI_API_KEY", "OPEAI_TOKEN", "OPEAI_ADMIN_TOKEN"
OTHER = "OPEAI_OTHER_API_KEY"
# The two routes show the same tasks, and nothing in a key tells which JWT belongs to it.
ACCOUNT = "account"
TYPES = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 405: "MethodNotAllowed"}
CODES = {401: "InvalidCredential", 404: "ResourceNotFound", 405: "MethodNotAllowed"}


def envelope(refusal: RefusedRequest) -> Any:
    """Renders a refusal with the members of the 404 that the document shows."""
    return {
        "error": {
            "message": refusal.message,
            "type": TYPES.get(refusal.status, "Error"),
            "param": refusal.param if refusal.param and refusal.status != 404 else "",
            "code": CODES.get(refusal.status, "InvalidRequest"),
        }
    }


def body(task: EmulatedTask, step: Step) -> dict[str, Any]:
    """Renders a task as Get Video Task Status shows it."""
    return {
        "id": task.id,
        "status": step.status,
        "model": task.sent["model"],
        "created_at": task.created_at,
        "object": "video",
        "prompt": task.sent["prompt"],
        "size": task.sent["size"],
    }


def retrieve(call: Call) -> EmulatedReply:
    """Answers GET /v1/videos/{task_id}, with an API key."""
    if call.server_state.keys.belongs_to_another(OTHER, call.bearer):
        _hide(call)
    else:
        call.owner(KEY, call.bearer)
    return _show(call)


def _hide(call: Call) -> None:
    """Keeps the tasks of the one account from another, which has none."""
    if "tenant" not in call.waived:
        raise RefusedRequest(404, "video not found", "video_not_found", param="id", check="tenant")


def proxy(call: Call) -> EmulatedReply:
    """Answers GET /api/videos/{task_id}, with a frontend token or an admin's JWT."""
    if "token" in call.headers:
        call.owner(TOKEN, call.headers["token"].strip())
    else:
        call.owner(ADMIN, call.bearer)
    return _show(call)


def _show(call: Call) -> EmulatedReply:
    task = call.task(call.params["task_id"], ACCOUNT)
    return EmulatedReply(body(task, task.read()), task=task)


PROVIDER = EmulatedProvider(
    "opeai",
    (
        EmulatedOperation("videos", "retrieve", "GET", "/v1/videos/{task_id}", retrieve),
        EmulatedOperation("videos", "second-retrieve", "GET", "/api/videos/{task_id}", proxy),
    ),
    {"videos": known_tasks.OPEAI},
    (KEY, TOKEN, ADMIN),
    envelope,
)
