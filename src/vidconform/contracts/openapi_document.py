"""Reads the operations of an OpenAPI document (3.1); what is not understood is refused with operation and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from vidconform.contracts.body_status import BodyStatus, body_status_of, problems_of_body_status
from vidconform.contracts.bundling import body_schema_at
from vidconform.contracts.data_files import check_format, read_yaml
from vidconform.contracts.documented_replies import documented_reply, schema_file
from vidconform.contracts.documented_values import (
    body_example,
    id_in,
    resolved,
    schema_at,
    value_of,
    values_of,
    with_inherited,
)
from vidconform.contracts.keywords import IGNORED_HEADERS, METHODS, WITHOUT_ID
from vidconform.contracts.operations import SENDABLE, Operation, Scheme
from vidconform.contracts.promised_lag import lag_of
from vidconform.contracts.references import check_document_references
from vidconform.contracts.refusal_cases import CREDENTIALS, problems_of_refusals, refusal_cases
from vidconform.contracts.request_options import option_of, options_in
from vidconform.contracts.security_schemes import schemes_of
from vidconform.contracts.shared_routes import others_of
from vidconform.errors import DataFileProblem

Node = dict[str, Any]


class OpenApiDocument(NamedTuple):
    """What an openapi.yaml says: its operations, and where bodies tell how a request went, if they do."""

    operations: tuple[Operation, ...]
    body_status: BodyStatus | None


def load_openapi(path: Path, variables: Mapping[str, str] | None = None) -> OpenApiDocument:
    """Return what an openapi.yaml says, with other `variables` for its credentials; raises DataFileProblem."""
    document = read_yaml(path)
    check_document_references(path, document)
    try:
        whole = _resolved(document)
        check_format(path, "openapi", whole)
        found = [(f"{method.upper()} {route}", route, method, item) for route, method, item in _items(whole)]
        used = {name for *_, item in found for choice in item["security"] for name in choice}
        schemes = schemes_of(document, used, variables or {})
        _check(path, document, found)
        routes = (_of_route(path.parent, route, method, item, schemes) for _, route, method, item in found)
        return OpenApiDocument(tuple(chain.from_iterable(routes)), body_status_of(document))
    except KeyError as error:
        raise DataFileProblem(path, f"not the OpenAPI that a contract needs: the key {error} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise DataFileProblem(path, f"not the OpenAPI that a contract needs: {error}") from error


def _resolved(document: Node) -> Node:
    """Return a document with what its paths refer to in their place, and without what is there to be referred to."""
    paths, rest = document.get("paths"), {key: value for key, value in document.items() if key != "components"}
    if not isinstance(paths, dict):
        return rest
    return {**rest, "paths": {route: resolved(document, item) for route, item in paths.items()}}


def _items(document: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield each operation with what its path and the document say for all of them."""
    for route, shared in document["paths"].items():
        for method in (key for key in shared if key in METHODS):
            yield route, method, _whole(document, shared, shared[method])


def _whole(document: Node, shared: Node, item: Node) -> Node:
    parameters = with_inherited(item.get("parameters", []), shared.get("parameters", []))
    return {"security": document.get("security", []), **item, "parameters": parameters}


def _check(path: Path, document: Node, found: list[tuple[str, str, str, Node]]) -> None:
    of_operations = (f"{named}: {told}" for named, _, _, item in found for told in _problems(item))
    problem = next(chain(problems_of_body_status(document), of_operations), None)
    if problem is not None:
        raise DataFileProblem(path, problem)


def _problems(item: Node) -> Iterator[str]:
    """Yield where the parts of an operation do not agree."""
    schemes = [name for choice in item["security"] for name in choice]
    if len(schemes) > 1 and not set(schemes).isdisjoint(CREDENTIALS):
        yield f"security: where there are several, no scheme is named {', '.join(CREDENTIALS)}: these mean all or none"
    yield from problems_of_refusals(item.get("x-refusals", {}), schemes, item["parameters"])


