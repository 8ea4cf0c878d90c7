"""A made-up vendor over http.server: forms in one line, a header of its own, cancellations, a list for anybody."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = {"STUDIO_API_KEY": "st-9xQ2+fD7/mK4wPz"}
Said = tuple[int, Any]

FAULTS = {
    "header-ignored": "nothing is asked of X-Studio-Version",
    "list-keyed": "the list needs the key",
    "page-ignored": "page is ignored",
    "cancel-ignored": "a cancelled job goes on",
    "late-cancel-200": "a job that has ended is cancelled all the same",
    "late-cancel-acts": "a job that has ended is refused to be cancelled, and is cancelled then",
    "reads-json-only": "a creation is read as JSON",
    "receipt-wrapped": "the receipt is wrapped as a job is",
    "unknown-reason": "an unknown job has another reason than the documented one",
    "unknown-410": "an unknown job is gone",
    "malformed-404": "a malformed number is answered as an unknown one",
    "wrong-key-404": "a wrong key is answered as an unknown job",
    "put-as-get": "a job that is put is read",
    "put-reason": "a job that is put is refused for another reason than the documented one",
    "long-accepted": "a length beyond the limit is accepted",
    "array-500": "a body without a prompt is answered with 500",
}


@dataclass
class StudioVendor:
    """Its jobs, the oldest first; each read takes a job one step on."""

    faults: frozenset[str]
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(2):
            self.make()["state"] = "Done"

    def make(self) -> dict[str, Any]:
        number = f"job-{len(self.jobs) + 1:06}"
        self.jobs[number] = {"number": number, "state": "Waiting", "made": int(time.time() * 1000)}
        return self.jobs[number]

    def say(self, method: str, target: str, headers: Any, body: bytes) -> Said:
        self.asked.append(f"{method} {target}")
        parts = urlsplit(target)
        words = parts.path.strip("/").split("/")[1:]
        if headers.get("x-studio-version") != "2026-01" and "header-ignored" not in self.faults:
            return 400, {"reason": "version_missing"}
        if words == ["jobs"] and method == "GET" and "list-keyed" not in self.faults:
            return self.page(parse_qs(parts.query))
        if headers.get("x-studio-key") != KEY["STUDIO_API_KEY"]:
            return (404 if "wrong-key-404" in self.faults else 401), {"reason": "who_are_you"}
        if words == ["jobs"]:
            return self.create(headers, body) if method == "POST" else self.page(parse_qs(parts.query))
        return self.one(method, words)

    def create(self, headers: Any, body: bytes) -> Said:
        is_form = headers.get("content-type") == "application/x-www-form-urlencoded"
        sent = parse_qs(body.decode("utf-8", "replace")) if is_form and "reads-json-only" not in self.faults else {}
        if "prompt" not in sent:
            return (500 if "array-500" in self.faults else 422), {"reason": "prompt_missing"}
        if int(sent.get("length", ["5"])[0]) > 10 and "long-accepted" not in self.faults:
            return 422, {"reason": "too_long"}
        number = self.make()["number"]
        return 202, {"job": {"accepted": number}} if "receipt-wrapped" in self.faults else {"accepted": number}

    def page(self, query: dict[str, list[str]]) -> Said:
        number, size = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["50"])[0])
        first = 0 if "page-ignored" in self.faults else (number - 1) * size
        return 200, {"jobs": list(self.jobs.values())[first : first + size]}

    def one(self, method: str, words: list[str]) -> Said:
        if method == "PUT" and "put-as-get" not in self.faults:
            return 405, {"reason": "not_here" if "put-reason" in self.faults else "no_such_method"}
        number = words[1] if len(words) > 1 else ""
        if not number.removeprefix("job-").isdigit() and "malformed-404" not in self.faults:
            return 400, {"reason": "no_number"}
        job = self.jobs.get(number)
        if job is None:
            reason = "not_here" if "unknown-reason" in self.faults else "no_such_job"
            return (410 if "unknown-410" in self.faults else 404), {"reason": reason}
        if words[2:] == ["cancel"] and method == "POST":
            return self.cancel(job)
        told = {"job": dict(job)}
        job["state"] = {"Waiting": "Rendering", "Rendering": "Done"}.get(job["state"], job["state"])
        return 200, told

    def cancel(self, job: dict[str, Any]) -> Said:
        has_ended = job["state"] in ("Done", "Failed", "Cancelled")
        if has_ended and "late-cancel-200" not in self.faults:
            job["state"] = "Cancelled" if "late-cancel-acts" in self.faults else job["state"]
            return 409, {"reason": "has_ended"}
        if "cancel-ignored" not in self.faults and not has_ended:
            job["state"] = "Cancelled"
        return 200, {"job": dict(job)}


@contextmanager
def studio_vendor(*faults: str) -> Iterator[StudioVendor]:
    """Serve the vendor with some faults on a free port while the block lasts."""
    vendor = StudioVendor(frozenset(faults))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, said = vendor.say(self.command, self.path, self.headers, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names of http.server

        def version_string(self) -> str:
            """Say that nothing of it is a vendor's, so that no recording of it is shown as one."""
            return "vidconform-emulator"

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
