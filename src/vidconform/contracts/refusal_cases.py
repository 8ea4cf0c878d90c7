"""The refusals that a document states, as data: a change to the documented request, and what must answer it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vidconform.contracts.keywords import WITHOUT_ID

CREDENTIALS = ("key", "none", "wrong", "another")
_IN = {"query": "query", "headers": "header"}


@dataclass(frozen=True)
class RefusalCase:
    """One refusal, by the row that states it: the id and the key it is asked with, and the request as it is changed.

    A `key` that is the name of a security scheme is that credential alone, where the document asks for several.
    `method` is another one than the path offers. In `query` and `headers` are its own values of parameters, None for
    one that is left out. `responses` are the status codes that must answer it (any 4XX where there are none), `code`
    the word that the reply has in the place of its `error-code`, or of its status; or `codes` are those at places of
    their own, by JSON Pointer (RFC 6901).
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
    codes: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    method: str | None = None

    @property
    def probe(self) -> str:
        """The name of the probe that asks it."""
        return f"refusal-{self.requirement}"

    @property
    def changes_body(self) -> bool:
        """Whether it is asked with another body than the documented one."""
        return bool(self.without or self.changes) or self.body is not None

    @property
    def is_of_an_unknown_task(self) -> bool:
        """Whether the request is the documented one, but for an id that no task has."""
        changes = self.changes_body or self.query or self.headers or self.method
        return (self.id, self.key) == ("unknown", "key") and not changes

    @property
    def first_code(self) -> int | None:
        """The first of its status codes that is no range, or None."""
        return next((int(code) for code in self.responses if code.isdigit()), None)

    def answers(self, status: int) -> bool:
        """Whether a status code is one that the document gives."""
        return not {str(status), f"{status // 100}XX"}.isdisjoint(self.responses or ("4XX",))

    def answers_by_name(self, status: int) -> bool:
        """Whether it gives a code itself, or all of the server's errors; one of 4XX may be about something else."""
        return str(status) in self.responses or (status >= 500 and self.answers(status))

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
            tuple(map(str, case.get("responses", ()))), **_codes(case.get("code")),
            query=case.get("query", {}), headers=case.get("headers", {}), method=case.get("method"),
        )
        for requirement, case in stated.items()
    )  # fmt: skip


def _codes(code: Any) -> dict[str, Any]:
    return {"codes": code} if isinstance(code, dict) else {"code": code}


def written(value: Any) -> str:
    """Write a parameter's value as JSON would: true and not True."""
    return value if isinstance(value, str) else json.dumps(value)


def problems_of_refusals(
    stated: dict[str, Any], schemes: Sequence[str], parameters: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """Yield what `x-refusals` name of an operation, which has some security schemes and parameters, and it has not."""
    keys = (*CREDENTIALS, *schemes)
    for requirement, case in stated.items():
        place = f"x-refusals.{requirement}"
        if case.get("key", "key") not in keys:
            yield f"{place}.key: unknown word {case['key']!r}; the valid ones are {', '.join(keys)}"
        for key, place_in in _IN.items():
            named = [parameter["name"] for parameter in parameters if parameter["in"] == place_in]
            known = ", ".join(named) or "none"
            unknown = [name for name in case.get(key, {}) if name not in named]
            yield from (f"{place}.{key}: no parameter {name!r}; the valid ones are {known}" for name in unknown)
