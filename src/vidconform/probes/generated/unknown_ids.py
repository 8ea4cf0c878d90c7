"""Task ids that no task has but that come near one, or near what a service can bear."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from vidconform.contracts import Contract

LONGEST = 2000
_ODD = "'%\x00\n\x7fé\"\\;:?#&+ *<>{}|^`\t\r\x1f\x85\u200b\u202e\u2028\ufeff日😀"
_PLAIN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# One above a bound that somebody may have set; the bound itself may still be served.
_LENGTHS = (65, 201, LONGEST, 257, 129, 513, 101, 37, 1025, 33)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# A surrogate from here on is a byte that is no UTF-8 (PEP 383).
_BAD_BYTE = "\udcff"


def aimed_ids(contract: Contract) -> list[str]:
    """Return ids to ask for whatever the seed, the likeliest to be mishandled first."""
    unknown, (own, *others) = contract.unknown_id, _prefixes(contract)
    near = [unknown[:-1] + ("1" if unknown.endswith("0") else "0"), unknown.swapcase()]
    foreign, sized = _unknowns(contract), [contract.unknown_id.ljust(length, "0")[:length] for length in _LENGTHS]
    ids = [
        "'", "%", "\x00", *sized[:2], own, unknown[: len(own) + 1], *others[:1], *foreign[:1], "\n", *near, "é",
        sized[2], "..", f"{unknown}/x", "", '"', "\x7f", "\\", _BAD_BYTE, "0", ":", f"{unknown}'", *sized[3:5],
        "😀", ";", " ", "null", *others[1:], *foreign[1:], "+", "?", "#", "%00", *sized[5:7], "-1", "../..", "*",
        "\u202e", *sized[7:],
    ]  # fmt: skip
    return list(dict.fromkeys(ids))


def near_ids(contract: Contract, known: list[str], odd_alone: bool = False) -> list[str]:
    """Return ids near a known one, as a lookup by its beginning, by its end or without its case would find it.

    `odd_alone` leaves out those that another task may well have.
    """
    if not known:
        return []
    first = known[0]
    odd = [f"{first} ", f"{first}/", f"{first}\x00"]
    others = [] if odd_alone else [f"{first}0", *_in_another_case(contract, first), f"0{first}", first[:-1]]
    return [task_id for task_id in [*others[:2], *odd, *others[2:]] if task_id and task_id not in known]


def _in_another_case(contract: Contract, task_id: str) -> list[str]:
    """Return an id in capitals, or in small letters where it has no others; none where ids have no case."""
    patterns = [space.pattern for space in contract.provider.id_spaces.values()]
    # RFC 9562 section 4: a UUID is read in either case.
    if _UUID.search(task_id) or any("(?i" in pattern for pattern in patterns):
        return []
    changed = task_id.upper() if task_id.upper() != task_id else task_id.lower()
    return [changed] if changed != task_id else []


def ids_drawn_from(contract: Contract) -> dict[str, Any]:
    """Return what ids near those of the contract's id spaces are drawn from."""
    patterns = [space.pattern for space in contract.provider.id_spaces.values()]
    return {"unknown": contract.unknown_id, "patterns": patterns, "odd": _ODD, "plain": _PLAIN, "longest": LONGEST}


def unknown_to(contract: Contract, known: list[str]) -> Callable[[str | None], bool]:
    """Return whether an id can be asked for as one that no task has: not a known one nor one of the document's."""
    taken = {_bare(task_id) for task_id in [*known, *_documented(contract)]}
    return lambda task_id: task_id is None or _bare(task_id) not in taken


def _bare(task_id: str) -> str:
    """Fold what a lenient service may fold, so that an id which it takes for a known one is not held against it."""
    return "".join(task_id.split()).casefold()


def _prefixes(contract: Contract) -> list[str]:
    """Return what the unknown ids begin with, up to the part of their own; the contract's own space first."""
    ids = [contract.unknown_id, *_unknowns(contract)]
    return [task_id[: max(task_id.rfind("_"), task_id.rfind(":")) + 1] or task_id[:1] for task_id in ids]


def _unknowns(contract: Contract) -> list[str]:
    """Return the unknown ids of the provider's other id spaces."""
    found = [space.unknown for space in contract.provider.id_spaces.values()]
    return [task_id for task_id in found if task_id != contract.unknown_id]


def _documented(contract: Contract) -> list[str]:
    """Return the ids in the examples of a document: they may be somebody's."""
    places = [place for place in (contract.field("id"), contract.field("task-id")) if place is not None]
    shown = [value for o in contract.operations for answer in o.answers.values() for value in answer.examples.values()]
    told: list[Any] = [place.read(value) for place in places for value in shown]
    return [task_id for task_id in (*told, *(o.id_example for o in contract.operations)) if isinstance(task_id, str)]
