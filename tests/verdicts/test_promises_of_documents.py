"""What a folder can say of ids, status codes, progress and time, over real HTTP, and what is told of a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import clock as clock
from tests.support.rawserver import Asked
from tests.support.small_provider import Says, Tree, a_body, answers, operation, verdicts, write
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.emulator.small_media import SMALL_MP4
from vidconform.errors.error_types import DataFileProblem

BODY = a_body(example={"model": "m", "prompt": "p"})
WORDS: Tree = {"waiting": {"enum": ["queued"]}, "succeeded": {"enum": ["completed"]}, "failed": {"enum": ["failed"]}}
ID: Tree = {"x-role": "id", "type": "string", "x-requirement": "id-type"}
STATUS: Tree = {"x-role": "status", "type": "string", "x-requirement": "status-type"}
PLAIN: Tree = {"properties": {"id": ID, "status": STATUS}, "$defs": WORDS}
DONE: Tree = {"id": "video_1", "status": "completed"}


def reads_of(error: str | None) -> Tree:
    return answers(("200", "task.schema.json"), ("404", error))


def folder_of(folder: Path, files: Tree, rows: tuple[str, ...], **keys: Tree) -> Path:
    """Write a provider that creates, reads and serves content; `keys` are more of an operation, by its role."""
    created = "creation.schema.json" if "creation.schema.json" in files else "task.schema.json"
    error = "error.schema.json" if "error.schema.json" in files else None
    paths = {
        "/v1/videos": {
            "post": operation("create", answers(("201", created)), requestBody=BODY, **keys.get("create", {}))
        },
        "/v1/videos/{id}": {"get": operation("retrieve", keys.get("reads") or reads_of(error), **keys.get("read", {}))},
        "/v1/videos/{id}/content": {"get": operation("content", answers(("200", None)), **keys.get("content", {}))},
    }
    return write(folder, paths, {"task.schema.json": PLAIN, **files}, dict.fromkeys(rows, "MUST"))


def judged(folder: Path, says: Says, **options: Any) -> tuple[dict[str, str], list[Asked]]:
    found, asked = verdicts(folder, says, **{"task_ids": [], "max_creations": 1, **options})
    return {row: verdict.label for row, verdict in found.items()}, asked


def vendor(
    made: Tree = DONE, reads: Callable[[int], tuple[int, Any]] = lambda count: (200, DONE), id: str = "video_1",
    content: Callable[[int], int] = lambda count: 200, error: Any = None,
) -> Says:  # fmt: skip
    """Return a vendor of one task; `reads` and `content` answer by how often they were asked before."""
    asked_before: list[str] = []

    def says(asked: Asked) -> tuple[int, Any]:
        count = asked_before.count(asked.target)
        asked_before.append(asked.target)
        if asked.method == "POST":
            return 201, made
        if asked.target.endswith(f"/{id}/content"):
            return content(count), SMALL_MP4 if content(count) == 200 else {}
        return reads(count) if asked.target.endswith(f"/{id}") else (404, error or {})

    return says


def failing(found: dict[str, str]) -> set[str]:
    return {row for row, label in found.items() if label == "fails"}


TASK_ID: Tree = {"x-role": "task-id", "type": "string", "x-requirement": "task-id-type"}
BOTH: Tree = {"properties": {**PLAIN["properties"], "task_id": TASK_ID}, "$defs": WORDS}


@pytest.mark.parametrize(("task_id", "rows"), [("video_1", set()), ("video_2", {"id-and-task-id-agree"})])
def test_two_ids_of_one_body_are_equal(task_id: str, rows: set[str], tmp_path: Path) -> None:
    told = {**DONE, "task_id": task_id}
    folder = folder_of(tmp_path, {"task.schema.json": BOTH}, ("id-and-task-id-agree", "task-id-type"))
    found, _ = judged(folder, vendor(told, lambda count: (200, told)))
    assert failing(found) == rows


OTHER_ID: Tree = {
    "properties": {
        "id": {"type": "string", "x-requirement": "id-type"},
        "task_id": {"x-role": "id", "type": "string", "x-requirement": "task-id-type"},
    }
}


def test_a_task_is_followed_by_the_id_that_the_document_names_though_it_changes(tmp_path: Path) -> None:
    files, made = {"creation.schema.json": OTHER_ID}, {"id": "req-7", "task_id": "cgt-1"}
    folder = folder_of(tmp_path / "may", files, ("task-id-type", "retrieve-route", "content-route"))
    found, asked = judged(folder, vendor(made, id="cgt-1"))
    assert set(found.values()) == {"conforms"}
    assert {one.target.split("/")[3] for one in asked if one.method == "GET"} == {"cgt-1"}
    strict = folder_of(tmp_path / "may-not", files, ("task-id-type", "id-never-changes"))
    assert failing(judged(strict, vendor(made, id="cgt-1"))[0]) == {"id-never-changes"}


@pytest.mark.parametrize(("id", "rows"), [("video_1", set()), ("cgt-7", set()), ("job 7", {"id-type"})])
def test_an_id_may_be_of_several_shapes(id: str, rows: set[str], tmp_path: Path) -> None:
    shaped = {"properties": {"id": {**ID, "x-id-space": ["public", "upstream"]}, "status": STATUS}, "$defs": WORDS}
    folder = folder_of(tmp_path, {"task.schema.json": shaped}, ())
    file = folder / "provider.toml"
    file.write_text(file.read_text() + '[ids.upstream]\npattern = "^cgt-[0-9]+$"\nunknown = "cgt-404"\n')
    told = {**DONE, "id": id}
    found, _ = judged(folder, vendor(told, lambda count: (200, told), id=id.replace(" ", "%20")))
    assert failing(found) == rows


CODE: Tree = {"x-role": "status-code", "type": "integer", "x-requirement": "code-type"}
CODED: Tree = {"properties": {**PLAIN["properties"], "code": CODE}, "$defs": WORDS}
REFUSED: Tree = {"properties": {"code": CODE}}
CODES = ("success-repeats-its-status-code", "refusal-repeats-its-status-code", "code-type", "unknown-task-is-refused")


@pytest.mark.parametrize(
    ("made", "read", "refused", "rows"),
    [
        (201, 200, 404, set()),
        (200, 200, 404, {"success-repeats-its-status-code"}),
        (201, 0, 404, {"success-repeats-its-status-code"}),
        (201, 200, 400, {"refusal-repeats-its-status-code"}),
    ],
)
def test_a_body_repeats_the_status_code(made: int, read: int, refused: int, rows: set[str], tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"task.schema.json": CODED, "error.schema.json": REFUSED}, CODES)
    told = {**DONE, "code": read}
    says = vendor({**DONE, "code": made}, lambda count: (200, told), error={"code": refused})
    found, _ = judged(folder, says)
    assert failing(found) == rows
    assert rows or set(found.values()) == {"conforms"}


PENDING: Tree = {"properties": {"status": {**STATUS, "enum": ["queued"]}}}
ENDED: Tree = {"properties": {"status": {**STATUS, "enum": ["completed", "failed"]}}, "$defs": WORDS}
READS = answers(("200", "task.schema.json"), ("202", "pending.schema.json"))


@pytest.mark.parametrize(
    ("first", "then", "rows"),
    [
        ((202, "queued"), (200, "completed"), set()),
        ((200, "queued"), (200, "completed"), {"status-type"}),
        ((202, "queued"), (202, "completed"), {"status-type"}),
        ((203, "queued"), (200, "completed"), {"status-type", "retrieve-status-code"}),
    ],
)
def test_each_state_has_its_own_code_and_no_read_names_an_id(
    first: tuple[int, str], then: tuple[int, str], rows: set[str], tmp_path: Path
) -> None:
    made = {"properties": {"id": ID}}
    files = {"task.schema.json": ENDED, "pending.schema.json": PENDING, "creation.schema.json": made}
    stated = ("terminal-status-is-final", "retrieve-status-code")
    folder = folder_of(tmp_path, files, stated, reads=READS)
    told = [(code, {"status": word}) for code, word in (first, then)]
    says = vendor({"id": "video_1"}, lambda count: told[min(count, 1)])
    found, _ = judged(folder, says)
    assert failing(found) == rows
    assert rows or set(found.values()) == {"conforms"}


def progress(**said: Any) -> Tree:
    told = {"x-role": "progress", "x-requirement": "progress-type", **said}
    return {"properties": {**PLAIN["properties"], "progress": told}, "$defs": WORDS}


PROGRESS = ("progress-type", "progress-never-falls")
A_SET, FRACTION = progress(enum=[0, 50, 100]), progress(type="number", maximum=1, **{"x-unit": "fraction"})
PERCENT = progress(type="string", pattern="^[0-9]+%$", **{"x-unit": "percent"})
OR_NULL = progress(type="integer", **{"x-nullable": True})


@pytest.mark.parametrize(
    ("schema", "life", "rows"),
    [
        (A_SET, [("queued", 0), ("queued", 50), ("completed", 100)], set()),
        (A_SET, [("queued", 0), ("queued", 30), ("completed", 100)], {"progress-type"}),
        (FRACTION, [("queued", 0.1), ("queued", 0.29), ("completed", 1)], set()),
        (FRACTION, [("queued", 0.1), ("queued", 29), ("completed", 1)], {"progress-type"}),
        (PERCENT, [("queued", "9%"), ("queued", "10%"), ("completed", "100%")], set()),
        (PERCENT, [("queued", "90%"), ("queued", "10%"), ("completed", "100%")], {"progress-never-falls"}),
        (PERCENT, [("queued", "9"), ("queued", "10%"), ("completed", "100%")], {"progress-type"}),
        (OR_NULL, [("queued", None), ("queued", 30), ("queued", 40), ("completed", 100)], set()),
        (OR_NULL, [("queued", 30), ("queued", 40), ("failed", 0)], set()),
        (OR_NULL, [("queued", 30), ("queued", 40), ("failed", None)], set()),
        (OR_NULL, [("queued", 30), ("queued", 20), ("failed", 0)], {"progress-never-falls"}),
        (OR_NULL, [("queued", "none"), ("queued", 20), ("completed", 100)], {"progress-type"}),
    ],
)
def test_progress_is_told_as_the_document_says(
    schema: Tree, life: list[tuple[str, Any]], rows: set[str], tmp_path: Path
) -> None:
    told = [{"id": "video_1", "status": word, "progress": share} for word, share in life]
    folder = folder_of(tmp_path, {"task.schema.json": schema}, PROGRESS)
    found, _ = judged(folder, vendor(told[0], lambda count: (200, told[min(count + 1, len(told) - 1)])))
    assert failing(found) == rows
    assert rows or set(found.values()) == {"conforms"}


def test_a_task_without_progress_is_judged_on_all_else(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"task.schema.json": PERCENT}, PROGRESS)
    found, _ = judged(folder, vendor())
    assert {row for row, label in found.items() if label == "unseen"} == set(PROGRESS)


# A lag is counted by a clock that only our own waits advance: a busy machine would use it up.
READ_LAG: Tree = {"read": {"x-lag": {"seconds": 0.4, "responses": [404]}}}
CONTENT_LAG: Tree = {"content": {"x-lag": {"seconds": 0.4, "responses": ["404", 409]}}}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("keys", "missing", "rows"),
    [
        (READ_LAG, 2, set()),
        ({}, 2, {"created-task-can-be-read"}),
        (READ_LAG, 10_000, {"created-task-can-be-read", "retrieve-route"}),
    ],
)
def test_a_fresh_task_may_be_unknown_for_as_long_as_the_document_says(
    keys: Tree, missing: int, rows: set[str], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {}, ("created-task-can-be-read", "retrieve-route"), **keys)
    says = vendor(reads=lambda count: (404, {}) if count < missing else (200, DONE))
    found, asked = judged(folder, says)
    assert failing(found) == rows
    assert rows or set(found.values()) == {"conforms"}
    assert len([one for one in asked if one.target.endswith("/video_1")]) <= 20


@pytest.mark.usefixtures("clock")
def test_a_lag_is_over_with_the_first_answer_that_serves_the_task(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {}, ("created-task-can-be-read",), **READ_LAG)
    says = vendor(
        reads=lambda count: (404, {}) if count == 1 else (200, {**DONE, "status": "queued"} if count < 2 else DONE)
    )
    assert failing(judged(folder, says)[0]) == {"created-task-can-be-read"}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("keys", "codes", "rows"),
    [
        (CONTENT_LAG, [404, 409], set()),
        (CONTENT_LAG, [425], {"content-route"}),
        ({}, [404], {"content-route"}),
        (CONTENT_LAG, [409] * 10_000, {"content-route"}),
    ],
)
def test_content_may_come_later_than_the_end_for_as_long_as_the_document_says(
    keys: Tree, codes: list[int], rows: set[str], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {}, ("content-route",), **keys)
    # The first time is before the end of the task.
    told = [409, *codes]
    says = vendor(content=lambda count: told[count] if count < len(told) else 200)
    found, asked = judged(folder, says)
    assert failing(found) == rows
    assert (found["content-route"] == "conforms") == (not rows)
    assert len([one for one in asked if one.target.endswith("/content")]) <= 20


def ends(seconds: float) -> Tree:
    return {"create": {"x-ends-within": seconds}}


@pytest.mark.slow
def test_a_task_ends_within_the_documented_time(tmp_path: Path) -> None:
    going_on = vendor({**DONE, "status": "queued"}, lambda count: (200, {**DONE, "status": "queued"}))
    ended, _ = judged(folder_of(tmp_path / "a", {}, ("task-ends-in-time",), **ends(600)), vendor())
    assert ended["task-ends-in-time"] == "conforms"
    late, _ = judged(folder_of(tmp_path / "b", {}, ("task-ends-in-time",), **ends(0.2)), going_on, poll_timeout=0.6)
    assert late["task-ends-in-time"] == "fails"
    # Nobody waits longer than the run is told to.
    short, _ = judged(folder_of(tmp_path / "c", {}, ("task-ends-in-time",), **ends(600)), going_on, poll_timeout=0.2)
    assert short["task-ends-in-time"] == "inconclusive"
    unsaid, _ = judged(folder_of(tmp_path / "d", {}, ("task-ends-in-time",)), vendor())
    assert unsaid["task-ends-in-time"] == "unseen"


@pytest.mark.parametrize(
    ("role", "keys", "told"),
    [
        ("read", {"x-lag": {"seconds": 0, "responses": [404]}}, "x-lag.seconds: expected a number above 0, found '0'"),
        ("read", {"x-lag": {"seconds": 5, "responses": ["4XX"]}}, "[0]: expected a status code from 400 to 499"),
        ("read", {"x-lag": {"seconds": 5, "codes": [404]}}, "x-lag: unknown key 'codes'; the valid keys are seconds"),
        ("read", {"x-lag": 5}, "x-lag: expected an object, found '5'"),
        ("create", {"x-lag": {"seconds": 5, "responses": [404]}}, "x-role: expected retrieve or content beside x-lag"),
        ("create", {"x-ends-within": "soon"}, "x-ends-within: expected a number above 0, found 'soon'"),
        ("read", {"x-ends-within": 60}, "x-role: expected create or remix beside x-ends-within"),
        ("read", {"x-lags": 5}, "unknown key 'x-lags'; the valid keys are x-role, x-also, x-refusals"),
    ],
)  # fmt: skip
def test_what_is_said_of_time_in_another_form_is_refused(role: str, keys: Tree, told: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileProblem) as problem:
        load_contract(find_provider(str(folder_of(tmp_path, {}, (), **{role: keys}))), "videos")
    assert told in problem.value.problem


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ({"x-sum": "created", "x-requirement": "id-type"}, "x-sum: expected an array, found 'created'"),
        ({"x-sum": [], "x-requirement": "id-type"}, "x-sum: [] has less than 1 item"),
        ({"x-any-case": True, "enum": [1], "x-requirement": "id-type"}, "x-any-case stands beside an enum of texts"),
        ({"x-any-case": True}, "x-any-case stands beside an enum of texts"),
        ({"contentSchema": {}, "x-requirement": "id-type"}, "contentSchema stands beside `contentMediaType"),
        ({"anyOf": [{"x-sum": ["id"]}], "x-requirement": "id-type"}, "x-sum stands under anyOf, where nothing"),
        ({"x-sums": ["a"]}, "unknown key 'x-sums'; the valid keys are x-requirement"),
    ],
)  # fmt: skip
def test_what_a_schema_says_in_another_form_is_refused(member: Tree, told: str, tmp_path: Path) -> None:
    schema = json.loads(json.dumps(PLAIN))
    schema["properties"]["more"] = member
    with pytest.raises(DataFileProblem) as problem:
        load_contract(find_provider(str(folder_of(tmp_path, {"task.schema.json": schema}, ()))), "videos")
    assert told in problem.value.problem
