"""One fault of a service falls by the row that is about it, and by no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.proof.trial import Trial, judged

FOLDERS = Path(__file__).parent / "folders"
Change = Callable[[ReplyContext], None]


def trial_with(folder: str, change: Change) -> Trial:
    path = str(FOLDERS / folder)
    with running(path, environ={}, change=change) as emulator:
        return judged(path, "one fault", emulator)


def read(change: Callable[[dict[str, Any], int], object]) -> Change:
    """Return what changes a task that is served by its id; it is told how often that was read."""

    def act(reply: ReplyContext) -> None:
        if reply.role == "retrieve" and reply.status == 200 and reply.task is not None:
            change(reply.body.get("data", reply.body), reply.task.reads)

    return act


def goes_on_again(sack: dict[str, Any], reads: int) -> None:
    if sack["state"] == 1 and reads == 6:
        sack["state"] = 5


def is_ordered_again(sack: dict[str, Any], reads: int) -> None:
    sack["ordered"] += reads


def list_alone(reply: ReplyContext) -> None:
    if reply.role == "list" and reply.status == 200:
        reply.body = reply.body["results"]


def served_at_last(reply: ReplyContext) -> None:
    task = reply.task if reply.role == "retrieve" and reply.status == 200 else None
    if task is not None and task.ended is not None and task.id not in missed:
        missed.add(task.id)
        reply.status, reply.body = 404, {"code": 4004}


missed: set[str] = set()
FAULTS: list[tuple[str, Change, set[str]]] = [
    ("quay", read(lambda ferry, _: ferry.update(id=12345)), {"id-shape"}),
    ("mill", read(lambda sack, _: sack.update(number=str(sack["number"]))), {"id-type"}),
    ("mill", read(lambda sack, _: sack.update(state=str(sack["state"]))), {"status-vocabulary"}),
    ("mill", read(lambda sack, reads: sack.update(state=sack["state"] + (reads == 2) / 2)), {"status-vocabulary"}),
    ("mill", read(goes_on_again), {"terminal-status-is-final"}),
    ("mill", read(is_ordered_again), {"created-at-never-changes"}),
    ("mill", list_alone, {"list-has-next"}),
    ("mill", served_at_last, set()),
]


@pytest.mark.parametrize(("folder", "change", "rows"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_one_fault_falls_by_its_row(folder: str, change: Change, rows: set[str]) -> None:
    assert {row for _, row in trial_with(folder, change).broken_rows} == rows


def test_a_creation_that_tells_no_id_is_no_whole_run() -> None:
    def without_id(reply: ReplyContext) -> None:
        if reply.role == "create" and reply.status == 200:
            reply.body = {"data": {}}

    told = " ".join(trial_with("mill", without_id).gaps)
    assert "the run's own task was never read: its creation told no id" in told


def test_the_address_of_a_task_that_no_read_tells_of_is_not_judged() -> None:
    def wrapped(reply: ReplyContext) -> None:
        if reply.role in ("retrieve", "polling") and reply.status == 200:
            reply.body = {"data": reply.body}

    with running("ofox", environ={}, change=wrapped) as emulator:
        trial = judged("ofox", "wrapped", emulator)
    assert trial.labels["ofox/videos", "polling-url-serves-the-task"] == "unseen"
