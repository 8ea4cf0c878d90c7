"""The damages to the members of replies that break what schemas require, found by trying each on what is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from vidconform.contracts import Contract, Schema, decoded, findings, with_leaves
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.sent_status import told_status
from vidconform.emulator.vices.member_faults import NAMED, Damage, damaged, on_member, put
from vidconform.emulator.vices.triggers import TRIGGERS
from vidconform.emulator.vices.vice import Fault, Operator

# Those that break a type come first: laws look at well-formed values alone.
_DAMAGES = (
    *NAMED.values(),
    *(
        put(name, value)
        for name, value in (("as-another-text", "?!"), ("as-no-text", ""), ("below-0", -1), ("as-99999", 99999))
    ),
    put("as-a-value", "https://cdn.example/video.mp4"),
)
_OF_TASKS = ("task-shown", "completed", "failed", "unfinished", "read-again")
_OTHERS = (
    "creation", "remix", "second-route", "list", "models", "cancellation", "deletion", "content", "unknown-task",
    "refusal",
)  # fmt: skip
# When a member is damaged, or a whole body, which takes all its members with it: in the most replies first.
_MOMENTS = (
    *((moment, False) for moment in _OF_TASKS),
    ("task-shown", True),
    *((moment, whole) for moment in _OTHERS for whole in (False, True)),
)
# A task whose status is never told has no end.
_ENDLESS = ("task-shown", "completed", "failed")
# What is longer is an id, a time or an address, and no word.
_LONG = 20
# And so is a number that is greater a time.
_LARGE = 1000


def of_members(contract: Contract, samples: list[ReplyContext], rows: set[str]) -> Iterator[Fault]:
    """Yield for each requirement of a schema the damage to a body that breaks it and the fewest others."""
    best: dict[str, Fault] = {}
    named: dict[str, str] = {}
    unlike, tried = _unlike(samples), _Tried(contract)
    for moment, whole in _MOMENTS:
        missing, shown = rows - set(best), [reply for reply in unlike if TRIGGERS[moment].holds(reply)]
        for place in ([""] if whole else _places(contract, shown)) if missing else ():
            for damage in _DAMAGES[whole:]:
                felled = _felled_by(tried, shown, moment, place, damage)
                fault = Fault(contract.id, frozenset(felled), _operator(moment, place, damage))
                # Of two places whose names read alike the first has the name.
                if felled & missing and named.setdefault(fault.operator.name, place) == place:
                    _keep_the_narrowest(best, fault, felled & missing)
    yield from {fault.operator.name: fault for fault in best.values()}.values()


def _keep_the_narrowest(best: dict[str, Fault], fault: Fault, rows: set[str]) -> None:
    for row in rows:
        if row not in best or len(fault.breaks) < len(best[row].breaks):
            best[row] = fault


def _unlike(samples: list[ReplyContext]) -> list[ReplyContext]:
    """Return one of the replies that differ in times and long texts alone: a schema judges them alike."""
    return list({_kind(one): one for one in reversed(samples)}.values())


def _kind(reply: ReplyContext) -> tuple[Any, ...]:
    moments = tuple(name for name, trigger in TRIGGERS.items() if trigger.holds(reply))
    return reply.role, reply.status, moments, repr(with_leaves(reply.body, _shape))


def _shape(value: Any) -> Any:
    is_short = len(value) < _LONG if isinstance(value, str) else isinstance(value, int | float) and value < _LARGE
    return value if is_short else type(value).__name__


class _Tried:
    """What each damage to each reply breaks, found once for all the moments that show the reply."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._felled: dict[tuple[int, str, str], set[str] | None] = {}

    def felled(self, reply: ReplyContext, place: str, damage: Damage) -> set[str] | None:
        """Return the broken requirements, or None where the damage cannot be done."""
        key = (id(reply), place, damage.suffix)
        if key not in self._felled:
            self._felled[key] = self._try(reply, place, damage)
        return self._felled[key]

    def _try(self, reply: ReplyContext, place: str, damage: Damage) -> set[str] | None:
        try:
            felled = felled_rows(self.contract, replace(reply, body=damaged(deepcopy(reply.body), place, damage)))
        except (TypeError, ValueError, AttributeError, OverflowError):
            return None
        return felled | self._by_its_address(reply, place, damage)

    def _by_its_address(self, reply: ReplyContext, place: str, damage: Damage) -> set[str]:
        """Return the row that a text which leads nowhere breaks in the place of a finished task's result."""
        field = reply.place("result") if TRIGGERS["completed"].holds(reply) else None
        is_its = field is not None and place == ".".join(map(str, field.path)) and damage.suffix == "as-another-text"
        return {"result-is-playable"} & set(self.contract.requirements) if is_its else set()


