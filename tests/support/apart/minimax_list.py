"""The list of MiniMax's tasks: filters with a point in their names, pages from 1 on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tests.support.apart.minimax_words import STATUSES

Tasks = list[dict[str, Any]]


def number(text: str, least: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) >= least else None


def page(tasks: Tasks, query: dict[str, str], faults: Collection[str], largest: int) -> tuple[int, Tasks] | None:
    """Return how many tasks there are and those of the page that a query asks for, or None where it is a bad one."""
    first = 0 if "list-from-zero" in faults else 1
    asked, size = number(query.get("page_num", str(first)), first), number(query.get("page_size", "20"), 1)
    if asked is None or size is None or query.get("filter.status", "failed") not in STATUSES:
        return None
    size = 20 if "list-ignores-page-size" in faults else min(size, largest)
    start = 0 if "list-ignores-page" in faults else (asked - first) * size
    found = [task for task in tasks if fits(task, query, faults)]
    return len(found), found[start : start + size]


def fits(task: dict[str, Any], query: dict[str, str], faults: Collection[str]) -> bool:
    told = {"status": task["steps"][0], "task_ids": task["id"], "model": task["model"], "task_type": "generation"}
    ignored = {"task_ids": "list-ignores-ids", "task_type": "list-ignores-type"}
    return all(
        told[name] in query.get(f"filter.{name}", told[name]).split(",")
        for name in told
        if ignored.get(name, f"list-ignores-{name}") not in faults
    )
