"""A client as it is written in an afternoon: it believes whatever it is told."""

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any

URL, KEY = os.environ["VIDEO_URL"], os.environ["VIDEO_KEY"]
PAUSE = float(os.environ.get("VIDEO_POLL_SECONDS", "5"))


def ask(path: str, body: dict[str, Any] | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body else None
    answer: bytes = urllib.request.urlopen(urllib.request.Request(f"{URL}{path}", data, headers)).read()
    return answer


task = json.loads(ask("/v1/videos", {"model": "sora-2", "prompt": "A cat on a skateboard", "seconds": "8"}))
while task["status"] not in ("completed", "failed"):
    time.sleep(PAUSE)
    task = json.loads(ask(f"/v1/videos/{task['id']}"))
    print(task["status"], task["progress"])
Path("video.mp4").write_bytes(ask(f"/v1/videos/{task['id']}/content"))
