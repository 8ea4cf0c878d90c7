"""EvoLink's video tasks, three ways that its pages allow, and the faults of real services."""

from __future__ import annotations

import random
import string
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.evolink_words import FAULTS, HABITS, Habit, problem
from tests.support.apart.front import MP4, Asked, Said

KEY = {"EVOLINK_API_KEY": "evo-4Rk8mPz2Xc6Vq9Tn", "EVOLINK_OTHER_API_KEY": "evo-9Lw3Bh7Ys5Jd2Gf"}
__all__ = ["FAULTS", "HABITS", "KEY", "EvolinkVendor"]
Task = dict[str, Any]


@dataclass
class EvolinkVendor:
    """Its tasks by id; each read takes a task one step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    made: int = 0
    asker: str = "EVOLINK_API_KEY"
    born: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        self.ended = {status: self.make({}, ((status, end),))["id"] for status, end in self.habit.ends.items()}
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, sent: Task, steps: tuple[tuple[str, int], ...] = ()) -> Task:
        self.made += 1
        is_same = self.has("same-id") and not steps
        number, created = (500, self.born) if is_same else (len(self.tasks), int(time.time()))
        tail = "".join(random.Random(number).choices(string.ascii_lowercase + string.digits, k=self.habit.tail))
        prefix = "task" if self.has("id-of-another-shape") and not steps else "task-unified"
        task = {
            "id": f"{prefix}-{created}-{tail}", "created": created,
            "model": sent.get("model", "kling-v3-motion-control"), "steps": steps or self.habit.steps,
            "owner": self.asker,
        }  # fmt: skip
        self.tasks[task["id"]] = task
        return task

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith("/files/"):
            return Said(404, "gone") if self.has("result-gone") else Said(200, MP4)
        if asked.path not in ("/v1/videos/generations", "/v1/credits") and not asked.path.startswith("/v1/tasks/"):
            return self.refuse(404, "not_found", "no such route")
        is_read = asked.path.startswith("/v1/tasks/")
        askers = [name for name, key in KEY.items() if asked.headers.get("authorization") == f"Bearer {key}"]
        if not askers:
            return self.no_key(is_read)
        (self.asker,) = askers
        if asked.path == "/v1/credits" and asked.method == "GET":
            return Said(200, {"data": {"user": {"remaining_credits": 5000.5}, "token": {"used_credits": 12}}})
        if is_read and asked.method in ("GET", "HEAD"):
            return self.retrieve(asked.path.removeprefix("/v1/tasks/"))
        if asked.path == "/v1/videos/generations" and asked.method == "POST":
            return self.create(asked.sent())
        return self.refuse(405, "method_not_allowed", "no such method")

    def no_key(self, is_read: bool) -> Said:
        told = "Authentication required" if is_read else "Invalid or expired token"
        kind = "invalid_request_error" if self.has("bad-key-type") else "authentication_error"
        return self.refuse(403 if self.has("bad-key-403") else 401, "unauthorized", told, kind)

    def refuse(self, status: int, code: str, message: str, kind: str = "invalid_request_error", **more: Any) -> Said:
        error: Task = {"code": status if self.has("code-as-number") else code, "message": message, "type": kind}
        error |= {**self.habit.error_more, **more}
        if self.has("envelope-bare"):
            return Said(status, error)
        return Said(status, {"error": error})

    def create(self, sent: Any) -> Said:
        if not isinstance(sent, dict):
            return self.refuse(400, "invalid_request", "Invalid request parameters")
        if self.has("orientation-optional"):
            sent.setdefault("model_params", {"character_orientation": "image"})
        if self.has("images-optional"):
            sent.setdefault("image_urls", ["https://example.com/character.jpg"])
        if self.has("callback-anywhere"):
            sent.pop("callback_url", None)
        wrong = problem(sent)
        if wrong == "closed":
            told = f"Token does not have access to model: {sent['model']}"
            return self.refuse(403, "model_access_denied", told)
        if wrong:
            code = "bad_request" if self.has("bad-request-code") else "invalid_request"
            return self.refuse(422 if self.has("bad-request-422") else 400, code, f"Invalid {wrong}")
        return Said(202 if self.has("created-202") else 200, self.created(self.make(sent)))

    def created(self, task: Task) -> Task:
        status, progress = task["steps"][0]
        told = self.common(task, status, progress) | self.habit.created_more
        if self.has("object-of-openai"):
            told["object"] = "video"
        if self.has("credits-negative"):
            told["usage"] = {"billing_rule": "per_second", "credits_reserved": -1, "user_group": "default"}
        if self.has("no-id"):
            del told["id"]
        return told

    def common(self, task: Task, status: str, progress: int) -> Task:
        """Return what both the creation and a read tell."""
        word = {"pending": "queued"}.get(status, status) if self.has("status-of-openai") else status
        word = "succeeded" if self.has("ends-as-succeeded") and status == "completed" else word
        told = {
            "created": task["created"] * (1000 if self.has("created-in-milliseconds") else 1), "id": task["id"],
            "model": task["model"], "object": "video.generation.task", "progress": self.shown(progress),
            "status": word, "type": "video",
        }  # fmt: skip
        return {name: value for name, value in told.items() if name not in self.habit.silent}

    def shown(self, progress: int) -> Any:
        if self.has("progress-as-text"):
            return f"{progress}%"
        if self.has("progress-beyond"):
            return progress + 1
        if self.has("progress-as-fraction"):
            return progress / 100
        return float(progress) if self.habit.floats else progress

    def retrieve(self, asked: str) -> Said:
        if not asked.startswith("task-unified-") and asked not in self.tasks:
            if self.has("malformed-404"):
                return self.refuse(404, "task_not_found", "The requested task could not be found")
            told = "Invalid task ID format, must start with 'task-unified-'"
            named = {} if self.has("malformed-without-param") else {"param": "task_id"}
            return self.refuse(400, "invalid_task_id", told, **named)
        if asked not in self.tasks:
            return self.unknown(asked)
        task = self.tasks[asked]
        if task["owner"] != self.asker and not self.has("foreign-200"):
            return self.refuse(403, "permission_denied", "You don't have permission to access this task")
        status, progress = task["steps"][0]
        if self.has("progress-falls") and status == "processing":
            progress = 40 - 10 * len(task["steps"][1:]) if task.get("seen") else 95
            task["seen"] = True
        task["steps"] = task["steps"][1:] or task["steps"]
        return Said(200, self.told(task, status, progress))

    def unknown(self, asked: str) -> Said:
        if self.has("unknown-200"):
            return Said(200, {"id": asked, "status": "failed", "progress": 0})
        if self.has("unknown-500"):
            return self.refuse(500, "internal_error", "Failed to retrieve task status", "api_error")
        return self.refuse(404, "task_not_found", "The requested task could not be found")

    def told(self, task: Task, status: str, progress: int) -> Task:
        told = self.common(task, status, progress) | self.habit.task_more
        if self.has("object-of-openai"):
            told["object"] = "video"
        if status == "completed" and not self.has("completed-without-results"):
            told["results"] = [f"{self.url}/files/{task['id']}-{number}.mp4" for number in range(self.habit.results)]
            if self.has("results-as-objects"):
                told["results"] = [{"url": url} for url in told["results"]]
        if self.has("results-early") and status != "completed":
            told["results"] = [f"{self.url}/files/early.mp4"]
        if status == "failed":
            told["error"] = self.failure()
        if self.has("error-on-success") and status == "completed":
            told["error"] = {"code": "ok", "message": "", "type": "task_error"}
        if self.has("another-task"):
            told["id"] = self.ended["completed"]
        return told

    def failure(self) -> Task:
        error: Task = {"code": "request_cancelled", "message": "Cancelled.\nNo charge.", "type": "task_error"}
        if self.has("failed-code-as-number"):
            error["code"] = 1026
        if self.has("failed-type-of-another"):
            error["type"] = "server_error"
        return error | self.habit.failure_more
