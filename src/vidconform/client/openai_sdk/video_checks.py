"""What a client notices of the Video that a call returned, member by member."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vidconform.client.openai_sdk.call_checks import MET, Check, Disappointed, Found, wrong
from vidconform.client.openai_sdk.openai_calls import CallResult

# The eight members that the type of the package requires, and the types that it promises.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "id": (str,), "object": (str,), "model": (str,), "status": (str,), "progress": (int,), "created_at": (int,),
    "size": (str,), "seconds": (str,), "completed_at": (int,), "expires_at": (int,), "prompt": (str,),
}  # fmt: skip
_REQUIRED = tuple(_TYPES)[:8]
# Unix times in seconds stay below it until the year 5138, in milliseconds they passed it in 1973.
_MILLISECONDS = 10**11


def tells_an_id(result: CallResult) -> Found:
    """Whether the returned value has an id at all."""
    if result.returned is None:
        return None
    found = result.member("id")
    return MET if isinstance(found, str) and found else wrong("an id", result)


def names_its_task(result: CallResult) -> Found:
    """Whether the returned value has the id that was asked for."""
    if result.returned is None:
        return None
    return MET if result.member("id") == result.task_id else wrong(f"the id {result.task_id!r}", result)


def members_are_there(result: CallResult) -> Found:
    """Whether no member that the type requires is None."""
    if not result.members:
        return None
    missing = [name for name in _REQUIRED if result.member(name) is None]
    expected = "each of the members that the type requires"
    return Disappointed(expected, f"None for {', '.join(missing)}") if missing else MET


def members_have_their_types(result: CallResult) -> Found:
    """Whether what is there is of the type that the package promises."""
    shown = {name: result.member(name) for name in _TYPES if result.member(name) is not None}
    off = [name for name, value in shown.items() if type(value) not in _TYPES[name]]
    if not shown:
        return None
    told = ", ".join(f"{name}={shown[name]!r} ({type(shown[name]).__name__})" for name in off)
    asked = ", ".join(f"{name}: {_TYPES[name][0].__name__}" for name in off)
    return Disappointed(asked, told) if off else MET


def times_are_seconds(result: CallResult) -> Found:
    """Whether no time is so large that it must be in milliseconds."""
    names = ("created_at", "completed_at", "expires_at")
    numbers = {name: value for name in names if isinstance(value := result.member(name), int | float)}
    off = [f"{name}={value}" for name, value in numbers.items() if not value < _MILLISECONDS or math.isnan(value)]
    if not numbers:
        return None
    return Disappointed("seconds", f"{', '.join(off)}, which are milliseconds") if off else MET


def is_at_its_end(result: CallResult) -> Found:
    """Whether a poll returned a task that has ended by the provider's own words or by those of the package."""
    status = result.member("status")
    if not result.members:
        return None
    if status in ("completed", "failed") or result.phase in ("succeeded", "failed", "cancelled"):
        return MET
    means = f", which its document takes for {result.phase}" if result.phase else ""
    return Disappointed("a task that has ended", f"status {status!r}{means}, without a word")


def reads(phase: str, word: str) -> Check:
    """Return the check that an end in a phase is told by the word that a client compares with."""

    def check(result: CallResult) -> Found:
        told = result.member("status")
        if result.phase != phase or result.returned is None:
            return None
        return MET if told == word else Disappointed(repr(word), f"status {told!r}")

    return check


def tells_its_error(result: CallResult) -> Found:
    """Whether the error of a failed task has a code or a message."""
    error = result.member("error")
    if not result.members:
        return None
    told = isinstance(error, dict) and (error.get("code") or error.get("message"))
    return MET if told else Disappointed("an error with a code or a message", f"error={error!r}")


def says_deleted(result: CallResult) -> Found:
    """Whether a deletion says that it took place."""
    if result.returned is None:
        return None
    deleted = result.member("deleted")
    return MET if deleted is True else Disappointed("deleted=True", f"deleted={deleted!r}")
