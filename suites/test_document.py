"""The document itself: what it contradicts itself about, judged on its own structure and examples."""

from __future__ import annotations

from typing import Any

from vidconform.laws import Published, Task, altered, expect, require_observed, requires, schema_errors

# OpenAPI 3.0.1, section 4.7.24 (Schema Object) and section 4.7.12.1 (Parameter Object, `name`).
_TYPES_OF_3_0 = ("array", "boolean", "integer", "number", "object", "string")
_IGNORED_HEADERS = ("accept", "content-type", "authorization")


def _schemas(published: Published) -> list[dict[str, Any]]:
    return [media["schema"] for answer in _answers(published) for media in answer.get("content", {}).values()]


def _answers(published: Published) -> list[dict[str, Any]]:
    return [answer for operation in published.operations() for answer in operation["responses"].values()]


def _examples(published: Published) -> list[dict[str, Any]]:
    media_types = [media for answer in _answers(published) for media in answer.get("content", {}).values()]
    return [example["value"] for media in media_types for example in media.get("examples", {}).values()]


def _headers(published: Published) -> list[dict[str, Any]]:
    return [p for operation in published.operations() for p in operation.get("parameters", []) if p["in"] == "header"]


@requires("openapi-types-exist")
def test_every_type_exists_in_its_openapi_version(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    types = {name: s["type"] for schema in _schemas(published) for name, s in schema.get("properties", {}).items()}
    unknown = {name: word for name, word in types.items() if word not in _TYPES_OF_3_0}
    expect(not unknown, f"a type of {', '.join(_TYPES_OF_3_0)}", str(unknown))


@test_every_type_exists_in_its_openapi_version.broken_by
def _(published: Published) -> None:
    _schemas(published)[0]["properties"]["id"]["type"] = "null"


@requires("openapi-ignored-headers")
def test_no_header_parameter_is_one_that_openapi_ignores(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    ignored = [header["name"] for header in _headers(published) if header["name"].lower() in _IGNORED_HEADERS]
    expect(not ignored, f"no header parameter named {', '.join(_IGNORED_HEADERS)}", ", ".join(ignored))


@test_no_header_parameter_is_one_that_openapi_ignores.broken_by
def _(published: Published) -> None:
    operation = next(published.operations())
    operation["parameters"] = [{"name": "Accept", "in": "header", "required": True}]


@requires("openapi-get-without-body")
def test_no_read_has_a_body(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    bodies = [path for path, item in published.structure["paths"].items() if "requestBody" in item.get("get", {})]
    expect(not bodies, "no request body on GET (RFC 9110 section 9.3.1)", f"one on {', '.join(bodies)}")


@test_no_read_has_a_body.broken_by
def _(published: Published) -> None:
    next(published.operations())["requestBody"] = {"content": {}}


@requires("openapi-authorization-agrees")
def test_authorization_is_not_optional_beside_security(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    for operation in published.operations():
        headers = [p for p in operation.get("parameters", []) if p["name"].lower() == "authorization"]
        optional = [header for header in headers if not header.get("required")]
        secured = bool(operation.get("security"))
        expect(
            not (optional and secured),
            "a credential that is required throughout",
            "an optional header beside a required scheme",
        )


@test_authorization_is_not_optional_beside_security.broken_by
def _(published: Published) -> None:
    operation = next(published.operations())
    operation["security"] = [{"bearer": []}]
    operation["parameters"] = [{"name": "Authorization", "in": "header", "required": False}]


@requires("openapi-content-types-agree")
def test_the_content_type_header_names_the_body(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    for operation in published.operations():
        media_types = list(operation.get("requestBody", {}).get("content", {}))
        named = [p["example"] for p in operation.get("parameters", []) if p["name"].lower() == "content-type"]
        agree = not media_types or all(name in media_types for name in named)
        expect(agree, f"a content type among {', '.join(media_types)}", ", ".join(named))


@test_the_content_type_header_names_the_body.broken_by
def _(published: Published) -> None:
    operation = next(published.operations())
    operation["parameters"] = [{"name": "Content-Type", "in": "header", "example": "application/json"}]
    operation["requestBody"] = {"content": {"multipart/form-data": {}}}


@requires("required-fields-in-examples")
def test_the_examples_hold_the_required_members(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    required = [name for schema in _schemas(published) for name in schema.get("required", [])]
    missing = sorted({name for example in _examples(published) for name in required if name not in example})
    expect(not missing, f"the members {', '.join(required)} in every example", f"examples without {', '.join(missing)}")


@test_the_examples_hold_the_required_members.broken_by
def _(published: Published) -> None:
    _schemas(published)[0]["required"] = ["no-such-member"]


@requires("examples-match-schema-types")
def test_the_examples_have_the_stated_types(published: Published) -> None:
    require_observed(published.all, "an example of the document")
    types = [{"properties": schema.get("properties", {})} for schema in _schemas(published)]
    errors = [e for schema in types for example in _examples(published) for e in schema_errors(schema, example)]
    expect(not errors, "examples of the stated types", "; ".join(errors))


@test_the_examples_have_the_stated_types.broken_by
def _(published: Published) -> None:
    _schemas(published)[0]["properties"]["id"] = {"type": "null"}


@requires("example-id-is-the-one-asked")
def test_the_example_answers_the_id_of_its_request(examples: Task) -> None:
    asked = {o.id_example for o in examples.contract.operations if o.role == "retrieve" and o.id_example}
    answered = [r for r in examples.views("id") if asked and r.exchange.role == "retrieve"]
    for view in require_observed(answered, "an example reply to an example request"):
        expect(view.value("id") in asked, ", ".join(sorted(asked)), view.raw("id"), view, "id")


test_the_example_answers_the_id_of_its_request.broken_by(altered(id="another"))


@requires("sample-members-are-documented")
def test_the_sample_body_holds_documented_members(examples: Task) -> None:
    create = examples.contract.operation("create")
    schema = examples.contract.schemas.get((create.request_schema if create is not None else None) or "")
    documented = schema.source.get("properties", {}) if schema is not None else {}
    sample = create.request_sample if create is not None and documented else None
    require_observed(examples.all if sample else [], "a sample body")
    unknown = sorted(set(sample or {}) - set(documented))
    expect(not unknown, f"only the members {', '.join(documented)}", f"also {', '.join(unknown)}")


@test_the_sample_body_holds_documented_members.broken_by
def _(examples: Task) -> None:
    create = examples.contract.operation("create")
    assert create is not None
    create.request_sample["no-such-member"] = "x"
