"""OpenRouter's video jobs, three ways that its document allows."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.apart.front import MP4, Asked, Said
from tests.support.apart.openrouter_habits import BASE, FAULTS, HABITS, Habit
from tests.support.apart.openrouter_words import MODELS, problem

KEY = {"OPENROUTER_API_KEY": "sk-or-v1-7dQ2vXk9Lw4TzB8nRf3Y"}
__all__ = ["FAULTS", "HABITS", "KEY", "OpenRouterVendor"]
Job = dict[str, Any]


@dataclass
class OpenRouterVendor:
    """Its jobs by id; each read takes a job one step on."""

    faults: frozenset[str]
    habit: Habit
    url: str = ""
    asked: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.wire = self.habit.wire
        ends = ("completed", "failed", "cancelled", "expired")
        self.ended = {status: self.make(status)["id"] for status in ends}
        self.made = 0

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def make(self, ended: str | None = None) -> Job:
        self.made += 1
        steps = (ended,) if ended else self.habit.steps
        if self.has("begins-running") and not ended:
            steps = ("in_progress", *steps[1:])
        number = 77 if self.has("same-id") and not ended else len(self.jobs) + 1
        job: Job = {
            "id": self.habit.id(number),
            "generation_id": f"gen-{int(time.time())}-{number:06x}",
            "steps": steps,
        }
        self.jobs[job["id"]] = job
        return job

    def say(self, asked: Asked) -> Said:
        if asked.path.startswith("/storage/"):
            return Said(403, "<Error>expired</Error>") if self.has("result-expired") else Said(200, MP4)
        words = asked.path.removeprefix(f"{BASE}/").split("/")
        if not asked.path.startswith(f"{BASE}/videos") or words[0] != "videos" or len(words) > 3:
            return Said(404, self.habit.elsewhere) if self.habit.elsewhere else self.refuse(404, "Not Found")
        if words[1:] == ["models"] and asked.method == "GET":
            return self.models(asked)
        if not self.may(asked) and not (self.has("content-for-all") and words[2:] == ["content"]):
            return self.no_key(asked)
        if asked.method == "POST" and len(words) == 1:
            return self.create(asked)
        if asked.method not in ("GET", "HEAD") or len(words) == 1 or words[2:] not in ([], ["content"]):
            return self.refuse(405 if len(words) < 3 else 404, "Method Not Allowed")
        return self.content(words[1], asked) if words[2:] else self.retrieve(words[1])

    def may(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {KEY['OPENROUTER_API_KEY']}"

    def no_key(self, asked: Asked) -> Said:
        told = "User not found." if "authorization" in asked.headers else "Missing Authentication header"
        return self.refuse(403 if self.has("bad-key-403") else 401, told)

    def refuse(self, status: int, message: str, code: int | None = None) -> Said:
        if self.has("error-as-text"):
            return Said(status, {"error": message})
        number: Any = code or status
        told = str(number) if self.has("code-as-text") else number
        return Said(
            status, {"error": {"code": told, "message": message, **self.habit.error_more}, **self.habit.body_more}
        )

    def models(self, asked: Asked) -> Said:
        if self.habit.models_need_key and not self.may(asked):
            return self.no_key(asked)
        told = [dict(model) for model in MODELS]
        if self.has("model-without-member"):
            del told[-1]["creativity"]
        return Said(200, told if self.has("model-list-bare") else {"data": told})

    def create(self, asked: Asked) -> Said:
        sent = asked.sent()
        if not isinstance(sent, dict):
            return self.refuse(400, "Invalid request parameters")
        if self.has("no-model-202"):
            sent.setdefault("model", MODELS[0]["id"])
        if self.has("callback-http") and re.match("http:", str(sent.get("callback_url"))):
            del sent["callback_url"]
        wrong = problem(sent, self.habit.picky)
        if wrong:
            unknown = wrong == "no such model"
            return self.refuse(self.habit.model_unknown if unknown else 400, wrong)
        return self.created(self.make())

    def created(self, job: Job) -> Said:
        told = self.told(job, job["steps"][0])
        kept = ["id", "polling_url", "status", *self.habit.created_more]
        body = {name: told.get(name, job.get(name)) for name in kept}
        if self.has("created-without-address"):
            del body["polling_url"]
        return Said(200 if self.has("created-200") else 202, body)

    def retrieve(self, asked: str) -> Said:
        if asked not in self.jobs:
            return self.unknown(asked)
        job = self.jobs[asked]
        status = job["steps"][0]
        if self.has("starts-again") and status == "completed" and job.pop("told", False):
            status = "in_progress"
        job["told"] = status == "completed"
        job["steps"] = job["steps"][1:] or job["steps"]
        body = self.told(job, status)
        return Said(200, body | {"id": self.ended["completed"]} if self.has("another-job") else body)

    def unknown(self, asked: str) -> Said:
        if self.has("unknown-200"):
            return Said(
                200, {"id": asked, "polling_url": f"{BASE}/videos/{asked}", "status": "failed", "error": "no job"}
            )
        if self.has("unknown-400"):
            return self.refuse(400, "Job not found")
        return self.refuse(404, "Resource not found", 400 if self.has("code-of-another") else None)

    def told(self, job: Job, status: str) -> Job:
        """Return a job as it is told in a status."""
        place = {"url": self.url, "base": BASE, "id": job["id"]}
        address = self.habit.address.format(**place | ({"base": "/v0"} if self.has("address-of-nothing") else {}))
        told: Job = {"id": job["id"], "polling_url": address, "status": status, **self.habit.job_more}
        if status == "completed":
            told |= {"generation_id": job["generation_id"], "usage": dict(self.habit.usage)}
            told["unsigned_urls"] = [result.format(**place) for result in self.habit.results]
            self.spoil(told)
        elif status not in self.habit.steps:
            told["error"] = f"Job was {status}"
            if self.has("error-object"):
                told["error"] = {"code": 500, "message": f"Job was {status}"}
        if self.has("status-of-openai") and status == "pending":
            told["status"] = "queued"
        return told

    def spoil(self, told: Job) -> None:
        for member, fault in {"unsigned_urls": "without-result", "generation_id": "without-generation"}.items():
            if self.has(f"completed-{fault}"):
                del told[member]
        if self.has("cost-as-text"):
            told["usage"]["cost"] = "0.25"
        if self.has("ends-as-succeeded"):
            told["status"] = "succeeded"

    def content(self, id: str, asked: Asked) -> Said:
        index = asked.query.get("index", "0")
        if not re.fullmatch("[0-9]{1,9}", index) and not (self.has("negative-index") and index == "-1"):
            return self.refuse(400, "index: expected an integer of at least 0")
        if id not in self.jobs or int(index) >= len(self.habit.results) or self.jobs[id]["steps"][0] != "completed":
            return self.refuse(404, "Resource not found")
        if self.has("result-expired"):
            return self.refuse(404, "Resource not found")
        return Said(200, {"url": f"{self.url}/storage/{id}.mp4"} if self.has("content-json") else MP4)
