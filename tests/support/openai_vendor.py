"""A vendor of OpenAI's videos API over http.server, written from its document alone, with the faults of real ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = {"OPENAI_API_KEY": "sk-proj-vT9q/3Lw+x7Zb"}
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08mdat"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
Said = tuple[int, Any]
# Method, number of words behind the path of all jobs, and whether it is that path.
_HALF = (("POST", 1, True), ("GET", 1, False), ("PUT", 1, False))

FAULTS = {
    "envelope-of-creation": "a refused creation is answered with {detail: text}",
    "bad-key-400": "a wrong key is answered with 400",
    "created-202": "a creation is answered with 202",
    "created-bare": "a creation tells the id and the status alone",
    "json-only": "a form is refused",
    "form-only": "JSON is refused",
    "list-bare": "a list is an array",
    "list-without-has-more": "a list does not tell has_more",
    "list-ignores-limit": "limit is ignored",
    "list-ignores-order": "order is ignored",
    "list-ignores-after": "after is ignored",
    "list-lacks-new": "a list is the one of before",
    "delete-405": "a deletion is answered with 405",
    "delete-tells-task": "a deletion is answered with the job",
    "delete-keeps": "a deleted job is served still",
    "variant-ignored": "each variant is the video",
    "failed-500": "a failed job is answered with 500, the job in the body",
    "failed-content-500": "the content of a failed job is answered with 500",
    "no-object-500": "a body that is no object is answered with 500",
    "source-of-another": "a remix names another job",
    "same-id": "each creation has the same id",
    "seconds-number": "seconds as a number are accepted",
    "half-an-api": "jobs are made and read, and nothing else is known, not even the envelope",
    "remix-unreadable": "a job that was made by a remix is not found",
    "drops-nul": "the connection is closed where an id holds a NUL",
    "no-delete-route": "a deletion is answered by the router itself",
}


@dataclass
class OpenAIVendor:
    """Its jobs, the newest last; each read takes a job one step on."""

    faults: frozenset[str]
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        for age in (90, 60, 30):
            self.make({"prompt": "an earlier one"}, age)["status"] = "completed"
        self.make({"prompt": "an earlier one that failed"}, 20)["status"] = "failed"

    def make(self, sent: dict[str, Any], age: int = 0, source: str | None = None) -> dict[str, Any]:
        number = 5 if "same-id" in self.faults and not age else next(self.numbers)
        job = {
            "id": f"video_{number:048x}", "object": "video", "model": sent.get("model", "sora-2"), "status": "queued",
            "progress": 0, "created_at": int(time.time()) - age, "completed_at": None, "expires_at": None,
            "prompt": sent.get("prompt"), "size": sent.get("size", "720x1280"), "error": None,
            "seconds": str(sent.get("seconds", "4")), "remixed_from_video_id": source,
        }  # fmt: skip
        self.jobs[job["id"]] = job
        return job

    def failed(self) -> str:
        return next(id for id, job in self.jobs.items() if job["status"] == "failed")

    def say(self, method: str, target: str, headers: Any, body: bytes) -> Said:
        self.asked.append(f"{method} {target}")
        path, query = urlsplit(target).path, {k: v[0] for k, v in parse_qs(urlsplit(target).query).items()}
        words = path.removeprefix("/v1/videos").removeprefix("/").split("/")
        if "half-an-api" in self.faults and (method, len(words), words == [""]) not in _HALF:
            return 404, {"error": "Not found"}
        if "no-delete-route" in self.faults and method == "DELETE":
            return 405, {"detail": "Method Not Allowed"}
        if not path.startswith("/v1/videos"):
            return self.refuse(404, "invalid_request_error", "no such route")
        if headers.get("authorization") != f"Bearer {KEY['OPENAI_API_KEY']}":
            return self.refuse(400 if "bad-key-400" in self.faults else 401, "authentication_error", "a wrong key")
        if words == [""]:
            return self.create(headers, body) if method == "POST" else self.list(query)
        return self.one(method, words, query, body)

    def one(self, method: str, words: list[str], query: dict[str, str], body: bytes) -> Said:
        job, verb = self.jobs.get(words[0]), "/".join(words[1:])
        if job is None or (job.get("gone") and "delete-keeps" not in self.faults):
            return self.refuse(404, "invalid_request_error", f"Video with id '{words[0]}' not found.")
        if verb == "content" and method == "GET":
            return self.content(job, query.get("variant", "video"))
        if verb == "remix" and method == "POST":
            return self.remix(job, body)
        if words[1:]:
            return self.refuse(404, "invalid_request_error", "no such route")
        if method == "DELETE":
            return self.delete(job)
        return self.retrieve(job) if method == "GET" else self.refuse(405, "invalid_request_error", "no such method")

    def refuse(self, status: int, kind: str, message: str, param: str | None = None) -> Said:
        return status, {"error": {"message": message, "type": kind, "param": param, "code": None}}

    def create(self, headers: Any, body: bytes) -> Said:
        is_form = str(headers.get("content-type")).startswith("multipart/form-data")
        if "json-only" in self.faults and is_form:
            return self.refuse(415, "invalid_request_error", "send JSON")
        if "form-only" in self.faults and not is_form:
            return self.refuse(400, "invalid_request_error", "send a form", "prompt")
        sent = form(headers, body) if is_form else decoded(body)
        if not isinstance(sent, dict):
            return self.refuse(500 if "no-object-500" in self.faults else 400, "invalid_request_error", "no object")
        problem = self.problem(sent)
        if problem is not None:
            if "envelope-of-creation" in self.faults:
                return 400, {"detail": problem}
            return self.refuse(400, "invalid_request_error", f"{problem} is wrong", problem)
        job = self.make(sent)
        told = {"id": job["id"], "status": job["status"]} if "created-bare" in self.faults else shown(job)
        return (202 if "created-202" in self.faults else 200), told

    def problem(self, sent: dict[str, Any]) -> str | None:
        if not isinstance(sent.get("prompt"), str) or not sent["prompt"]:
            return "prompt"
        if "seconds-number" in self.faults and isinstance(sent.get("seconds"), int):
            return None
        known = {"seconds": ("4", "8", "12"), "size": SIZES}
        wrong = [name for name, words in known.items() if name in sent and sent[name] not in words]
        return "model" if not isinstance(sent.get("model", ""), str) else next(iter(wrong), None)

    def retrieve(self, job: dict[str, Any]) -> Said:
        later = {"queued": "in_progress", "in_progress": "completed"}
        told = shown(job)
        if job["status"] in later:
            job["status"] = later[job["status"]]
            job["progress"] = 100 if job["status"] == "completed" else 40
        if told["status"] == "failed" and "failed-500" in self.faults:
            return 500, told
        return 200, told

    def list(self, query: dict[str, str]) -> Said:
        found = [job for job in self.jobs.values() if not job.get("gone")]
        if "list-lacks-new" in self.faults:
            found = found[:4]
        if query.get("order", "desc") == "desc" or "list-ignores-order" in self.faults:
            found = found[::-1]
        ids = [job["id"] for job in found]
        if query.get("after") in ids and "list-ignores-after" not in self.faults:
            found = found[ids.index(query["after"]) + 1 :]
        limit = 20 if "list-ignores-limit" in self.faults else int(query.get("limit", "20"))
        page, ids = [shown(job) for job in found[:limit]], [job["id"] for job in found[:limit]]
        if "list-bare" in self.faults:
            return 200, page
        ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
        more = {} if "list-without-has-more" in self.faults else {"has_more": len(found) > limit}
        return 200, {"object": "list", "data": page, **ends, **more}

    def content(self, job: dict[str, Any], variant: str) -> Said:
        if job["status"] == "failed" and "failed-content-500" in self.faults:
            return self.refuse(500, "server_error", "no content")
        if job["status"] != "completed":
            return self.refuse(404, "invalid_request_error", "not ready yet")
        return 200, MP4 if variant == "video" or "variant-ignored" in self.faults else WEBP + variant.encode()

    def remix(self, job: dict[str, Any], body: bytes) -> Said:
        sent = decoded(body)
        if not isinstance(sent, dict) or not isinstance(sent.get("prompt"), str):
            return self.refuse(400, "invalid_request_error", "prompt is missing", "prompt")
        source = next(iter(self.jobs)) if "source-of-another" in self.faults else job["id"]
        made = self.make({**job, **sent}, source=source)
        if "remix-unreadable" in self.faults:
            del self.jobs[made["id"]]
        return 200, shown(made)

    def delete(self, job: dict[str, Any]) -> Said:
        if "delete-405" in self.faults:
            return self.refuse(405, "invalid_request_error", "no such method")
        job["gone"] = True
        if "delete-tells-task" in self.faults:
            return 200, shown(job)
        return 200, {"id": job["id"], "object": "video.deleted", "deleted": True}


def shown(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job as it is told: times by its status."""
    told = {name: value for name, value in job.items() if name != "gone"}
    if job["status"] == "completed":
        told |= {"completed_at": job["created_at"], "expires_at": job["created_at"] + 3600, "progress": 100}
    if job["status"] == "failed":
        told |= {"error": {"code": "moderation_blocked", "message": "it was blocked"}}
    return told


def decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def form(headers: Any, body: bytes) -> dict[str, str]:
    """Read a form by hand: the judge writes it, and must not be the one who reads it."""
    boundary = str(headers["content-type"]).partition("boundary=")[2].encode()
    found = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, value = part.strip(b"\r\n").partition(b"\r\n\r\n")
        found[head.partition(b'name="')[2].partition(b'"')[0].decode()] = value.decode("utf-8", "replace")
    return found


@contextmanager
def openai_vendor(
    *faults: str, kind: type[OpenAIVendor] = OpenAIVendor, software: str = "vidconform-emulator"
) -> Iterator[OpenAIVendor]:
    """Serve the vendor with some faults on a free port while the block lasts.

    It says that nothing of it is a vendor's, so that no recording of it is shown as one, unless a test needs it to be.
    """
    vendor = kind(frozenset(faults))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if "drops-nul" in faults and self.command == "GET" and "%00" in self.path:
                self.close_connection = True
                return
            status, said = vendor.say(self.command, self.path, self.headers, body)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            media_type = "video/mp4" if said is MP4 else "image/webp" if said is content else "application/json"
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names of http.server

        def version_string(self) -> str:
            """Say who serves."""
            return software

        def log_message(self, *values: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield vendor
        finally:
            server.shutdown()
            serving.join()
