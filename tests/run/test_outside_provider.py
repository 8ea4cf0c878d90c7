"""The providers that the documentation shows: their files as they stand there, judged against a service like them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.documented import acme_in, tiny_in
from tests.support.formats import keys_of_ours, words_of
from tests.support.processes import judge, live
from tests.support.rawserver import Server, http, serving
from vidconform.contracts.keywords import OPERATION_ROLES
from vidconform.emulator.server import running
from vidconform.locations import data_folder

PAGE = (data_folder("specs").parent / "docs" / "providers.md").read_text("utf-8")
KEY = "sk-acme-Vn4/8qW+2hTz"
TASK = "req-0123456789abcdef"
LIFE = (("WAITING", 0), ("RENDERING", 0.29), ("DONE", 1))

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return acme_in(tmp_path)


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


@pytest.mark.slow
@pytest.mark.parametrize("vice", [None, "reopens-after-completion"])
def test_the_small_example_of_the_page_is_judged_by_its_own_emulator(vice: str | None, tmp_path: Path) -> None:
    tiny = tiny_in(tmp_path)
    with running(str(tiny), vice=vice, environ={}) as emulator:
        options = [option for option in live(emulator) if not option.startswith("--provider=")]
        run = judge(tmp_path, f"--provider={tiny}", *options, TINY_API_KEY="sk-tiny-Rf3/8mZ+5bXs")
    unmet = {"terminal-status-is-final"} if vice else set()
    assert {row for row, label in run.labels().items() if label != "conforms"} == unmet, run.ran()
    assert len(run.labels()) == 4


def test_the_page_names_every_key_role_and_unit() -> None:
    for word in (*keys_of_ours(), *words_of("x-role"), *words_of("x-unit"), *OPERATION_ROLES):
        assert re.search(rf"(?<![\w-]){word}(?![\w-])", PAGE), word
