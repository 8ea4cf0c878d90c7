"""What is said to a refused request: the document's own example, or what its schema allows, or OpenAI's envelope."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from vidconform.contracts import Contract, Operation
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
    body = deepcopy(shown) if shown is not None else made_up(schema.source, schema.source) if schema else {}
    if schema is None:
        return body
    told = {"message": refusal.message, "code": refusal.code}
    whole = mended(schema, body or {}, lambda place: told.get(str(place[-1]), GONE) if place else GONE)
    if "status-code" in schema.fields and isinstance(whole, dict):
        schema.fields["status-code"].write(whole, refusal.status)
    return whole


def refused_with(operation: Operation, usual: tuple[int, ...]) -> int:
    """Return the status code of a refusal: of those usual for it the first that is documented, or else the first."""
    return next((code for code in usual if str(code) in operation.answers), usual[0])
