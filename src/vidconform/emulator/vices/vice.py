"""What a vice is: an emulator with exactly one fault, named for it."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from vidconform.emulator.emulator_options import EmulatorError, EmulatorOptions
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.tasks import KnownTask, Life
from vidconform.emulator.vices.triggers import TASK, Trigger

Act = Callable[[ReplyContext], object]
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass
class UnknownVice(EmulatorError):
    """A provider has no vice of this name."""

    code = "VC-502"
    provider: str
    vice: str
    known: tuple[str, ...]

    def _sentence(self) -> str:
        near = difflib.get_close_matches(self.vice, self.known, 3, 0.5)
        others = f"near it: {', '.join(near)}" if near else f"there are: {', '.join(self.known)}"
        return f"{self.provider} has no vice {self.vice!r}; {others}"


@dataclass(frozen=True)
class Operator:
    """What a vice does to any contract: to its replies, its tasks' lives or its first tasks.

    One that `stalls` leaves a run without an end; one for `generated` requests shows in no others; one with a `role`
    shows in the replies of that operation alone.
    """

    name: str
    sentence: str
    change: Act | None = None
    life: Callable[[Life], Life] | None = None
    known: Callable[[tuple[KnownTask, ...]], tuple[KnownTask, ...]] | None = None
    stalls: bool = False
    generated: bool = False
    role: str = ""


@dataclass(frozen=True)
class Fault:
    """An operator on one contract (`provider/name`).

    `breaks` are the requirements that are unmet by it; none, where the document allows it.
    """

    contract: str
    breaks: frozenset[str]
    operator: Operator


@dataclass(frozen=True)
class Vice:
    """One fault in every contract of a provider that it applies to; `stalls` and `generated` are its operator's."""

    provider: str
    name: str
    sentence: str
    faults: tuple[Fault, ...]
    stalls: bool = False
    generated: bool = False

    @property
    def allowed(self) -> bool:
        """Whether no document of the provider says a word against it."""
        return not self.stalls and not any(fault.breaks for fault in self.faults)

    def as_dict(self) -> dict[str, Any]:
        """Return the vice as `vidconform vices --json` prints it."""
        breaks = {fault.contract: sorted(fault.breaks) for fault in self.faults}
        shown = {"provider": self.provider, "vice": self.name, "sentence": self.sentence}
        return {**shown, "fells": breaks, "stalls": self.stalls}

    def applied(self, options: EmulatorOptions) -> EmulatorOptions:
        """Return the options of an emulator with this vice, on top of what they change already."""

        def change(reply: ReplyContext) -> None:
            acts = (options.change, *(operator.change for operator in self._operators(reply.contract)))
            for act in filter(None, acts):
                act(reply)

        def life(contract: str, own: Life) -> Life:
            lived = options.life(contract, own) if options.life is not None else own
            return _altered(lived, [operator.life for operator in self._operators(contract)])

        def known(contract: str, own: tuple[KnownTask, ...]) -> tuple[KnownTask, ...]:
            tasks = options.known(contract, own) if options.known is not None else own
            return _altered(tasks, [operator.known for operator in self._operators(contract)])

        return replace(options, change=change, life=life, known=known)

    def _operators(self, contract: str) -> list[Operator]:
        return [fault.operator for fault in self.faults if fault.contract == f"{self.provider}/{contract}"]


def _altered(whole: T, alterations: Iterable[Callable[[T], T] | None]) -> T:
    for alter in filter(None, alterations):
        whole = alter(whole)
    return whole


OPERATORS: dict[str, Operator] = {}


def vices(when: Trigger, *rows: tuple[str, str, Act], generated: bool = False) -> None:
    """Make each row an operator: the vice's name, its sentence, and what is done to a reply."""
    for name, sentence, act in rows:
        _add(Operator(name, sentence, change=only(when, act), generated=generated, role=when.role))


def vice(when: Trigger = TASK, *, stalls: bool = False, generated: bool = False) -> Callable[[F], F]:
    """Make a function an operator: its name and docstring are the vice's, its parameter says what it alters."""

    def register(function: F) -> F:
        name, sentence = function.__name__.replace("_", "-"), inspect.cleandoc(function.__doc__ or "")
        altered = next(iter(inspect.signature(function).parameters))
        acts: dict[str, Any] = {"change": only(when, function)} if altered == "reply" else {altered: function}
        _add(Operator(name, sentence, stalls=stalls, generated=generated, role=when.role, **acts))
        return function

    return register


def _add(operator: Operator) -> None:
    if operator.name in OPERATORS:
        raise ValueError(f"two operators are named {operator.name}")
    OPERATORS[operator.name] = operator


def only(when: Trigger, act: Act) -> Act:
    """Return an act that is done to these replies alone."""

    def change(reply: ReplyContext) -> None:
        if when.holds(reply):
            act(reply)

    return change


def coded(status: int) -> Act:
    """Return the act that answers with another status code."""
    return lambda reply: reply.answer_with(status)


def typed(content_type: str) -> Act:
    """Return the act that names another content type."""
    return lambda reply: reply.headers.update({"content-type": content_type})


def said(body: Any, status: int = 200, content_type: str = "application/json") -> Act:
    """Return the act that answers with another body."""
    return lambda reply: reply.say(deepcopy(body), status, content_type)


def refused(status: int, message: str, code: str) -> Act:
    """Return the act that turns a request down."""
    return lambda reply: reply.refuse(status, message, code)


NO_ROUTE = refused(404, "there is no such route", "not_found")
UNKNOWN_TASK = refused(404, "video not found", "video_not_found")
KEY_REFUSED = refused(401, "the key is not valid", "invalid_api_key")
CRASHED = refused(500, "the server failed", "internal_error")


def without(*checks: str) -> Act:
    """Return the act that answers as if some checks were left out."""
    return lambda reply: [reply.answer_without(check) for check in checks]


def changed(change: Callable[[Any], Any], *roles: str) -> Act:
    """Return the act that changes the values of some roles, where they have any."""
    return lambda reply: list(map(partial(reply.alter, change=change), roles))


def replaced(value: Any, *roles: str) -> Act:
    """Return the act that tells another value for some roles."""
    return changed(lambda _: value, *roles)


def moved(seconds: float, *roles: str) -> Act:
    """Return the act that tells some times earlier or later, each in its own unit."""

    def move(moment: Any) -> Any:
        if isinstance(moment, str):
            then = datetime.fromisoformat(moment.replace("Z", "+00:00")) + timedelta(seconds=seconds)
            return then.isoformat().replace("+00:00", "Z")
        return moment + int(seconds * (1000 if moment > 100_000_000_000 else 1))

    return changed(move, *roles)


def granted(check: str, role: str = "", holds: Callable[[ReplyContext], object] = lambda reply: True) -> Act:
    """Return the act that serves what a check refused, to the operation of a role or to any, where something holds."""
    return lambda reply: reply.check == check and role in ("", reply.role) and holds(reply) and reply.grant()


def provided(holds: Callable[[ReplyContext], object], act: Act) -> Act:
    """Return an act that is done where something holds."""
    return only(Trigger("", lambda reply: bool(holds(reply))), act)
