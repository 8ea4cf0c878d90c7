"""What each role of an operation answers, for whatever contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from vidconform.contracts import FILTERS, FIRST_PAGES, Operation, fits, node_at, types_in
from vidconform.emulator.error_bodies import refused_with
from vidconform.emulator.listed_tasks import as_listed
from vidconform.emulator.lives import cancelled_word, id_like
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.request_bodies import parse
from vidconform.emulator.served_operation import ServedOperation
from vidconform.emulator.server_state import Call
from vidconform.emulator.small_media import SMALL_MP4, SMALL_WEBP
from vidconform.emulator.tasks import EmulatedTask

_LIMIT, _FEW = 20, 2
# What a route that cancels as well deletes.
_DELETED = ("succeeded", "failed")


def retrieve(served: ServedOperation, call: Call) -> EmulatedReply:
    """Show a task, which is one step further at each read."""
    task, _ = served.task(call)
    return served.reply(task, task.read(), call)


def create(served: ServedOperation, call: Call) -> EmulatedReply:
    """Create a task of what was sent."""
    owner = served.owner(call)
    return _created(served, call, owner, parse(served.contract, served.operation, call))


def remix(served: ServedOperation, call: Call) -> EmulatedReply:
    """Create a task from a finished one."""
    source, owner = served.task(call)
    sent = parse(served.contract, served.operation, call)
    served.require_video(source, call)
    return _created(served, call, owner, {**source.sent, **sent, "source": source.id})


def _created(served: ServedOperation, call: Call, owner: str | None, sent: dict[str, Any]) -> EmulatedReply:
    store = call.server_state.stores[call.contract]
    if "own-id" in call.waived and (first := store.first_created()) is not None:
        return served.reply(first, first.step, call)
    call.server_state.creations += 1
    id = id_like(served.contract, next(call.server_state.ids))
    task = store.create(id, served.created_life, owner or "", sent)
    return served.reply(task, task.read(), call)


def content(served: ServedOperation, call: Call) -> EmulatedReply:
    """Hand out the video of a finished task."""
    task, _ = served.task(call)
    served.require_video(task, call)
    shown = served.operation.success
    media = next(iter(shown.media_types), "") if shown else ""
    picture = _picture(served.operation, call)
    if picture is not None:
        return EmulatedReply(picture, headers={"content-type": "image/webp"}, task=task)
    if media.endswith("json"):
        url = call.file_url(task.id.rpartition(":")[2])
        return EmulatedReply(served.body({"id": task.id, "url": url, "video_url": url}), served.success, task=task)
    return EmulatedReply(
        SMALL_MP4, headers={"content-type": media if "/" in media and "*" not in media else "video/mp4"}, task=task
    )


def _picture(operation: Operation, call: Call) -> bytes | None:
    """Return a picture of its own for each variant but the video, which is what is served without one."""
    wanted, option = call.option(operation, "variant"), operation.options.get("variant")
    # What stands behind a file of RIFF is no part of it.
    return SMALL_WEBP + wanted.encode() if option is not None and wanted in option.others else None


def listed(served: ServedOperation, call: Call) -> EmulatedReply:
    """List the tasks of an account, the newest first."""
    owner, store, option = (
        served.owner(call),
        call.server_state.stores[call.contract],
        partial(call.option, served.operation),
    )
    tasks = [task for task in store.of(owner) if "gone" in call.waived or not store.is_gone(task.id, owner)]
    tasks.sort(key=lambda task: task.created_at, reverse=option("order") != "asc")
    read = replace(served, operation=served.contract.operation("retrieve") or served.operation)
    bodies = {task.id: read.reply(task, task.step, call).body for task in tasks}
    for role in FILTERS:
        told = {id: str(served.contract.value(role, body)) for id, body in bodies.items()}
        bodies = {id: body for id, body in bodies.items() if option(role) in ("", told[id])}
    size = _size(option, _usual_size(served))
    rest = list(bodies)[_first_of_page(served.operation, list(bodies), option, size) :]
    page = rest[:size]
    ends = (page[0], page[-1]) if page else (None, None)
    by_id = {task.id: task for task in tasks}
    is_more = len(page) < len(rest)
    listed = {"tasks": [as_listed(served, by_id[id], bodies[id]) for id in page], "has-more": is_more}
    listed |= {"next-cursor": _cursor(served, call, ends[1]) if is_more and ends[1] else _no_cursor(served)}
    return _told(served, "tasks", {**listed, "total": len(bodies), "first-id": ends[0], "last-id": ends[1]})


def _cursor(served: ServedOperation, call: Call, last: str) -> str:
    """Return what the next page is asked for by: the last id, or the page's address where the schema wants one."""
    pattern, after = _cursor_node(served).get("pattern"), served.operation.options.get("after")
    if after is None or pattern is None or fits(pattern, last):
        return last
    return f"{call.base_url}{served.operation.path}?{after.name}={last}"


