"""Vices of one member of a reply: what can be done to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from vidconform.contracts import decoded
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.vices.triggers import Trigger
from vidconform.emulator.vices.vice import Operator, only

_GONE = object()


@dataclass(frozen=True)
class Damage:
    """What is done to a member: `suffix` ends the vice's name, `words` its sentence.

    One that puts a value of its own does so wherever the member could stand, any other only where a value stands.
    """

    suffix: str
    words: str
    alter: Callable[[Any], Any]
    puts: bool = False


def put(suffix: str, value: Any) -> Damage:
    """Return the damage that puts a value of its own."""
    return Damage(suffix, f"is {json.dumps(value, ensure_ascii=False)}", lambda _: value, puts=True)


def left_out(suffix: str) -> Damage:
    """Return the damage that leaves a member out."""
    return Damage(suffix, "is missing", lambda _: _GONE, puts=True)


def word(own: str, other: str, suffix: str | None = None) -> Damage:
    """Return the damage that says another word instead of one."""
    named = suffix or f"{other}-for-{own}".lower().replace("_", "-")
    return Damage(named, f'is "{other}" instead of "{own}"', lambda value: other if value == own else value)


def _number(value: Any) -> Any:
    if not isinstance(value, int | float):
        raise TypeError(value)
    return value


def _iso(value: Any) -> str:
    seconds = value / 1000 if value > 100_000_000_000 else value
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _path(value: Any) -> str:
    """Return an address without its host, which leads to the same from where it was told."""
    if not isinstance(value, str) or not urlsplit(value).netloc:
        raise TypeError(value)
    parts = urlsplit(value)
    return urlunsplit(("", "", parts.path, parts.query, ""))


NAMED = {
    damage.suffix: damage
    for damage in (
        left_out("missing"),
        Damage("as-null", "is null", lambda _: None),
        Damage("as-number", "is a number", lambda value: len(str(value))),
        Damage("as-text", "is a text", str),
        Damage("as-list", "is a list", lambda value: [value]),
        Damage("as-object", "is an object", lambda value: {"value": value}),
        Damage("with-fraction", "has a fraction", lambda value: _number(value) + 0.5),
        Damage("as-iso-text", "is a text of RFC 3339", _iso),
        Damage("in-milliseconds", "counts milliseconds", lambda value: _number(value) * 1000),
        Damage("in-microseconds", "counts microseconds", lambda value: _number(value) * 1000),
        Damage("in-seconds", "counts seconds", lambda value: _number(value) // 1000),
        Damage("as-path", "is a path without a host", _path),
    )
}


def on_member(path: str, damage: Damage, when: Trigger, ending: str = "") -> Operator:
    """Return the operator that damages a member (names joined by dots, `*` for each of a list) of these replies."""

    def change(reply: ReplyContext) -> None:
        reply.body = damaged(reply.body, path, damage)

    sentence = f"The member {path}{when.words} {damage.words}." if path else f"The body{when.words} {damage.words}."
    name = f"{_name(path) or 'body'}-{damage.suffix}" + (f"-when-{ending}" if ending else "")
    return Operator(name, sentence, change=only(when, change))


def damaged(body: Any, path: str, damage: Damage) -> Any:
    """Damage a member of a body, or without a path the body itself, and return the body."""
    if not path:
        return damage.alter(body)
    for owner, name in _places(body, path.split(".")):
        _damage(owner, name, damage)
    return body


def _name(path: str) -> str:
    names = [name for name in path.split(".") if name != "*"]
    return "-".join([*names[-2:], *(["each"] if path.endswith("*") else [])]).replace("_", "-")


def _places(body: Any, names: list[str]) -> Iterator[tuple[Any, Any]]:
    """Yield each object that holds, or could hold, the member; `*` stands for every member of a list."""
    if names == ["*"]:
        yield from ((body, at) for at in reversed(range(len(body)))) if isinstance(body, list) else ()
    elif names[0] == "*":
        for member in body if isinstance(body, list) else ():
            yield from _places(member, names[1:])
    elif isinstance(body, dict) and len(names) == 1:
        yield body, names[0]
    elif isinstance(body, dict):
        inside = decoded(body.get(names[0]))
        yield from _places(inside, names[1:])
        if isinstance(body.get(names[0]), str) and not isinstance(inside, str):
            body[names[0]] = json.dumps(inside)


def _damage(owner: Any, name: Any, damage: Damage) -> None:
    own = owner[name] if isinstance(owner, list) else owner.get(name)
    if not damage.puts and own is None:
        return
    altered = damage.alter(own)
    if altered is not _GONE:
        owner[name] = altered
    elif isinstance(owner, list) or name in owner:
        del owner[name]
