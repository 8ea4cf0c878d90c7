"""Model Studio's video tasks, three ways that its pages allow, and the faults of real services."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.apart.dashscope_list import page
from tests.support.apart.dashscope_words import FAULTS, HABITS, Habit, problem
from tests.support.apart.front import MP4, Asked, Said

KEY = {"DASHSCOPE_API_KEY": "sk-4b1d09e27f6a8c35", "DASHSCOPE_OTHER_API_KEY": "sk-9e7c51f20a3d86b4"}
CREATE = "/api/v1/services/aigc/video-generation/video-synthesis"
__all__ = ["FAULTS", "HABITS", "KEY", "DashscopeVendor"]
Task = dict[str, Any]


@dataclass
class DashscopeVendor:
    """Its tasks by id; each read takes a task one step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    made: int = 0
    asker: str = "DASHSCOPE_API_KEY"

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        self.ended = {
            status: self.make("wan2.6-t2v", (status,))["id"] for status in ("SUCCEEDED", "FAILED", "CANCELED")
        }
        for _ in range(self.habit.tasks_before):
            self.make("wan2.6-t2v", ("SUCCEEDED",))
        for number, task in enumerate(self.tasks.values()):
            task["made"] -= 600 - number
        self.before = list(self.tasks)
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, model: str, steps: tuple[str, ...] = ()) -> Task:
        self.made += 1
        is_same = self.has("same-id") and not steps
        id = str(uuid.UUID(int=7 << 64 | 5, version=4)) if is_same else str(uuid.uuid4())
        told = steps or self.habit.steps
        if self.has("goes-back") and not steps:
            told = ("PENDING", "RUNNING", "PENDING", "RUNNING", "SUCCEEDED")
        self.tasks[id] = {"id": id, "model": model, "steps": told, "made": time.time()}
        self.tasks[id]["owner"] = self.asker
        return self.tasks[id]

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith("/results/"):
            return self.result()
        path = asked.path
        if path == "/compatible-mode/v1/models" and asked.method == "GET" and self.habit.models_listed:
            return self.models(asked)
        if not path.startswith("/api/v1/tasks") and path != CREATE:
            return Said(404, "<h1>404 Not Found</h1>")
        if not self.may(asked):
            return self.no_key("authorization" in asked.headers)
        if path == CREATE:
            return self.create(asked) if asked.method == "POST" else self.refuse(405, "MethodNotAllowed", "no")
        if path in ("/api/v1/tasks", "/api/v1/tasks/") and asked.method == "GET":
            return self.list(asked.query)
        return self.one(asked.method, path.removeprefix("/api/v1/tasks/").split("/"))

    def may(self, asked: Asked) -> bool:
        """Whether a key is somebody's, who is remembered."""
        askers = [name for name, key in KEY.items() if asked.headers.get("authorization") == f"Bearer {key}"]
        self.asker = next(iter(askers), self.asker)
        return bool(askers)

    def shows(self, id: str) -> bool:
        """Whether a task is there for who asks."""
        return id in self.tasks and (self.tasks[id]["owner"] == self.asker or self.has("foreign-200"))

    def result(self) -> Said:
        if self.has("url-expired"):
            return Said(403, "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>")
        return Said(200, "<html>log in</html>" if self.has("url-of-page") else MP4)

    def one(self, method: str, words: list[str]) -> Said:
        if words[1:] == ["cancel"] and method == "POST":
            return self.cancel(words[0])
        if words[1:] or method not in ("GET", "HEAD"):
            return self.refuse(405 if not words[1:] else 404, "MethodNotAllowed", "no such route")
        return self.retrieve(words[0])

    def no_key(self, is_wrong: bool) -> Said:
        status = 400 if self.has("bad-key-400") else 401
        told = "Invalid API-key provided." if is_wrong else "No API-key provided."
        if self.has("bad-key-envelope"):
            return Said(status, {"error": {"message": told, "code": "invalid_api_key", "param": None}})
        refused = self.refuse(status, "InvalidApiKey", told)
        return Said(status, refused.body if self.habit.bad_key_names_request else {**refused.body, "request_id": ""})

    def refuse(self, status: int, code: str, message: str) -> Said:
        return Said(status, {"request_id": str(uuid.uuid4()), "code": code, "message": message})

    def models(self, asked: Asked) -> Said:
        if not self.may(asked):
            told = {"message": "Incorrect API key provided. ", "type": "invalid_request_error", "param": None}
            return Said(401, {"error": {**told, "code": "invalid_api_key"}})
        entry = {"object": "model", "created": 1700000000, "owned_by": "system"}
        return Said(200, {"object": "list", "data": [{"id": name, **entry} for name in ("wan2.7-t2v", "qwen-max")]})

    def create(self, asked: Asked) -> Said:
        if asked.headers.get("x-dashscope-async") != "enable" and not self.has("synchronous"):
            status, code = self.habit.asynchronous
            return self.refuse(status, code, "current user api does not support synchronous calls")
        sent = asked.sent()
        if not isinstance(sent, dict) or "json" not in asked.headers.get("content-type", ""):
            return self.refuse(400, "InvalidParameter", "Required body invalid, please check the request body format.")
        wrong = problem(sent)
        if wrong and not (self.has("unknown-model-200") and wrong == "Model not exist."):
            status, code = self.habit.no_such_model if wrong == "Model not exist." else (400, "InvalidParameter")
            return self.refuse(status, code, wrong)
        if sent["input"].get("prompt"):
            return self.created(self.make(sent["model"]))
        if self.habit.prompt_missing_fails_later:
            return self.created(self.make(sent["model"], ("PENDING", "FAILED")))
        return self.refuse(400, "InvalidParameter", "Field required: input.prompt")

    def created(self, task: Task) -> Said:
        if self.habit.begins_at_once:
            task["steps"] = task["steps"][1:]
        told = {"task_status": self.word("PENDING"), "task_id": task["id"]}
        named = {} if self.has("no-request-id") else {"request_id": str(uuid.uuid4())}
        return Said(200, {**told, **named} if self.has("bare-creation") else {"output": told, **named})

    def word(self, status: str) -> str:
        if self.has("status-of-openai") and status == "PENDING":
            return "QUEUED"
        return "SUCCESS" if self.has("ends-as-success") and status == "SUCCEEDED" else status

    def retrieve(self, asked: str) -> Said:
        if not self.shows(asked):
            return self.unknown(asked)
        task = self.tasks[asked]
        status = task["steps"][0]
        task["steps"] = task["steps"][1:] or task["steps"]
        return Said(200, self.told(task, status))

    def unknown(self, asked: str) -> Said:
        if self.has("unknown-404"):
            return self.refuse(404, "NotFound", "no such task")
        if self.habit.malformed_is_400 and not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", asked):
            return self.refuse(400, "InvalidParameter", "task_id is invalid")
        told = {"task_id": asked, "task_status": "FAILED" if self.has("unknown-failed") else "UNKNOWN"}
        if self.has("unknown-failed"):
            told |= {"code": "NotFound", "message": "no such task"}
        return Said(200, {"request_id": str(uuid.uuid4()), "output": told})

    def told(self, task: Task, status: str) -> Task:
        id = self.ended["SUCCEEDED"] if self.has("another-task") else task["id"]
        output = {"task_id": id, "task_status": self.word(status), **self.times(task, status)}
        body: Task = {"request_id": str(uuid.uuid4()), "output": output, **self.habit.body_more}
        if (status == "SUCCEEDED" and not self.has("no-url")) or self.has("url-early"):
            output["video_url"] = (
                f"{self.url}/results/{task['id']}.mp4?Expires={int(task['made']) + 86400}&Signature=x%3D"
            )
        if status == "SUCCEEDED":
            output |= {"orig_prompt": "A cat", **self.habit.output_more}
        if status == "SUCCEEDED" and self.has("code-on-success"):
            output |= {"code": "Success", "message": "done"}
        if status == "SUCCEEDED" or self.has("usage-early"):
            body["usage"] = self.habit.usage | ({"video_count": 2} if self.has("count-of-two") else {})
        if status == "FAILED" and not self.has("failed-bare"):
            output |= {"code": "InvalidParameter", "message": "Field required: input.prompt"}
        return body

    def times(self, task: Task, status: str) -> Task:
        """Return the times of a task, each from its moment on."""
        ended = status in ("SUCCEEDED", "FAILED", "CANCELED")
        moments = {"submit_time": 0.0}
        if status != "PENDING" and status != "CANCELED":
            moments["scheduled_time"] = 0.004
        if ended:
            moments["end_time"] = -60 if self.has("ends-before-it-begins") else 0.009
        return {name: self.time(task["made"] + after) for name, after in moments.items()}

    def time(self, moment: float) -> Any:
        if self.has("times-in-milliseconds"):
            return int(moment * 1000)
        told = datetime.fromtimestamp(moment, self.habit.zone).isoformat(" ", "milliseconds")
        return told.replace(" ", "T") if self.has("times-with-t") else told[:23]

    def list(self, query: dict[str, str]) -> Said:
        known = [id for id in (self.before if self.has("list-lacks-new") else self.tasks) if self.shows(id)]
        known = known if self.habit.oldest_first else known[::-1]
        wrong, told = page([self.tasks[id] for id in known], query, self.faults)
        if wrong:
            return self.refuse(400, "InvalidParameter", wrong)
        return Said(200, {**told, "request_id": str(uuid.uuid4())})

    def cancel(self, id: str) -> Said:
        told = "Failed to cancel the task, please confirm if the task is in PENDING status."
        if not self.shows(id):
            return self.refuse(*self.habit.unknown_cancel, told)
        task = self.tasks[id]
        if task["steps"][0] == "PENDING" or self.has("cancel-200"):
            if not self.has("cancel-ignored"):
                task["steps"] = ("CANCELED",)
            return Said(200, {"request_id": str(uuid.uuid4())})
        code = "Conflict" if self.has("cancel-code") else "UnsupportedOperation"
        return self.refuse(409 if self.has("cancel-409") else 400, code, told)
