"""The body of a creation or remix, read and checked as its contract describes it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from vidconform.contracts import MULTIPART, URLENCODED, Contract, Operation, schema_errors
from vidconform.emulator.replies import RefusedRequest
from vidconform.emulator.schema_values import without_surrogates
from vidconform.emulator.server_state import Call
from vidconform.exchange import decode_body

_FORMS = (MULTIPART, URLENCODED)
_NAMED = "#/$defs/"


def is_body(call: Call, expected: Any, files: tuple[str, ...] = ()) -> bool:
    """Whether a call has this body, as JSON or as a form, which has texts and files, whatever stands in these."""
    kind = _kind(call)
    if kind in _FORMS and isinstance(expected, dict):
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in expected.items()}
        sent = _form(call)
        return sent == {**texts, **{name: sent[name] for name in files if name in texts and name in sent}}
    try:
        return bool(json.loads(call.body) == expected)
    except (ValueError, RecursionError):
        return False


def _kind(call: Call) -> str:
    return call.headers.get("content-type", "").partition(";")[0].strip().lower()


def parse(contract: Contract, operation: Operation, call: Call) -> dict[str, Any]:
    """Reads a body, without the optional members that are null, or refuses it; its roles stand beside its names."""
    kind = _kind(call)
    is_form = kind in _FORMS and kind in operation.media_types
    sent = _form(call) if is_form else _decode(call.body)
    if "body" not in call.waived:
        _check(contract, operation, sent, is_form=is_form)
    told = {name: value for name, value in sent.items() if value is not None}
    return {**told, **_by_role(contract, operation, told)}


def _by_role(contract: Contract, operation: Operation, sent: dict[str, Any]) -> dict[str, Any]:
    schema = contract.body_of(operation)
    found = {role: field.read(sent) for role, field in schema.fields.items()} if schema is not None else {}
    return {role: value for role, value in found.items() if value is not None}


def _decode(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RefusedRequest(400, "the body is not JSON", "invalid_json") from None
    if not isinstance(sent, dict):
        raise RefusedRequest(400, "the body is not a JSON object", "invalid_json")
    return sent


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _form(call: Call) -> dict[str, Any]:
    """Return the members of a form, which are texts; refuses a form of parts that has none."""
    sent = decode_body(call.headers["content-type"], call.body)
    if not sent and _kind(call) == MULTIPART:
        raise RefusedRequest(400, "the body is no multipart/form-data", "invalid_body")
    return sent


def _check(contract: Contract, operation: Operation, sent: dict[str, Any], *, is_form: bool) -> None:
    schema = contract.body_of(operation)
    source = schema.source if schema is not None else {}
    example = operation.request_example if isinstance(operation.request_example, dict) else {}
    for name in source.get("required", [name for name in ("model", "prompt") if name in example]):
        # What the source of a remix has already need not be said again.
        is_needed = operation.role != "remix" or name != "model"
        blank = not sent.get(name, "x") or (isinstance(sent.get(name), str) and not sent[name].strip())
        if (is_needed and (name not in sent or sent[name] is None)) or blank:
            raise _wrong(name, f"{name} is required and is not empty")
    if not is_form:
        _check_types(source, example, {name: value for name, value in sent.items() if value is not None})


def _check_types(source: dict[str, Any], example: dict[str, Any], sent: dict[str, Any]) -> None:
    members = source.get("properties", {})
    for name, value in sent.items():
        schema = members.get(name, {})
        is_whole = schema.get("$ref", _NAMED).startswith(_NAMED)
        told = {**schema, "$defs": source.get("$defs", {})}
        wrong = is_whole and bool(schema_errors(told, without_surrogates(value)))
        if wrong or (not members and name in example and type(value) is not type(example[name])):
            raise _wrong(name, f"{name} is not what the document says")


def _wrong(name: str, message: str) -> RefusedRequest:
    return RefusedRequest(400, message, "invalid_request", param=name, check="body")
