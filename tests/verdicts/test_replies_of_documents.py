"""What OpenAPI says of replies is read: a schema for each status code, across files, with whatever it shares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import ID, TASK, Says, Tree, a_body, answers, operation, verdicts, write
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem

BODY = a_body(example={"model": "m", "prompt": "p"})
RECEIPT: Tree = {
    "properties": {"request": {"properties": {"number": {"x-role": "id", "$ref": "words.schema.json#/$defs/number"}}}},
    "allOf": [{"required": ["request"], "x-requirement": "receipt-has-request"}],
}
WORDS: Tree = {"$defs": {"number": {"type": "string", "x-requirement": "number-type"}}}
PENDING: Tree = {
    "allOf": [{"$ref": "task.schema.json"}, {"required": ["eta"], "x-requirement": "pending-tells-eta"}],
}
ROWS = dict.fromkeys(["receipt-has-request", "number-type", "pending-tells-eta"], "MUST")
FILES = {"receipt.schema.json": RECEIPT, "words.schema.json": WORDS, "pending.schema.json": PENDING}


def by_state(folder: Path) -> Path:
    """Write a provider whose creation tells a number alone, and whose reads are 202 until they are 200."""
    reads = answers(("200", "task.schema.json"), ("202", "pending.schema.json"))
    paths = {
        "/v1/videos": {"post": operation("create", answers(("201", "receipt.schema.json")), requestBody=BODY)},
        "/v1/videos/{id}": {"get": operation("retrieve", reads)},
    }
    return write(folder, paths, FILES, ROWS)


def vendor(**changed: Any) -> Says:
    told = {"receipt": {"request": {"number": "video_7"}}, "pending": {"id": "video_7", "status": "queued", "eta": 3}}
    told |= changed
    reads: list[Asked] = []

    def says(asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST":
            return 201, told["receipt"]
        if not asked.target.endswith("video_7"):
            return 404, {}
        reads.append(asked)
        return (202, told["pending"]) if len(reads) == 1 else (200, {**TASK, "id": "video_7"})

    return says


def labels(folder: Path, says: Says) -> dict[str, str]:
    found, _ = verdicts(folder, says, task_ids=[], max_creations=1)
    return {row: verdict.label for row, verdict in found.items()}


def test_a_creation_may_be_smaller_than_the_task_and_a_pending_read_larger(tmp_path: Path) -> None:
    assert set(labels(by_state(tmp_path), vendor()).values()) == {"conforms"}


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"receipt": {"request": {"number": 7}}}, "number-type"),
        ({"receipt": {}}, "receipt-has-request"),
        ({"pending": {"id": "video_7", "status": "queued"}}, "pending-tells-eta"),
        ({"pending": {"id": 7, "status": "queued", "eta": 3}}, "id-type"),
    ],
)
def test_what_breaks_a_reply_is_told_by_the_row_of_its_own_schema(changed: Tree, row: str, tmp_path: Path) -> None:
    found = labels(by_state(tmp_path), vendor(**changed))
    assert {name for name, label in found.items() if label == "fails"} == {row}


def shared(folder: Path) -> Path:
    """Write a provider whose document shares what it can: by path, by component, for all operations."""
    folder = by_state(folder)
    path = folder / "videos" / "openapi.yaml"
    document = json.loads(path.read_text("utf-8"))
    one = document["paths"]["/v1/videos/{id}"]
    one["get"].pop("parameters")
    for item in (one["get"], document["paths"]["/v1/videos"]["post"]):
        item.pop("security")
        item.pop("operationId")
    one |= {
        "summary": "One task",
        "description": "Of this account",
        "parameters": [{"$ref": "#/components/parameters/Id"}],
    }
    document["security"] = [{"bearer": []}]
    document["components"] |= {"parameters": {"Id": ID}, "responses": one["get"]["responses"]}
    one["get"]["responses"] = {code: {"$ref": f"#/components/responses/{code}"} for code in ("200", "202")}
    path.write_text(json.dumps(document), "utf-8")
    return folder


def test_what_a_document_says_for_all_operations_counts_for_each(tmp_path: Path) -> None:
    found = labels(shared(tmp_path), vendor())
    assert set(found.values()) == {"conforms"}
    broken = labels(tmp_path / "small", vendor(pending={"id": "video_7", "status": "queued"}))
    assert {name for name, label in broken.items() if label == "fails"} == {"pending-tells-eta"}


NO_CHANNEL = {"with": {"model": "none"}, "code": "no_channel"}
REFUSED: Tree = {"properties": {"code": {"x-role": "error-code", "type": "string"}}}


def by_channel(folder: Path, error: str | None = "error.schema.json", code: int | str = 503) -> Path:
    """Write a provider whose document says that a model which nobody serves is refused with 503, or another code."""
    told = answers(("200", "task.schema.json"), (str(code), error))
    stated = {"no-channel": {**NO_CHANNEL, "responses": [code]}}
    paths = {
        "/v1/videos": {"post": operation("create", told, requestBody=BODY, **{"x-refusals": stated})},
        "/v1/videos/{id}": {"get": operation("retrieve", answers(("200", "task.schema.json")))},
    }
    rows = dict.fromkeys(["no-channel", "refusals-are-not-server-errors", "create-route"], "MUST")
    return write(folder, paths, {"error.schema.json": REFUSED}, rows)


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ((503, {"code": "no_channel"}), {"no-channel": "conforms", "refusals-are-not-server-errors": "conforms"}),
        ((503, {"code": "overloaded"}), {"no-channel": "fails", "refusals-are-not-server-errors": "conforms"}),
        ((404, {"code": "no_channel"}), {"no-channel": "fails", "refusals-are-not-server-errors": "conforms"}),
        ((500, {"code": "no_channel"}), {"no-channel": "fails", "refusals-are-not-server-errors": "fails"}),
        ((503, b"<html>"), {"no-channel": "inconclusive", "refusals-are-not-server-errors": "inconclusive"}),
    ],
)
def test_a_refusal_that_a_document_states_as_503_is_no_outage(
    said: tuple[int, Any], ends: Tree, tmp_path: Path
) -> None:
    def says(asked: Asked) -> tuple[int, Any]:
        return said if b'"none"' in asked.body else (200, TASK)

    found, _ = verdicts(by_channel(tmp_path), says, task_ids=[], max_creations=2)
    assert {row: found[row].label for row in ends} == ends
    assert found["create-route"].label == "conforms"


@pytest.mark.parametrize(("code", "label"), [(500, "conforms"), (502, "conforms"), (418, "fails")])
def test_a_refusal_that_a_document_states_as_5xx_is_any_of_them(code: int, label: str, tmp_path: Path) -> None:
    def says(asked: Asked) -> tuple[int, Any]:
        return (code, {"code": "no_channel"}) if b'"none"' in asked.body else (200, TASK)

    found, _ = verdicts(by_channel(tmp_path, code="5XX"), says, task_ids=[], max_creations=2)
    assert (found["no-channel"].label, found["refusals-are-not-server-errors"].label) == (label, "conforms")


def test_a_stated_code_that_has_no_place_in_a_reply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileProblem, match=r"x-refusals\.no-channel: the code 'no_channel' stands nowhere"):
        load_contract(find_provider(str(by_channel(tmp_path, error=None))), "videos")


def changed(folder: Path, change: Any) -> DataFileProblem:
    path = by_state(folder) / "videos" / "openapi.yaml"
    document = json.loads(path.read_text("utf-8"))
    change(document["paths"])
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DataFileProblem) as problem:
        load_contract(find_provider(str(folder / "small")), "videos")
    return problem.value


INLINE = {"schema": {"allOf": [{"required": ["id"], "x-requirement": "id-type"}]}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda paths: paths["/v1/videos/{id}"].update(servers=[]), "paths./v1/videos/{id}: unknown key 'servers'"),
        (lambda paths: paths["/v1/videos/{id}"]["get"].update(servers=[]), "{id}.get.servers: not read here"),
        (lambda paths: paths["/v1/videos/{id}"]["get"].update({"x-roll": 1}), "unknown key 'x-roll'; the valid keys"),
        (lambda paths: paths["/v1/videos/{id}"]["get"].pop("x-role"), "paths./v1/videos/{id}.get: x-role is missing"),
        (
            lambda paths: paths["/v1/videos/{id}"]["get"]["responses"]["200"]["content"].update({"text/json": INLINE}),
            ".200.content.text/json.schema.allOf[0].x-requirement: x-requirement stands in a *.schema.json",
        ),
        (
            lambda paths: paths["/v1/videos/{id}"]["get"]["parameters"].append(
                {"name": "v", "in": "query", "x-role": "verb"}
            ),
            "paths./v1/videos/{id}.get.parameters['v'].x-role: expected one of id, limit",
        ),
    ],
)
def test_what_is_not_understood_is_refused_with_its_operation_and_place(change: Any, told: str, tmp_path: Path) -> None:
    assert told in changed(tmp_path, change).problem


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("far.schema.json", "is no file beside it; there are pending.schema.json"),
        ("words.schema.json#/$defs/colour", "words.schema.json has no such name in $defs"),
        ("pending.schema.json", "leads back to itself"),
        ("../task.schema.json", "nothing is fetched"),
    ],
)
def test_a_reference_that_leads_nowhere_or_round_is_refused(reference: str, told: str, tmp_path: Path) -> None:
    path = by_state(tmp_path) / "videos" / "pending.schema.json"
    path.write_text(json.dumps({**PENDING, "$ref": reference}), "utf-8")
    with pytest.raises(DataFileProblem, match=told.replace("$", r"\$")):
        load_contract(find_provider(str(tmp_path / "small")), "videos")
