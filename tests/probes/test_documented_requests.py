"""What is sent is what the document shows, also to be refused; what shows nothing is refused at the start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import TASK, Tree, a_body, answers, operation, verdicts, write
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem
from vidconform.probes.mistyped_members import mistyped

READ = {"get": operation("retrieve", answers(("200", "task.schema.json"), ("404", None)))}
BODY = {"model": "m-1", "prompt": "a cat", "seconds": "4"}
MEMBERS: Tree = {
    "model": {"type": "string", "default": "m-1"},
    "prompt": {"type": "string", "examples": ["a cat", "a dog"]},
    "seconds": {"type": "string", "enum": ["4", "8"]},
    "note": {"type": "string"},
    "other": True,
}
INLINE: Tree = {"type": "object", "required": ["model", "prompt"], "properties": MEMBERS}
ACCEPTS = {"accepts-prompt": "MUST"}


def creating(folder: Path, body: Tree, rows: dict[str, str], schemas: Tree | None = None, **more: Any) -> Path:
    post = operation("create", answers(("200", "task.schema.json")), requestBody=body, **more)
    return write(folder, {"/v1/videos": {"post": post}, "/v1/videos/{id}": READ}, schemas or {}, rows)


def keeps(asked: Asked) -> tuple[int, Any]:
    """Answer as a vendor does that creates for any object with a prompt and knows one task."""
    if asked.method == "POST":
        sent = json.loads(asked.body)
        return (200, TASK) if isinstance(sent, dict) and isinstance(sent.get("prompt"), str) else (400, {})
    return (200, TASK) if "video_1" in asked.target else (404, {})


SHOWN: dict[str, Tree] = {
    "an example": {"example": BODY},
    "named examples": {"examples": {"first": {"value": BODY}, "second": {"value": {}}}},
    "a sample": {"x-sample": BODY},
    "a sample that stands for texts, and a schema": {"x-sample": {"prompt": "<string>"}, "schema": INLINE},
    "the members of a schema": {"schema": INLINE},
    "the examples of a schema": {"schema": {"examples": [BODY]}},
    "a schema in a file": {"schema": {"$ref": "creation.schema.json"}},
    "a schema among the components": {"schema": {"$ref": "#/components/schemas/Creation"}},
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_a_creation_sends_what_the_document_shows(shown: Tree, tmp_path: Path) -> None:
    folder = creating(tmp_path, a_body(**shown), ACCEPTS, {"creation.schema.json": INLINE})
    document = folder / "videos" / "openapi.yaml"
    tree = json.loads(document.read_text())
    tree["components"]["schemas"] = {"Creation": INLINE}
    document.write_text(json.dumps(tree))
    found, asked = verdicts(folder, keeps, task_ids=[], max_creations=1)
    assert [json.loads(one.body) for one in asked if one.method == "POST"] == [BODY]
    assert found["accepts-prompt"].label == "conforms"


def test_a_form_and_a_list_are_sent_as_their_own_bodies_show(tmp_path: Path) -> None:
    form = {"example": {"prompt": "a cat like this", "frame": "x"}, "schema": {"properties": {"frame": PICTURE}}}
    body = {"content": {"application/json": {"example": BODY}, "multipart/form-data": form}}
    folder = creating(tmp_path, body, {"create-accepts-form": "MUST", "list-honours-cursor": "MUST"}, PAGES)
    document = folder / "videos" / "openapi.yaml"
    tree = json.loads(document.read_text())
    members = {"size": {"x-role": "limit"}, "cursor": {"x-role": "after"}}
    pages = a_body(example={"kind": "video"}, schema={"properties": members})
    tree["paths"]["/v1/list"] = {"post": operation("list", answers(("200", "list.schema.json")), requestBody=pages)}
    document.write_text(json.dumps(tree))
    _, asked = verdicts(folder, keeps_pages, max_creations=2)
    forms = [one.body for one in asked if "multipart" in one.headers.get("content-type", "")]
    assert [(b"a cat like this" in one, b'name="frame"; filename=' in one) for one in forms] == [(True, True)]
    lists = [json.loads(one.body) for one in asked if one.target == "/v1/list"]
    shown = {"kind": "video"}
    assert lists == [shown, {**shown, "size": 1}, {**shown, "size": 1, "cursor": "c-1"}]


PICTURE: Tree = {"type": "string", "contentMediaType": "image/png"}
PAGES: Tree = {
    "list.schema.json": {
        "properties": {
            "videos": {"x-role": "tasks", "type": "array", "items": {"$ref": "task.schema.json"}},
            "next": {"x-role": "next-cursor"},
        }
    }
}


def keeps_pages(asked: Asked) -> tuple[int, Any]:
    """Answer as one that lists two tasks, and takes JSON and forms."""
    if asked.target == "/v1/list":
        return 200, {"videos": [TASK], "next": "c-1"}
    return (200, TASK) if asked.method == "POST" or "video_1" in asked.target else (404, {})


def test_a_date_in_an_example_is_sent_as_it_is_written(tmp_path: Path) -> None:
    folder = creating(tmp_path, a_body(example={**BODY, "on": "DAY"}), ACCEPTS)
    document = folder / "videos" / "openapi.yaml"
    document.write_text(document.read_text().replace('"DAY"', "2026-11-23"))
    found, asked = verdicts(folder, keeps, task_ids=[], max_creations=1)
    assert [json.loads(one.body)["on"] for one in asked if one.method == "POST"] == ["2026-11-23"]
    assert found["accepts-prompt"].label == "conforms"


NOTHING: dict[str, Tree] = {
    "no body": {},
    "an XML alone": {"content": {"application/xml": {"example": BODY}}},
    "a schema without values": a_body(schema={"type": "object", "required": ["prompt"], "properties": {"prompt": {}}}),
    "an example that is no object": a_body(example="a cat"),
    "a sample of placeholders": a_body(**{"x-sample": {"model": "<string>", "prompt": "{prompt}"}}),
}


@pytest.mark.parametrize("body", NOTHING.values(), ids=NOTHING)
def test_a_creation_that_shows_nothing_to_send_is_refused_at_the_start(body: Tree, tmp_path: Path) -> None:
    folder = creating(tmp_path, body, ACCEPTS)
    with pytest.raises(DataFileProblem, match=r"POST /v1/videos: requestBody.content.application/json shows no object"):
        load_contract(find_provider(str(folder)), "videos")


INDEX = {"name": "index", "in": "query", "required": True, "schema": {"type": "integer"}, "example": 0}


@pytest.mark.parametrize("shown", [INDEX, {**INDEX, "example": None, "schema": {"default": 0}}])
def test_each_request_carries_a_required_query_parameter(shown: Tree, tmp_path: Path) -> None:
    shown = {name: value for name, value in shown.items() if value is not None}
    read = operation("retrieve", answers(("200", "task.schema.json")), parameters=[shown])
    rows = dict.fromkeys(["retrieve-route", "unknown-task-is-refused", "any-request-is-no-server-error"], "MUST")
    folder = write(tmp_path, {"/v1/videos/{id}": {"get": read}}, {}, rows)

    def says(asked: Asked) -> tuple[int, Any]:
        return keeps(asked) if "index=0" in asked.target.partition("?")[2].split("&") else (500, {})

    found, asked = verdicts(folder, says, fuzz=12)
    assert {row: verdict.label for row, verdict in found.items() if row in rows} == dict.fromkeys(rows, "conforms")
    assert len(asked) > 12


@pytest.mark.parametrize(
    ("path", "parameter"), [("/v1/videos/{id}", {**INDEX, "example": None}), ("/v1/{project}/videos/{id}", None)]
)
def test_a_required_parameter_without_a_value_is_refused_at_the_start(
    path: str, parameter: Tree | None, tmp_path: Path
) -> None:
    shown = [{name: value for name, value in parameter.items() if value is not None}] if parameter else []
    read = operation("retrieve", answers(("200", "task.schema.json")), parameters=shown)
    folder = write(tmp_path, {path: {"get": read}}, {}, {})
    with pytest.raises(DataFileProblem, match=r"GET .*: the required (query|path) parameter '(index|project)' has no"):
        load_contract(find_provider(str(folder)), "videos")


def test_another_segment_of_the_path_is_filled_with_its_example(tmp_path: Path) -> None:
    project = {"name": "project", "in": "path", "required": True, "example": "p 1"}
    read = operation("retrieve", answers(("200", "task.schema.json")), parameters=[project])
    folder = write(tmp_path, {"/v1/{project}/videos/{id}": {"get": read}}, {}, {"retrieve-route": "MUST"})
    found, asked = verdicts(folder, keeps)
    assert {one.target for one in asked} == {"/v1/p%201/videos/video_1"}
    assert found["retrieve-route"].label == "conforms"


@pytest.mark.parametrize(
    ("member", "sent"),
    [
        ("seconds", 4), ("size", ["720x1280"]), ("count", "2"), ("either", ["4"]), ("metadata", "{}"),
        ("image", ["a text"]),
    ],
)  # fmt: skip
def test_a_mistyped_member_has_a_value_of_the_documents_own(member: str, sent: Any, tmp_path: Path) -> None:
    members: Tree = {
        "seconds": {"type": "string", "enum": ["4", "8"]}, "size": {"type": "string"}, "count": {"type": "integer"},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "metadata": {"type": "object"},
        "image": {"type": "string"},
    }  # fmt: skip
    schema = {"type": "object", "required": ["prompt"], "properties": {**members, "prompt": {"type": "string"}}}
    example = {"prompt": "a cat", "seconds": "4", "size": "720x1280", "count": 2, "either": "4"}
    body = a_body(example=example, schema={"$ref": "creation.schema.json"})
    folder = creating(tmp_path, body, {}, {"creation.schema.json": schema})
    contract = load_contract(find_provider(str(folder)), "videos")
    (create,) = (one for one in contract.operations if one.role == "create")
    place = contract.sent_place(create, member)
    assert place is not None
    assert mistyped(contract, create, place) == sent


def test_a_member_is_left_out_and_mistyped_where_the_document_has_it_and_else_nothing_is_sent(tmp_path: Path) -> None:
    text, length = {"type": "string", "x-role": "prompt"}, {"enum": [5, 10], "x-role": "seconds"}
    told = {"type": "object", "required": ["text"], "properties": {"text": text}}
    schema = {"type": "object", "required": ["input"], "properties": {"input": told, "length": length}}
    example = {"input": {"text": "a cat"}, "length": 5}
    rows = ("without-prompt", "with-mistyped-prompt", "with-mistyped-seconds", "without-model", "with-mistyped-size")
    levels = {f"create-{row}-is-refused": "MUST" for row in rows}
    body = a_body(example=example, schema={"$ref": "creation.schema.json"})
    folder = creating(tmp_path, body, levels, {"creation.schema.json": schema})

    def says(asked: Asked) -> tuple[int, Any]:
        is_good = asked.method == "GET" or json.loads(asked.body) == example
        return (200, TASK) if is_good and "video_404" not in asked.target else (400, {})

    found, asked = verdicts(folder, says, max_creations=5)
    sent = [json.loads(one.body) for one in asked if one.method == "POST"]
    assert [one for one in sent if one != example] == [
        {"input": {}, "length": 5}, {"input": {"text": ["a cat"]}, "length": 5}, {**example, "length": "5"},
    ]  # fmt: skip
    assert {row[7:-11]: found[row].label for row in levels} == {
        **dict.fromkeys(rows[:3], "conforms"), **dict.fromkeys(rows[3:], "unseen"),
    }  # fmt: skip


@pytest.mark.parametrize("root", ['"x"', "1", "true", "[1]"])
def test_a_body_that_is_json_and_no_object_is_sent_and_its_crash_seen(root: str, tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}}
    body = a_body(example={"prompt": "a cat"}, schema={"$ref": "creation.schema.json"})
    rows = {"any-request-is-no-server-error": "MUST"}
    folder = creating(tmp_path, body, rows, {"creation.schema.json": schema})

    def says(asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST" and asked.body.decode("utf-8", "replace") == root:
            return 500, {"error": "AttributeError"}
        try:
            return keeps(asked)
        except ValueError:
            return 400, {}

    found, _ = verdicts(folder, says, fuzz=30)
    assert found["any-request-is-no-server-error"].label == "fails"
