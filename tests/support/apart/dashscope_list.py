"""The list of Model Studio's tasks: filters, pages, times in milliseconds."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from tests.support.apart.dashscope_words import BEIJING, STATUSES

DAY = timedelta(hours=24)


def number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= most else None


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)


def span(query: dict[str, str]) -> tuple[datetime, datetime] | None:
    """Return the two ends of what is asked for, a day at most."""
    try:
        end = moment(query["end_time"]) if "end_time" in query else datetime.now(BEIJING) + timedelta(seconds=1)
        start = moment(query["start_time"]) if "start_time" in query else end - DAY
    except ValueError:
        return None
    return (start, end) if timedelta() <= end - start <= DAY + timedelta(seconds=2) else None


def page(tasks: list[dict[str, Any]], query: dict[str, str], faults: Collection[str]) -> tuple[str | None, Any]:
    """Return what is wrong with a query, or the page that it asks for."""
    number_, size = number(query.get("page_no", "1"), 10**6), number(query.get("page_size", "10"), 100)
    between = span(query)
    if number_ is None or size is None or between is None or query.get("status", "FAILED") not in STATUSES:
        return "Request parameter is invalid.", None
    size = 10 if "list-ignores-page-size" in faults else size
    number_ = 1 if "list-ignores-page" in faults else number_
    found = [task for task in tasks if fits(task, query, faults, between)]
    entries = [entry(task, faults) for task in found[(number_ - 1) * size : number_ * size]]
    pages = -(-len(found) // size)
    return None, {"total": len(found), "data": entries, "total_page": pages, "page_no": number_, "page_size": size}


def fits(task: dict[str, Any], query: dict[str, str], faults: Collection[str], between: Any) -> bool:
    asked = {name: value for name, value in query.items() if name != "status" or "list-ignores-status" not in faults}
    told = {"task_id": task["id"], "model_name": task["model"], "status": task["steps"][0]}
    made = datetime.fromtimestamp(task["made"], BEIJING)
    return between[0] <= made <= between[1] and all(asked.get(name, value) == value for name, value in told.items())


def entry(task: dict[str, Any], faults: Collection[str]) -> dict[str, Any]:
    """Return a task as a list tells it."""

    def time(after: float) -> Any:
        told = int((task["made"] + after) * 1000)
        if "list-times-as-text" in faults:
            return datetime.fromtimestamp(told / 1000, BEIJING).isoformat(" ", "milliseconds")[:23]
        return told // 1000 if "list-times-in-seconds" in faults else told

    ended = {"end_time": time(0.009)} if task["steps"][0] in ("SUCCEEDED", "FAILED", "CANCELED") else {}
    return {
        "api_key_id": "15001", "caller_parent_id": "1700", "caller_uid": "1701", "gmt_create": time(0),
        "model_name": task["model"], "region": "cn-beijing", "request_id": str(uuid.UUID(int=int(task["made"]))),
        "start_time": time(0.004), **ended, "status": task["steps"][0], "task_id": task["id"],
        "user_api_unique_key": f"apikey:v1:aigc:image2video:video-synthesis:{task['model']}",
    }  # fmt: skip
