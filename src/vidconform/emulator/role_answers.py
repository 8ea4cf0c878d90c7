"""What each role of an operation answers, for whatever contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vidconform.contracts import FILTERS, Contract, Operation
from vidconform.emulator.error_bodies import refused_with
from vidconform.emulator.lives import id_like
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.request_bodies import parse
from vidconform.emulator.served import Served
from vidconform.emulator.server_state import Call
from vidconform.emulator.small_media import SMALL_WEBP, small_mp4

_LIMIT = 20


def retrieve(served: Served, call: Call) -> EmulatedReply:
    """Show a task, which is one step further at each read."""
    task, _ = served.task(call)
    return served.reply(task, task.read(), call)


def create(served: Served, call: Call) -> EmulatedReply:
    """Create a task of what was sent."""
    owner = served.owner(call)
    return _created(served, call, owner, parse(served.contract, served.operation, call))


def remix(served: Served, call: Call) -> EmulatedReply:
    """Create a task from a finished one."""
    source, owner = served.task(call)
    sent = parse(served.contract, served.operation, call)
    served.require_video(source, call)
    return _created(served, call, owner, {**source.sent, **sent, "source": source.id})


def _created(served: Served, call: Call, owner: str | None, sent: dict[str, Any]) -> EmulatedReply:
    call.server_state.creations += 1
    id = id_like(served.contract, next(call.server_state.ids))
    task = call.server_state.stores[call.contract].create(id, served.created_life, owner or "", sent)
    return served.reply(task, task.read(), call)


def content(served: Served, call: Call) -> EmulatedReply:
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
        small_mp4(), headers={"content-type": media if "/" in media and "*" not in media else "video/mp4"}, task=task
    )


def _picture(operation: Operation, call: Call) -> bytes | None:
    """Return a picture of its own for each variant but the first, which is the video."""
    option = operation.options.get("variant")
    wanted = call.query.get(option.name, "") if option is not None else ""
    # What stands behind a file of RIFF is no part of it.
    return SMALL_WEBP + wanted.encode() if option is not None and wanted in option.values[1:] else None


def listed(served: Served, call: Call) -> EmulatedReply:
    """List the tasks of an account, the newest first."""
    owner = served.owner(call)
    tasks = sorted(call.server_state.stores[call.contract].of(owner), key=lambda task: task.created_at, reverse=True)
    asked = {role: call.query[o.name] for role, o in served.operation.options.items() if o.name in call.query}
    read = replace(served, operation=served.contract.operation("retrieve") or served.operation)
    shown = [(task.id, read.reply(task, task.step, call).body) for task in tasks]
    for role in FILTERS if "filter" not in call.waived else ():
        shown = [one for one in shown if role not in asked or _tells(served.contract, role, one[1]) == asked[role]]
    shown = shown[::-1] if asked.get("order") == "asc" else shown
    rest = shown[_first_of_page([id for id, _ in shown], asked) :]
    page = rest[: _size(asked)]
    ends = (page[0][0], page[-1][0]) if page else (None, None)
    told: dict[str, Any] = {"tasks": [body for _, body in page], "has-more": len(page) < len(rest)}
    told |= dict(zip(("first-id", "last-id"), ends, strict=True))
    return EmulatedReply(served.body({"object": "list", **_named(served, told)}), served.success)


_CUSTOMARY = {"tasks": "data", "has-more": "has_more", "first-id": "first_id", "last-id": "last_id", "models": "data"}


def _named(served: Served, told: dict[str, Any]) -> dict[str, Any]:
    """Return what a list tells by the names that its document has for it, or else by the customary ones."""
    fields = served.schema.fields if served.schema is not None else {}
    return {str(fields[role].path[-1]) if role in fields else _CUSTOMARY[role]: value for role, value in told.items()}


def _tells(contract: Contract, role: str, body: Any) -> str:
    field = contract.field(role)
    return str(field.read(body)) if field is not None else ""


def _size(asked: dict[str, str]) -> int:
    limit = asked.get("limit", "")
    return int(limit) if limit.isdigit() and int(limit) else _LIMIT


def _first_of_page(ids: list[str], asked: dict[str, str]) -> int:
    if asked.get("after") in ids:
        return ids.index(asked["after"]) + 1
    page = asked.get("page", "")
    return (int(page) - 1) * _size(asked) if page.isdigit() and int(page) else 0


def models(served: Served, call: Call) -> EmulatedReply:
    """List the models that a creation may name."""
    served.owner(call)
    creating = served.contract.operation("create")
    told = [{"id": model, "object": "model"} for model in (creating.models if creating is not None else ())]
    return EmulatedReply(served.body({"object": "list", **_named(served, {"models": told})}), served.success)


def delete(served: Served, call: Call) -> EmulatedReply:
    """Forget a task."""
    task, owner = served.task(call)
    call.server_state.stores[call.contract].forget(task.id, owner)
    return EmulatedReply(served.body({"id": task.id, "object": "video.deleted", "deleted": True}), served.success)


def cancel(served: Served, call: Call) -> EmulatedReply:
    """End a task that has not ended; one that has is refused where the document says so."""
    task, _ = served.task(call)
    word = next((word for word, phase in served.contract.task.phases.items() if phase == "cancelled"), "cancelled")
    if task.finished and "late-cancel-is-refused" in served.contract.requirements and "ended" not in call.waived:
        code = refused_with(served.operation, (409, 400, 422, 403))
        raise RefusedRequest(code, "the task has ended", "task_has_ended", check="ended", task=task)
    if not task.finished and "cancel" not in call.waived:
        task.life = (replace(task.step, status=word, since_ms=task.step.since_ms + 1),)
    return served.reply(task, task.step, call)


ANSWERS: dict[str, Callable[[Served, Call], EmulatedReply]] = {
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
