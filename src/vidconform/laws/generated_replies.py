"""Generated requests as laws see them: many cases, of which one minimal example is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vidconform.contracts import Contract, fits, is_plain, reaches, usual_headers
from vidconform.exchange import NEAR
from vidconform.laws.law import BrokenLaw, require_observed
from vidconform.laws.refusal_checks import describe_reply, tells_of_the_task
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject


class GeneratedReplies(Subject):
    """All generated requests to a contract; `unanswered` are those to which the connection was closed alone."""

    def __init__(self, contract: Contract, views: list[ReplyView]) -> None:
        super().__init__(contract, views)
        self.unanswered: list[tuple[ReplyView, str]] = []

    def is_turned_away(self, view: ReplyView) -> bool:
        """Whether a request is refused, or leads to no task where another path than the operation's may have got it."""
        if self._may_be_another_s(view):
            return True
        if _reaches(view):
            return view.reply.is_refusal
        return not view.tells_a_task

    @staticmethod
    def _may_be_another_s(view: ReplyView) -> bool:
        """Whether an id near a known one is served as a task of its own, or leads to the known one by a redirect."""
        if view.asked not in view.evidence.notes.get(NEAR, ()):
            return False
        ids = (view.raw("id"), view.raw("task-id")) if view.is_task and _is_plain(view) else ()
        return view.asked in ids or bool(view.reply.hops)

    @property
    def refusals(self) -> list[ReplyView]:
        """The refusals that the API itself gives and no proxy before it: of plain ids, asked for as documented."""
        return [r for r in self.all if _reaches(r) and r.reply.is_refusal and _is_plain(r) and _is_usual(r)]

    @property
    def unknown(self) -> list[ReplyView]:
        """The refusals of a read whose id no task has."""
        return [r for r in self.refusals if r.exchange.role in ("retrieve", "second-retrieve") and r.asked is not None]

    @property
    def well_formed_unknown(self) -> list[ReplyView]:
        """Those of the first route whose id has the shape of the contract's own ids."""
        spaces = self.contract.provider.id_spaces
        patterns = [spaces[name].pattern for name in self.contract.id_space_names if name in spaces]
        own = [r for r in self.unknown if r.exchange.role == "retrieve" and tells_of_the_task(r, self.accepted)]
        return [r for r in own if any(fits(pattern, r.asked or "") for pattern in patterns)]


def expect_each(views: Iterable[ReplyView], what: str, expected: str, holds: Callable[[ReplyView], bool]) -> None:
    """Hold a condition for each case; raises BrokenLaw with the smallest request that breaks it, Unseen."""
    found = require_observed(views, what)
    failing = [view for view in found if not holds(view)]
    if failing:
        smallest = min(failing, key=_size)
        count = f"in {len(failing)} of {len(found)} generated requests"
        told = f"{count}, of which the smallest: {describe_reply(smallest)}"
        routes = sorted({view.route for view in failing})
        told += f"; on {', '.join(routes)}" if len(routes) > 1 else ""
        raise BrokenLaw(expected, told, smallest, others=failing)


def _size(view: ReplyView) -> tuple[int, int]:
    request = view.exchange.request
    headers = sum(len(name) + len(value) for name, value in request.headers)
    return len(request.target) + len(request.body or b""), headers


def _reaches(view: ReplyView) -> bool:
    operation = view.contract.operation(view.exchange.role)
    return operation is not None and reaches(operation, view.asked)


def _is_plain(view: ReplyView) -> bool:
    operation = view.contract.operation(view.exchange.role)
    return view.asked is None or is_plain(view.asked, spans=operation is not None and operation.id_spans)


def _is_usual(view: ReplyView) -> bool:
    usual = usual_headers(view.exchange.role)
    credentials = {scheme.header for operation in view.contract.operations for scheme in operation.schemes}
    return {name: value for name, value in view.exchange.request.headers if name not in credentials} == usual
