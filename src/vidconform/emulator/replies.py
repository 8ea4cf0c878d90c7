"""What an emulator answers, before it becomes HTTP, and the seam where a vice may change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from vidconform.contracts import Contract, Field, Operation, RefusalCase, Schema
from vidconform.emulator.tasks import EmulatedTask

Envelope = Callable[["RefusedRequest"], Any]


@dataclass
class EmulatedReply:
    """One answer: bytes go out as they are, anything else as JSON.

    `role` is the operation's, where its route has another one.
    """

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    task: EmulatedTask | None = None
    stated: str = ""
    role: str = ""


@dataclass(eq=False)
class RefusedRequest(Exception):
    """A request that is turned down, and the name of the check that turned it down.

    `case` is what the document itself states of it.
    """

    status: int
    message: str
    code: str
    _: KW_ONLY
    param: str | None = None
    check: str = ""
    task: EmulatedTask | None = None
    headers: dict[str, str] = field(default_factory=dict)
    case: RefusalCase | None = None


def openai_envelope(refusal: RefusedRequest) -> Any:
    """Renders a refusal as OpenAI does, for documents that show no error."""
    kind = "server_error" if refusal.status >= 500 else "invalid_request_error"
    return {
        "error": {
            "message": refusal.message,
            "type": kind,
            "param": refusal.param,
            "code": refusal.code,
        }
    }


def refused(refusal: RefusedRequest, envelope: Envelope) -> EmulatedReply:
    """Renders a refusal as a reply."""
    stated = refusal.case.requirement if refusal.case is not None else ""
    reply = EmulatedReply(envelope(refusal), refusal.status, task=refusal.task, stated=stated)
    reply.headers.update(refusal.headers)
    return reply


@dataclass
class ReplyContext:
    """One reply about to leave, for `EmulatorOptions.change` to alter.

    Where no operation answers, the role is empty; off the routes the contract is too. `stated` is the row of a refusal
    that the document states, `first_status` the status code before anything was altered; `tells_by_status` says that
    it goes out as it is also where the document tells it in the body.
    """

    provider: str
    contract: str
    role: str
    route: str
    method: str
    asked: str | None
    status: int
    headers: dict[str, str]
    body: Any
    task: EmulatedTask | None
    check: str = ""
    waived: frozenset[str] = frozenset()
    again: Callable[[frozenset[str]], tuple[EmulatedReply, str]] | None = field(default=None, repr=False)
    envelope: Envelope = field(default=openai_envelope, repr=False)
    file_url: Callable[[str], str] | None = field(default=None, repr=False)
    sent_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sent_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    sent_body: bytes = b""
    known_ids: tuple[str, ...] = ()
    described: Contract | None = field(default=None, repr=False)
    stated: str = ""
    first_status: int = 200
    tells_by_status: bool = False

    @property
    def shows_task(self) -> bool:
        """Whether this is the object of a task, and no refusal and no content."""
        return self.task is not None and 200 <= self.status < 300 and isinstance(self.body, dict)

    @property
    def phase(self) -> str | None:
        """The phase of the task's present word."""
        return self.described.phase(self.task.step.status) if self.described and self.task else None

    @property
    def operation(self) -> Operation | None:
        """The documented operation that this answers."""
        return self.described.operation(self.role) if self.described else None

    @property
    def schema(self) -> Schema | None:
        """The schema that the document gives for this reply."""
        return self.described.reply_schema(self.role, self.status) if self.described else None

    def field(self, role: str) -> Field | None:
        """Return where a role stands in the task, if it has a value there."""
        field = self.place(role)
        is_there = field is not None and isinstance(self.body, dict) and field.read(self.body) is not None
        return field if is_there else None

    def place(self, role: str) -> Field | None:
        """Return where a role stands, or would, in this reply."""
        return self.described.field(role, self.role, self.status) if self.described else None

    def alter(self, role: str, change: Callable[[Any], Any]) -> None:
        """Change the value of a role, where it has one."""
        if (field := self.field(role)) is not None:
            field.write(self.body, change(field.read(self.body)))

    def answer_with(self, status: int) -> None:
        """Answer with another status code, also where the body repeats it."""
        self.alter("status-code", lambda own: type(own)(status))
        self.status = status

    def refuse(self, status: int, message: str, code: str) -> None:
        """Replaces the reply by a refusal in the provider's own envelope."""
        reply = refused(RefusedRequest(status, message, code), self.envelope)
        self.status, self.headers, self.body = reply.status, reply.headers, reply.body

    def say(self, body: Any, status: int = 200, content_type: str = "application/json") -> None:
        """Replaces the reply by another body."""
        self.status, self.headers, self.body = status, {"content-type": content_type}, body

    def grant(self) -> bool:
        """Replaces a refusal by what the emulator says without the check that refused; False if it cannot."""
        return bool(self.check) and self.answer_without(self.check)

    def answer_without(self, check: str) -> bool:
        """Replaces the reply by what the emulator says where it leaves out a check; False if it cannot."""
        if check in self.waived or self.again is None:
            return False
        self.waived |= {check}
        reply, self.check = self.again(self.waived)
        self.status, self.headers = reply.status, reply.headers
        self.body, self.task = reply.body, reply.task
        return True
