"""What an adapter must know to read a reply: where each thing stands, in which unit, and what the words mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from vidconform.client.facts import what_was_seen
from vidconform.client.facts.fact_book import FactBook, Json
from vidconform.client.facts.stated_rows import documented_types, nodes_at
from vidconform.client.facts.word_facts import word_facts
from vidconform.contracts import TIMES, Field, Operation, Requirement, Schema, fits, holds_json
from vidconform.laws import ReplyView

_SHARES = ("progress",)
_TASK = ("id", "status", "progress", *TIMES, "result", "error", "error-code", "error-message")
_REFUSAL = ("error-code", "error-message")
_MORE = (
    "task-id", "polling-url", "tasks", "has-more", "total", "first-id", "last-id", "next-cursor", "deleted",
    "models", "status-code",
)  # fmt: skip
# The end of the id of each row that says with which status code something is answered.
_NAMES_A_CODE = "-status-code"
_OF_TASKS = ("create", "retrieve", "second-retrieve", "remix", "cancel")


def reply_facts(book: FactBook, operation: Operation, code: str, views: Sequence[ReplyView]) -> Json:
    """Return what is known of the reply of an operation with a status code."""
    answer = operation.answers[code]
    schema = book.contract.schemas.get(answer.schema or "")
    came = [view for view in views if operation.answer_to(view.reply.status) is answer]
    told = [view for view in came if view.reply.is_json]
    roles = _roles(operation, code, schema)
    places = {role: schema.fields[role] for role in roles if schema is not None and role in schema.fields}
    return {
        "status": code,
        "code": _code(book, operation, code, came),
        "media_types": list(answer.media_types) or None,
        "texts": _texts(schema, places.values()) if schema is not None else [],
        "fields": {role: _field(book, schema, role, told) for role in roles},
        "units": {role: _unit(book, schema, role, told) for role in roles if role in (*TIMES, *_SHARES)},
        "words": word_facts(book, schema, told) if schema is not None and "status" in places else None,
    }


def _code(book: FactBook, operation: Operation, code: str, views: Sequence[ReplyView]) -> Json:
    """Return the status code itself: the data must have one for a success where the document names none."""
    rows = _rows_of_code(book, operation, code)
    is_stated = bool(rows) or not code.startswith("2") or len(operation.codes("2")) > 1
    place = f"openapi.yaml {operation.method} {operation.path} responses"
    came = what_was_seen.status_codes(views, [code])
    return book.fact(code if is_stated else None, place, rows, came)


def _rows_of_code(book: FactBook, operation: Operation, code: str) -> list[str]:
    """Return the rows that name a status code; a refusal and a limit say nothing of what is served."""
    is_refusal = not code.startswith("2")
    named = _NAMES_A_CODE if is_refusal else f"{operation.role}{_NAMES_A_CODE}"
    told = book.rows.of_operation(operation.role, "routes", "errors", operation.role)
    own = [row for row in told if row not in operation.paces and (row in book.contract.refusals) == is_refusal]
    return [row for row in own if row.endswith(named) or _stands_at(book.contract.requirements[row], code)]


def _stands_at(row: Requirement, code: str) -> bool:
    """Whether the place of a row in the document is the reply with a status code."""
    return code in re.findall(r"[0-9]+", row.source)


def _roles(operation: Operation, code: str, schema: Schema | None) -> list[str]:
    """Return what a reply is asked for: what a client of any vendor needs, and what else it has."""
    is_success = code.startswith("2")
    wanted = _TASK if is_success and operation.role in _OF_TASKS else () if is_success else _REFUSAL
    own = schema.fields if schema is not None else {}
    return [*wanted, *(role for role in (*_TASK, *_MORE) if role in own and role not in wanted)]


def _texts(schema: Schema, fields: Any) -> list[str]:
    """Return the places above some fields at which a text holds JSON, the outermost first."""
    paths = [field.path[:length] for field in fields for length in range(1, len(field.path))]
    holding = [path for path in dict.fromkeys(paths) if holds_json(schema.source, path)]
    return [Field(path, None).pointer for path in sorted(holding, key=len)]


def _field(book: FactBook, schema: Schema | None, role: str, views: Sequence[ReplyView]) -> Json:
    field = schema.fields.get(role) if schema is not None else None
    if schema is None or field is None:
        return book.fact(None, "")
    types = documented_types(schema, field)
    pointers = [Field(path, None).pointer for path in (field.path, *field.others)]
    value = {"pointers": pointers, "types": types}
    rows = book.rows.of_field(schema, role)
    return book.fact(value, _place(schema, field), rows, what_was_seen.places(views, field, types))


def _unit(book: FactBook, schema: Schema | None, role: str, views: Sequence[ReplyView]) -> Json:
    field = schema.fields.get(role) if schema is not None else None
    if schema is None or field is None:
        return book.fact(None, "")
    of_time = role in TIMES
    unit = field.unit if of_time else _share(schema, field)
    rows = [*book.rows.of_field(schema, role), *book.rows.of_examples(role)]
    came = what_was_seen.units(views, field, unit, of_time=of_time)
    return book.fact(unit, _place(schema, field), rows, came)


def _place(schema: Schema, field: Field) -> str:
    return f"{schema.path.name} {field.pointer}"


def _share(schema: Schema, field: Field) -> str | None:
    """Return the unit of a progress as far as the document shows one: a range, values, or a form."""
    if field.unit is not None:
        return {"percent": "percent text"}.get(field.unit, field.unit)
    return "percent" if any(map(_ends_at_100, nodes_at(schema.source, field.path))) else None


def _ends_at_100(node: dict[str, Any]) -> bool:
    pattern = node.get("pattern")
    written = pattern is not None and fits(pattern, "100") and not fits(pattern, "101")
    return node.get("maximum") == 100 or node.get("const") == 100 or 100 in node.get("enum", ()) or written
