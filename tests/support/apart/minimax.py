"""MiniMax's video tasks of the second version, three ways that its document allows, and the faults of real services."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.apart.front import MP4, Asked, Said
from tests.support.apart.minimax_list import page
from tests.support.apart.minimax_words import FAULTS, HABITS, TYPES, Habit, has_text, problem

KEY = {"MINIMAX_API_KEY": "eyJ-mm-5Tq8Zr2Lk", "MINIMAX_OTHER_API_KEY": "eyJ-mm-7Wd3Xp9Sn"}
CREATE, QUERY = "/v2/video_generation", "/v2/query/video_generation"
OF_OPENAI = {"running": "in_progress", "succeeded": "completed"}
OF_V1 = {"queued": "Queueing", "running": "Processing", "succeeded": "Success", "failed": "Fail"}
__all__ = ["FAULTS", "HABITS", "KEY", "MinimaxVendor"]
Task = dict[str, Any]


@dataclass
class MinimaxVendor:
    """Its tasks by id; each read takes a task one step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    made: int = 0
    born: int = 1
    asker: str = "MINIMAX_API_KEY"

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        self.ended = {status: self.make({}, (status,))["id"] for status in self.habit.ends}
        self.make({"model": "MiniMax-H3-Max"}, ("succeeded",))
        for _ in range(self.habit.tasks_before):
            self.make({}, ("succeeded",))
        for number, task in enumerate(self.tasks.values()):
            task["made"] -= 600 - number
        self.before = list(self.tasks)
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, sent: Task, steps: tuple[str, ...] = ()) -> Task:
        self.made += 1
        self.born += 0 if self.has("same-id") and not steps else 1
        steps = steps or self.habit.steps
        if self.has("starts-again") and len(steps) > 1:
            steps = (*steps, "running", "succeeded")
        task = {
            "id": self.habit.id(self.born), "model": sent.get("model", "MiniMax-H3"), "steps": steps,
            "made": int(time.time()), "duration": sent.get("duration", 5), "owner": self.asker,
            "resolution": sent.get("resolution", "768P"), "ratio": sent.get("ratio", "16:9"),
        }  # fmt: skip
        self.tasks[task["id"]] = task
        return task

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith(("/moved/", "/results/")):
            return self.result(asked.path)
        path, method = asked.path.rstrip("/"), asked.method
        if not path.startswith((CREATE, QUERY)):
            return Said(404, self.habit.elsewhere)
        if not self.may(asked) and not (path == QUERY and self.has("list-for-all")):
            return self.no_key()
        if path == CREATE and method == "POST":
            return self.create(asked.sent())
        if path == QUERY and method == "GET":
            return self.list(asked.query)
        if path.startswith(f"{QUERY}/") and method in ("GET", "HEAD"):
            return self.retrieve(path.removeprefix(f"{QUERY}/"))
        if path.startswith(f"{CREATE}/") and method == "DELETE":
            return self.delete(path.removeprefix(f"{CREATE}/"))
        return Said(405, "405 method not allowed")

    def may(self, asked: Asked) -> bool:
        askers = [name for name, key in KEY.items() if asked.headers.get("authorization") == f"Bearer {key}"]
        self.asker = next(iter(askers), self.asker)
        return bool(askers)

    def shows(self, id: str) -> bool:
        return id in self.tasks and (self.tasks[id]["owner"] == self.asker or self.has("foreign-200"))

    def result(self, path: str) -> Said:
        if self.has("result-expired"):
            return Said(403, "<Error><Code>AccessDenied</Code></Error>")
        if path.startswith("/moved/"):
            elsewhere = self.url.replace("127.0.0.1", "localhost")
            return Said(302, None, {"Location": f"{elsewhere}/results/{path.removeprefix('/moved/')}"})
        return Said(200, MP4)

    def no_key(self) -> Said:
        told = "login fail: Please carry the API secret key in the 'Authorization' field of the request header"
        kind = "bad_request_error" if self.has("bad-key-type") else "authorized_error"
        status, code = 403 if self.has("bad-key-403") else 401, 2049 if self.has("bad-key-code") else 1004
        return self.refuse(status, told, kind, code)

    def refuse(self, status: int, message: str, kind: str = "", code: int = 0) -> Said:
        usual_kind, usual_code = TYPES.get(status, TYPES[400])
        code = code or usual_code
        if self.has("refused-of-v1"):
            return Said(200, {"base_resp": {"status_code": code, "status_msg": message}})
        told = message if self.has("message-without-code") else f"{message} ({code})"
        repeated: Any = 500 if self.has("http-code-of-another") else status
        repeated = repeated if self.has("http-code-as-number") else str(repeated)
        error = {"type": kind or usual_kind, "message": told, "http_code": repeated, **self.habit.error_more}
        if self.has("envelope-flat"):
            return Said(status, {**error, "request_id": "0217"})
        around = {} if self.has("envelope-bare") else {"type": "error"}
        return Said(status, {**around, "error": error, "request_id": "021785229015510a2c883cf675b9804d"})

    def create(self, sent: Any) -> Said:
        wrong = problem(sent, self.habit.resolution_default)
        if wrong:
            return self.refuse(400, f"invalid params, {wrong}")
        if not has_text(sent.get("content")) and not self.has("no-text-200"):
            status, code = 422 if self.has("no-text-422") else 400, 1026 if self.has("no-text-code") else 2013
            told = "invalid params, content must include a non-empty text item (prompt is required)"
            return self.refuse(status, told, "bad_request_error", code)
        if sent["model"] not in ("MiniMax-H3", "MiniMax-H3-Max"):
            return self.refuse(self.habit.unknown_model, "invalid params, model is not supported", "", 2013)
        id: Any = self.make(sent)["id"]
        answered = {"id" if self.has("created-as-id") else "task_id": int(id) if self.has("created-as-number") else id}
        return Said(201 if self.has("created-201") else 200, answered | self.habit.body_more)

    def retrieve(self, id: str) -> Said:
        if not self.shows(id) or (id in self.deleted and not self.has("deleted-is-shown")):
            return self.unknown()
        task = self.tasks[id]
        told = self.told(task, task["steps"][0])
        told["id"] = self.ended["succeeded"] if self.has("another-task") else id
        task["steps"] = task["steps"][1:] or task["steps"]
        return Said(200, told if self.has("bare-task") else {"task": told, **self.habit.body_more})

    def unknown(self) -> Said:
        if self.has("unknown-of-v1"):
            return Said(200, {"base_resp": {"status_code": 2013, "status_msg": "invalid task_id"}})
        if self.has("unknown-200"):
            return Said(200, {"task": {}})
        return self.refuse(404 if self.has("unknown-404") else 400, "invalid task_id")

    def word(self, status: str) -> str:
        words = OF_OPENAI if self.has("status-of-openai") else OF_V1 if self.has("status-of-v1") else {}
        return words.get(status, status)

    def told(self, task: Task, status: str) -> Task:
        """Return a task as a read and a list tell it."""
        told: Task = {
            "id": task["id"], "model": task["model"],
            "status": self.word(status), "created_at": self.time(task["made"]),
            "updated_at": self.time(task["made"] - (3600 if self.has("updated-before-created") else 0)),
            "resolution": task["resolution"], "duration": self.duration(task["duration"]),
            "ratio": task["ratio"] if self.habit.own_ratio else "", "task_type": "generation",
            "modality": "text" if self.has("modality-of-another") else "video",
        }  # fmt: skip
        told["ratio"] = None if self.has("ratio-null") else told["ratio"]
        told = {name: value for name, value in told.items() if name not in self.habit.silent}
        return told | self.ending(task, status) | self.habit.task_more

    def time(self, moment: int) -> Any:
        if self.has("times-as-text"):
            return datetime.fromtimestamp(moment, UTC).isoformat()
        return moment * 1000 if self.has("times-in-milliseconds") else float(moment) if self.habit.floats else moment

    def duration(self, seconds: int) -> Any:
        return str(seconds) if self.has("duration-as-text") else float(seconds) if self.habit.floats else seconds

    def ending(self, task: Task, status: str) -> Task:
        """Return what a task tells of its end."""
        told: Task = {}
        if (status == "succeeded" and not self.has("succeeded-without-content")) or (
            status == "running" and self.has("content-early")
        ):
            told["content"] = self.content(task)
        if (status == "failed" and not self.has("failed-without-error")) or (
            status == "succeeded" and self.has("error-on-success")
        ):
            told["error"] = self.failure(status)
        if status == "succeeded" or (status == "running" and self.has("usage-early")):
            told |= {} if "usage" in self.habit.silent else {"usage": self.usage()}
        elif status == "failed" and self.habit.empty_usage:
            told["usage"] = {}
        return told

    def content(self, task: Task) -> Any:
        place = "moved" if self.habit.moved else "results"
        query = f"?Expires={int(time.time()) + 32400}&Signature={time.time_ns():x}" if self.habit.signed else ""
        address = f"{self.url}/{place}/{task['id']}.mp4{query}"
        if self.has("content-bare"):
            return address
        return {} if self.has("succeeded-without-url") else {"url": address}

    def failure(self, status: str) -> Task:
        told = {"code": "1026", "message": "video description contains sensitive content", **self.habit.error_more}
        told["code"] = "0" if status == "succeeded" else 1026 if self.has("failed-code-as-number") else "1026"
        return {name: told[name] for name in told if name != "message" or not self.has("failed-message-missing")}

    def usage(self) -> Task:
        told = dict(self.habit.usage)
        if self.has("seconds-do-not-add"):
            told["total_seconds"] += 1
        if self.has("tokens-do-not-add"):
            told["total_tokens"] += 1
        if self.has("tokens-as-text"):
            told["total_tokens"] = str(told["total_tokens"])
        return told

    def delete(self, id: str) -> Said:
        if not self.shows(id) or id in self.deleted:
            return self.refuse(400, "invalid task_id")
        task = self.tasks[id]
        status = task["steps"][0]
        if status == "queued":
            return self.cancel(task)
        may_be_deleted = {"succeeded", "failed"} | ({"running"} if self.has("delete-of-running") else set())
        if status not in may_be_deleted and not (status == "cancelled" and self.has("delete-of-cancelled")):
            return self.refuse(400, f"invalid params, a task that is {status} cannot be deleted")
        self.deleted.append(id)
        action = "cancelled" if self.has("delete-says-cancelled") else "deleted"
        return Said(200, {"task_id": id, "action": action, "status": action, **self.habit.body_more})

    def cancel(self, task: Task) -> Said:
        if not self.has("cancel-ignored"):
            task["steps"] = ("cancelled",)
        action = "deleted" if self.has("cancel-says-deleted") else "cancelled"
        if self.has("cancel-204"):
            return Said(204, None)
        return Said(200, {"task_id": task["id"], "action": action, "status": action, **self.habit.body_more})

    def list(self, query: dict[str, str]) -> Said:
        known = [id for id in (self.before if self.has("list-lacks-new") else self.tasks) if self.shows(id)]
        known = [id for id in known if id not in self.deleted]
        known = known if self.habit.oldest_first else known[::-1]
        found = page([self.tasks[id] for id in known], query, self.faults, self.habit.largest_page)
        if found is None:
            return self.refuse(400, "invalid params")
        total, entries = found
        items = [self.told(task, task["steps"][0]) for task in entries]
        if self.has("list-bare"):
            return Said(200, items)
        counted = {} if self.has("list-without-total") else {"total": total}
        return Said(200, {"items": items, **counted, **self.habit.body_more})
