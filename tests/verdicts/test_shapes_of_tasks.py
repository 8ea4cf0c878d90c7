"""What a task may look like: an array of one around it, and members that may be null."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import Says, Tree, answers, operation, verdicts, write
from vidconform.contracts.fields import Field

TASK: Tree = {
    "properties": {
        "data": {
            "type": "array", "minItems": 1, "maxItems": 1, "x-requirement": "data-is-one",
            "items": {"$ref": "video.schema.json"},
        },
    },
    "$defs": {"waiting": {"enum": ["queued"]}, "succeeded": {"enum": ["completed"]}, "failed": {"enum": ["failed"]}},
}  # fmt: skip
VIDEO: Tree = {
    "properties": {
        "id": {"x-role": "id", "type": "string", "x-requirement": "id-type"},
        "status": {"x-role": "status", "type": "string", "x-requirement": "status-type"},
        "url": {"x-role": "result", "type": "string", "minLength": 1, "x-nullable": True, "x-requirement": "url-type"},
    },
    "allOf": [{"required": ["url"], "x-requirement": "url-present"}],
}
ROWS = dict.fromkeys(["data-is-one", "url-type", "url-present", "id-same-as-asked", "terminal-status-is-final"], "MUST")
KEPT: Tree = {"id": "video_1", "status": "completed", "url": "https://cdn.example/1.mp4"}


def labels(folder: Path, *told: Any) -> dict[str, str]:
    """Judge a vendor that tells these bodies one after the other, and the last one for ever."""
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", answers(("200", "task.schema.json")))}}
    own = write(folder, paths, {"task.schema.json": TASK, "video.schema.json": VIDEO}, ROWS)
    asked: list[Asked] = []

    def says(one: Asked) -> tuple[int, Any]:
        asked.append(one)
        return 200, {"data": told[min(len(asked), len(told)) - 1]}

    says_so: Says = says
    found, _ = verdicts(own, says_so)
    return {row: verdict.label for row, verdict in found.items()}


def test_a_task_in_an_array_of_one_is_followed_to_its_end(tmp_path: Path) -> None:
    found = labels(tmp_path, [{**KEPT, "status": "queued", "url": None}], [KEPT])
    assert set(found.values()) == {"conforms"}


@pytest.mark.parametrize(
    ("told", "row"),
    [
        ([[KEPT], [{**KEPT, "id": "video_2"}]], "id-same-as-asked"),
        ([[KEPT], [{**KEPT, "status": "queued"}]], "terminal-status-is-final"),
        ([[{**KEPT, "url": ""}]], "url-type"),
        ([[{**KEPT, "url": 7}]], "url-type"),
        ([[{"id": "video_1", "status": "completed"}]], "url-present"),
        ([[KEPT, KEPT]], "data-is-one"),
    ],
)
def test_what_breaks_it_is_told_by_its_own_row(told: list[Any], row: str, tmp_path: Path) -> None:
    found = labels(tmp_path, *told)
    assert {name for name, label in found.items() if label == "fails"} == {row}


def test_null_absent_and_empty_are_three_things(tmp_path: Path) -> None:
    nothing = labels(tmp_path / "null", [{**KEPT, "url": None}])
    assert (nothing["url-type"], nothing["url-present"]) == ("conforms", "conforms")
    absent = labels(tmp_path / "absent", [{"id": "video_1", "status": "completed"}])
    assert (absent["url-type"], absent["url-present"]) == ("unseen", "fails")
    empty = labels(tmp_path / "empty", [{**KEPT, "url": ""}])
    assert (empty["url-type"], empty["url-present"]) == ("fails", "conforms")


def test_a_field_in_an_array_is_written_where_it_is_read() -> None:
    body: Tree = {}
    field = Field(("data", 0, "id"), None)
    field.write(body, "x")
    assert body == {"data": [{"id": "x"}]}
    assert (field.read(body), field.pointer) == ("x", "/data/0/id")
    assert field.read({"data": []}) is None


BLOCKED: Tree = {
    "properties": {
        "id": {"x-role": "id", "type": "string", "x-requirement": "id-type"},
        "status": {"x-role": "status", "type": "string", "x-requirement": "status-type"},
        "blocked": {"type": "boolean", "x-requirement": "blocked-type"},
    },
    "$defs": {
        "waiting": {"enum": ["queued"]},
        "succeeded": {"enum": ["completed"]},
        "failed": {"x-when": {"type": "object", "required": ["blocked"], "properties": {"blocked": {"const": True}}}},
    },
}
SAYS_BOTH = {"id": "video_1", "status": "completed", "blocked": True}


def test_another_member_than_the_status_may_decide_that_a_task_has_failed(tmp_path: Path) -> None:
    reads = operation("retrieve", answers(("200", "task.schema.json")))
    content = operation("content", answers(("200", None)))
    paths = {"/v1/videos/{id}": {"get": reads}, "/v1/videos/{id}/content": {"get": content}}
    rows = {"blocked-type": "MUST", "content-route": "MUST", "failed-content-is-refused": "MUST"}
    folder = write(tmp_path, paths, {"task.schema.json": BLOCKED}, rows)

    def serving(code: int) -> Says:
        return lambda asked: (code, {"error": "none"}) if asked.target.endswith("content") else (200, SAYS_BOTH)

    kept, _ = verdicts(folder, serving(409))
    # A blocked video has no content, and nobody asks for that of one which has succeeded.
    assert (kept["failed-content-is-refused"].label, kept["content-route"].label) == ("conforms", "unseen")
    broken, _ = verdicts(folder, serving(200))
    assert broken["failed-content-is-refused"].label == "fails"
