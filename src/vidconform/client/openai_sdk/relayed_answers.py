"""Hands the requests of the openai package on to a provider, within the limits of the run, and the replies back."""

from __future__ import annotations

from vidconform.client.openai_sdk.answers import Answers
from vidconform.client.openai_sdk.loopback_stand import OpenAIRequest
from vidconform.client.openai_sdk.openai_calls import NEEDS, REFUSED, TROUBLE
from vidconform.client.openai_sdk.openai_evidence import PROBE
from vidconform.client.openai_sdk.openai_routes import OpenAIRoutes, Route
from vidconform.contracts import CREATING_ROLES, Contract
from vidconform.exchange import Evidence, Exchange, Headers, Reply
from vidconform.ledger import task_id_in
from vidconform.probes import ProbeContext, ProbeSettings, RawRequest
from vidconform.transport import NotSent, ProbeFailure, Transport
from vidconform.verdicts import Pointer

_UNNAMED = "the document names no variant"
# The address, the framing and the credential are ours.
_OURS = ("host", "content-length", "connection", "accept-encoding", "authorization")


class RelayedAnswers(Answers):
    """Sends what the package asks, by the routes that a document names: as itself, but for the credential.

    What is paid for reserves its place and is written down like any other creation of the run.
    """

    def __init__(self, routes: OpenAIRoutes, setting: ProbeSettings, transport: Transport) -> None:
        super().__init__(routes)
        self._setting, self._transport = setting, transport
        self._contexts: dict[str, ProbeContext] = {}
        self._created: list[tuple[ProbeContext, str]] = []

    def reply(self, asked: OpenAIRequest, route: Route, task_id: str | None) -> Reply | None:
        """Return the provider's reply, or None after saying why there is none."""
        if route.role == "content" and "?" in asked.target and "variant" not in route.operation.options:
            self.trace.remarks.append(_UNNAMED)
        try:
            return self._answered(self._sent(asked, route, task_id), route)
        except NotSent as not_sent:
            self.trace.stop(REFUSED if route.role in CREATING_ROLES else NEEDS, not_sent.hint)
        except ProbeFailure as failure:
            self.trace.stop(TROUBLE, failure.cause)
            return None if failure.exchange is None else failure.exchange.reply
        return None

    def _sent(self, asked: OpenAIRequest, route: Route, task_id: str | None) -> Exchange:
        context = self._context(route.contract)
        raw = RawRequest(asked.target, _passed_on(asked.headers), asked.body or None)
        ask = context.create if route.role in CREATING_ROLES else context.ask
        return ask(f"openai-{route.role}", route.operation, task_id, credential=asked.credential, raw=raw)

    def _answered(self, exchange: Exchange, route: Route) -> Reply:
        context = self._context(route.contract)
        place = Pointer(PROBE, len(context.exchanges) - 1, "", exchange.origin, exchange.at)
        self.trace.pointers.append(place)
        created = task_id_in(route.contract, exchange.reply, route.role) if route.role in CREATING_ROLES else None
        if created is not None:
            self._created.append((context, created))
        return exchange.reply

    def _context(self, contract: Contract) -> ProbeContext:
        if contract.id not in self._contexts:
            context = ProbeContext(contract, self._setting, self._transport, PROBE, is_plain=False)
            self._contexts[contract.id] = context
        return self._contexts[contract.id]

    def end(self) -> list[tuple[Contract, Evidence]]:
        """Return what was asked as evidence; nobody follows what the package created any further."""
        for context, created in self._created:
            context.finish(created)
        asked = [context for context in self._contexts.values() if context.exchanges]
        return [(context.contract, context.evidence("life")) for context in asked]


def _passed_on(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _OURS)
