"""Members of a body that follow from others: sums of them, and texts that hold them as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from vidconform.contracts import MemberPath, Schema, decoded, holds_json, in_place, node_at, sum_of


def opened(schema: Schema, body: Any, path: MemberPath = ()) -> Any:
    """Return a body with what its texts hold as JSON in the place of the texts."""
    # A schema that holds none opens to itself, and to look at each member takes longer than the reply.
    if schema.opened.source == schema.source:
        return body
    inside = decoded(body) if holds_json(schema.source, path) else body
    if not isinstance(inside, dict):
        return inside
    return {name: opened(schema, value, (*path, name)) for name, value in inside.items()}


def closed(schema: Schema, body: Any, path: MemberPath = ()) -> Any:
    """Return a body with the sums that a schema asks for, and with its texts as texts again."""
    if not isinstance(body, dict):
        return body
    inside = {name: closed(schema, value, (*path, name)) for name, value in body.items()}
    inside |= {name: _added(schema, inside, (*path, name)) for name in inside}
    return json.dumps(inside) if holds_json(schema.source, path) else inside


def _added(schema: Schema, owner: dict[str, Any], path: MemberPath) -> Any:
    own = owner[str(path[-1])]
    applied = in_place(schema.source, node_at(schema.source, path))
    terms = next((same["x-sum"] for same in applied if "x-sum" in same), None)
    total = sum_of(terms, owner) if terms is not None and own is not None else None
    if total is None:
        return own
    if isinstance(own, str):
        return datetime.fromtimestamp(float(total), UTC).isoformat().replace("+00:00", "Z")
    return int(total) if total == int(total) else float(total)
