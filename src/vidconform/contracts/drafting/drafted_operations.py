"""The openapi.yaml of a draft: published operations with their roles, as far as a contract has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidconform.contracts.documented_values import body_example, value_of
from vidconform.contracts.drafting.drafted_files import DraftedFiles
from vidconform.contracts.drafting.guessed_roles import option_role, task_parameter
from vidconform.contracts.drafting.made_up_values import made_up_body
from vidconform.contracts.drafting.published_document import Node, PublishedOperation
from vidconform.contracts.keywords import IGNORED_HEADERS
from vidconform.contracts.operations import JSON, SENDABLE

_MADE_UP = "the example in openapi.yaml is made up, replace it"


class CannotBeAsked(Exception):
    """An operation whose request nothing in the document tells how to make; the text says why."""


def drafted(role: str, operation: PublishedOperation, files: DraftedFiles) -> Node:
    """Return an operation as openapi.yaml has it; raises CannotBeAsked."""
    for key in ("servers", "callbacks"):
        if key in operation.item:
            files.remarks.append(f"{operation.named}: not taken, {key!r}")
    noted: Node = {
        key: " ".join(str(operation.item[key]).split()) for key in ("operationId", "summary") if key in operation.item
    }
    parameters = list(_parameters(role, operation, files.remarks))
    if role not in ("create", "list") and not any(p.get("x-role") == "id" for p in parameters):
        raise CannotBeAsked("no parameter carries the id of a task")
    answers = {str(code): answer for code, answer in operation.item["responses"].items()}
    return {
        **noted,
        "x-role": role,
        "security": _security(operation, files),
        **_filled({"parameters": parameters, "requestBody": _body(role, operation, files)}),
        "responses": {code: _answer(role, code, answer, operation, files) for code, answer in answers.items()},
    }


def _parameters(role: str, operation: PublishedOperation, remarks: list[str]) -> Iterator[Node]:
    named = task_parameter(role, operation.parameters)
    for parameter in operation.parameters:
        place = f"{operation.named}: parameter {parameter['name']!r}"
        shown: Node = {key: parameter[key] for key in ("name", "in", "required") if key in parameter}
        shown["schema"] = _kind(parameter.get("schema", {}))
        example = value_of(parameter)
        is_plain = "content" not in parameter and parameter.get("style", "form") in ("form", "simple")
        if parameter is named:
            yield {**shown, "x-role": "id", **({"example": example} if isinstance(example, str) else {})}
        elif parameter["in"] == "header" and parameter["name"].lower() in IGNORED_HEADERS:
            remarks.append(f"{place} not taken, OpenAPI ignores a header of this name")
        elif parameter.get("required") and (example is None or not is_plain or parameter["in"] == "cookie"):
            raise CannotBeAsked(f"its required parameter {parameter['name']!r} shows no plain value that can be sent")
        elif parameter.get("required"):
            yield {**shown, "example": example}
        elif (option := option_role(role, parameter)) is not None and is_plain:
            yield {**shown, "x-role": option}
        else:
            remarks.append(f"{place} not taken, it is optional and nothing tells what it is for")


def _kind(schema: Any) -> Node:
    return {key: schema[key] for key in ("type", "enum") if key in schema} if isinstance(schema, dict) else {}


def _security(operation: PublishedOperation, files: DraftedFiles) -> list[Node]:
    choices = operation.item["security"]
    if not choices:
        files.remarks.append(
            f"{operation.named}: names no credential, so that none is sent; add `security` if it needs one"
        )
        return [{}]
    if len(choices) > 1:
        files.remarks.append(
            f"{operation.named}: the first of its {len(choices)} ways to prove who asks is taken alone"
        )
    return [{name: [] for name in choices[0]}]


def _body(role: str, operation: PublishedOperation, files: DraftedFiles) -> Node:
    found = {}
    for media, given in operation.item["requestBody"].get("content", {}).items():
        place = f"{operation.named}: request body, {media}"
        if media.partition(";")[0] not in SENDABLE:
            files.remarks.append(f"{place}: not taken, no such body is sent")
            continue
        shown = files.with_examples(given)
        file = files.file_of(shown.get("schema", {}), "request", place, f"{role}-request")
        example = _example(role, shown, files, file, place)
        found[media] = _filled({"schema": _filled({"$ref": file}), "example": example})
    if not found and role == "create":
        files.remarks.append(f"{operation.named}: shows no body; {_MADE_UP}")
        found = {JSON: {"example": made_up_body({})}}
    return {"required": True, "content": found} if found else {}


def _example(role: str, shown: Node, files: DraftedFiles, file: str | None, place: str) -> Any:
    schema = files.schemas.get(file or "", {})
    examples: Node = {key: shown[key] for key in ("example", "examples") if key in shown}
    example = body_example(Path(), {**examples, "schema": schema})
    if isinstance(example, dict) or role not in ("create", "remix"):
        return example
    files.remarks.append(f"{place}: shows no object that can be sent; {_MADE_UP}")
    return made_up_body(schema)


def _answer(role: str, code: str, answer: Node, operation: PublishedOperation, files: DraftedFiles) -> Node:
    told = " ".join(str(answer.get("description") or "").split()) or f"Answered with {code}."
    content: Node = {}
    lost = [key for key in ("headers", "links") if answer.get(key)]
    files.remarks += [f"{operation.named}: response {code}: not taken, {key!r}" for key in lost]
    for media, given in answer.get("content", {}).items():
        content[media] = {}
        if re.search(r"[/+]json\b", media):
            shown, place = files.with_examples(given), f"{operation.named}: response {code}"
            file = files.file_of(shown.get("schema", {}), _sort(role, code), place, f"{role}-{code.lower()}")
            content[media] = _filled({"schema": _filled({"$ref": file}), "examples": _examples(shown)})
    return {"description": told, **_filled({"content": content})}


def _sort(role: str, code: str) -> str:
    """Return what the reply of a status code is, a table of members.toml."""
    if not code.startswith("2"):
        return "error"
    return role if role in ("list", "delete") else "task"


def _examples(shown: Node) -> Node:
    named = shown.get("examples") or ({"shown": {"value": shown["example"]}} if "example" in shown else {})
    return {name: {"value": example["value"]} for name, example in named.items() if "value" in example}


def _filled(node: Node) -> Node:
    """Return a table without the members that hold nothing."""
    return {key: value for key, value in node.items() if value}
