"""A client that has the video in the end, or ends with exit code 1 and one sentence: never a third thing.

What it holds to: nothing is believed that was not looked at, nothing is waited for without an end, nothing that is paid
for is sent twice, the key goes nowhere but to the service, and the file is there whole or not at all. It needs Python
alone. VIDEO_URL and VIDEO_KEY say where and who; VIDEO_POLL_SECONDS is the pause between two questions, and
VIDEO_PATIENCE_SECONDS the time that a task may take.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

URL, KEY = os.environ["VIDEO_URL"].rstrip("/"), os.environ["VIDEO_KEY"]
PAUSE = float(os.environ.get("VIDEO_POLL_SECONDS", "5"))
PATIENCE, TIME_OUT = float(os.environ.get("VIDEO_PATIENCE_SECONDS", "1200")), 60.0
READS, LARGEST_ANSWER, LARGEST_VIDEO = 4, 1 << 20, 1 << 30
# The words of the document; another one says that this client is out of date, or the service is.
UNFINISHED = {"pending": 0, "queued": 1, "processing": 2, "in_progress": 2}
ENDS = {"completed", "failed", "cancelled"}
ID = re.compile(r"[A-Za-z0-9][\w.:-]{3,199}", re.ASCII)


class Trouble(Exception):
    """What keeps us from the video, in a sentence."""


class Again(Trouble):
    """What may be gone at the next attempt."""


class NoRedirect(HTTPRedirectHandler):
    """Leaves redirects to us: by itself it would send the key along."""

    def redirect_request(self, *_: Any) -> None:
        return None


def send(url: str, largest: int, body: Any = None, key: str = KEY) -> tuple[int, Any, bytes]:
    """Return status, headers and body of an answer, whatever it is; raises Again where none came."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} if key else {}
    request = Request(url, None if body is None else json.dumps(body).encode(), headers)
    try:
        with build_opener(NoRedirect).open(request, timeout=TIME_OUT) as answer:
            status, told, content = answer.status, answer.headers, answer.read(largest + 1)
    except HTTPError as refusal:
        status, told, content = refusal.code, refusal.headers, refusal.read(largest + 1)
    except (OSError, HTTPException) as error:
        raise Again(f"no answer ({type(error).__name__})") from error
    if len(content) > largest:
        raise Trouble(f"an answer of more than {largest} bytes")
    return status, told, content


def task_in(status: int, headers: Any, content: bytes) -> dict[str, Any]:
    """Return the task of an answer, once it is one."""
    if status == 429 or status >= 500:
        raise Again(f"the service is in trouble (HTTP {status})")
    if status not in (200, 201, 202):
        raise Trouble(f"HTTP {status}: {' '.join(content[:300].decode('utf-8', 'replace').split())}")
    if headers.get_content_type() != "application/json":
        raise Trouble(f"the answer is {headers.get_content_type()} and no JSON")
    try:
        task = json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Trouble(f"the answer is broken JSON: {error}") from error
    if not isinstance(task, dict):
        raise Trouble("the answer is no object")
    return checked(task)


def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose members have one value each."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"two members are named {name}")
        found[name] = value
    return found


def checked(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task whose id and status can be relied on: these two are all that this client needs of it."""
    id, status = task.get("id"), task.get("status")
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise Trouble(f"the task's id is {id!r}")
    if not isinstance(status, str) or status not in ENDS | set(UNFINISHED):
        raise Trouble(f"the task {id} is in a state that nobody knows: {status!r}")
    return task


def read(id: str, seen: int) -> dict[str, Any]:
    """Return the present state of a task; a read costs nothing, so that it is repeated where something was in the way.

    A task that was only just created may not be known everywhere: such a 404 is worth another attempt as well.
    """
    for attempt in range(1, READS + 1):
        try:
            status, headers, content = send(f"{URL}/v1/videos/{id}", LARGEST_ANSWER)
            if status == 404 and not seen:
                raise Again(f"the task {id} is not known yet")
            return task_in(status, headers, content)
        except Again as trouble:
            if attempt == READS:
                raise
            print(f"{trouble}; once more", file=sys.stderr)
            time.sleep(PAUSE * attempt)
    raise AssertionError


def finished(task: dict[str, Any]) -> str:
    """Follow a task to its end and return its id."""
    id, end, seen = task["id"], time.monotonic() + PATIENCE, 0
    while task["status"] not in ENDS:
        if time.monotonic() > end:
            raise Trouble(f"the task {id} has not ended after {PATIENCE:g} s; ask for it later")
        time.sleep(PAUSE)
        task, seen = read(id, seen), seen + 1
        if task["id"] != id:
            raise Trouble(f"the task {id} was asked for, and {task['id']} is shown")
        print(f"{id}: {task['status']} {task.get('progress')!r}", file=sys.stderr)
    if task["status"] != "completed":
        raise Trouble(f"the task {id} has {task['status']}: {task.get('error')!r}")
    return str(id)


def video(id: str) -> bytes:
    """Return the video of a task, whole."""
    url = f"{URL}/v1/videos/{id}/content"
    status, headers, content = send(url, LARGEST_VIDEO)
    if status in (301, 302, 303, 307, 308):
        url = urljoin(url, headers.get("location", ""))
        if urlsplit(url).scheme not in ("https", urlsplit(URL).scheme):
            raise Trouble("the content is at an address that is no https")
        # A file server has no business with the key.
        status, headers, content = send(url, LARGEST_VIDEO, key="")
    if status != 200:
        raise Trouble(f"the task {id} is completed, but its content answers with HTTP {status}")
    if not is_whole_mp4(content):
        raise Trouble(f"the content of {id} is no whole MP4 ({headers.get_content_type()}, {len(content)} bytes)")
    return content


def is_whole_mp4(content: bytes) -> bool:
    """Whether boxes follow each other to the very end, a file type first, and media among them (ISO/IEC 14496-12)."""
    at, kinds = 0, []
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        size = int.from_bytes(content[at + 8 : at + 16]) if size == 1 else size or len(content) - at
        kinds.append(kind)
        at += max(size, 8)
    return at == len(content) and kinds[:1] == [b"ftyp"] and {b"moov", b"mdat"} <= set(kinds)


def main() -> str:
    """Create, follow, fetch, keep."""
    body = {"model": "sora-2", "prompt": "A cat on a skateboard", "seconds": "8"}
    # Never twice: whether the first attempt was paid for, nobody can say.
    task = task_in(*send(f"{URL}/v1/videos", LARGEST_ANSWER, body))
    print(f"created {task['id']}", file=sys.stderr)
    content = video(finished(task))
    unfinished = Path("video.mp4.part")
    unfinished.write_bytes(content)
    unfinished.replace("video.mp4")
    return f"video.mp4: {len(content)} bytes"


def fail(sentence: object) -> NoReturn:
    print(f"no video: {sentence}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    try:
        print(main())
    except Trouble as trouble:
        fail(trouble)
    except OSError as error:
        fail(f"the file cannot be written: {error.strerror}")