def _operator(moment: str, place: str, damage: Damage) -> Operator:
    return on_member(place, damage, TRIGGERS[moment], "" if moment == "task-shown" else moment)


def _places(contract: Contract, shown: Iterable[ReplyContext]) -> list[str]:
    """Return the places in some bodies, the deepest first: what stands above a member takes others with it.

    A member that is named in order to be missed stands in the schema alone.
    """
    found = dict.fromkeys(place for reply in shown for place in _members(reply.body, ""))
    schemas = (contract.reply_schema(reply.role, reply.status, "application/json") for reply in shown)
    found |= dict.fromkeys(sorted({name for schema in schemas if schema is not None for name in schema.members}))
    return sorted(found, key=lambda place: -place.count("."))


def _members(body: Any, above: str) -> Iterator[str]:
    inside = decoded(body)
    for member in inside if isinstance(inside, list) else ():
        yield from _members(member, f"{above}*.") if isinstance(member, dict | list) else (f"{above}*",)
    for name, value in inside.items() if isinstance(inside, dict) else ():
        yield above + name
        yield from _members(value, f"{above}{name}.")


def _felled_by(tried: _Tried, shown: list[ReplyContext], moment: str, place: str, damage: Damage) -> set[str]:
    felled: set[str] = set()
    # A creation that tells nothing, or no id, leaves nothing to cancel.
    told = tried.contract.field("id", "create")
    hides = moment == "task-shown" and place in ("", ".".join(map(str, told.path)) if told is not None else "")
    for reply in (reply for reply in shown if not (hides and reply.role == "cancel")):
        found = tried.felled(reply, place, damage)
        if found is None or _is_spoiled(tried.contract, reply, moment, place, damage):
            return set()
        felled |= found
    return felled


def _is_spoiled(contract: Contract, reply: ReplyContext, moment: str, place: str, damage: Damage) -> bool:
    """Whether a damage hides what it should show: a task with a wrong id cannot be read."""
    own = {role: ".".join(map(str, field.path)) for role in ("id", "status") if (field := reply.place(role))}
    is_of_the_id = place == own.get("id") and damage.puts and damage.suffix != "missing" and reply.role != "delete"
    return is_of_the_id or (moment in _ENDLESS and place == own.get("status"))


def felled_rows(contract: Contract, reply: ReplyContext) -> set[str]:
    """Return the requirements that a body does not keep, by the schema of its operation and status code."""
    media_type = reply.headers.get("content-type", "").partition(";")[0]
    status = told_status(contract.body_status, reply)
    schema = contract.reply_schema(reply.role, status, media_type)
    # Of a refusal that its body does not tell any more, the rows that ask for it say so.
    is_served = status < 400 <= reply.status
    if schema is None or is_served or isinstance(reply.body, bytes):
        return set()
    found = [finding for finding in findings(schema, reply.body) if finding.errors]
    is_told = reply.status >= 400 or _shows_something(contract, schema, reply.body)
    return {finding.requirement for finding in found if is_told or not finding.hedged}


def _shows_something(contract: Contract, schema: Schema, body: Any) -> bool:
    return isinstance(body, dict) and any(name in contract.task.members | schema.members for name in body)
