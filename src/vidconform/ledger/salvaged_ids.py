"""Finds the task id in the answer to a creation that was cut off, or that tells it elsewhere than documented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urljoin, urlsplit

from vidconform.contracts import Contract
from vidconform.exchange import Headers, Reply

# A string, with the colon behind a name; what opens or closes values; a number that was not cut. One without an end
# reaches to that of the text, so that the time is linear.
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))(?P<colon>\s*:)?|(?P<opening>[{\[])|[}\]]|(?P<number>(?<!\d)\d++(?=[\s,}\]]))',
    re.DOTALL,
)
_CUSTOMARY = re.compile(r"(?:(?:task|video|job|generation)_?)?id", re.IGNORECASE)
# An id stands at the beginning of an answer.
_LONGEST_LOOK = 65_536
_LONGEST_ID = 200
# Names around a member; nothing is documented so deep.
_DEEPEST = 16
_MARK = "vidconformtaskid"

Names = tuple[str, ...]


def salvaged_id(contract: Contract, reply: Reply, url: str) -> str | None:
    """Return what may be the id of a task that came of a creation, to be looked up; None where nothing is left.

    It stands in the part of the body that came, where or under a name that the document or custom gives an id, or in
    a header of the answer to `url` that leads to a task.
    """
    # What is left of UTF-16 without its zeros is as good as ASCII.
    text = reply.body[:_LONGEST_LOOK].decode("utf-8", "ignore").replace("\0", "")
    told = [(names, value) for names, value in _members(text, ()) if _is_id(value)]
    places = [place for role in ("id", "task-id") if (place := contract.field(role)) is not None]
    paths = [_names(path) for place in places for path in (place.path, *place.others)]
    ranked = [(_rank(names, paths), value) for names, value in told]
    known = [(rank, value) for rank, value in ranked if rank is not None]
    return min(known, default=((), _located_by(contract, reply.headers, url)), key=lambda one: one[0])[1]


def _names(path: Iterable[str | int]) -> Names:
    """Return the names of a path, without the places in arrays."""
    return tuple(name for name in path if isinstance(name, str))


def _rank(names: Names, documented: list[Names]) -> tuple[int, int] | None:
    """Return how far from where the document has an id a member stands, or None for one that is none."""
    if names in documented:
        return 0, documented.index(names)
    if names[-1] in [path[-1] for path in documented]:
        return 1, len(names)
    return (2, len(names)) if _CUSTOMARY.fullmatch(names[-1]) else None


def _is_id(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_ID and value.isprintable()


def _members(text: str, around: Names) -> Iterator[tuple[Names, str]]:
    """Yield the strings and integers that stand under a name, in JSON that may be cut, or part of something else."""
    above, name = [around], ""
    for token in _TOKEN.finditer(text):
        inner = (*above[-1], name)[-_DEEPEST:] if name else above[-1]
        if token["colon"]:
            name = _string(token["string"])
            continue
        if token["opening"]:
            above.append(inner)
        elif token["string"] or token["number"]:
            yield from _told(inner, _string(token["string"]) if token["string"] else token["number"]) if name else ()
        elif len(above) > 1:
            above.pop()
        name = ""


def _told(names: Names, value: str) -> Iterator[tuple[Names, str]]:
    """Yield a member, or those of the object that a text holds as JSON."""
    yield from _members(value, names) if value.lstrip()[:1] == "{" else [(names, value)]


def _string(token: str) -> str:
    """Return what a string of JSON says; nothing where its end is missing."""
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return ""


def _located_by(contract: Contract, headers: Headers, url: str) -> str | None:
    """Return the id that a header tells by the address of a task, Location before any other."""
    ordered = sorted(headers, key=lambda header: header[0].lower() != "location")
    told = (_located(contract, value, url) for _, value in ordered)
    return next((found for found in told if found is not None and _is_id(found)), None)


def _located(contract: Contract, location: str, url: str) -> str | None:
    """Return the id in the address of a task, which a gateway may tell by a host or a prefix of its own."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    for operation in (one for one in contract.operations if location and one.id_in in ("path", "query")):
        told = parts.path if operation.id_in == "path" else f"{parts.path}?{parts.query}"
        own = "([^?&#]+)" if operation.id_spans else "([^/?&#]+)"
        pattern = re.escape(operation.target(_MARK)).replace(_MARK, own)
        found = re.search(f"{pattern}$", told)
        if found is not None:
            return unquote(found[1])
    return None
