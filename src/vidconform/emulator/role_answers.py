"""What each role of an operation answers, for whatever contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from vidconform.contracts import Contract, Operation, Schema
from vidconform.emulator.error_bodies import refused_with
from vidconform.emulator.lives import id_like
from vidconform.emulator.replies import EmulatedReply, RefusedRequest
from vidconform.emulator.request_bodies import parse
from vidconform.emulator.schema_values import GONE, made_up, mended
from vidconform.emulator.server_state import Call
from vidconform.emulator.small_media import SMALL_WEBP, small_mp4
from vidconform.emulator.task_bodies import TaskView, shown_task
from vidconform.emulator.tasks import EmulatedTask, Life, Step

_ACCOUNT = "account"
_LIMIT = 20


@dataclass(frozen=True)
class Served:
    """One operation as it is served: with the life of a task that it creates."""

    contract: Contract
    operation: Operation
    created_life: Life
    has_one_account: bool

    def owner(self, call: Call) -> str | None:
        """Return whose tasks the credential opens, None for everybody's, or refuse it."""
        schemes = [scheme for scheme in self.operation.schemes if scheme.variable]
        if not schemes:
            return _ACCOUNT
        scheme = next((scheme for scheme in schemes if scheme.header.lower() in call.headers), schemes[0])
        value = call.credential(scheme.header, scheme.prefix)
        if call.server_state.keys.belongs_to_another(self.contract.provider.other_key_variable, value):
            return self._of_another(call, value)
        owner = call.owner(scheme.variable or "", value, refused_with(self.operation, (401, 403)))
        return _ACCOUNT if self.has_one_account and owner is not None else owner

    def _of_another(self, call: Call, value: str) -> str | None:
        """Keep the tasks of the one account from another, which has its own where keys tell accounts apart."""
        if not self.has_one_account:
            return call.owner(self.contract.provider.key_variable, value, 401)
        if "tenant" not in call.waived:
            raise self.unknown("tenant")
        return _ACCOUNT

    def task(self, call: Call) -> tuple[EmulatedTask, str | None]:
        """Find the task that is asked for and its owner, or refuse."""
        owner = self.owner(call)
        id = call.asked
        if not id:
            name = self.operation.id_parameter
            raise RefusedRequest(400, f"the parameter {name} is required", "missing_parameter", param=name)
        task = call.server_state.stores[call.contract].find(id, owner)
        if task is None:
            raise self.unknown("owner")
        return task, owner

    def unknown(self, check: str) -> RefusedRequest:
        """Return the refusal of an id that no task has."""
        code = refused_with(self.operation, (404, 410, 400, 422))
        return RefusedRequest(code, "video not found", "video_not_found", param="id", check=check)

    def require_video(self, task: EmulatedTask, call: Call) -> None:
        """Refuse what needs a finished video before there is one."""
        if self.contract.phase(task.step.status) != "succeeded" and "finished" not in call.waived:
            code = refused_with(self.operation, (400, 409, 425, 404))
            raise RefusedRequest(code, "the task is not completed", "task_not_completed", check="finished", task=task)

    def reply(self, task: EmulatedTask, step: Step, call: Call) -> EmulatedReply:
        """Show a task in a state."""
        view = TaskView(self.contract, self.operation, task, step, partial(self.result, task, call), self.success)
        shown, body = shown_task(view)
        return EmulatedReply(body, shown.status, task=task)

    def result(self, task: EmulatedTask, call: Call) -> str:
        """Return the address of a finished video: the content route of the contract, or else a file."""
        content = self.contract.operation("content")
        if content is not None:
            return call.base_url + content.target(task.id)
        return call.file_url(task.id.rpartition(":")[2])

    @property
    def success(self) -> int:
        """The documented status code of a request that is served."""
        return next((int(code) for code in self.operation.answers if code.isdigit() and code.startswith("2")), 200)

    @property
    def schema(self) -> Schema | None:
        """The schema of a request that is served."""
        shown = self.operation.success
        return self.contract.schemas.get((shown and shown.schema) or "")

    def body(self, told: dict[str, Any]) -> Any:
        """Return a documented body that is no task, with what is told in it."""
        shown = self.operation.success
        example = next(iter(shown.examples.values()), None) if shown else None
        schema = self.schema
        base = example if isinstance(example, dict) else made_up(schema.source, schema.source) if schema else {}
        body = {**base, **{name: value for name, value in told.items() if not base or name in base}} if base else told
        return mended(schema, body, lambda place: told.get(str(place[-1]), GONE) if place else GONE) if schema else body


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
    tasks = tasks[::-1] if call.query.get("order") == "asc" else tasks
    ids = [task.id for task in tasks]
    after = call.query.get("after")
    rest = tasks[ids.index(after) + 1 :] if after in ids else tasks
    limit = call.query.get("limit", "")
    shown = rest[: int(limit) if limit.isdigit() and int(limit) else _LIMIT]
    read = replace(served, operation=served.contract.operation("retrieve") or served.operation)
    bodies = [read.reply(task, task.step, call).body for task in shown]
    ends = {"first_id": shown[0].id, "last_id": shown[-1].id} if shown else {"first_id": None, "last_id": None}
    told = {"object": "list", "data": bodies, "has_more": len(shown) < len(rest), **ends}
    return EmulatedReply(served.body(told), served.success)


def delete(served: Served, call: Call) -> EmulatedReply:
    """Forget a task."""
    task, owner = served.task(call)
    call.server_state.stores[call.contract].forget(task.id, owner)
    return EmulatedReply(served.body({"id": task.id, "object": "video.deleted", "deleted": True}), served.success)


def cancel(served: Served, call: Call) -> EmulatedReply:
    """End a task that has not ended."""
    task, _ = served.task(call)
    word = next((word for word, phase in served.contract.task.phases.items() if phase == "cancelled"), "cancelled")
    if not task.finished:
        task.life = (replace(task.step, status=word, since_ms=task.step.since_ms + 1),)
    return served.reply(task, task.step, call)


ANSWERS: dict[str, Callable[[Served, Call], EmulatedReply]] = {
    "create": create,
    "retrieve": retrieve,
    "second-retrieve": retrieve,
    "remix": remix,
    "content": content,
    "list": listed,
    "delete": delete,
    "cancel": cancel,
}
