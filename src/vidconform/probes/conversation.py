"""What a probe's script speaks through: it names operations and tasks, and never sees a key or an address."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts import Contract, Operation, Pace
from vidconform.probes.budget import Budget
from vidconform.probes.credentials import credential_of
from vidconform.probes.exchange import EMULATOR_SERVER, Exchange, Reply, Request
from vidconform.probes.redaction import Redactor
from vidconform.probes.transport import Transport
from vidconform.probes.trouble import Trouble, Withheld
from vidconform.probes.wording import NOTHING_GENERATED, Generation, Raw, usual_headers

Tell = Callable[[str], None]


@dataclass
class Setting:
    """What all conversations with one provider share."""

    base_url: str
    pace: Pace
    keys: Mapping[str, str] = field(repr=False)
    redactor: Redactor
    budget: Budget
    tell: Tell = lambda sentence: None
    generation: Generation = NOTHING_GENERATED


@dataclass
class Conversation:
    """One probe's requests in order; `notes` are the facts that a replay needs to ask the same again."""

    contract: Contract
    setting: Setting
    transport: Transport
    probe: str
    notes: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def note(self, name: str, find: Callable[[], Any]) -> Any:
        """Return a fact from the recording, or find and remember it."""
        if name not in self.notes:
            self.notes[name] = find()
        return self.notes[name]

    def ask(
        self,
        step: str,
        operation: Operation,
        task_id: str | None = None,
        *,
        credential: str = "key",
        body: Any = None,
        method: str | None = None,
        raw: Raw | None = None,
        longest: int | None = None,
    ) -> Exchange:
        """Send one request and keep the exchange, secrets removed; raises Withheld, Trouble.

        `raw` replaces the documented words of the request, `longest` bounds the bytes of the reply that are kept.
        """
        said = raw or _documented(operation, task_id, body)
        request = self._request(said, method or operation.method, self._credential(operation, credential))
        started = time.monotonic()
        reply, at, origin = self.transport.send(request)
        elapsed = time.monotonic() - started
        kept = Exchange(
            step, operation.role, task_id, credential, self._redact(request), self._redact_reply(reply, longest), at,
            round(elapsed, 3), _origin(reply, origin),
        )  # fmt: skip
        self.exchanges.append(kept)
        return kept

    def create(self, step: str, operation: Operation, task_id: str | None = None, **choices: Any) -> Exchange:
        """Send a request that the provider charges for; raises Withheld, Trouble."""
        budget, provider = self.setting.budget, self.contract.provider.name
        if not self.transport.sleeps:
            return self.ask(step, operation, task_id, **choices)
        budget.reserve(provider)
        exchange = self._spend(step, operation, task_id, choices)
        # A gateway that fails may have passed the request on before it did.
        if exchange.reply.is_refusal:
            budget.give_back(provider)
        return exchange

    def tempt(self, step: str, operation: Operation, task_id: str | None = None, **choices: Any) -> Exchange:
        """Send a creation that must be refused; when it is accepted, no further one is sent to this provider."""
        budget, provider = self.setting.budget, self.contract.provider.name
        if not self.transport.sleeps:
            return self.ask(step, operation, task_id, **choices)
        budget.reserve_refusal(provider)
        exchange = self._spend(step, operation, task_id, choices)
        if exchange.reply.is_success:
            budget.accidents[provider] = f"a creation that must be refused ({step})"
        # A server that fails on a request that it must refuse has made nothing of it.
        if exchange.reply.status >= 400:
            budget.give_back(provider)
        return exchange

    def _spend(self, step: str, operation: Operation, task_id: str | None, choices: dict[str, Any]) -> Exchange:
        """Send what is counted already; it is given back when nothing was sent or only a later try was asked for."""
        try:
            return self.ask(step, operation, task_id, **choices)
        except (Withheld, Trouble) as reason:
            if isinstance(reason, Withheld) or reason.status == 429:
                self.setting.budget.give_back(self.contract.provider.name)
            raise

    def try_ask(self, step: str, operation: Operation, task_id: str, **choices: Any) -> Exchange | None:
        """Ask for something beside the main thread; trouble with it is kept and does not end the probe."""
        try:
            return self.ask(step, operation, task_id, **choices)
        except Trouble as trouble:
            self.troubles.append(trouble)
            return None

    def wait(self) -> None:
        """Wait one poll interval, unless the replies are recorded."""
        if self.transport.sleeps:
            time.sleep(self.setting.pace.poll_interval)

    def _credential(self, operation: Operation, credential: str) -> tuple[str, str]:
        return credential_of(self.contract, operation, credential, self.setting.keys)

    def _redact(self, request: Request) -> Request:
        redactor = self.setting.redactor
        body = None if request.body is None else redactor.body(request.body)
        return Request(
            request.method, request.base_url, redactor.text(request.target), redactor.headers(request.headers), body
        )

    def _redact_reply(self, reply: Reply, longest: int | None) -> Reply:
        redactor = self.setting.redactor
        body, cut = redactor.body(reply.body), reply.cut
        if longest is not None and len(body) > longest:
            body, cut = body[:longest], True
        return Reply(reply.status, redactor.headers(reply.headers), body, cut)

    def _request(self, said: Raw, method: str, credential: tuple[str, str]) -> Request:
        headers = (*said.headers, credential) if credential[0] else said.headers
        return Request(method, self.setting.base_url, said.target, headers, said.body)


def _documented(operation: Operation, task_id: str | None, body: Any) -> Raw:
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    return Raw(operation.target(task_id), tuple(usual_headers(operation.role).items()), content)


def _origin(reply: Reply, origin: str) -> str:
    """A reply that says it comes from our own emulator is never shown as the vendor's."""
    return "emulated" if reply.header("server") == EMULATOR_SERVER else origin
