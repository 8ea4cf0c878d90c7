"""The provider that the documentation describes: its files as they stand there, judged against a service like it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import judge
from tests.support.rawserver import Server, http, serving
from vidconform.contracts.keywords import KEYS, OPERATION_ROLES, ROLES, UNITS
from vidconform.locations import data_folder

PAGE = (data_folder("specs").parent / "docs" / "providers.md").read_text("utf-8")
KEY = "sk-acme-Vn4/8qW+2hTz"
TASK = "req-0123456789abcdef"
LIFE = (("WAITING", 0), ("RENDERING", 0.29), ("DONE", 1))

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """Write each file of the page: a block whose first line names it."""
    for name, text in re.findall(r"^```\w+\n(?:#|//) (acme/\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("requests_per_second = 2.0", "requests_per_second = 200.0"), "utf-8")
    return tmp_path / "acme"


def told(body: dict[str, Any], status: int = 200) -> bytes:
    return http(status, json.dumps(body).encode(), "Content-Type: application/json")


@contextmanager
def service(change: Change) -> Iterator[Server]:
    """Serve one task, which is one step further at each read, and nothing else."""
    reads = 0

    def answer(method: str, target: str) -> bytes:
        nonlocal reads
        if method != "POST" and not target.endswith(TASK):
            return told({"code": 4001, "message": "no such request"}, 400)
        state, progress = LIFE[min(reads, 2)]
        reads += method == "GET"
        data = {"request_id": TASK, "state": state, "progress": progress, "submitted_at": "2026-11-28T08:00:00Z"}
        data |= {"url": "https://cdn.acme.example/v.mp4"} if state == "DONE" else {}
        change(data)
        return told({"code": 0, "data": data}, 202 if method == "POST" else 200)

    with serving(lambda connection: connection.sendall(answer(said.asked[-1].method, said.asked[-1].target))) as said:
        yield said


def labels(acme: Path, change: Change, code: int) -> dict[str, str]:
    with service(change) as server:
        address = (f"--provider={acme}", "--live", f"--provider-url={server.url}", "--poll-interval=0.01")
        run = judge(acme.parent, *address, ACME_API_KEY=KEY)
    assert run.code == code, run.ran()
    return run.labels()


@pytest.mark.slow
def test_a_service_that_keeps_the_documented_example_conforms_to_each_row(acme: Path) -> None:
    ledger = (acme / "generations" / "requirements.toml").read_text("utf-8")
    kept = labels(acme, lambda data: None, code=0)
    assert kept == dict.fromkeys(re.findall(r'^id = "(.*)"', ledger, re.MULTILINE), "conforms")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "requirement", "label"),
    [
        (lambda data: data.update(progress=data["progress"] * 100), "progress-type", "fails"),
        (lambda data: data.update(progress=0.93), "progress-whole-at-completion", "deviates"),
        (lambda data: data.update(state=data["state"].lower()), "status-vocabulary", "deviates"),
        (lambda data: data.pop("url", None), "result-after-completion", "fails"),
        (
            lambda data: data.update(submitted_at=f"2026-11-28T08:00:0{len(data['state']) % 10}Z"),
            "created-at-never-changes",
            "deviates",
        ),
    ],
)
def test_each_spelling_of_its_own_is_understood(acme: Path, change: Change, requirement: str, label: str) -> None:
    found = labels(acme, change, code=int(label == "fails"))
    assert {row: read for row, read in found.items() if read in ("fails", "deviates")} == {requirement: label}


def test_the_page_names_every_key_role_and_unit() -> None:
    for word in (*KEYS, *ROLES, *UNITS, *OPERATION_ROLES):
        assert re.search(rf"(?<![\w-]){word}(?![\w-])", PAGE), word
