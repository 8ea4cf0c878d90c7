"""What a law is made of: what it requires, what it expects, and the counterexample that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from vidconform.contracts import Contract, Part
from vidconform.laws.reply_view import ReplyView

Change = Callable[[Any], None]
Names = str | tuple[str, ...]
R = TypeVar("R", bound=ReplyView)


@dataclass(frozen=True)
class Binding:
    """What a law looks at for one requirement, by its id.

    `role` is the operation's, `probes` the ones that bring its exchanges, by name or kind; `elsewhere` are probes that
    show the same credential at another place. `member` is what the requirement is about: a member of a request's body
    or a field of a task by its role, `other` the field that it is held against, `apart` the status codes that another
    requirement is about, by its id, in the contracts that have it.
    """

    requirement: str
    role: str = ""
    probes: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    member: str = ""
    other: str = ""
    apart: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class Law(Protocol):
    """A pytest test function that judges one subject and knows what breaks it.

    `part` is the part of the request that it is about, None where it is about the reply to whatever was asked.
    """

    __name__: str
    __module__: str
    requirements: tuple[str, ...]
    bound: Mapping[str, Binding]
    counterexamples: list[Change]
    part: Part | None

    def __hash__(self) -> int:
        """Tell laws apart, as functions are."""

    def __call__(self, *subjects: Any) -> None:
        """Judge; raises BrokenLaw, Unseen or Inconclusive."""

    def broken_by(self, change: Change) -> Change:
        """Register a change that turns a subject which keeps the law into one that breaks it."""


EACH_REFUSAL = "x-refusals"
"""Stands in @requires for every row that a document states a refusal for."""


def rows_of(law: Law, contract: Contract) -> list[str]:
    """Return the rows of a contract that a law decides."""
    stated = [row for row in contract.refusals if EACH_REFUSAL in law.requirements]
    return [row for row in law.requirements if row in contract.requirements] + stated


def binding_of(law: Law, row: str) -> Binding:
    """Return what a law looks at for a row."""
    return law.bound[row] if row in law.bound else Binding(row, probes=(f"refusal-{row}",))


class BrokenLaw(AssertionError):
    """A law that does not hold, with what was expected, what was received and where; `others` break it as well."""

    def __init__(
        self, expected: str, received: str, view: ReplyView | None = None, pointer: str = "",
        others: Sequence[ReplyView] = (),
    ) -> None:  # fmt: skip
        super().__init__(f"Expected {expected}\nReceived {received}")
        self.expected, self.received, self.view, self.pointer = expected, received, view, pointer
        self.others = others


class Unseen(Exception):
    """The state that a law is about never came up; the text says what would have shown it."""


class Inconclusive(Exception):
    """The law could not be judged, and nobody is to blame for that."""


def requires(
    *requirements: str, role: str = "", probe: Names = (), elsewhere: Names = (), member: str = "",
    other: str = "", apart: Mapping[str, tuple[int, ...]] | None = None,
) -> Callable[[Callable[..., None]], Law]:  # fmt: skip
    """Bind a law to the ids of the requirements that it decides, with what it looks at for them (see Binding).

    Several may stand above one law; raises ValueError for an id that is bound to two things.
    """
    parts = (role, _tuple(probe), _tuple(elsewhere), member, other, dict(apart or {}))
    bound = {requirement: Binding(requirement, *parts) for requirement in requirements}

    def bind(function: Callable[..., None]) -> Law:
        law = cast(Any, function)
        below = getattr(law, "bound", {})
        for id, binding in bound.items():
            if below.get(id, binding) != binding:
                raise ValueError(f"{law.__name__}: {id!r} is bound twice, and not to the same")
        # The lowest decorator is called first.
        law.bound = {**bound, **below}
        law.requirements = tuple(law.bound)
        if not below:
            law.counterexamples, law.broken_by, law.part = [], _register(law), None
        return cast(Law, law)

    return bind


def requires_refusals(*probes: str) -> Callable[[Callable[..., None]], Law]:
    """Bind a law to the requirements that what some probes ask is refused, each named as its probe is."""

    def bind(function: Callable[..., None]) -> Law:
        for probe in reversed(probes):
            function = requires(f"{probe}-is-refused", probe=probe)(function)
        return cast(Law, function)

    return bind


def of_request(part: Part) -> Callable[[Law], Law]:
    """Say that a law is about a part of the request, as the document shapes it; stands above its @requires."""

    def mark(law: Law) -> Law:
        law.part = part
        return law

    return mark


def _tuple(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _register(law: Any) -> Callable[[Change], Change]:
    def broken_by(change: Change) -> Change:
        law.counterexamples.append(change)
        return change

    return broken_by


def altered(index: int = 0, **changes: Any) -> Change:
    """Return a counterexample in which one reply of a subject is altered."""
    return lambda subject: subject.alter(index, **changes)


def each_altered(asked: str = "", /, **changes: Any) -> Change:
    """Return a counterexample in which all replies of a subject are altered, or those of an operation, by its role."""

    def change(subject: Any) -> None:
        views = ((view, asked in ("", view.exchange.role)) for view in subject.all)
        subject.all[:] = [view.altered(**changes) if is_asked else view for view, is_asked in views]

    return change


def require_observed(views: Iterable[R], what: str) -> Sequence[R]:
    """Return what a law looks at, and count it as observed; raises Unseen when there is nothing to look at."""
    found = list(views)
    if not found:
        raise Unseen(what)
    for view in found:
        view.observe()
    return found


def expect(
    condition: object,
    expected: str,
    received: object,
    at: ReplyView | None = None,
    role: str = "",
    *,
    quoted: bool = True,
) -> None:
    """Hold a condition; raises BrokenLaw with what was expected, what was received and where it stands.

    A value of a `role` is `quoted`, unless it is words about one.
    """
    if not condition:
        # A value is quoted, so that a string is told from a number and an empty one is seen; a sentence is not.
        is_sentence = isinstance(received, str) and not (role and quoted)
        raise BrokenLaw(expected, str(received) if is_sentence else repr(received), at, at.pointer(role) if at else "")
