"""The refusals that a document states, as data: a change to the documented request, and what must answer it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts.keywords import WITHOUT_ID

IDS = ("unknown", "malformed", "known", "finished", "none")
CREDENTIALS = ("key", "none", "wrong", "another")
_KEYS = ("id", "key", "without", "with", "body", "responses", "code")


@dataclass(frozen=True)
class RefusalCase:
    """One refusal, by the row that states it: the id and the key it is asked with, and the body as it is changed.

    A `key` that is the name of a security scheme is that credential alone, where the document asks for several.
    `responses` are the status codes that must answer it (any 4XX where there are none), `code` the word that the
    reply has in the place of its `error-code`, or of its status.
    """

    requirement: str
    role: str
    id: str = "unknown"
    key: str = "key"
    without: tuple[str, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    responses: tuple[str, ...] = ()
    code: str | None = None

    @property
    def probe(self) -> str:
        """The name of the probe that asks it."""
        return f"refusal-{self.requirement}"

    def answers(self, status: int) -> bool:
        """Whether a status code is one that the document gives."""
        return not {str(status), f"{status // 100}XX"}.isdisjoint(self.responses or ("4XX",))

    def changed(self, example: Any) -> Any:
        """Return the documented body as this case changes it."""
        if self.body is not None or not isinstance(example, dict):
            return self.body
        return {**{name: value for name, value in example.items() if name not in self.without}, **self.changes}


def refusal_cases(role: str, stated: dict[str, Any]) -> tuple[RefusalCase, ...]:
    """Return the refusals of an operation that its `x-refusals` state."""
    return tuple(
        RefusalCase(
            requirement, role, case.get("id", "none" if role in WITHOUT_ID else "unknown"),
            case.get("key", "key"), tuple(case.get("without", ())), case.get("with", {}), case.get("body"),
            tuple(map(str, case.get("responses", ()))), case.get("code"),
        )
        for requirement, case in stated.items()
    )  # fmt: skip


def problems_of_refusals(stated: dict[str, Any], schemes: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the `x-refusals` of an operation that has some security schemes."""
    for requirement, case in stated.items():
        place = f"x-refusals.{requirement}"
        yield from (
            f"{place}: unknown key {k!r}; the valid ones are {', '.join(_KEYS)}" for k in case if k not in _KEYS
        )
        for key, valid in (("id", IDS), ("key", (*CREDENTIALS, *schemes))):
            if case.get(key, valid[0]) not in valid:
                yield f"{place}.{key}: unknown word {case[key]!r}; the valid ones are {', '.join(valid)}"
        if not {"id", "key", "without", "with", "body"} & set(case):
            yield f"{place}: nothing makes it differ from the documented request"
