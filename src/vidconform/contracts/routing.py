"""Which requests reach an API: a router or a proxy in front of it answers some of them itself."""

from __future__ import annotations

import re

from vidconform.contracts.operations import Operation

# The unreserved characters of RFC 3986 section 2.3, and the colon that some ids have.
_PLAIN = re.compile(r"[A-Za-z0-9._~:-]{1,200}")


def is_plain(task_id: str, *, spans: bool = False) -> bool:
    """Whether a task id is text that everything on the way passes on as it is, each part of one that `spans` a path."""
    parts = task_id.split("/") if spans else [task_id]
    return all(_PLAIN.fullmatch(part) is not None and part.strip(".") != "" for part in parts)


def reaches(operation: Operation, task_id: str | None) -> bool:
    """Whether a request for a task id is one for this operation; an empty one or a slash makes it another path."""
    if not task_id:
        return operation.id_parameter is None
    parts = task_id.split("/") if operation.id_spans else [task_id]
    return operation.id_in in ("query", "body") or all(part.strip(".") and not set(part) & set("/\\") for part in parts)
