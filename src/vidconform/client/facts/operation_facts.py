"""What an adapter must know to send a request: route, id, credential, body, pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vidconform.client.facts import what_was_seen
from vidconform.client.facts.fact_book import FactBook, Json
from vidconform.client.facts.reply_facts import reply_facts
from vidconform.contracts import Operation, Scheme, types_in, value_of
from vidconform.laws import ReplyView

_TOO_MANY_REQUESTS = "429"
_RETRY_AFTER = "retry-after"


def operation_facts(book: FactBook, operation: Operation) -> Json:
    """Return everything about one operation."""
    views = [view for view in book.views if view.exchange.role == operation.role]
    return {
        "role": operation.role,
        "route": _route(book, operation, views),
        "task_id": _task_id(book, operation),
        "credentials": _credentials(book, operation, views),
        "carries": _carries(book, operation),
        "options": _options(book, operation),
        "request": _request(book, operation, views),
        **_times(book, operation, views),
        "replies": [reply_facts(book, operation, code, views) for code in operation.answers],
    }


def _place(operation: Operation, below: str = "") -> str:
    return f"openapi.yaml {operation.method} {operation.path}{f' {below}' if below else ''}"


def _route(book: FactBook, operation: Operation, views: Sequence[ReplyView]) -> Json:
    rows = book.rows.of_operation(operation.role, "routes")
    # An address that a creation tells is no path of the document's.
    path = None if operation.polls else operation.path
    came = what_was_seen.status_codes(views, operation.codes("2"))
    return book.fact({"method": operation.method, "path": path}, _place(operation), rows, came)


def _task_id(book: FactBook, operation: Operation) -> Json:
    rows = book.rows.of_operation(operation.role, "parameters", "identifiers")
    if operation.polls:
        return book.fact({"in": "address", "name": None, "pointer": None}, _place(operation), rows)
    if operation.id_parameter is None:
        return book.fact(None, "", rows)
    pointer = operation.id_place.pointer if operation.id_place is not None else None
    value = {"in": operation.id_in, "name": operation.id_parameter, "pointer": pointer}
    rows += book.rows.naming("parameters", operation.id_parameter)
    return book.fact(value, _place(operation, "parameters"), rows)


def _credentials(book: FactBook, operation: Operation, views: Sequence[ReplyView]) -> Json:
    rows = book.rows.of_operation(operation.role, "authentication")
    needs = not operation.keyless if operation.states_security else None
    choices = [[_scheme(scheme) for scheme in choice] for choice in operation.choices]
    value = {"needs_key": needs, "choices": choices} if needs is not None else None
    came = what_was_seen.credentials(views, needs)
    return book.fact(value, _place(operation, "security"), rows, came)


def _scheme(scheme: Scheme) -> Json:
    # One without a variable is a login that no program has; where it stands is nobody's to say.
    has_place = scheme.variable is not None
    header, prefix = (scheme.header, scheme.prefix) if has_place else (None, None)
    return {"scheme": scheme.name, "header": header, "prefix": prefix, "variable": scheme.variable}


def _carries(book: FactBook, operation: Operation) -> Json:
    """Return what a request must have beside id, credential and body."""
    segments = {name: shown for name, shown in operation.segments.items() if shown is not None}
    value = {"headers": _headers(book, operation), "query": operation.query, "segments": segments}
    names = [name for told in value.values() for name in told]
    rows = book.rows.naming("parameters", *names)
    return book.fact(value if names else None, _place(operation, "parameters"), rows)


def _headers(book: FactBook, operation: Operation) -> dict[str, Any]:
    """Return the required headers, with those that OpenAPI ignores where the vendor's own export asks for them."""
    parameters = _published(book, operation).get("parameters", [])
    named = [one for one in parameters if one.get("in") == "header" and one.get("required") is True]
    return {**{one["name"]: value_of(one) for one in named}, **operation.headers}


def _published(book: FactBook, operation: Operation) -> Json:
    """Return the operation in the vendor's own export, with what only that has; an empty one where there is none."""
    item: Json = (book.contract.published or {}).get("paths", {}).get(operation.path, {})
    return item.get(operation.method.lower()) or {}


def _options(book: FactBook, operation: Operation) -> Json:
    told = {role: option for role, option in operation.options.items() if role != "polling-url"}
    value = {role: {"name": option.name, "values": list(option.values) or None} for role, option in told.items()}
    return book.fact(value or None, _place(operation, "parameters"))


def _request(book: FactBook, operation: Operation, views: Sequence[ReplyView]) -> Json:
    rows = book.rows.of_operation(operation.role, "creation", "remix")
    rows += book.rows.naming("creation", *_members(operation)) if operation.role == "create" else []
    shown = _published(book, operation).get("requestBody", {})
    rows += book.rows.naming("parameters", "requestBody") if shown else []
    types = [media.partition(";")[0] for media in operation.media_types or shown.get("content", ())]
    came = what_was_seen.sent_types(views, types)
    value = _body(operation, types) if types else None
    return book.fact(value, _place(operation, "requestBody"), rows, came)


def _body(operation: Operation, types: list[str]) -> Json:
    return {
        "media_types": types,
        # What shows nothing that could be sent is not sent.
        "sent_as": operation.body_type if operation.media_types else None,
        "required": list(operation.body_schema.get("required", ())),
        "members": {name: _member(node) for name, node in _members(operation).items()},
        "files": list(operation.file_members),
        "example": operation.request_example,
        "sample": operation.request_sample,
    }


def _members(operation: Operation) -> dict[str, Json]:
    found = operation.body_schema.get("properties", {})
    return {name: node for name, node in found.items() if isinstance(node, dict)}


def _member(node: Json) -> Json:
    return {"role": node.get("x-role"), "types": types_in(node), "values": node.get("enum")}


def _times(book: FactBook, operation: Operation, views: Sequence[ReplyView]) -> Json:
    lag = {"seconds": operation.lag.seconds, "responses": list(operation.lag.responses)} if operation.lag else None
    waits = what_was_seen.waits(views)
    return {
        "pace": _pace(book, operation),
        "retry": book.fact(_retry(operation), _place(operation, "responses"), (), waits),
        "lag": book.fact(lag, _place(operation, "x-lag")),
        "ends_within": book.fact(operation.ends_within, _place(operation, "x-ends-within")),
    }


def _pace(book: FactBook, operation: Operation) -> Json:
    value = {name: number for told in operation.paces.values() for name, number in told.items()}
    return book.fact(value or None, _place(operation, "x-pace"), operation.paces)


def _retry(operation: Operation) -> list[dict[str, Any]] | None:
    """Return the documented replies that ask for another try, or None where there is none."""
    named = {code: [name.lower() for name in answer.headers] for code, answer in operation.answers.items()}
    asks = [code for code in named if code == _TOO_MANY_REQUESTS or code[0] == "5" or _RETRY_AFTER in named[code]]
    return [{"status": code, "retry_after": _RETRY_AFTER in named[code]} for code in asks] or None
