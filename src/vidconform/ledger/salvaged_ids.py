"""Finds the task id in the answer to a creation that was cut off, or that tells it elsewhere than documented."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from vidconform.contracts import Contract
from vidconform.exchange import Reply, UndecodableJson, decode_json

_CLOSED_BY = {"{": "}", "[": "]"}
# A string, or what opens, closes or parts values.
_TOKEN = re.compile(r'"(?:[^"\\\\]|\\\\.)*"|[{}\[\],]', re.DOTALL)
# An id stands at the beginning of an answer.
_LONGEST_LOOK = 65_536
_LONGEST_ID = 200
_MOST_CUTS = 4
_MARK = "vidconformtaskid"


def salvaged_id(contract: Contract, reply: Reply, url: str) -> str | None:
    """Return what may be the id of a task that came of a creation, to be looked up; None where nothing is left.

    It stands in the part of the body that came, under a name that the document gives an id, or in the Location of the
    answer to `url`.
    """
    body = _decode_cut(reply.body[:_LONGEST_LOOK])
    places = [place for role in ("id", "task-id") if (place := contract.field(role)) is not None]
    documented = (place.read(body) for place in places)
    named = (value for place in places for value in _named(body, str(place.path[-1])))
    told = (*documented, *named, _located(contract, reply.header("location"), url))
    # A number is an id too, whatever the document says of its type.
    written = (str(value) if type(value) is int else value for value in told)
    return next((value for value in written if _is_id(value)), None)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isprintable()


def _decode_cut(content: bytes) -> Any:
    """Return the value of a JSON text of which the end may be missing, as far as it came, or None."""
    text = content.decode("utf-8", "ignore")
    cuts: deque[tuple[int, str]] = deque(maxlen=_MOST_CUTS)
    open_brackets = ""
    for token in _TOKEN.finditer(text):
        if token[0] in _CLOSED_BY:
            open_brackets = _CLOSED_BY[token[0]] + open_brackets
        elif token[0] in _CLOSED_BY.values():
            open_brackets = open_brackets[1:]
        cuts.append((token.start() if token[0] == "," else token.end(), open_brackets))
    for at, closing in ((len(text), ""), *reversed(cuts)):
        value = _decoded(text[:at] + closing)
        if value is not None:
            return value
    return None


def _decoded(text: str) -> Any:
    try:
        return decode_json(text.encode())
    except UndecodableJson:
        return None


def _named(value: Any, name: str) -> Iterator[Any]:
    """Yield the members of a name wherever they stand, the outermost first."""
    waiting = deque([value])
    while waiting:
        node = waiting.popleft()
        if isinstance(node, dict):
            yield node.get(name)
        waiting.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())


def _located(contract: Contract, location: str, url: str) -> str | None:
    """Return the id in the address of a task, which a gateway may tell by a host or a prefix of its own."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    for operation in (one for one in contract.operations if location and one.id_in in ("path", "query")):
        told = parts.path if operation.id_in == "path" else f"{parts.path}?{parts.query}"
        pattern = re.escape(operation.target(_MARK)).replace(_MARK, "([^/?&#]+)")
        found = re.search(f"{pattern}$", told)
        if found is not None:
            return unquote(found[1])
    return None
