"""The laws about a document itself, one by one: what in its structure, examples and sample keeps them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.reply_views import BY_ID, BY_NAME, ends, received, view
from vidconform.contracts.contract import Contract
from vidconform.laws.subjects import Published, Task

CHAINHUB, VIDEOS = BY_ID["chainhub/videos"], BY_ID["octopusx/videos"]
OPTIONAL = {"name": "Authorization", "in": "header", "required": False}
TYPED = {"name": "Content-Type", "in": "header", "example": "application/json"}
FORM: dict[str, Any] = {"content": {"multipart/form-data": {}}}


def published(schema: Any = None, *examples: Any, **operation: Any) -> Published:
    """Return a document with one read, whose schema, examples and further members are given."""
    media = {"schema": schema or {}, "examples": {str(at): {"value": value} for at, value in enumerate(examples)}}
    whole = {"responses": {"200": {"content": {"application/json": media}}, "404": {}}, **operation}
    return Published(CHAINHUB, {"paths": {"/v1/videos/{id}": {"get": whole}}}, [view(CHAINHUB, {})])


@pytest.mark.parametrize(
    ("word", "end"), [("string", "held"), ("object", "held"), ("null", "broken"), ("int", "broken")]
)
def test_every_type_exists_in_its_openapi_version(word: str, end: str) -> None:
    schema = {"properties": {"id": {"type": "string"}, "progress": {"type": word}}}
    assert ends("every_type_exists_in_its_openapi_version", published(schema)) == end


@pytest.mark.parametrize(
    ("name", "where", "end"),
    [("Accept", "header", "broken"), ("content-type", "header", "broken"), ("X-Trace", "header", "held"),
     ("accept", "query", "held")],
)  # fmt: skip
def test_no_header_parameter_is_one_that_openapi_ignores(name: str, where: str, end: str) -> None:
    found = published(parameters=[{"name": "id", "in": "path"}, {"name": name, "in": where}])
    assert ends("no_header_parameter_is_one_that_openapi_ignores", found) == end


def test_no_read_has_a_body() -> None:
    assert ends("no_read_has_a_body", published()) == "held"
    assert ends("no_read_has_a_body", published(requestBody=FORM)) == "broken"
    posts = published(requestBody=FORM)
    (item,) = posts.structure["paths"].values()
    item["post"] = item.pop("get")
    assert ends("no_read_has_a_body", posts) == "held"


@pytest.mark.parametrize(
    ("header", "security", "end"),
    [
        (OPTIONAL, [{"bearer": []}], "broken"),
        ({**OPTIONAL, "name": "authorization"}, [{"bearer": []}], "broken"),
        ({**OPTIONAL, "required": True}, [{"bearer": []}], "held"),
        ({**OPTIONAL, "name": "X-Trace"}, [{"bearer": []}], "held"),
        (OPTIONAL, [], "held"),
        (OPTIONAL, None, "held"),
    ],
)
def test_authorization_is_not_optional_beside_security(header: Any, security: Any, end: str) -> None:
    found = published(parameters=[header], **({} if security is None else {"security": security}))
    assert ends("authorization_is_not_optional_beside_security", found) == end


@pytest.mark.parametrize(
    ("headers", "body", "end"),
    [
        ([TYPED], FORM, "broken"),
        ([TYPED], {"content": {"application/json": {}, "multipart/form-data": {}}}, "held"),
        ([TYPED, {**TYPED, "name": "content-type", "example": "text/html"}], {"content": {"application/json": {}}},
         "broken"),
        ([{**TYPED, "name": "X-Trace"}], FORM, "held"),
        ([], FORM, "held"),
        ([TYPED], {}, "held"),
    ],
)  # fmt: skip
def test_the_content_type_header_names_the_body(headers: list[Any], body: Any, end: str) -> None:
    assert ends("the_content_type_header_names_the_body", published(parameters=headers, requestBody=body)) == end


@pytest.mark.parametrize(
    ("required", "examples", "end"),
    [(["id"], [{"id": 1}], "held"), (["id"], [{"id": 1}, {}], "broken"), (["id", "status"], [{"id": 1}], "broken"),
     ([], [{}], "held"), (["id"], [], "held")],
)  # fmt: skip
def test_the_examples_hold_the_required_members(required: list[str], examples: list[Any], end: str) -> None:
    assert ends("the_examples_hold_the_required_members", published({"required": required}, *examples)) == end


TYPES = {"properties": {"id": {"type": "string"}, "detail": {"properties": {"at": {"type": "integer"}}}}}


@pytest.mark.parametrize(
    ("examples", "end"),
    [([{"id": "1", "detail": {"at": 1}}], "held"), ([{}], "held"), ([{"id": "1"}, {"id": 1}], "broken")],
)
def test_the_examples_have_the_stated_types(examples: list[Any], end: str) -> None:
    assert ends("the_examples_have_the_stated_types", published(TYPES, *examples)) == end


def test_a_wrong_type_is_told_by_the_member_itself() -> None:
    wrong = published(TYPES, {"detail": {"at": "x"}}, {"id": 1})
    said = received("the_examples_have_the_stated_types", wrong)
    assert said == 'at: "x" is not of type "integer"; id: 1 is not of type "string"'


def without_examples(law: str) -> str:
    empty = published()
    empty.all.clear()
    return ends(law, empty)


def test_a_document_without_an_example_shows_nothing_of_itself() -> None:
    laws = [law for law in BY_NAME if "published" in BY_NAME[law].__annotations__]
    assert len(laws) == 7
    assert {without_examples(law) for law in laws} == {"unseen"}


def examples_of(contract: Contract, *ids: Any, role: str = "retrieve") -> Task:
    return Task(contract, [view(contract, {"id": told}, role=role) for told in ids])


def asking(contract: Contract, **ids: str | None) -> Contract:
    """Return a contract whose operations have these example ids."""
    changed = (replace(operation, id_example=ids.get(operation.role)) for operation in contract.operations)
    return replace(contract, operations=tuple(changed))


def test_the_example_answers_the_id_of_its_request() -> None:
    law, contract = "the_example_answers_the_id_of_its_request", asking(VIDEOS, retrieve="video_1", content="video_2")
    assert ends(law, examples_of(contract, "video_1")) == "held"
    assert ends(law, examples_of(contract, "video_1", "video_2")) == "broken"
    assert ends(law, examples_of(contract, None)) == "unseen"
    assert ends(law, examples_of(contract, "video_2", role="create")) == "unseen"
    assert ends(law, examples_of(asking(VIDEOS, content="video_2"), "video_1")) == "unseen"


@pytest.mark.parametrize(
    ("sample", "end"),
    [({"model": "x"}, "held"), ({"model": "x", "task_id": "x"}, "broken"), ({}, "unseen"), (None, "unseen")],
)
def test_the_sample_body_holds_documented_members(sample: Any, end: str) -> None:
    changed = tuple(replace(operation, request_sample=sample) for operation in VIDEOS.operations)
    contract = replace(VIDEOS, operations=changed)
    assert ends("the_sample_body_holds_documented_members", examples_of(contract, "video_1")) == end


def test_a_document_without_a_creation_has_no_sample() -> None:
    contract = replace(VIDEOS, operations=())
    assert ends("the_sample_body_holds_documented_members", examples_of(contract, "video_1")) == "unseen"