def _no_cursor(served: ServedOperation) -> str | None:
    return None if "null" in types_in(_cursor_node(served)) else ""


def _cursor_node(served: ServedOperation) -> dict[str, Any]:
    schema = served.schema
    place = schema.fields.get("next-cursor") if schema is not None else None
    return node_at(schema.source, place.path) if schema is not None and place is not None else {}


def _told(served: ServedOperation, role: str, told: dict[str, Any]) -> EmulatedReply:
    # A document without a place for what is listed has it as its body.
    has_place = served.schema is not None and role in served.schema.fields
    return EmulatedReply(served.body(told) if has_place else told[role], served.success)


def _size(option: Callable[[str], str], usual: int) -> int:
    limit = option("limit")
    return int(limit) if limit.isdigit() and int(limit) else usual


def _usual_size(served: ServedOperation) -> int:
    """Return how many tasks a page has that is asked for without a limit: few where no limit can be asked for."""
    tells_more = served.schema is not None and not {"has-more", "next-cursor"}.isdisjoint(served.schema.fields)
    return _FEW if tells_more and "limit" not in served.operation.options else _LIMIT


def _first_of_page(operation: Operation, ids: list[str], option: Callable[[str], str], size: int) -> int:
    if option("after") in ids:
        return ids.index(option("after")) + 1
    asked = {role: int(option(role)) for role in FIRST_PAGES if option(role).isdigit()}
    skipped = {role: value - operation.options[role].later(FIRST_PAGES[role], 0) for role, value in asked.items()}
    return max(0, skipped.get("page", 0) * size + skipped.get("offset", 0))


def models(served: ServedOperation, call: Call) -> EmulatedReply:
    """List the models that a creation may name, each as the document shows one."""
    served.owner(call)
    creating, shown = served.contract.operation("create"), _shown_model(served)
    told = [{**shown, "id": model} for model in (_models(creating) if creating is not None else ())]
    return _told(served, "models", {"models": told})


def _models(creating: Operation) -> tuple[Any, ...]:
    """Return the models that a document names, or else the one that its example of a creation has."""
    example = creating.request_example
    named = (example["model"],) if isinstance(example, dict) and "model" in example else ()
    return creating.models or named


def _shown_model(served: ServedOperation) -> dict[str, Any]:
    place, answer = served.contract.field("models", "models", served.success), served.operation.success
    shown = next(iter(answer.examples.values()), None) if answer is not None else None
    listed = place.read(shown) if place is not None and isinstance(shown, dict) else None
    return next((one for one in listed or () if isinstance(one, dict)), {"object": "model"})


def delete(served: ServedOperation, call: Call) -> EmulatedReply:
    """Forget a task; where the same route cancels, that is for one that has ended of itself."""
    task, owner = served.task(call)
    cancelling = served.contract.operation("cancel")
    is_deleted = "kept" in call.waived or _phase(served, task) in _DELETED
    if cancelling is not None and cancelling.shares and not is_deleted:
        return replace(cancel(replace(served, operation=cancelling), call), role="cancel")
    call.server_state.stores[call.contract].forget(task.id, owner)
    return EmulatedReply(served.body({"id": task.id, "deleted": True}), served.success)


def cancel(served: ServedOperation, call: Call) -> EmulatedReply:
    """End a task that has not ended, or waits where the same route deletes; another one is refused."""
    task, owner = served.task(call)
    is_late = task.finished or (served.operation.shares and _phase(served, task) == "running")
    if is_late and not {"ended", "end", "kept"} & call.waived:
        code = refused_with(served.operation, (409, 400, 422, 404))
        raise RefusedRequest(code, "the task has ended", "task_has_ended", check="ended", task=task)
    if not task.finished and "end" not in call.waived:
        task.cancel(cancelled_word(served.contract))
    if "kept" in call.waived:
        call.server_state.stores[call.contract].forget(task.id, owner)
    return served.reply(task, task.step, call)


def _phase(served: ServedOperation, task: EmulatedTask) -> str | None:
    return served.contract.phase(task.step.status)


ANSWERS: dict[str, Callable[[ServedOperation, Call], EmulatedReply]] = {
    "create": create,
    "retrieve": retrieve,
    "second-retrieve": retrieve,
    "remix": remix,
    "content": content,
    "list": listed,
    "models": models,
    "delete": delete,
    "cancel": cancel,
}
