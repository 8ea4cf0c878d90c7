"""The operations of a contract, read from its OpenAPI document by role."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from vidconform.contracts.data_files import read_yaml
from vidconform.contracts.documented_values import body_example, resolved, value_of
from vidconform.contracts.references import check_document_references
from vidconform.errors import DataFileProblem


@dataclass(frozen=True)
class Scheme:
    """One security scheme: where the credential stands, and which environment variable holds it."""

    name: str
    header: str
    prefix: str
    variable: str | None


@dataclass(frozen=True)
class DocumentedReply:
    """One documented reply: its schema file (or none), media types and example payloads."""

    schema: str | None
    media_types: tuple[str, ...]
    examples: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One route with its method; `role` says what it is for.

    `query` and `segments` are the documented values of what a request must carry beside the task's id, None where the
    document gives none; `media_types` those of the request body.
    """

    id: str
    role: str
    method: str
    path: str
    id_parameter: str | None
    id_in: str | None
    schemes: tuple[Scheme, ...]
    request_example: Any
    request_sample: Any
    id_example: str | None
    request_schema: str | None
    answers: dict[str, DocumentedReply]
    media_types: tuple[str, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)

    def target(self, task_id: str | None) -> str:
        """Return path and query for a task id, percent-encoded (RFC 3986 section 2.1)."""
        path, query = self._filled, [urlencode({name: _written(value)}) for name, value in self.query.items()]
        if self.id_in != "query":
            path = path.replace(f"{{{self.id_parameter}}}", _encoded(task_id or ""))
        elif task_id is not None:
            query.insert(0, f"{self.id_parameter}={_encoded(task_id)}")
        return "?".join(part for part in (path, "&".join(query)) if part)

    def asked(self, target: str) -> str | None:
        """Return the task id that a path and query ask for, or None."""
        if self.id_in == "query":
            named = parse_qs(urlsplit(target).query, keep_blank_values=True).get(self.id_parameter or "", [None])
            return named[0]
        before, parameter, after = self._filled.partition(f"{{{self.id_parameter}}}")
        path = target.partition("?")[0]
        return unquote(path[len(before) : len(path) - len(after)]) if parameter else None

    @property
    def _filled(self) -> str:
        """The path with a value for each of its parameters but the task's id."""
        path = self.path
        for name, value in self.segments.items():
            path = path.replace(f"{{{name}}}", _encoded(_written(value)))
        return path

    def answer_to(self, status: int) -> DocumentedReply | None:
        """Return what the document says of a status code, exact code before range before default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.answers:
                return self.answers[key]
        return self.success if 200 <= status < 300 else None

    def codes(self, first: str) -> list[str]:
        """Return the documented status codes, and ranges as `4XX`, that begin with a digit; `default` is any other."""
        return [code for code in self.answers if code.startswith(first) or code == "default"]

    @property
    def success(self) -> DocumentedReply | None:
        """The documented reply to a request that is served."""
        return next((answer for code, answer in self.answers.items() if code.startswith("2")), None)


def usual_headers(role: str) -> dict[str, str]:
    """Return the headers of a documented request, by name."""
    # Documents show Content-Type on reads as well; it does no harm on a GET.
    return {"Accept": "*/*" if role == "content" else "application/json", "Content-Type": "application/json"}


def _written(value: Any) -> str:
    """Write a parameter's value as JSON would: true and not True."""
    return value if isinstance(value, str) else json.dumps(value)


def _encoded(task_id: str) -> str:
    encoded = quote(task_id, safe="", errors="surrogateescape")
    # Dots alone are a step in the path (RFC 3986 section 5.2.4), which the client would take before it asks.
    return encoded if task_id.strip(".") else encoded.replace(".", "%2E")


def load_operations(path: Path) -> list[Operation]:
    """Return the operations of an openapi.yaml in its order; raises DataFileProblem."""
    document = read_yaml(path)
    check_document_references(path, document)
    try:
        schemes = _schemes(document)
        return [
            _operation(path.parent, route, method, resolved(document, item), schemes)
            for route, methods in document["paths"].items()
            for method, item in methods.items()
        ]
    except KeyError as error:
        raise DataFileProblem(path, f"not the OpenAPI that a contract needs: the key {error} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise DataFileProblem(path, f"not the OpenAPI that a contract needs: {error}") from error


def _schemes(document: dict[str, Any]) -> dict[str, Scheme]:
    found = document.get("components", {}).get("securitySchemes", {})
    return {name: _scheme(name, item) for name, item in found.items()}


def _scheme(name: str, item: dict[str, Any]) -> Scheme:
    if item["type"] == "http":
        return Scheme(name, "Authorization", f"{item['scheme'].capitalize()} ", item.get("x-variable"))
    header = "Cookie" if item["in"] == "cookie" else item["name"]
    return Scheme(name, header, "", item.get("x-variable"))


def _operation(folder: Path, route: str, method: str, item: dict[str, Any], schemes: dict[str, Scheme]) -> Operation:
    parameters = item.get("parameters", [])
    named = next((p for p in parameters if p.get("x-role") == "id"), None)
    others = [p for p in parameters if p is not named]
    content = item.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next(
        (media for name, media in content.items() if name.partition(";")[0] == "application/json"), {}
    )
    return Operation(
        id=item["operationId"],
        role=item["x-role"],
        method=method.upper(),
        path=route,
        id_parameter=named and named["name"],
        id_in=named and named["in"],
        schemes=tuple(schemes[name] for choice in item.get("security", []) for name in choice),
        request_example=body_example(folder, body),
        request_sample=body.get("x-sample"),
        id_example=named and named.get("example"),
        request_schema=_file(body),
        answers={str(code): _answer(answer) for code, answer in item["responses"].items()},
        media_types=tuple(content),
        query={p["name"]: value_of(p) for p in others if p["in"] == "query" and p.get("required")},
        segments={p["name"]: value_of(p) for p in others if p["in"] == "path"},
    )


def _answer(answer: dict[str, Any]) -> DocumentedReply:
    content = answer.get("content", {})
    shown = {
        name: example["value"] for media in content.values() for name, example in media.get("examples", {}).items()
    }
    return DocumentedReply(next((_file(m) for m in content.values()), None), tuple(content), shown)


def _file(media: dict[str, Any]) -> str | None:
    reference: str | None = media.get("schema", {}).get("$ref")
    return reference
