"""A vendor of tasks that is no emulator: a few lines over http.server, with one key that a test may bend."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.processes import KEYS

Said = tuple[int, Any]
Bend = Callable[["VendorCall"], Said | None]
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08mdat"


@dataclass(frozen=True)
class VendorCall:
    """One request: what for (`create`, `retrieve`, `content`, `remix`), for which id, and with which key."""

    role: str
    id: str
    key: str
    body: Any


@dataclass
class KeyedVendor:
    """Answers as octopusx/videos, or as opeai/videos with its second route, unless `bend` says something else."""

    own_key: str
    bend: Bend
    token: str = KEYS["OPEAI_TOKEN"]
    url: str = ""
    tasks: list[str] = field(default_factory=lambda: ["video_1a2b3c4d5e"])
    asked: list[VendorCall] = field(default_factory=list)
    started: int = field(default_factory=lambda: int(time.time()))

    def say(self, asked: VendorCall) -> Said:
        """Return the status code and the body of an answer."""
        self.asked.append(asked)
        bent = self.bend(asked)
        if bent is not None:
            return bent
        if asked.key not in (self.own_key, self.token):
            return refusal(401, "the key is not valid")
        return self.serve(asked)

    def serve(self, asked: VendorCall, id: str | None = None) -> Said:
        """Return what the right key is answered with."""
        if asked.role in ("create", "remix"):
            if asked.role == "remix" and asked.id not in self.tasks:
                return refusal(404, "video not found")
            if not _is_creation(asked.body):
                return refusal(400, "a model and a prompt are needed, and each member is a text")
            self.tasks.append(f"video_made{len(self.tasks):06}")
            return 200, task(self.tasks[-1], "queued", self.started)
        found = asked.id if id is None else id
        if found not in self.tasks:
            return refusal(404, "video not found")
        return 200, MP4 if asked.role == "content" else task(found, "completed", self.started)


def _is_creation(body: Any) -> bool:
    if not isinstance(body, dict) or not {"model", "prompt"} <= set(body):
        return False
    return all(isinstance(value, dict if name == "metadata" else str) for name, value in body.items())


def task(id: str, status: str, created_at: int = 1735689600) -> dict[str, Any]:
    """Return a task as octopusx shows it."""
    return {
        "id": id, "task_id": id, "object": "video", "model": "sora-2", "status": status, "seconds": "5",
        "progress": 100 if status == "completed" else 0, "created_at": created_at, "size": "1280x720",
        **({"video_url": f"https://cdn.vendor.example/{id}.mp4"} if status == "completed" else {}),
    }  # fmt: skip


def refusal(status: int, message: str, code: str = "refused") -> Said:
    """Return a refusal in the customary envelope."""
    return status, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


def _asked(method: str, target: str, headers: Any, body: bytes) -> VendorCall | None:
    parts = urlsplit(target)
    words = [unquote(word) for word in parts.path.split("/")[1:]]
    key = headers.get("token") or (headers.get("authorization") or "").removeprefix("Bearer ")
    try:
        sent = json.loads(body) if body else None
    except ValueError:
        sent = None
    named = parse_qs(parts.query).get("id", [""])[0]
    shapes = {
        ("POST", 2): "create", ("GET", 3): "retrieve", ("GET", 4): "content", ("POST", 4): "remix",
    }  # fmt: skip
    role = "second-retrieve" if words[0] == "api" else shapes.get((method, len(words)), "")
    if method not in ("GET", "POST") or not role:
        return None
    return VendorCall(role, named or (words[2] if len(words) > 2 else ""), key, sent)


@contextmanager
def vendor(
    bend: Callable[[VendorCall], Said | None] = lambda asked: None, key: str = "OCTOPUSX_API_KEY"
) -> Iterator[KeyedVendor]:
    """Serve a vendor on a free port while the block lasts; `bend` answers first where it says anything."""
    made = KeyedVendor(KEYS[key], bend)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = _asked(self.command, self.path, self.headers, body)
            status, said = refusal(405, "no such route") if asked is None else made.say(asked)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "video/mp4" if said is MP4 else "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names of http.server

        def log_message(self, *values: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()
