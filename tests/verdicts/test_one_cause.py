"""One cause is told once: a task that goes on again, a member that is not taken, a deletion that says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import a_body, answers, operation, verdicts, write

TOLD = answers(("200", "task.schema.json"))
BODY = {"model": "m", "prompt": "a cat"}
BY_STATUS = {"name": "status", "in": "query", "x-role": "status", "schema": {"enum": ["completed"]}}
PATHS = {
    "/videos": {
        "post": operation("create", TOLD, requestBody=a_body(example=BODY)),
        "get": operation("list", answers(("200", "list.schema.json")), parameters=[BY_STATUS]),
    },
    "/videos/{id}": {"get": operation("retrieve", TOLD), "delete": operation("delete", answers(("204", None)))},
}
LIST = {"properties": {"data": {"x-role": "tasks", "type": "array"}}}
ENDING = ("terminal-status-is-final", "list-honours-filter", "delete-route", "delete-status-code")
_CONFLICT = (409, {"error": "it has not ended"})


class Vendor:
    """A service of one task, which has ended at its first read and goes on again at its `reopened`-th one."""

    def __init__(
        self, reopened: int = 99, *, lists: bool = True, deletes: tuple[int, Any] = (204, b""), created: str = "queued"
    ) -> None:
        self.reopened, self.lists, self.deletes, self.shown = reopened, lists, deletes, "video_7"
        self.created = created
        self.reads, self.removed = 0, False

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        """Answer a request."""
        status = "completed" if 0 < self.reads < self.reopened else "queued"
        if asked.method == "DELETE":
            self.removed = status == "completed"
            return self.deletes if self.removed else _CONFLICT
        if asked.method == "POST":
            return 200, {"id": "video_7", "status": self.created}
        if not asked.target.startswith("/videos/"):
            is_wanted = self.lists and asked.target.partition("status=")[2] in ("", status)
            return 200, {"data": [{"id": self.shown, "status": status}] if is_wanted else []}
        if self.removed or not asked.target.endswith("video_7"):
            return 404, {"error": "no such video"}
        self.reads += 1
        return 200, {"id": self.shown, "status": "completed" if self.reads < self.reopened else "queued"}


def judged(folder: Path, vendor: Any, *rows: str, schemas: dict[str, Any] | None = None) -> dict[str, str]:
    small = write(folder, PATHS, {"list.schema.json": LIST, **(schemas or {})}, dict.fromkeys(rows, "MUST"))
    found, _ = verdicts(small, vendor, task_ids=[], max_creations=1)
    return {row: found[row].outcome.value for row in rows}


@pytest.mark.parametrize(
    ("vendor", "unmet"),
    [
        (Vendor(reopened=3), {"terminal-status-is-final"}),
        (Vendor(), set()),
        (Vendor(lists=False), {"list-honours-filter"}),
        (Vendor(deletes=_CONFLICT), {"delete-route"}),
    ],
    ids=["goes on again", "stays", "stays and is not listed", "stays and is not deleted"],
)
def test_a_task_that_goes_on_again_is_told_by_its_status_alone(vendor: Vendor, unmet: set[str], tmp_path: Path) -> None:
    found = judged(tmp_path, vendor, *ENDING)
    assert {row for row, outcome in found.items() if outcome == "unmet"} == unmet


def test_what_else_a_task_tells_otherwise_when_it_goes_on_again_is_a_fault_of_its_own(tmp_path: Path) -> None:
    vendor = Vendor(reopened=3)

    def says(asked: Asked) -> tuple[int, Any]:
        code, body = vendor(asked)
        is_read = asked.method == "GET" and isinstance(body, dict) and "status" in body
        return code, body | {"model": "m" if vendor.reads < vendor.reopened else "n"} if is_read else body

    found = judged(tmp_path, says, "terminal-status-is-final", "model-stays")
    assert found == {"terminal-status-is-final": "unmet", "model-stays": "unmet"}


@pytest.mark.parametrize(
    ("rows", "unmet"),
    [
        (("creation-starts-waiting", "terminal-status-is-final"), {"creation-starts-waiting"}),
        (("terminal-status-is-final",), {"terminal-status-is-final"}),
    ],
)
def test_a_creation_that_tells_an_end_is_told_by_its_own_row_or_else_by_the_end(
    rows: tuple[str, ...], unmet: set[str], tmp_path: Path
) -> None:
    found = judged(tmp_path, Vendor(reopened=1, created="completed"), *rows)
    assert {row for row, outcome in found.items() if outcome == "unmet"} == unmet


@pytest.mark.parametrize(
    ("shown", "lists", "unmet"),
    [
        ("video_7", True, set()),
        ("video_8", True, {"id-same-as-asked"}),
        ("video_8", False, {"id-same-as-asked", "list-contains-the-task"}),
    ],
)
def test_a_task_that_tells_another_id_is_in_the_list_by_that_one(
    shown: str, lists: bool, unmet: set[str], tmp_path: Path
) -> None:
    vendor = Vendor(lists=lists)
    vendor.shown = shown
    found = judged(tmp_path, vendor, "id-same-as-asked", "list-contains-the-task", "list-honours-filter")
    assert {row for row, outcome in found.items() if outcome == "unmet"} == unmet


LIMIT = {"name": "limit", "in": "query", "x-role": "limit", "schema": {"type": "integer"}}


@pytest.mark.parametrize(
    ("tasks", "heeds", "outcome"), [(1, True, "unseen"), (1, False, "unseen"), (2, True, "met"), (2, False, "unmet")]
)
def test_a_list_of_one_task_tells_nothing_of_its_limit(tasks: int, heeds: bool, outcome: str, tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, Any]:
        told = [{"id": f"video_{number}", "status": "completed"} for number in range(1, tasks + 1)]
        if asked.target.startswith("/videos/"):
            return (200, told[0]) if asked.target.endswith("video_1") else (404, {"error": "no such video"})
        return 200, {"data": told[:1] if heeds and "limit=1" in asked.target else told}

    paths = {
        "/videos": {"get": operation("list", answers(("200", "list.schema.json")), parameters=[LIMIT])},
        "/videos/{id}": {"get": operation("retrieve", TOLD)},
    }
    small = write(tmp_path, paths, {"list.schema.json": LIST}, {"list-honours-limit": "MUST"})
    found, _ = verdicts(small, says, task_ids=["video_1"])
    assert found["list-honours-limit"].outcome.value == outcome


@pytest.mark.parametrize(("said", "end"), [((204, b""), "met"), ((200, {}), "met"), ((200, b"<html>"), "unseen")])
def test_a_deletion_of_which_nothing_is_promised_is_told_by_its_status_code(
    said: tuple[int, Any], end: str, tmp_path: Path
) -> None:
    assert judged(tmp_path, Vendor(deletes=said), "delete-route") == {"delete-route": end}


@pytest.mark.parametrize(
    ("rows", "told", "unmet"),
    [
        (["accepts-model"], "no", {"accepts-model"}),
        (["accepts-prompt"], "no", {"accepts-prompt"}),
        (["accepts-model"], "model: unknown", {"accepts-model"}),
        (["accepts-model"], "prompt: too short", {"create-route"}),
        (["accepts-model", "accepts-prompt"], "prompt: too short", {"accepts-prompt"}),
        ([], "prompt: too short", {"create-route"}),
    ],
)
def test_a_body_that_is_not_taken_is_told_by_one_row(
    rows: list[str], told: str, unmet: set[str], tmp_path: Path
) -> None:
    found = judged(tmp_path, lambda asked: (400, {"error": told}), "create-route", *rows)
    assert {row for row, outcome in found.items() if outcome == "unmet"} == unmet
