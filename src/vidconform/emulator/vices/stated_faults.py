"""Vices of the refusals that a document states: another status code, another word, no refusal at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidconform.contracts import Contract, RefusalCase, read_at, write_at
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import Trigger
from vidconform.emulator.vices.vice import Act, Fault, Operator, coded, only

_CODES = (409, 403, 401)
_CRASHED = 500
_UNKNOWN = {"retrieve": "task", "content": "content", "remix": "remix", "delete": "deletion"}
_STRANGERS = {"none": "without-key", "wrong": "with-wrong-key", "another": "with-another-key"}


def keeps(case: RefusalCase, reply: ReplyContext) -> bool:
    """Whether a reply is what a document states of its request."""
    told = [field.read(reply.body) for field in _places(reply)]
    has_its_code = case.code is None or case.code in told[:1]
    return (
        case.answers(reply.status)
        and has_its_code
        and all(read_at(reply.body, pointer) == code for pointer, code in case.codes.items())
    )


def tells_a_code(case: RefusalCase, reply: ReplyContext) -> bool:
    """Whether a refusal has a text in the place of its code, or values of their kind where it has them."""
    if case.codes:
        return all(type(read_at(reply.body, pointer)) is type(code) for pointer, code in case.codes.items())
    return any(isinstance(field.read(reply.body), str) for field in _places(reply)[:1])


def stated_faults(contract: Contract) -> Iterator[Fault]:
    """Yield for each refusal that a document states the faults that leave it unkept."""
    for case in contract.refusals.values():
        # One that is served would be paid for, and what is asked after it not sent.
        code = next((code for code in _codes(case) if not case.answers(code)), _CRASHED)
        yield _fault(contract, case, f"as-{code}", f"is answered with {code}", coded(code), _others(case, code))
        if case.code is not None:
            yield _fault(contract, case, "with-another-code", "is refused for another reason", _say_another, set())
        for pointer, told in case.codes.items():
            name, other = pointer.strip("/").replace("/", "-").replace("_", "-"), _unlike(told)
            act, others = _say_beside(pointer, other), _of_code(contract, case, pointer, other)
            yield _fault(contract, case, f"with-another-{name}", f"is refused with another {pointer}", act, others)


def _codes(case: RefusalCase) -> tuple[int, ...]:
    # Of a key, the account is what a refusal speaks of in any case.
    return _CODES[1:] if case.key != "key" else _CODES


def _fault(contract: Contract, case: RefusalCase, suffix: str, words: str, act: Act, others: set[str]) -> Fault:
    when = Trigger("", lambda reply: reply.stated == case.requirement)
    sentence = f"What {case.requirement} speaks of {words}."
    operator = Operator(f"{case.requirement}-{suffix}", sentence, change=only(when, act))
    return Fault(contract.id, frozenset({case.requirement} | (others & set(contract.requirements))), operator)


def _others(case: RefusalCase, code: int) -> set[str]:
    """Return the rows of laws that ask the very same and fall with it."""
    unknown = f"unknown-{_UNKNOWN.get(case.role, '')}"
    if code != _CRASHED:
        return {f"{unknown}-status-code"} if case.is_of_an_unknown_task else set()
    of_key = {f"{case.role}-{_STRANGERS[case.key]}-is-refused"} if case.key != "key" else set()
    of_id = {f"{unknown}-is-refused", f"{unknown}-status-code"} if case.is_of_an_unknown_task else set()
    return {
        "refusals-are-not-server-errors",
        *of_key,
        *of_id,
        *(f"{case.role}-without-{n}-is-refused" for n in case.without),
    }


def _say_another(reply: ReplyContext) -> None:
    for field in _places(reply)[:1]:
        field.write(reply.body, "another")


def _unlike(told: Any) -> Any:
    """Return another value of the same kind."""
    return (not told) if isinstance(told, bool) else told + 1 if isinstance(told, int) else "another"


def _of_code(contract: Contract, case: RefusalCase, pointer: str, other: Any) -> set[str]:
    """Return the rows that fall with a refusal whose body tells its status code, where that is then another one."""
    body_status = contract.body_status
    if body_status is None or body_status.place != pointer:
        return set()
    body: dict[str, Any] = {}
    write_at(body, pointer, other)
    code = body_status.meant(200, body)
    return set() if case.answers(code) else _others(case, code)


def _say_beside(pointer: str, other: Any) -> Act:
    """Return what puts a value at a place."""

    def say(reply: ReplyContext) -> None:
        if isinstance(reply.body, dict):
            write_at(reply.body, pointer, other)

    return say


def _places(reply: ReplyContext) -> list[Any]:
    """Return where a refusal tells its code: in the place of an error's, or else of a status."""
    return [field for role in ("error-code", "status") if (field := reply.field(role)) is not None]
