"""What each operation of a published OpenAPI document is likely to be for, guessed from method and path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vidconform.contracts.drafting.published_document import Node, PublishedOperation

_OF_VIDEOS = re.compile(r"video|task|generation|job|predict|query|render", re.IGNORECASE)
_LISTS = re.compile(rf"list|{_OF_VIDEOS.pattern}", re.IGNORECASE)
_CREATES = ("create", "generate", "submit")
_TASK_ID = re.compile(r"(?:(?:task|video|job|request|generation|prediction)[_-]?)?id", re.IGNORECASE)
# What stands behind the id of a task, or behind all tasks, by method.
_LAST_STEPS = {
    ("post", "remix"): "remix", ("post", "cancel"): "cancel", ("delete", "cancel"): "cancel",
    ("get", "content"): "content", ("get", "download"): "content", ("get", "file"): "content",
}  # fmt: skip
_OPTIONS = {
    "list": {
        "limit": "limit", "page_size": "limit", "per_page": "limit", "order": "order", "after": "after",
        "cursor": "after", "page": "page", "page_num": "page", "offset": "offset", "skip": "offset",
    },
    "content": {"variant": "variant"},
}  # fmt: skip


def guessed(operations: list[PublishedOperation], remarks: list[str]) -> Iterator[tuple[str, PublishedOperation]]:
    """Yield the operations whose role can be guessed, each role once, and say of each other one why it is left out."""
    first: dict[str, str] = {}
    for operation in sorted(operations, key=_is_unlikely):
        role = _role(operation)
        if operation.method == "get" and operation.path.endswith("/models"):
            # That is `models` in provider.toml.
            continue
        if role is None:
            remarks.append(f"{operation.named}: left out, nothing in its method and path tells what it is for")
        elif role in first:
            remarks.append(f"{operation.named}: left out, it looks like a second {role!r} beside {first[role]}")
        else:
            first[role] = operation.named
            yield role, operation


def task_parameter(role: str, parameters: list[Node]) -> Node | None:
    """Return the parameter that carries a task's id: the last one of the path, or one of the query by its name."""
    if role in ("create", "list"):
        return None
    in_path = [p for p in parameters if p["in"] == "path"]
    in_query = [p for p in parameters if p["in"] == "query" and _TASK_ID.fullmatch(p["name"])]
    return next(iter(in_path[::-1] or in_query), None)


def option_role(role: str, parameter: Node) -> str | None:
    """Return what an optional query parameter is for, or None."""
    is_optional = parameter["in"] == "query" and not parameter.get("required")
    return _OPTIONS.get(role, {}).get(parameter["name"]) if is_optional else None


def _role(operation: PublishedOperation) -> str | None:
    """Return the role of an operation, or None; what names no video and no task is for something else."""
    steps = [step for step in operation.path.split("/") if step]
    if not steps or not _OF_VIDEOS.search(operation.path):
        return None
    names_a_task = any(step.startswith("{") for step in steps) or _asks_by_query(operation)
    if names_a_task and (operation.method, steps[-1].lower()) in _LAST_STEPS:
        return _LAST_STEPS[operation.method, steps[-1].lower()]
    if names_a_task and (steps[-1].startswith("{") or _asks_by_query(operation)):
        return {"get": "retrieve", "delete": "delete"}.get(operation.method)
    if names_a_task or (operation.method == "get" and not _LISTS.search(steps[-1])):
        return None
    return {"post": "create", "get": "list"}.get(operation.method)


def _is_unlikely(operation: PublishedOperation) -> bool:
    """Whether a path ends in another word than creations and lists usually do, so that a likelier one goes first."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    return not (last.startswith("{") or _LISTS.search(last) or last.lower() in _CREATES)


def _asks_by_query(operation: PublishedOperation) -> bool:
    found = (p for p in operation.parameters if p.get("in") == "query" and p.get("required"))
    return operation.method == "get" and any(_TASK_ID.fullmatch(str(p.get("name"))) for p in found)
