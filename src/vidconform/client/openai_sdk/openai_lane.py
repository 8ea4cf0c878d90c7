"""Drives the official openai package against one provider: every call of its videos, each with a deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vidconform.client.openai_sdk.answers import Answers
from vidconform.client.openai_sdk.loopback_stand import LoopbackStand
from vidconform.client.openai_sdk.openai_calls import (
    ERRORED,
    NEEDS,
    NOT_DOCUMENTED,
    NOT_RECORDED,
    RAN,
    TROUBLE,
    WRONG_KEY,
    CallResult,
    CallTrace,
    OpenAICall,
)
from vidconform.client.openai_sdk.openai_routes import ROUTES, OpenAIRoutes, Route
from vidconform.client.openai_sdk.task_stories import TaskStory, failed, served, succeeded, worth_polling
from vidconform.contracts import Contract
from vidconform.probes import LineProcesses, OverDeadline, ProcessEnded

# What would lead it to another address than the one on this machine, or give it a key, is not kept.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH")
OPENAI = LineProcesses(Path(__file__).with_name("openai_program.py"), _KEPT)
# Its imports take a second or two, on a busy machine many more.
_START = 120.0
_MEMBERS = ("prompt", "model", "seconds", "size")
_POLLS = ("poll", "create_and_poll")
_VARIANTS = ("thumbnail", "spritesheet")
# What answers keeps to a time-out of its own: beyond it the package and a busy machine need time, which no provider
# answers for. The deadline of a poll is the user's.
_MACHINE = 20.0
_NO_TASK = "a task that the service serves; pass --task-id=ID of one"
_NO_END = "a task that succeeded; pass --task-id=ID of one"
_NO_FAILED = "a task that failed; pass --task-id=ID of one"
_NO_OWN = "a task that the package created; allow one creation more by --max-creations"


@dataclass(frozen=True)
class CallTimeouts:
    """The seconds that a call with one request may take, those of a poll, and those between two reads of it."""

    call: float
    poll: float
    pace: float


@dataclass
class OpenAILane:
    """The calls to one provider; `replay` has its evidence, `relay` the provider itself where the run is live."""

    routes: OpenAIRoutes
    stories: Sequence[TaskStory]
    replay: Answers
    relay: Answers | None
    timeouts: CallTimeouts
    version: str = field(init=False, default="")
    _answers: Answers = field(init=False)
    _own: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._answers = self.relay or self.replay

    def results(self) -> Iterator[CallResult]:
        """Make every call and yield what came of each, what is gone afterwards last."""
        with LoopbackStand(lambda asked: self._answers(asked), self.timeouts.pace) as stand:
            for call in self._calls():
                result = call if isinstance(call, CallResult) else self._made(call, stand.url)
                if result.name == "create" and result.returned is not None:
                    self._own = result.member("id")
                yield result

    def _calls(self) -> Iterator[OpenAICall | CallResult]:
        """Yield the calls in their order, or why one is not made."""
        yield from self._on("create", "create", "create", self._members())
        task_id = succeeded(self.stories) or served(self.stories)
        yield from self._about(task_id, "retrieve", "retrieve", "retrieve")
        yield from self._polls()
        yield from self._on("create", "create_and_poll", "create_and_poll", self._members())
        remixed, prompt = self._task_for("remix"), str(self._example("remix").get("prompt", "A cat on a skateboard"))
        yield from self._about(remixed, "remix", "remix", "remix", needs=_NO_END, prompt=prompt)
        filmed = self._task_for("content")
        yield from self._about(filmed, "download_content", "download_content", "content", needs=_NO_END)
        for variant in _VARIANTS:
            named = f"download_content({variant})"
            yield from self._about(filmed, named, "download_content", "content", needs=_NO_END, variant=variant)
        yield from self._on("list", "list", "list", self._paging())
        yield from self._refusals(task_id)
        yield from self._about(failed(self.stories), "failed job", "poll", "retrieve", needs=_NO_FAILED)
        yield from self._deletion()

    def _polls(self) -> Iterator[OpenAICall | CallResult]:
        told = [self._own] if self._own and self.relay else [story.task_id for story in worth_polling(self.stories)]
        for task_id in told or (None,):
            yield from self._about(task_id, "poll", "poll", "retrieve")

    def _refusals(self, task_id: str | None) -> Iterator[OpenAICall | CallResult]:
        contract = self.routes.contract
        unknown = contract.unknown_id if contract is not None else None
        yield from self._about(unknown, "unknown id", "retrieve", "retrieve")
        for call in self._about(task_id or unknown, "wrong key", "retrieve", "retrieve"):
            yield replace(call, key=WRONG_KEY) if isinstance(call, OpenAICall) else call

    def _deletion(self) -> Iterator[OpenAICall | CallResult]:
        """Delete what the package created itself, or replay the deletion of a task that the run created."""
        own = self._own if self.relay else self.replay.task_for("delete")
        yield from self._about(own, "delete", "delete", "delete", needs=_NO_OWN)

    def _task_for(self, role: str) -> str | None:
        """Return a task that the route can be asked for rightly."""
        return self._answers.task_for(role) or succeeded(self.stories)

    def _about(
        self, task_id: str | None, name: str, method: str, role: str, needs: str = _NO_TASK, **more: Any
    ) -> Iterator[OpenAICall | CallResult]:
        yield from self._on(role, name, method, {"id": task_id, **more}, task_id, needs)

    def _on(
        self,
        role: str,
        name: str,
        method: str,
        arguments: Mapping[str, Any],
        task_id: str | None = None,
        needs: str = "",
    ) -> Iterator[OpenAICall | CallResult]:
        """Yield a call on a route, or that no document names the route, or that there is no task to ask for."""
        if role not in self.routes.by_role:
            method_and_path = "{} {}".format(*ROUTES[role]).replace("{}", "{id}")
            yield CallResult(name, NOT_DOCUMENTED, f"{method_and_path}, which no document of the provider names")
        elif needs and task_id is None:
            yield CallResult(name, NEEDS if self.relay else NOT_RECORDED, needs if self.relay else needs.split(";")[0])
        else:
            yield OpenAICall(name, method, arguments, task_id)

    def _members(self) -> dict[str, Any]:
        """Return what the document shows of a creation, as far as the package has a name for it."""
        shown = self._example("create")
        return {name: str(shown[name]) for name in _MEMBERS if shown.get(name) is not None}

    def _example(self, role: str) -> dict[str, Any]:
        route = self.routes.by_role.get(role)
        shown = route.operation.request_example if route is not None else None
        return shown if isinstance(shown, dict) else {}

    def _paging(self) -> dict[str, Any]:
        """Return how a list is gone through: task by task where the document has a limit, so that there are pages."""
        route: Route | None = self.routes.by_role.get("list")
        has_pages = route is not None and {"limit", "after"} <= set(route.operation.options)
        return {"limit": 1, "most": 2} if has_pages else {"most": 20}

    def _made(self, call: OpenAICall, address: str) -> CallResult:
        """Make a call: a poll on what the run has followed itself to its end is replayed, also in a live run."""
        is_told = any(s.task_id == call.task_id and s.begins_early and s.ends for s in self.stories)
        self._answers = self.replay if self.relay is None or (call.name == "poll" and is_told) else self.relay
        trace, deadline = self._answers.begin(call), self._deadline(call)
        asked = {"base_url": address + self.routes.prefix, "key": call.key, "method": call.method}
        try:
            # Its own time-out is none of the provider's: whoever answers has one.
            outcome = self._outcome({**asked, "arguments": call.arguments, "seconds": deadline + 60}, deadline)
        except OverDeadline as over:
            return self._ended(call, trace, str(over))
        except ProcessEnded:
            return CallResult(call.name, ERRORED, "the process that calls openai ended by itself")
        return self._result(call, trace, outcome)

    def _outcome(self, asked: dict[str, Any], deadline: float) -> dict[str, Any]:
        with OPENAI.borrowed() as process:
            self.version = process.exchange({}, _START)["version"]
            outcome: dict[str, Any] = process.exchange(asked, deadline)
            return outcome

    def _deadline(self, call: OpenAICall) -> float:
        return self.timeouts.call + (self.timeouts.poll if call.method in _POLLS else _MACHINE)

    def _ended(self, call: OpenAICall, trace: CallTrace, told: str) -> CallResult:
        """Return that a call was ended: of a poll that says something of the provider, of any other nothing."""
        reads = f"{told}, after {len(trace.pointers)} replies"
        if call.method not in _POLLS or not trace.pointers:
            trace.stop(TROUBLE, reads)
        return self._result(call, trace, {}, reads)

    def _result(self, call: OpenAICall, trace: CallTrace, outcome: Mapping[str, Any], told: str = "") -> CallResult:
        found = CallResult(
            call.name, trace.state, trace.told or told, outcome if trace.state == RAN else {}, call.task_id
        )
        phase = _phase(self.routes.contract, found)
        return replace(found, phase=phase, pointers=tuple(trace.pointers), remarks=tuple(dict.fromkeys(trace.remarks)))


def _phase(contract: Contract | None, result: CallResult) -> str | None:
    """Return what the document takes the status of a returned task for."""
    return contract.phase(result.member("status")) if contract is not None else None
