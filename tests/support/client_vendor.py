"""The vendor of OpenAI's videos API with the faults that a client meets, whatever the document says of them."""

from __future__ import annotations

from typing import Any

from tests.support.openai_vendor import OpenAIVendor, Said

FAULTS = {
    "pending": "a job that is queued is called pending",
    "success": "a job that is completed is called succeeded",
    "progress-text": "progress is a text",
    "milliseconds": "times are in milliseconds",
    "without-size": "a job has no size",
    "wrapped": "a job stands in a data member",
    "created-without-id": "a creation tells no id",
    "page-at-creation": "a creation is answered with a page",
    "never-ends": "no job ever ends",
    "content-json": "content is JSON with an address",
    "unknown-200": "an unknown id is answered with 200 and an error",
    "unknown-400": "an unknown id is answered with 400",
    "unknown-plain": "an unknown id is answered with a text",
    "wrong-key-200": "a wrong key is answered with 200 and an error",
    "failed-without-error": "a failed job has no error",
}


class ClientVendor(OpenAIVendor):
    """Answers as the vendor does and puts a fault in it."""

    def say(self, method: str, target: str, headers: Any, body: bytes) -> Said:
        status, said = super().say(method, target, headers, body)
        if "wrong-key-200" in self.faults and status == 401:
            return 200, said
        if isinstance(said, dict) and said.get("object") == "video":
            said = self.altered(said)
        return status, self.of_creation(said) if method == "POST" and target == "/v1/videos" else said

    def altered(self, job: dict[str, Any]) -> dict[str, Any]:
        words = {"queued": "pending"} if "pending" in self.faults else {}
        words |= {"completed": "succeeded"} if "success" in self.faults else {}
        job = {**job, "status": words.get(job["status"], job["status"])}
        if "progress-text" in self.faults:
            job["progress"] = f"{job['progress']}%"
        if "milliseconds" in self.faults:
            job["created_at"] *= 1000
        if "without-size" in self.faults:
            del job["size"]
        if "failed-without-error" in self.faults:
            job["error"] = None
        return {"code": 0, "data": job} if "wrapped" in self.faults else job

    def of_creation(self, job: Any) -> Any:
        if "page-at-creation" in self.faults:
            return b"<html>created</html>"
        if "created-without-id" in self.faults and isinstance(job, dict):
            return {name: value for name, value in job.items() if name != "id"}
        return job

    def one(self, method: str, words: list[str], query: dict[str, str], body: bytes) -> Said:
        status, said = super().one(method, words, query, body)
        if status == 404 and "unknown-200" in self.faults:
            return 200, {"code": 40004, "message": "no such job"}
        if status == 404 and "unknown-plain" in self.faults:
            return 404, b"no such job"
        return (400 if status == 404 and "unknown-400" in self.faults else status), said

    def retrieve(self, job: dict[str, Any]) -> Said:
        before = dict(job)
        answered = super().retrieve(job)
        if "never-ends" in self.faults and job["status"] == "completed" != before["status"]:
            job.update(before)
        return answered

    def content(self, job: dict[str, Any], variant: str) -> Said:
        if "content-json" in self.faults and job["status"] == "completed":
            return 200, {"url": "http://127.0.0.1/video.mp4"}
        return super().content(job, variant)
