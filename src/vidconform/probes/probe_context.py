"""What a probe's script speaks through: it names operations and tasks, and never sees a key or an address."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from vidconform.contracts import Contract, Operation
from vidconform.exchange import (
    EMULATOR_SERVER,
    RESUMED,
    Evidence,
    Exchange,
    Gap,
    ProbeKind,
    Reply,
    Request,
    shared_request,
    timestamp,
)
from vidconform.ledger import Danger, task_id_in
from vidconform.probes.credentials import NEAR_KEYS, credentials_of
from vidconform.probes.lost_creations import look_up
from vidconform.probes.paid_requests import PaidRequest
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.probes.raw_request import RawRequest, documented_request
from vidconform.probes.reply_troubles import of_a_large_reply, of_an_unread_coding, refuse_outage
from vidconform.transport import NotSent, ProbeFailure, ReceivedReply, Transport

_VIDEOS = ("content", "result")
# The note of a task that was found by looking, and begins with a read.
_FOUND = "found"
_READS = ("retrieve", "second-retrieve", "list", "models", "polling")
_KEYLESS = ("none", "wrong", *NEAR_KEYS)


@dataclass
class ProbeContext:
    """One probe's requests in order; `notes` are the facts that a replay needs to ask the same again.

    `is_plain` says that they are what the document shows, and none that must be refused.
    """

    contract: Contract
    setting: ProbeSettings
    transport: Transport
    probe: str
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    is_plain: bool = True
    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    failures: list[ProbeFailure] = field(default_factory=list)

    def note(self, name: str, find: Callable[[], Any]) -> Any:
        """Return a fact from the recording, or find and remember it."""
        if name not in self.notes:
            self.notes[name] = find()
        return self.notes[name]

    def operation(self, role: str) -> Operation:
        """Return the contract's operation of a role; raises NotSent."""
        operation = self.contract.operation(role)
        if operation is None:
            raise NotSent(f"an operation for {role}; {self.contract.id} has none")
        return operation

    def ask(
        self,
        step: str,
        operation: Operation,
        task_id: str | None = None,
        *,
        credential: str = "key",
        body: Any = None,
        raw: RawRequest | None = None,
        longest: int | None = None,
        paid: bool = False,
    ) -> Exchange:
        """Send one request and keep the exchange as it came; raises NotSent, ProbeFailure.

        `raw` replaces the documented words of the request, `longest` bounds the bytes of the reply that are kept,
        `paid` says that the provider charges for it when all goes well.
        """
        self.setting.memory.check()
        said = raw or documented_request(operation, task_id, body)
        request = replace(self._request(operation, said, credential), paid=paid)
        started = time.monotonic()
        received = self.transport.send(request)
        elapsed = time.monotonic() - started
        kept = Exchange(
            step, operation.role, task_id, credential, self._without_credential(request),
            self._kept(received.reply, longest), received.at, round(elapsed, 3), _origin(received),
        )  # fmt: skip
        refuse_outage(kept, received.classification, self.setting.redactor, operation.refusal)
        self.exchanges.append(kept)
        if longest is None and kept.reply.cut and kept.role not in _VIDEOS:
            self._note(of_a_large_reply(kept, received.reply))
        if kept.reply.unread_coding:
            self._note(of_an_unread_coding(kept))
        return kept

    def _request(self, operation: Operation, said: RawRequest, credential: str) -> Request:
        is_its_method = operation.refusal is None or operation.refusal.method is None
        headers = credentials_of(self.contract, operation, credential, self.setting.keys)
        return Request(
            operation.method, self.setting.base_url, said.target, (*said.headers, *headers), said.body,
            scope=self.contract.id, keyed=credential not in _KEYLESS, is_plain=self.is_plain,
            reads=operation.role in _READS and is_its_method, body_status=self.contract.body_status,
        )  # fmt: skip

    def _note(self, failure: ProbeFailure) -> None:
        """Keep each trouble once."""
        told = [known.cause.partition(";")[0] for known in self.failures]
        self.failures += [] if failure.cause.partition(";")[0] in told else [failure]

    def create(self, step: str, operation: Operation, task_id: str | None = None, **choices: Any) -> Exchange:
        """Send a request that the provider charges for; raises NotSent, ProbeFailure."""
        if self.transport.is_replay:
            return self.ask(step, operation, task_id, **choices)
        return PaidRequest(self, step, operation, task_id, {**choices, "paid": True}).create()

    def send_expecting_refusal(
        self, step: str, operation: Operation, task_id: str | None = None, *, danger: Danger, **choices: Any
    ) -> Exchange:
        """Send a creation that must be refused; after one that was, or may have been, made none as dangerous is."""
        if self.transport.is_replay:
            return self.ask(step, operation, task_id, **choices)
        return PaidRequest(self, step, operation, task_id, choices).expect_refusal(danger)

    def evidence(self, kind: ProbeKind, gaps: tuple[Gap, ...] = (), notes: dict[str, Any] | None = None) -> Evidence:
        """Return what was asked so far as evidence."""
        origins = [exchange.origin for exchange in self.exchanges]
        # Replies of an emulator and of a vendor never stand in one conversation; should they, it is not the vendor's.
        origin = "emulated" if "emulated" in origins else next(iter(origins), "live")
        at = self.exchanges[0].at if self.exchanges else timestamp()
        told = tuple(self.exchanges)
        return Evidence(self.contract.id, self.probe, told, gaps, origin, at, notes or {}, kind=kind)

    def aside(self) -> ProbeContext:
        """Return a context for what is asked beside the probe and is none of its evidence."""
        return replace(self, notes={}, exchanges=[], failures=[])

    def resume(self) -> Exchange | None:
        """Return the creation of an earlier run whose task is not finished, as the first exchange of this probe."""
        if self.transport.is_replay:
            found = self.notes.get(_FOUND)
            return None if found is None else self.ask("poll", self.operation("retrieve"), found)
        look_up(self)
        created = self.setting.creations.unfinished(self.contract.id, self.probe, self.setting.base_url)
        if created is not None and created.role == "retrieve":
            self.notes[_FOUND] = created.task_id
        if created is not None:
            self.notes[RESUMED] = self.task_of(created)
            self.exchanges.append(created)
        return created

    def task_of(self, created: Exchange) -> str | None:
        """Return the task that a creation came to; one whose answer was lost is known by a read of its task."""
        return created.task_id if created.role == "retrieve" else task_id_in(self.contract, created.reply)

    def finish(self, task_id: str) -> None:
        """Take note that a task needs no following any more."""
        if not self.transport.is_replay:
            self.setting.creations.finished(self.contract.id, self.probe, self.setting.redactor.text(task_id))

    def try_ask(self, step: str, operation: Operation, task_id: str, **choices: Any) -> Exchange | None:
        """Ask for something beside the main thread; trouble with it is kept and does not end the probe."""
        try:
            return self.ask(step, operation, task_id, **choices)
        except ProbeFailure as failure:
            self.failures.append(replace(failure, beside=step))
            return None

    def wait(self, seconds: float | None = None) -> None:
        """Wait some seconds, or one poll interval, unless the replies are recorded."""
        if not self.transport.is_replay:
            pause = self.setting.pace.poll_interval if seconds is None else seconds
            time.sleep(max(0.0, min(pause, self.setting.clock.left())))

    def _without_credential(self, request: Request) -> Request:
        """Return a request as it is kept: what it says as it was sent, and no key that opens anything."""
        headers = self.setting.redactor.headers(request.headers)
        return shared_request(Request(request.method, request.base_url, request.target, headers, request.body))

    def _kept(self, reply: Reply, longest: int | None) -> Reply:
        return self.setting.memory.keep(reply if longest is None else reply.shortened(longest))


def _origin(received: ReceivedReply) -> str:
    """A reply that says it comes from our own emulator is never shown as the vendor's."""
    return "emulated" if received.reply.header("server") == EMULATOR_SERVER else received.origin
