"""A body as a reader wants it: indented, cut, with the offending part marked; bytes that are no text by their size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vidconform.contracts import pointer_names
from vidconform.exchange import UndecodableJson, decode_json
from vidconform.report.pages.exchange_view import Body
from vidconform.text import lines

LONGEST = 12_000
_DEEPEST = 40

#: A piece of a body and whether it is the offending one.
Part = tuple[str, bool]


def parts(body: Body, pointer: str = "") -> list[Part]:
    """Return a body in pieces; the one that a JSON Pointer (RFC 6901) leads to is marked."""
    if body.text is None:
        return [(f"{body.size} bytes that are no text; the first in base64: {body.base64}", False)]
    pieces = list(_pieces(body.text, pointer))
    return [*_bounded(pieces), *([(f"\n... cut, {body.size} bytes in all", False)] if body.is_cut else [])]


def _pieces(text: str, pointer: str) -> Iterator[Part]:
    try:
        value = decode_json(text.encode("utf-8", "surrogatepass"))
        yield from list(_json(value, pointer_names(pointer), (), 0))
    except (UndecodableJson, RecursionError):
        yield text, False


def _json(value: Any, target: tuple[str, ...], path: tuple[str, ...], depth: int) -> Iterator[Part]:
    """Yield a value member by member on the way to the target, whole everywhere else."""
    if (
        not target
        or path != target[: len(path)]
        or path == target
        or depth > _DEEPEST
        or not isinstance(value, dict | list)
    ):
        yield _whole(value, depth), bool(target) and path == target
        return
    members = list(value.items()) if isinstance(value, dict) else [(str(i), v) for i, v in enumerate(value)]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening + "\n", False
    for number, (name, member) in enumerate(members):
        yield "  " * (depth + 1) + (f"{json.dumps(name, ensure_ascii=False)}: " if opening == "{" else ""), False
        yield from _json(member, target, (*path, name), depth + 1)
        yield ",\n" if number < len(members) - 1 else "\n", False
    yield "  " * depth + closing, False


def _whole(value: Any, depth: int) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + "  " * depth)


def _bounded(pieces: list[Part]) -> Iterator[Part]:
    """Yield pieces up to the bound; the marked one is always among them."""
    left = LONGEST
    for text, marked in pieces:
        room = max(left, 400 if marked else 0)
        if room:
            yield lines(text, room), marked
        left = max(left - len(text), 0)
