"""What is said to a refused request: the document's own example, or what its schema allows, or OpenAI's envelope."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from vidconform.contracts import Contract, Operation, Schema
from vidconform.emulator.replies import RefusedRequest, openai_envelope
from vidconform.emulator.schema_values import GONE, made_up, mended


def error_body(contract: Contract, operation: Operation, refusal: RefusedRequest) -> Any:
    """Render a refusal as an operation documents it for its status code."""
    documented = operation.answer_to(refusal.status) if refusal.status >= 400 else None
    if documented is None:
        return openai_envelope(refusal)
    shown = next(iter(documented.examples.values()), None)
    schema = contract.schemas.get(documented.schema or "")
    if shown is None and schema is None:
        return openai_envelope(refusal)
    told = openai_envelope(refusal)["error"]
    made = made_up(schema.source, schema.source) if schema is not None and shown is None else {}
    body = deepcopy(shown) if shown is not None else _filled(made, told)
    if schema is None:
        return body
    body = mended(schema, body or {}, lambda place: told.get(str(place[-1]), GONE) if place else GONE)
    return _coded(schema, body, refusal) if isinstance(body, dict) else body


def _coded(schema: Schema, body: dict[str, Any], refusal: RefusedRequest) -> dict[str, Any]:
    """Return a body with the status code that it repeats, and the word that the document states of the refusal."""
    if "status-code" in schema.fields:
        schema.fields["status-code"].write(body, refusal.status)
    place = schema.fields.get("error-code") or schema.fields.get("status")
    if refusal.case is not None and refusal.case.code is not None and place is not None:
        place.write(body, refusal.case.code)
    return body


def refused_with(operation: Operation, usual: tuple[int, ...]) -> int:
    """Return the status code of a refusal: of those usual for it the first that is documented, or else the first."""
    return next((code for code in usual if str(code) in operation.answers), usual[0])


def _filled(body: Any, told: dict[str, Any]) -> Any:
    """Return a body that was made up, with what is told in the members of these names."""
    if not isinstance(body, dict):
        return body
    return {name: told[name] if told.get(name) is not None else _filled(value, told) for name, value in body.items()}
