"""A vendor that puts the key into whatever it says is judged as any other, and its key is in no byte that leaves."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.redaction.test_windows import WRAPPED
from tests.support.keyed_vendor import MP4, VendorCall, refusal, task, vendor
from tests.support.live_cases import cases
from tests.support.processes import Run, copy_of, judge
from vidconform.redaction.windows import Windows
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

KEY = "sk-live-a8Kd0Qm3Zx7Lr2Vt9Yw4Hb6Nc1Pf5Gj8Su3"
OTHER = "sk-live-T4wR9mE2yU7oP1aS6dF3gH8jK5lZ0xC"


def verdicts(key: str, shown: Callable[[dict[str, Any]], dict[str, Any]], id: str) -> dict[str, tuple[str, str]]:
    """Return how the requirements read of a vendor that shows its tasks otherwise, asked with a key."""

    def bend(asked: VendorCall) -> tuple[int, Any] | None:
        if asked.key != key:
            return refusal(401, "the key is not valid")
        if asked.role == "create" and asked.body:
            return 200, shown(task(id, "queued"))
        if asked.role == "retrieve" and asked.id == id:
            return 200, shown(task(id, "completed"))
        return (200, MP4) if asked.role == "content" and asked.id == id else refusal(404, f"no task for {KEY}")

    with vendor(bend) as made:
        chosen: dict[str, Any] = {
            "poll_interval": 0,
            "poll_timeout": 0.5,
            "fuzz": 0,
            "max_creations": 4,
            "task_ids": [f"videos={id}"],
        }
        session = prepare(
            RunOptions(["octopusx"], live=True, provider_url=made.url, **chosen), {"OCTOPUSX_API_KEY": key}
        )
        try:
            wanted = [c for c in cases(session) if c.subject == "service" and c.contract.name == "videos"]
            return {v.requirement.id: (v.label.value, v.received) for v in map(session.judge, wanted)}
        finally:
            session.close()


ECHOES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "the id": dict,
    "the address": lambda task: {**task, "video_url": f"https://cdn.vendor.example/{KEY}.mp4?sig={KEY}"},
    "the status": lambda task: {**task, "status": f"{task['status']}-{KEY[-16:]}"},
    "the progress": lambda task: {**task, "progress": KEY[10:30]},
    "a member": lambda task: {**task, KEY: {"model": KEY}},
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_is_shown_changes_no_verdict(echo: str) -> None:
    id = f"video_{KEY[8:24]}" if echo == "the id" else "video_1a2b3c4d5e"
    found, same = (verdicts(key, ECHOES[echo], id) for key in (KEY, OTHER))
    assert {row: label for row, (label, _) in found.items()} == {row: label for row, (label, _) in same.items()}
    assert not Windows([KEY]).spans("\n".join(received for _, received in found.values()).encode())
    assert Windows([KEY]).spans("\n".join(received for _, received in same.values()).encode()) or echo == "the id"


# What a redactor of whole keys would not find, beside the ways of writing one that test_windows.py knows.
MORE: dict[str, Callable[[str], bytes]] = {
    "whole": str.encode,
    "sixteen characters": lambda key: key[12:28].encode(),
    "masked in the middle": lambda key: f"{key[:24]}...{key[-4:]}".encode(),
    "twice": lambda key: f"{key}{key}".encode(),
    "in gzip twice": lambda key: gzip.compress(gzip.compress(key.encode())),
}
SPELLED = [spell(KEY) for spell in {**MORE, **WRAPPED}.values()]


def _texts() -> Iterator[bytes]:
    for number in count():
        yield SPELLED[number % len(SPELLED)]


class Echo(BaseHTTPRequestHandler):
    """Says the key in another way with each reply: in headers, members, ids, messages and files."""

    protocol_version = "HTTP/1.1"
    spelled = _texts()

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        raw = next(self.spelled)
        text = raw.decode("latin-1")
        plain = "".join(c for c in text if c.isprintable() and c.isascii())
        said = {**task(f"video_{KEY[8:24]}", "completed"), text: text, "echo": {"parts": [text[:20], text[20:]]}}
        if "nobody" in self.path or self.command not in ("GET", "POST"):
            status, body = 404, json.dumps({"error": {"message": f"no: {text}", "code": text, "type": plain}}).encode()
        else:
            status, body = 200, raw if self.path.endswith("/content") else json.dumps(said).encode()
        self.send_response(status, plain[:200] or "x")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-echo", plain)
        self.send_header(f"x-{''.join(c for c in plain if c.isalnum())[:60]}", "1")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - the names of http.server

    def log_message(self, *values: Any) -> None:
        """Say nothing."""


class Broken(Echo):
    """Says the key where no HTTP can be read any more, and in an address that leads away."""

    spelled = _texts()
    turns = count()

    def answer(self) -> None:
        piece, long = next(self.spelled).replace(b"\r", b" ").replace(b"\n", b" "), b"x" * 380
        length = b"Content-Length: %d\r\n\r\n" % len(long + piece)
        answers = [
            b"HTTP/1.1 2x0 " + piece,
            b"HTTP/1.1 200 " + piece + b"\r\n" + piece + b" : x",
            b"HTTP/1.1 200 OK\r\n" + long + piece,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + long + piece + b"\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: http://" + KEY.encode() + b".invalid/" + piece + b"\r\nContent-Length: 0",
            b"HTTP/1.1 429 Later\r\nContent-Type: text/plain\r\n" + length + long + piece,
            b"HTTP/1.1 503 No\r\n" + length + long + piece,
        ]  # fmt: skip
        self.wfile.write(answers[next(self.turns) % len(answers)] + b"\r\n\r\n")
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - the names of http.server


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port while the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


def leaks(folder: Path, run: Run) -> list[str]:
    """Return where a piece of the key stands, in all that a run printed and wrote."""
    windows = Windows([KEY])
    written = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said = {"stdout": run.out.encode(), "stderr": run.err.encode(), **written}
    found = {name: windows.spans(content) for name, content in said.items()}
    return [f"{name}: {said[name][max(a - 80, 0) : b + 40]!r}" for name, spans in found.items() for a, b in spans[:2]]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("handler", [Echo, Broken])
@pytest.mark.parametrize("records", [False, True], ids=["live", "recording"])
def test_no_byte_of_a_run_holds_a_piece_of_the_key(
    handler: type[BaseHTTPRequestHandler], records: bool, tmp_path: Path
) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    words = ["--record-mode=rewrite"] if records else ["--live", "--fuzz=8"]
    with served(handler) as url:
        run = judge(
            tmp_path, f"--provider={provider}", *words, f"--provider-url={url}", "--task-id=videos=video_1",
            "-v", "-rA", "-l", "--full-trace", "--junitxml=junit.xml",
            "--request-timeout=3", "--poll-interval=0.01", "--poll-timeout=1",
            OCTOPUSX_API_KEY=KEY, XDG_STATE_HOME=str(tmp_path / "state"),
        )  # fmt: skip
    assert run.verdicts, run.ran()
    assert leaks(tmp_path, run) == []
