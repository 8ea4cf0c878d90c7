"""What a law is made of: what it requires, what it expects, and the counterexample that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar, cast

from vidconform.laws.reading import Reading

Change = Callable[[Any], None]
R = TypeVar("R", bound=Reading)


class Law(Protocol):
    """A pytest test function that judges one subject and knows what breaks it."""

    __name__: str
    __module__: str
    requirements: tuple[str, ...]
    counterexamples: list[Change]

    def __call__(self, *subjects: Any) -> None:
        """Judge; raises BrokenLaw, Unseen or Inconclusive."""

    def broken_by(self, change: Change) -> Change:
        """Register a change that turns a subject which keeps the law into one that breaks it."""


class BrokenLaw(AssertionError):
    """A law that does not hold, with what was expected, what was received and where."""

    def __init__(self, expected: str, received: str, reading: Reading | None = None, pointer: str = "") -> None:
        super().__init__(f"Expected {expected}\nReceived {received}")
        self.expected, self.received, self.reading, self.pointer = expected, received, reading, pointer


class Unseen(Exception):
    """The state that a law is about never came up; the text says what would have shown it."""


class Inconclusive(Exception):
    """The law could not be judged, and nobody is to blame for that."""


def requires(*requirements: str) -> Callable[[Callable[..., None]], Law]:
    """Bind a law to the ids of the requirements that it decides."""

    def bind(function: Callable[..., None]) -> Law:
        law = cast(Any, function)
        law.requirements, law.counterexamples = requirements, []

        def broken_by(change: Change) -> Change:
            law.counterexamples.append(change)
            return change

        law.broken_by = broken_by
        return cast(Law, law)

    return bind


def shown(readings: Iterable[R], what: str) -> Sequence[R]:
    """Return what a law looks at, and count it as observed; raises Unseen when there is nothing to look at."""
    found = list(readings)
    if not found:
        raise Unseen(what)
    for reading in found:
        reading.observe()
    return found


def expect(condition: object, expected: str, received: object, at: Reading | None = None, role: str = "") -> None:
    """Hold a condition; raises BrokenLaw with what was expected, what was received and where it stands."""
    if not condition:
        # A value is shown so that a text is told from a number, and an empty one is seen; a sentence stands as it is.
        is_sentence = isinstance(received, str) and not role
        raise BrokenLaw(expected, str(received) if is_sentence else repr(received), at, at.pointer(role) if at else "")
