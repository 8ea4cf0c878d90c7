"""A night may have read its tasks thirty thousand times: whoever judges it stays small, however it was kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.processes import copy_of, environment
from vidconform.errors import CassetteDamaged
from vidconform.store.cassettes import FORMAT, read_cassette

MOST_MEMORY = 300 << 20
CASSETTE = Path("my-octopusx", "cassettes", "videos", "observe.yaml")
LINUX = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs what Linux tells of a process")
# The end of a task is read once, and twice more.
LAST = 3
# Seconds of a machine on which others work.
PATIENCE = 600

MEASURED = """
import re, sys
from pathlib import Path
if sys.argv[1] == "pytest":
    import pytest
    code = int(pytest.main(sys.argv[2:]))
elif sys.argv[1] == "record":
    from vidconform.contracts.loading import load_contract
    from vidconform.contracts.provider import find_provider
    from vidconform.exchange import Evidence, RedactedEvidence
    from vidconform.store.cassettes import load_cassette, save_cassette
    contract = load_contract(find_provider("./my-octopusx"), "videos")
    read = load_cassette(contract, "observe").exchanges
    told = Evidence(contract.id, "observe", tuple(read), (), "live", read[0].at, {}, kind="life")
    save_cassette(contract, RedactedEvidence(told), "https://vendor.example")
    code = 0
else:
    from vidconform.cli import main
    code = main(sys.argv[2:])
print("PEAK", re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], code)
"""


def body(number: int, prompt: str, is_done: bool) -> str:
    """Return the task as one read of many shows it; no two bodies are the same."""
    told: dict[str, object] = {"id": "video_abc123", "task_id": "video_abc123", "object": "video", "model": "sora-2"}
    told |= {"created_at": 1735689600, "seconds": "5", "size": "1280x720", "prompt": f"{number} {prompt}"}
    own = {"status": "completed", "progress": 100, "video_url": "https://vendor.example/v.mp4"} if is_done else None
    return json.dumps({**told, **(own or {"status": "in_progress", "progress": 30})})


def exchange(number: int, prompt: str, is_done: bool) -> tuple[dict[str, object], dict[str, object]]:
    """Return one read as vcrpy has it, and the rest of it."""
    own = {"Accept": ["application/json"], "Authorization": ["Bearer REDACTED"]}
    target = "https://vendor.example/v1/videos/video_abc123"
    said = {"content-type": ["application/json"], "server": ["nginx"], "x-request-id": [f"req-{number:08}"]}
    response = {
        "body": {"string": body(number, prompt, is_done)},
        "headers": said,
        "status": {"code": 200, "message": ""},
    }
    at = f"2026-11-23T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000+00:00"
    rest = {"step": "poll", "role": "retrieve", "task_id": "video_abc123", "credential": "key", "at": at}
    sent = {"body": None, "headers": own, "method": "GET", "uri": target}
    return {"request": sent, "response": response}, {**rest, "elapsed": 0.01}


def metadata() -> dict[str, object]:
    about = {"contract": "octopusx/videos", "probe": "observe", "origin": "live"}
    at = {"recorded_at": "2026-11-23T00:00:00.000+00:00", "spec": "0" * 64, "base_url": "https://vendor.example"}
    return {"format": FORMAT, **about, **at, "notes": {"task_ids": ["video_abc123"]}, "gaps": []}


def as_json(count: int, prompt: str) -> str:
    pairs = [exchange(number, prompt, number >= count - LAST) for number in range(count)]
    more = {**metadata(), "exchanges": [rest for _, rest in pairs]}
    return json.dumps({"version": 1, "interactions": [one for one, _ in pairs], "metadata": more})


def as_yaml(count: int, prompt: str) -> str:
    """Return the recording in block style, made of two shapes, so that thousands take no minute."""
    shapes = [yaml.dump([exchange(0, "PROMPT", is_done)[0]], sort_keys=False, width=10**9) for is_done in (False, True)]
    more = yaml.dump([exchange(0, prompt, False)[1]], sort_keys=False)
    head = yaml.dump({**metadata(), "exchanges": None}, sort_keys=False).replace("exchanges: null\n", "exchanges:\n")
    reads = (
        shapes[number >= count - LAST]
        .replace("0 PROMPT", f"{number} {prompt}")
        .replace("req-00000000", f"req-{number:08}")
        for number in range(count)
    )
    told = "interactions:\n" + "".join(reads) + "metadata:\n"
    return told + _indented(head) + _indented(more) * count + "version: 1\n"


def _indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


# What writes it, how many reads with which text, and how many of them are judged: as many as a run keeps.
LARGE: dict[str, tuple[Callable[[int, str], str], int, str, int]] = {
    "16,000 reads as JSON": (as_json, 16_000, "", 15_000),
    "30,000 reads": (as_yaml, 30_000, "", 20_000),
    "15,000 reads of 3 kB": (as_yaml, 15_000, "a cat on a skateboard " * 140, 14_000),
    "60 reads of a megabyte": (as_yaml, 60, "x" * 1_000_000, 30),
}


def measured(folder: Path, *words: str) -> int:
    """Run one of our ways in, or what records, and return the most bytes of memory that it had."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    peak = re.search(r"^PEAK (\d+) (\d)$", done.stdout, re.MULTILINE)
    assert peak is not None, done.stdout + done.stderr
    assert int(peak[2]) in (0, 1, 6), done.stdout
    return int(peak[1]) << 10


@LINUX
@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", LARGE)
def test_a_night_of_many_reads_is_judged_in_little_memory(kind: str, tmp_path: Path) -> None:
    write, count, prompt, judged = LARGE[kind]
    copy_of("octopusx", tmp_path)
    (tmp_path / CASSETTE).write_text(write(count, prompt), "utf-8")
    chosen = ["--provider=./my-octopusx", "--fuzz=0", "-p", "no:cacheprovider", "-k", "octopusx/videos and status"]
    assert measured(tmp_path, "pytest", *chosen, "--report=night/first") < MOST_MEMORY
    kept = (tmp_path / "night" / "first" / "evidence.jsonl").read_text("utf-8").count('"kind": "exchange"')
    assert kept >= judged
    assert measured(tmp_path, "pytest", *chosen, "--evidence=night/first", "--report=again") < MOST_MEMORY
    rejudged = ["vidconform", "rejudge", "night", "--output=today", "--provider=./my-octopusx", "--jobs=1"]
    assert measured(tmp_path, *rejudged) < MOST_MEMORY


@LINUX
@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_night_of_many_reads_is_recorded_in_little_memory(tmp_path: Path) -> None:
    copy_of("octopusx", tmp_path)
    (tmp_path / CASSETTE).write_text(as_json(30_000, ""), "utf-8")
    assert measured(tmp_path, "record") < MOST_MEMORY
    assert len(read_cassette(tmp_path / CASSETTE, "octopusx").exchanges) == 30_000


def test_a_recording_beyond_what_is_read_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "observe.yaml"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(CassetteDamaged, match="larger than the 64 MiB that are read"):
        read_cassette(path, "octopusx")


@pytest.mark.parametrize("write", [as_yaml, as_json])
def test_what_is_written_here_is_a_recording(write: Callable[[int, str], str], tmp_path: Path) -> None:
    path = tmp_path / "observe.yaml"
    path.write_text(write(4, "a cat"), "utf-8")
    read = read_cassette(path, "octopusx")
    assert [one.reply.json["prompt"] for one in read.exchanges] == [f"{n} a cat" for n in range(4)]
    assert read.exchanges[0].request is read.exchanges[2].request
