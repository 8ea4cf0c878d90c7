"""A member of a request body with a value of another type than the documented one, made of the document's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vidconform.contracts import Contract, Field, Operation, node_at, value_of

_UNSHOWN: dict[str, Any] = {"object": {}, "array": ["a text"], "integer": 7, "number": 7, "boolean": True}


def mistyped(contract: Contract, operation: Operation, place: Field) -> Any:
    """Return what the member of a creation that stands in a place must not be.

    A server that refuses a value which is none of the document's may never have looked at its type.
    """
    schema = contract.body_of(operation)
    source = schema.source if schema is not None else {}
    described = node_at(source, place.path)
    shown = place.read(operation.request_example)
    if shown is None:
        shown = value_of(described)
    if shown is None:
        shown = _UNSHOWN.get(str(described.get("type")), "a text")
    defined = {"$defs": source.get("$defs", {})}
    return next((value for value in _others(shown) if _is_refused({**described, **defined}, value)), {"": {}})


def _others(value: Any) -> Iterator[Any]:
    """Yield the value in other types, the nearest first: what a lenient decoder would take it for comes last."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit():
            yield int(value)
        yield [value]
    elif isinstance(value, list):
        yield from value[:1]
    yield json.dumps(value)
    yield [value]
    yield 7


def _is_refused(schema: dict[str, Any], value: Any) -> bool:
    import jsonschema_rs

    return not jsonschema_rs.validator_for(schema).is_valid(value) if schema.keys() - {"$defs"} else True
