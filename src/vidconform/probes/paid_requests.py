"""Sends what may be paid for: counted and written down before, and settled by what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vidconform.contracts import Operation
from vidconform.exchange import Exchange, Request
from vidconform.ledger import Accident, Danger, id_beside_its_code, in_doubt, is_refused, is_turned_away, task_id_in
from vidconform.probes.lost_creations import id_in_answer, id_left_of, look_up
from vidconform.probes.raw_request import documented_request
from vidconform.probes.reply_troubles import is_stated
from vidconform.text import Redacted
from vidconform.transport import NotSent, ProbeFailure, one_line

if TYPE_CHECKING:
    from vidconform.probes.probe_context import ProbeContext


@dataclass(frozen=True)
class PaidRequest:
    """One request that a provider charges for when it serves it; `choices` are those of `ProbeContext.ask`."""

    context: ProbeContext
    step: str
    operation: Operation
    task_id: str | None
    choices: Mapping[str, Any]

    def create(self) -> Exchange:
        """Send what the document shows; raises NotSent, ProbeFailure."""
        setting = self.context.setting
        setting.budget.reserve(self._provider)
        with setting.clock.creating():
            number, exchange = self._sent(is_refused)
            self._note(number, exchange)
        look_up(self.context)
        # A gateway that fails may have passed the request on before it did.
        self._settle(self._is_refused(exchange))
        return exchange

    def expect_refusal(self, danger: Danger) -> Exchange:
        """Send what must be refused, and keep in mind for later ones that it was not, or may not have been.

        Raises NotSent, ProbeFailure.
        """
        setting = self.context.setting
        look_up(self.context)
        setting.budget.reserve_for_refusal(self._provider, danger)
        try:
            with setting.clock.creating():
                number, exchange = self._sent(is_turned_away)
                self._note_unexpected(number, exchange)
        except ProbeFailure as failure:
            # A gateway may have passed it on after all: it is not counted, but one is enough.
            if not is_refused(failure):
                told = f"not sent: {in_doubt(self.step, str(failure))}"
                self._remember(danger, ProbeFailure(told, sent=False))
            raise
        self._settle(self._is_nothing(exchange))
        if exchange.reply.is_success:
            self._remember(danger, None)
        elif not self._is_nothing(exchange):
            # A server that fails may do so after it made what it had to refuse.
            why = in_doubt(self.step, f"answered with {exchange.reply.told_status}")
            self._remember(danger, NotSent(f"a refusal of each creation before it: {why}"))
        return exchange

    @property
    def _provider(self) -> str:
        return self.context.contract.provider.name

    def _settle(self, is_nothing: bool) -> None:
        budget = self.context.setting.budget
        (budget.give_back if is_nothing else budget.keep)(self._provider)

    def _is_nothing(self, exchange: Exchange) -> bool:
        """Whether no task was made of what had to be refused; of some probes it was seen that none ever is."""
        is_known = (self.context.contract.id, self.context.probe) in self.context.setting.harmless
        is_harmless = is_known or is_stated(exchange, self.operation.refusal)
        return self._is_refused(exchange) or (is_harmless and not exchange.reply.is_success)

    def _is_refused(self, exchange: Exchange) -> bool:
        """Whether nothing was made; a refusal with 2xx that names a task beside its code may have made it."""
        reply = exchange.reply
        is_odd = reply.sent_status != reply.status and id_beside_its_code(self.context.contract, reply, exchange.role)
        return reply.is_refusal and not is_odd

    def _remember(self, danger: Danger, doubt: NotSent | ProbeFailure | None) -> None:
        accident = Accident(self._provider, self.context.contract.id, self.context.probe, danger, doubt)
        self.context.setting.budget.accidents.append(accident)

    def _sent(self, came_to_nothing: Callable[[ProbeFailure], bool]) -> tuple[int, Exchange]:
        """Write down and send what is counted already; it is given back when nothing came of it for certain."""
        context, log, number = self.context, self.context.setting.creations, None
        try:
            # What there is no time for is not even written down.
            context.setting.clock.check()
            number = log.sent(context.contract.id, context.probe, self._announced())
            return number, context.ask(self.step, self.operation, self.task_id, **self.choices)
        except (NotSent, ProbeFailure) as reason:
            told = one_line(context.setting.redactor.text(str(reason)))
            if isinstance(reason, NotSent) or came_to_nothing(reason):
                context.setting.budget.give_back(self._provider)
                if number is not None:
                    log.nothing(number, told)
            else:
                context.setting.budget.lose(self._provider, told)
                if number is not None:
                    url = context.setting.base_url + self.operation.target(self.task_id)
                    log.lost(number, told, id_left_of(context, url, reason))
                    look_up(context)
            raise

    def _announced(self) -> Request:
        said = self.choices.get("raw") or documented_request(self.operation, self.task_id, self.choices.get("body"))
        setting = self.context.setting
        return setting.redactor.request(Request(self.operation.method, setting.base_url, said.target))

    def _note(self, number: int, exchange: Exchange) -> None:
        """Write down what came of a creation that was answered."""
        log, task_id = self.context.setting.creations, self._task_id(exchange)
        if task_id is not None:
            log.created(number, task_id, self.context.setting.redactor.exchange(exchange))
        elif self._is_refused(exchange):
            log.nothing(number, _answered(exchange))
        else:
            log.lost(number, Redacted(f"{_answered(exchange)} and no task id"), self._id_left(exchange))

    def _note_unexpected(self, number: int, exchange: Exchange) -> None:
        """Write down what came of a creation that had to be refused and was answered."""
        log = self.context.setting.creations
        if exchange.reply.is_success:
            log.accepted(number, self._task_id(exchange), self.context.setting.redactor.exchange(exchange))
        elif self._is_nothing(exchange):
            log.nothing(number, _answered(exchange))
        else:
            log.lost(number, _answered(exchange), self._id_left(exchange))

    def _task_id(self, exchange: Exchange) -> Redacted | None:
        task_id = task_id_in(self.context.contract, exchange.reply, exchange.role)
        return None if task_id is None else self.context.setting.redactor.text(task_id)

    def _id_left(self, exchange: Exchange) -> Redacted | None:
        return id_in_answer(self.context, exchange.request.url, exchange.reply)


def _answered(exchange: Exchange) -> Redacted:
    return Redacted(f"answered with {exchange.reply.told_status}")