def _of_route(folder: Path, route: str, method: str, item: Node, schemes: dict[str, Scheme]) -> Iterator[Operation]:
    """Yield the operation of a route, and what the same route is for in another state of a task."""
    yield _operation(folder, route, method, item, schemes)
    for other in others_of(item):
        yield replace(_operation(folder, route, method, other, schemes), shares=item["x-role"])


def _operation(folder: Path, route: str, method: str, item: Node, schemes: dict[str, Scheme]) -> Operation:
    role = item["x-role"]
    body = _body(folder, item.get("requestBody", {}).get("content", {}))
    return Operation(
        id=item.get("operationId", f"{method} {route}"),
        role=role,
        method=method.upper(),
        path=route,
        **_parameters(role, item["parameters"], body["body_schema"]),
        **body,
        **_security(item["security"], schemes),
        answers={code: documented_reply(answer) for code, answer in item.get("responses", {}).items()},
        lag=lag_of(item),
        paces=item.get("x-pace", {}),
        ends_within=item.get("x-ends-within"),
        refusals=refusal_cases(role, item.get("x-refusals", {})),
    )


def _parameters(role: str, parameters: list[Node], body_schema: Node) -> dict[str, Any]:
    """Return what a request has beside its body, and how a task is asked for: by a parameter, or by a member of it."""
    is_about_one = role not in WITHOUT_ID
    named = next((p for p in parameters if is_about_one and p.get("x-role") == "id"), None)
    place = id_in(body_schema) if named is None and is_about_one else None
    others = [p for p in parameters if p is not named]
    options = {p["x-role"]: option_of(p["name"], p.get("schema")) for p in others if "x-role" in p}
    by = {"id_parameter": named and named["name"], "id_in": named and named["in"]}
    by |= {"id_parameter": place.path[0], "id_in": "body"} if place is not None else {}
    return {
        **by,
        "id_place": place,
        "id_example": named and named.get("example"),
        "id_spans": named is not None and named["in"] == "path" and named.get("allowReserved", False),
        "query": {p["name"]: value_of(p) for p in others if p["in"] == "query" and p.get("required")},
        "segments": {p["name"]: value_of(p) for p in others if p["in"] == "path"},
        "headers": {p["name"]: value_of(p) for p in others if p["in"] == "header" and _is_sent(p)},
        "options": {**options_in(body_schema, role), **options},
    }


def _body(folder: Path, content: Node) -> dict[str, Any]:
    """Return what the document says of the request body, first as it is sent; `bodies` is as Operation has it."""
    by_type = {name.partition(";")[0]: media for name, media in content.items()}
    sendable = {name: by_type[name] for name in SENDABLE if name in by_type}
    bodies = {name: (body_example(folder, one), _files(folder, one)) for name, one in sendable.items()}
    example, files = next(iter(bodies.values()), (None, ()))
    sent: Node = next(iter(sendable.values()), {})
    schema = body_schema_at(folder, sent.get("schema", {}))
    return {
        "media_types": tuple(content),
        "bodies": bodies,
        "request_example": example,
        "file_members": files,
        "request_sample": sent.get("x-sample"),
        "request_schema": schema_file(sent),
        "body_schema": schema,
        "models": values_of(schema, "model"),
    }


def _security(choices: list[Node], schemes: dict[str, Scheme]) -> dict[str, Any]:
    """Return the credentials of an operation, by the choices that the document gives."""
    return {
        "schemes": tuple(schemes[name] for choice in choices for name in choice),
        "choices": tuple(tuple(schemes[name] for name in choice) for choice in choices if choice),
        "keyless": not all(choices) or not choices,
        "states_security": bool(choices),
    }


def _files(folder: Path, body: Node) -> tuple[str, ...]:
    """Return the members that are files: `format: binary` of OpenAPI 3.0, or a media type of 3.1."""
    members = schema_at(folder, body.get("schema", {})).get("properties", {})
    described = {name: member for name, member in members.items() if isinstance(member, dict)}
    return tuple(
        name for name, member in described.items() if member.get("format") == "binary" or "contentMediaType" in member
    )


def _is_sent(parameter: Node) -> bool:
    return bool(parameter.get("required")) and parameter["name"].lower() not in IGNORED_HEADERS
