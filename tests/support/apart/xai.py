"""xAI's video tasks, three ways that its document allows, and the faults of real services."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import MP4, Asked, Said
from tests.support.apart.xai_words import FAULTS, HABITS, MODELS, Habit, seconds, wrong

KEY = {"XAI_API_KEY": "xai-6Hn3Kq9Vb2Yt", "XAI_OTHER_API_KEY": "xai-1Zs8Fj4Rc7Md"}
CREATIONS = ("/v1/videos/generations", "/v1/videos/edits", "/v1/videos/extensions")
MODEL_LIST = "/v1/video-generation-models"
__all__ = ["FAULTS", "HABITS", "KEY", "XaiVendor"]
Task = dict[str, Any]


@dataclass
class XaiVendor:
    """Its videos by id; each read takes one a step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    made: int = 0
    asker: str = "XAI_API_KEY"

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        self.ended = {end: self.make({}, (end,))["id"] for end in self.habit.ends}
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, sent: Task, steps: tuple[Any, ...] = ()) -> Task:
        self.made += 1
        number = 500 if self.has("same-id") and not steps else len(self.tasks)
        length = sent.get("duration") or sent.get("seconds") or (5 if self.has("default-of-five") else 8)
        steps = steps or self.habit.steps
        if self.has("starts-again") and len(steps) > 1:
            steps = (*steps, 50, "done")
        if self.has("progress-falls") and len(steps) > 1:
            steps = (60, 30, "done")
        task: Task = {"id": self.habit.id(0x11527E794E00 + number), "steps": steps, "seconds": seconds(length)}
        self.tasks[task["id"]] = task | {"owner": self.asker}
        return self.tasks[task["id"]]

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith(("/moved/", "/results/")):
            return self.result(asked.path)
        if not asked.path.startswith(("/v1/videos/", MODEL_LIST)):
            return Said(404, self.habit.elsewhere)
        is_listed = asked.path == MODEL_LIST and self.has("models-for-all")
        if not self.may(asked) and not is_listed:
            return self.no_key("authorization" in asked.headers)
        if asked.path.startswith(MODEL_LIST) and asked.method == "GET":
            return self.models(asked.path.removeprefix(MODEL_LIST).strip("/"))
        if asked.path in CREATIONS and asked.method == "POST":
            return self.create(asked)
        if asked.method in ("GET", "HEAD"):
            return self.retrieve(asked.path.removeprefix("/v1/videos/"))
        return Said(405, "Method Not Allowed")

    def may(self, asked: Asked) -> bool:
        askers = [name for name, key in KEY.items() if asked.headers.get("authorization") == f"Bearer {key}"]
        self.asker = next(iter(askers), self.asker)
        return bool(askers)

    def result(self, path: str) -> Said:
        if self.has("result-gone"):
            return Said(404, "<Error><Code>NoSuchKey</Code></Error>")
        if path.startswith("/moved/"):
            elsewhere = self.url.replace("127.0.0.1", "localhost")
            return Said(307, None, {"Location": f"{elsewhere}/results/{path.removeprefix('/moved/')}"})
        return Said(200, "<html>log in</html>" if self.has("result-of-page") else MP4)

    def no_key(self, is_wrong: bool) -> Said:
        if self.has("bad-key-401") or self.has("bad-key-403"):
            return self.refuse(401 if self.has("bad-key-401") else 403)
        return self.refuse(400 if is_wrong else self.habit.no_key)

    def refuse(self, status: int) -> Said:
        return Said(status, self.habit.refusal)

    def models(self, named: str) -> Said:
        lacking = "fingerprint" if self.has("model-without-fingerprint") else ""
        known = [{name: value for name, value in model.items() if name != lacking} for model in MODELS]
        if self.has("model-created-as-text"):
            known = [{**model, "created": "2025-04-04T00:00:00Z"} for model in known]
        if named:
            found = [model for model in known if model["id"] == named]
            return Said(200, found[0]) if found else self.refuse(404)
        if self.has("models-bare"):
            return Said(200, known)
        return Said(200, {"object": "list", "data": known} if self.has("models-as-data") else {"models": known})

    def create(self, asked: Asked) -> Said:
        sent = asked.sent()
        if not isinstance(sent, dict) or "json" not in asked.headers.get("content-type", ""):
            return self.refuse(self.habit.bad_request)
        if self.is_lacking(sent, asked.path) and not self.has("empty-200"):
            return self.refuse(400 if self.has("empty-400") else 422)
        refused = set(wrong(sent))
        if self.has("duration-16") and seconds(sent.get("duration")) == 16:
            refused.discard("duration")
        if self.has("image-of-two"):
            refused -= {"image", "input_reference", "video"}
        if self.has("duration-text-refused") and any(isinstance(sent.get(one), str) for one in ("duration", "seconds")):
            refused.add("duration")
        if refused:
            return self.refuse(self.habit.bad_request)
        if sent.get("model") not in (None, *(model["id"] for model in MODELS)):
            return self.refuse(404 if self.habit.bad_request == 400 else 400)
        return self.created(self.make(sent))

    def is_lacking(self, sent: Task, path: str) -> bool:
        """Whether a prompt is missing, or the video of an edit or an extension."""
        if path != CREATIONS[0]:
            return sent.get("prompt") is None or sent.get("video") is None
        return not sent.get("prompt") and all(sent.get(one) is None for one in ("image", "input_reference"))

    def created(self, task: Task) -> Said:
        id = 4544 if self.has("created-as-number") else task["id"]
        told = {"id" if self.has("created-as-id") else "request_id": id}
        return Said(202 if self.has("created-202") else 200, told | self.habit.created_more)

    def retrieve(self, id: str) -> Said:
        task = self.tasks.get(id)
        if task is None or (task["owner"] != self.asker and not self.has("foreign-200")):
            return self.unknown()
        step = task["steps"][0]
        task["steps"] = task["steps"][1:] or task["steps"]
        if step == "failed":
            return Said(500 if self.has("failed-500") else 422 if self.has("failed-422") else 200, self.failed())
        if step == "expired":
            return Said(200, {"status": "expired", "progress": self.shown(0)})
        if step in ("done", "moderated"):
            return Said(202 if self.has("done-202") else 200, self.done(task, step))
        return self.pending(task, step)

    def unknown(self) -> Said:
        if self.has("unknown-202"):
            return Said(202, {"status": "pending", "progress": 0})
        if self.has("unknown-failed"):
            return Said(200, self.failed())
        return self.refuse(400 if self.has("unknown-400") else 404)

    def pending(self, task: Task, step: Any) -> Said:
        told = {"status": "pending", "progress": self.shown(100 if self.has("pending-at-100") else step)}
        if self.has("pending-200"):
            return Said(200, told)
        ways: dict[str, Any] = {"whole": told, "id": {"request_id": task["id"]}, "nothing": None}
        return Said(202, ways[self.habit.pending])

    def shown(self, progress: Any) -> Any:
        if self.has("progress-as-text"):
            return f"{progress}%"
        if self.has("progress-as-fraction"):
            return progress / 100
        return float(progress) if self.habit.floats else progress

    def done(self, task: Task, step: str) -> Task:
        progress = 99 if self.has("progress-at-99") else 101 if self.has("progress-beyond") else 100
        told: Task = {
            "status": "completed" if self.has("status-of-openai") else "done", "progress": self.shown(progress),
            "video": self.video(task, step), **json.loads(json.dumps(self.habit.done_more)),
        }  # fmt: skip
        if told.get("usage"):
            told["usage"] = self.usage()
        if self.has("error-on-done"):
            told["error"] = {"code": "internal_error", "message": ""}
        lacking = [name for name in ("status", "progress", "video") if self.has(f"done-without-{name}")]
        return {name: value for name, value in told.items() if name not in lacking}

    def usage(self) -> Task:
        ticks: Any = 0.5 if self.has("ticks-as-float") else "5" if self.has("ticks-as-text") else 500000000
        return {"cost": 1} if self.has("ticks-missing") else {"cost_in_usd_ticks": ticks}

    def video(self, task: Task, step: str) -> Task:
        length = 6.04 if self.has("duration-as-float") else task["seconds"]
        told = {"duration": float(length) if self.habit.floats else length, "respect_moderation": step == "done"}
        told |= {"url": f"{self.url}/{'moved' if self.habit.moved else 'results'}/xai-video-{task['id']}.mp4"}
        if step == "moderated" and not self.has("moderated-with-url"):
            del told["url"]
            told |= self.habit.moderated
        faults = {"duration": "duration-missing", "respect_moderation": "moderation-missing", "url": "done-without-url"}
        gone = [name for name, fault in faults.items() if self.has(fault)]
        return {name: value for name, value in told.items() if name not in gone} | self.habit.video_more

    def failed(self) -> Task:
        told: Task = {"status": "failed", "progress": self.shown(60 if self.has("failed-at-60") else 0)}
        error: Any = {"code": "internal_error", "message": "Something\nbroke."}
        if self.has("failed-code-of-another"):
            error["code"] = "rate_limit_exceeded"
        if self.has("failed-message-missing"):
            del error["message"]
        told |= self.habit.failed_more
        if self.has("failed-with-video"):
            told["video"] = {"duration": 0, "respect_moderation": True}
        if self.has("failed-with-model"):
            told["model"] = ""
        if self.has("failed-without-error"):
            return told
        return {**told, "error": "broke" if self.has("failed-as-text") else error}
