"""CometAPI's Seedance tasks, three ways that its pages allow, and the faults of real services."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.apart.cometapi_words import FAULTS, HABITS, OF_ONE_FORM, SECONDS, Habit, form, is_duration, is_size
from tests.support.apart.front import MP4, Asked, Said

KEY = {"COMETAPI_API_KEY": "sk-cm-8Jy4Xd6Nf1Qp", "COMETAPI_OTHER_API_KEY": "sk-cm-2Gt7Bs5Lw9Hz"}
OF_FIRST = {
    "queued": "SUBMITTED", "in_progress": "IN_PROGRESS", "completed": "SUCCESS", "failed": "FAILED", "error": "ERROR",
}  # fmt: skip
OF_XAI = {"in_progress": "processing", "completed": "done"}
__all__ = ["FAULTS", "HABITS", "KEY", "CometapiVendor"]
Task = dict[str, Any]


@dataclass
class CometapiVendor:
    """Its tasks by id; each read takes a task one step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    made: int = 0
    asker: str = "COMETAPI_API_KEY"

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        self.ended = {status: self.make({}, ((status, end),))["id"] for status, end in self.habit.ends.items()}
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, sent: Task, steps: tuple[tuple[str, int], ...] = ()) -> Task:
        self.made += 1
        number = 500 if self.has("same-id") and not steps else len(self.tasks)
        steps = steps or self.habit.steps
        if self.has("starts-again") and len(steps) > 1:
            steps = (*steps, ("in_progress", 90), ("completed", 100))
        task = {
            "id": self.habit.id(17766811490000 + number), "model": sent.get("model", "doubao-seedance-2-0"),
            "steps": steps, "made": int(time.time()), "owner": self.asker,
        }  # fmt: skip
        self.tasks[task["id"]] = task
        return task

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith(("/moved/", "/results/")):
            return self.result(asked.path)
        path = asked.path.removeprefix("/v1/videos")
        if path == asked.path and path != "/v1/models":
            return self.wrong_path()
        if not self.may(asked):
            return self.no_key()
        if asked.path == "/v1/models":
            return Said(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in SECONDS]})
        if not path and asked.method == "POST":
            return self.create(asked)
        if path.startswith("/") and path.count("/") == 1 and asked.method in ("GET", "HEAD"):
            return self.retrieve(path[1:])
        return self.wrong_path()

    def wrong_path(self) -> Said:
        if self.has("wrong-path-json"):
            return Said(404, {"error": {"message": "Invalid URL", "type": "invalid_request_error", "code": ""}})
        status, body = self.habit.elsewhere
        return Said(status, body, {"Location": f"{self.url}/"} if status == 301 else {})

    def may(self, asked: Asked) -> bool:
        askers = [name for name, key in KEY.items() if asked.headers.get("authorization") == f"Bearer {key}"]
        self.asker = next(iter(askers), self.asker)
        return bool(askers)

    def result(self, path: str) -> Said:
        if self.has("result-expired"):
            return Said(403, "<Error><Code>AccessDenied</Code></Error>")
        if path.startswith("/moved/"):
            elsewhere = self.url.replace("127.0.0.1", "localhost")
            return Said(302, "<a>Found</a>", {"Location": f"{elsewhere}/results/{path.removeprefix('/moved/')}"})
        return Said(200, "<html>log in</html>" if self.has("result-of-page") else MP4)

    def no_key(self) -> Said:
        return self.nested(403 if self.has("bad-key-403") else 500 if self.has("bad-key-500") else 401, "invalid token")

    def nested(self, status: int, message: str, code: Any = "") -> Said:
        told: Task = {"code": code, "message": f"{message}{self.habit.suffix}", "type": "comet_api_error"}
        if self.has("type-missing"):
            del told["type"]
        return self.enveloped(status, {"error": told | self.habit.error_more}, told)

    def flat(self, status: int, code: Any, message: str) -> Said:
        told = {"code": code, "message": message}
        return self.enveloped(status, told, told)

    def enveloped(self, status: int, body: Task, error: Task) -> Said:
        if self.has("code-as-number"):
            error = body.get("error", body)
            error["code"] = status
        if self.has("envelope-as-text"):
            return Said(status, {"error": error["message"]})
        return Said(status, {"code": error["code"], "msg": error["message"]} if self.has("envelope-of-msg") else body)

    def create(self, asked: Asked) -> Said:
        sent = form(asked) or (asked.sent() if self.has("json-200") else None)
        sent = sent if isinstance(sent, dict) else {}
        refused = self.lacking(sent) or self.wrong(sent)
        if refused:
            return refused
        task = self.make(sent)
        task["steps"] = task["steps"][1:] if self.has("begins-running") else task["steps"]
        status = "in_progress" if self.has("begins-running") else "queued"
        told = self.common(task, status, 10 if self.has("begins-at-ten") else 0)
        told |= {"created_at": self.created_at(task)}
        if self.habit.task_id:
            told["task_id"] = f"{task['id']}-2" if self.has("another-task-id") else task["id"]
        lacking = [name for name in ("progress", "id") if self.has(f"created-without-{name}")]
        told = {name: value for name, value in told.items() if name not in lacking}
        return Said(202 if self.has("created-202") else 200, told | self.habit.created_more)

    def lacking(self, sent: Task) -> Said | None:
        """Return what refuses a creation without a model or a prompt, the model first."""
        if not sent.get("model") and not self.has("no-model-200"):
            told = "model name is required"
            if self.has("no-model-flat"):
                return self.flat(400, "invalid_request", told)
            return self.nested(503 if self.has("no-model-503") else 400, told)
        if not sent.get("prompt") and not self.has("no-prompt-200"):
            told = "prompt is required"
            if self.has("no-prompt-nested"):
                return self.nested(400, told)
            return self.flat(500 if self.has("no-prompt-500") else 400, "invalid_request", told)
        return None

    def wrong(self, sent: Task) -> Said | None:
        """Return what refuses a creation whose fields are not of what is documented."""
        model = sent.get("model") or "doubao-seedance-2-0"
        if model not in SECONDS:
            told = f"unsupported model: {model}"
            return None if self.has("unknown-model-200") else self.nested(400, told, "model_not_found")
        is_any_length = self.has("seconds-16-200") and "seconds" in sent
        if "seconds" in sent and not is_any_length and not is_duration(model, str(sent["seconds"])):
            code = "invalid_request" if self.has("seconds-code") else "InvalidParameter"
            return self.flat(400, code, "the parameter duration specified in the request is not valid")
        if "size" in sent and not is_size(sent["size"], self.habit.ratios):
            return self.flat(400, "InvalidParameter", "the parameter size specified in the request is not valid")
        if "input_reference" in sent and model in OF_ONE_FORM and not self.has("frames-200"):
            told = "The parameter task_type specified in the request is not valid"
            return self.flat(400, "InvalidParameter", f"{told}: r2v does not support model {model}")
        return None

    def common(self, task: Task, status: str, progress: int) -> Task:
        """Return what both a creation and a read tell."""
        words = OF_FIRST if self.has("status-of-first-edition") else OF_XAI if self.has("status-of-xai") else {}
        progress = 101 if progress == 100 and self.has("progress-beyond") else progress
        shown: Any = float(progress) if self.habit.floats else progress
        shown = f"{progress}%" if self.has("progress-as-text") else shown
        return {
            "id": task["id"], "object": "video.generation.task" if self.has("object-of-its-own") else "video",
            "model": task["model"], "status": words.get(status, status), "progress": shown,
        }  # fmt: skip

    def created_at(self, task: Task) -> Any:
        if self.has("created-as-text"):
            return datetime.fromtimestamp(task["made"], UTC).isoformat()
        return task["made"] * 1000 if self.has("created-in-milliseconds") else task["made"]

    def completed_at(self, task: Task) -> Any:
        moment = task["made"] - 3600 if self.has("completed-before-created") else int(time.time())
        if self.has("completed-as-text"):
            return datetime.fromtimestamp(moment, UTC).isoformat()
        return moment * 1000 if self.has("completed-in-milliseconds") else moment

    def retrieve(self, id: str) -> Said:
        task = self.tasks.get(id)
        if task is None or (task["owner"] != self.asker and not self.has("foreign-200")):
            return self.unknown(id)
        status, progress = task["steps"][0]
        task["steps"] = task["steps"][1:] or task["steps"]
        told = self.common(task, status, progress)
        told |= {} if "created_at" in self.habit.silent else {"created_at": self.created_at(task)}
        told |= self.ending(task, status)
        told |= {"model": task["model"].removeprefix("doubao-")} if self.has("another-model") else {}
        told |= {"id": self.ended["completed"]} if self.has("another-task") else {}
        told |= self.habit.task_more
        return Said(200, {"code": "success", "message": "", "data": told} if self.has("wrapped") else told)

    def unknown(self, id: str) -> Said:
        if self.has("unknown-200"):
            return Said(200, self.common({"id": id, "model": "doubao-seedance-2-0"}, "failed", 0))
        message = "not found" if self.has("unknown-message") else "task_not_exist"
        status = 404 if self.has("unknown-404") else 400
        return self.flat(status, self.habit.unknown_code, message) if self.habit.flat else self.nested(status, message)

    def ending(self, task: Task, status: str) -> Task:
        """Return what a task tells of its end."""
        told: Task = {}
        has_ended = status in ("completed", "failed", "error")
        if (has_ended or self.has("completed-at-early")) and not self.has("completed-without-time"):
            told["completed_at"] = self.completed_at(task)
        elif self.habit.null_before_end:
            told["completed_at"] = None
        address = f"{self.url}/{'moved' if self.habit.moved else 'results'}/{task['id']}.mp4?sig=a%2Fb"
        faults = {"in_progress": "url-early", "failed": "url-after-failure"}
        if self.has(faults.get(status, "")) or (status == "completed" and not self.has("completed-without-url")):
            told |= {"result": {"video_url": address}} if self.has("url-inside") else {"video_url": address}
        return told
