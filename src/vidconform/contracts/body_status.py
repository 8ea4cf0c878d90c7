"""Documents that answer 2xx to everything and tell in the body by a code of their own how a request went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vidconform.contracts.fields import read_at
from vidconform.contracts.refusal_cases import written

KEY = "x-status-in-body"
_BAD_REQUEST = 400
# RFC 9110 sections 15.5 and 15.6: a code of the document's own that is one of these means it.
_REFUSALS = range(400, 600)


@dataclass(frozen=True)
class BodyStatus:
    """Where the body of a 2xx reply tells how its request went, and what its codes mean.

    `place` is a JSON Pointer (RFC 6901), `served` the codes of a request that was served, `codes` the status codes
    that others stand for, by the code as a string.
    """

    place: str
    served: tuple[Any, ...]
    codes: Mapping[str, int]

    def meant(self, status: int, body: Any) -> int:
        """Return the status code that a reply stands for: its own, where its body tells no other."""
        code = read_at(body, self.place)
        is_served = code is None or written(code) in map(written, self.served)
        return status if is_served or not 200 <= status < 300 else self._refusal(written(code))

    def _refusal(self, code: str) -> int:
        """Return what a code stands for; one that nobody explained refuses the request."""
        own = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
        return self.codes.get(code, own if own in _REFUSALS else _BAD_REQUEST)

    def code_for(self, status: int) -> Any:
        """Return a code of the documented type that stands for a status code, or None where there is none."""
        if 200 <= status < 300:
            return self.served[0]
        typed = (self._typed(code) for code in (*self.codes, str(status)) if self._refusal(code) == status)
        return next((code for code in typed if code is not None), None)

    def _typed(self, code: str) -> Any:
        """Return a code as the value that a body has, or None for what is no value of the type of the others."""
        values: dict[type, Mapping[str, Any]] = {str: {code: code}, bool: {"true": True, "false": False}}
        found = values.get(type(self.served[0]), {code: int(code)} if code.lstrip("-").isdecimal() else {})
        return found.get(code)


def body_status_of(document: Mapping[str, Any]) -> BodyStatus | None:
    """Return what the `x-status-in-body` of an openapi.yaml says, or None."""
    told = document.get(KEY)
    return None if told is None else BodyStatus(told["place"], tuple(told["served"]), _codes(told))


def _codes(told: Mapping[str, Any]) -> dict[str, int]:
    return {written(code): status for code, status in told.get("codes", {}).items()}


def problems_of_body_status(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of an `x-status-in-body` that stand for a refusal, and for a request that was served as well."""
    told = document.get(KEY, {"served": ()})
    served = [written(code) for code in told["served"]]
    doubled = [code for code in _codes(told) if code in served]
    yield from (f"{KEY}.codes: {code} is served as well, so that it stands for no refusal" for code in doubled)
