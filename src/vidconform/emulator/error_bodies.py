"""What is said to a refused request: the document's own example, or what its schema allows, or OpenAI's envelope."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from vidconform.contracts import Contract, DocumentedReply, Field, Operation, Schema, write_at
from vidconform.emulator.replies import RefusedRequest, openai_envelope
from vidconform.emulator.schema_values import GONE, made_up, mended


def error_body(contract: Contract, operation: Operation, refusal: RefusedRequest) -> Any:
    """Render a refusal as an operation documents it for its status code."""
    documented = operation.answer_to(refusal.status) if refusal.status >= 400 or refusal.case is not None else None
    if documented is None:
        return openai_envelope(refusal)
    schema = contract.schemas.get(documented.schema or "")
    shown = _example(documented, schema, refusal)
    if shown is None and schema is None:
        return openai_envelope(refusal)
    told = openai_envelope(refusal)["error"]
    made = made_up(schema.source, schema.source) if schema is not None and shown is None else {}
    body = deepcopy(shown) if shown is not None else _filled(made, told)
    if schema is None:
        return body
    body = mended(schema, body or {}, lambda place: told.get(str(place[-1]), GONE) if place else GONE)
    return _coded(schema, body, refusal) if isinstance(body, dict) else body


def _example(documented: DocumentedReply, schema: Schema | None, refusal: RefusedRequest) -> Any:
    """Return the example that has the word of the refusal, or else the first one."""
    shown, word = list(documented.examples.values()), refusal.case.code if refusal.case is not None else None
    place = _place_of_the_word(schema) if schema is not None else None
    told = (example for example in shown if word is not None and place is not None and place.read(example) == word)
    return next(told, next(iter(shown), None))


def _place_of_the_word(schema: Schema) -> Field | None:
    return schema.fields.get("error-code") or schema.fields.get("status")


def _coded(schema: Schema, body: dict[str, Any], refusal: RefusedRequest) -> dict[str, Any]:
    """Return a body with the status code that it repeats, and the word that the document states of the refusal."""
    if (own := schema.fields.get("status-code")) is not None:
        own.write(body, str(refusal.status) if isinstance(own.read(body), str) else refusal.status)
    place = _place_of_the_word(schema)
    if refusal.case is not None and refusal.case.code is not None and place is not None:
        place.write(body, refusal.case.code)
    for pointer, code in (refusal.case.codes if refusal.case is not None else {}).items():
        write_at(body, pointer, code)
    return body


def refused_with(operation: Operation, usual: tuple[int, ...]) -> int:
    """Return the status code of a refusal: of those usual for it the first that is documented, or else the first."""
    return next((code for code in usual if str(code) in operation.answers), usual[0])


def _filled(body: Any, told: dict[str, Any]) -> Any:
    """Return a body that was made up, with what is told in the members of these names."""
    if not isinstance(body, dict):
        return body
    return {name: told[name] if told.get(name) is not None else _filled(value, told) for name, value in body.items()}
