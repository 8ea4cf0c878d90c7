"""Each reply is judged by the schema of its own operation and status code, whatever the file is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import KEY, TASK, Says, Tree, a_body, answers, operation, verdicts, write
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem

TOLD = {"task": "task.schema.json", "list": "list.schema.json", "deleted": "deleted.schema.json"}
RECEIPT: Tree = {
    "allOf": [
        {"required": ["id"], "x-requirement": "id-present"},
        {"required": ["price"], "x-requirement": "price-present"},
    ],
    "properties": {"id": {}, "price": {}},
}
LIST: Tree = {"allOf": [{"required": ["data"], "x-requirement": "list-has-data"}]}
DELETED: Tree = {"allOf": [{"required": ["deleted"], "x-requirement": "deletion-says-so"}]}
PROBLEM: Tree = {"allOf": [{"required": ["detail"], "x-requirement": "problem-detail-present"}]}
KEYLESS: Tree = {"allOf": [{"required": ["hint"], "x-requirement": "keyless-hint-present"}]}
BODY = a_body(example={"model": "m", "prompt": "p"})
ROWS = dict.fromkeys(
    ["id-present", "price-present", "list-has-data", "deletion-says-so", "problem-detail-present",
     "keyless-hint-present", "retrieve-without-key-is-refused", "retrieve-with-wrong-key-is-refused"], "MUST",
)  # fmt: skip


def several_files(folder: Path) -> Path:
    reads = answers(("200", "task.schema.json"), ("404", "problem.schema.json"), ("401", "keyless.schema.json"))
    paths = {
        "/v1/videos": {
            "post": operation("create", answers(("201", "receipt.schema.json")), requestBody=BODY),
            "get": operation("list", answers(("200", "list.schema.json"))),
        },
        "/v1/videos/{id}": {
            "get": operation("retrieve", reads),
            "delete": operation("delete", answers(("200", "deleted.schema.json"))),
        },
    }
    files = {"receipt": RECEIPT, "list": LIST, "deleted": DELETED, "problem": PROBLEM, "keyless": KEYLESS}
    return write(folder, paths, {f"{name}.schema.json": schema for name, schema in files.items()}, ROWS)


def vendor(**changed: Any) -> Says:
    """Return a vendor that keeps the document of several files, but for what is changed."""
    told = {
        "receipt": {"id": "video_1", "price": 3},
        "task": TASK,
        "unknown": {"detail": "x"},
        "keyless": {"hint": "x"},
    }
    told |= changed

    def says(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Bearer {KEY['SMALL_API_KEY']}":
            return 401, told["keyless"]
        if asked.method in ("POST", "DELETE"):
            return (201, told["receipt"]) if asked.method == "POST" else (200, {"deleted": True})
        if asked.target.partition("?")[0] == "/v1/videos":
            return 200, {"data": [told["task"]]}
        return (200, told["task"]) if asked.target == "/v1/videos/video_1" else (404, told["unknown"])

    return says


def readings(folder: Path, says: Says) -> dict[str, str]:
    found, _ = verdicts(folder, says)
    return {row: verdict.label for row, verdict in found.items()}


def test_a_schema_judges_the_replies_of_its_own_operation_alone(tmp_path: Path) -> None:
    found = readings(several_files(tmp_path), vendor())
    assert {row for row, label in found.items() if label not in ("conforms", "unseen")} == set()
    assert {row for row, label in found.items() if label == "unseen"} == {"list-has-data", "deletion-says-so"}


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"receipt": {"id": "video_1"}}, "price-present"),
        ({"unknown": {"error": "x"}}, "problem-detail-present"),
        ({"keyless": {"error": "x"}}, "keyless-hint-present"),
        ({"task": {**TASK, "status": 7}}, "status-type"),
    ],
)
def test_each_of_several_files_finds_what_breaks_it(changed: Tree, row: str, tmp_path: Path) -> None:
    found = readings(several_files(tmp_path), vendor(**changed))
    assert {name for name, label in found.items() if label == "fails"} == {row}


@pytest.mark.parametrize("code", ["400", "4XX", "default"])
def test_the_envelope_is_judged_at_each_code_that_the_document_gives_it_for(code: str, tmp_path: Path) -> None:
    reads = answers(("200", "task.schema.json"), (code, "problem.schema.json"))
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", reads)}}
    folder = write(tmp_path, paths, {"problem.schema.json": PROBLEM}, {"problem-detail-present": "MUST"})

    def says(refusal: Tree) -> Says:
        return lambda asked: (200, TASK) if asked.target.endswith("video_1") else (400, refusal)

    assert readings(folder, says({"detail": "no such id"}))["problem-detail-present"] == "conforms"
    assert readings(folder, says({"error": "no such id"}))["problem-detail-present"] == "fails"


def test_one_row_in_several_files_is_one_verdict(tmp_path: Path) -> None:
    other = {"allOf": [{"required": ["detail"], "x-requirement": "problem-detail-present"}]}
    reads = answers(("200", "task.schema.json"), ("404", "problem.schema.json"), ("401", "other.schema.json"))
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", reads)}}
    rows = {"problem-detail-present": "MUST", "retrieve-without-key-is-refused": "MUST"}
    folder = write(tmp_path, paths, {"problem.schema.json": PROBLEM, "other.schema.json": other}, rows)
    kept, broken = vendor(keyless={"detail": "x"}), vendor(keyless={})
    assert readings(folder, kept)["problem-detail-present"] == "conforms"
    assert readings(folder, broken)["problem-detail-present"] == "fails"


def test_a_schema_that_no_reply_is_documented_to_have_is_refused_at_the_start(tmp_path: Path) -> None:
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", answers(("200", "task.schema.json")))}}
    folder = write(tmp_path, paths, {"problem.schema.json": PROBLEM}, {"problem-detail-present": "MUST"})
    with pytest.raises(DataFileProblem, match=r"no response has `\$ref: problem.schema.json`"):
        load_contract(find_provider(str(folder)), "videos")
