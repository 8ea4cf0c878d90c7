"""Verdicts by what caused them: one reply of the service that breaks eight requirements is one fault."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vidconform.verdicts import Label

Row = Mapping[str, Any]

_LEVELS = ("MUST", "SHOULD", "MAY")
# "no status, but the members id": one body that lacks two members is one thing that was received.
_LACKING = re.compile(r"^no .+?, (?=but the members )")
# What a law about many requests says before the reply to the smallest of them, and the routes behind it.
_OF_MANY = re.compile(r"^in \d+ of \d+ generated requests, of which the smallest: |; on [A-Z]+ /\S*(?:, [A-Z]+ /\S*)+$")
# Ids, times and digests differ from reply to reply where the cause is the same.
_OF_ONE_REPLY = re.compile(r"[\w.:-]*\d[\w.:-]{7,}")
# "200 text/html: ...", or what a check of its body says of the same reply: "a text: 200 text/html: ...".
_STATUS = re.compile(r"^(?:[^{<]*?(?: in |: ))?(\d{3})(?= [\w.+-]+/[\w.+-]+:| without a media type:|$)")
# What a schema says is "7 at /id", with JSON's quotes; what a law says is 7, with Python's.
_QUOTES = "\"'"


_MOST_NAMED = 3


@dataclass(frozen=True)
class ServiceFault:
    """Verdicts with one cause, the gravest first."""

    rows: tuple[Row, ...]

    @property
    def worst(self) -> Row:
        """The verdict that stands for all of them."""
        return self.rows[0]

    @property
    def others(self) -> tuple[Row, ...]:
        """What else breaks by it."""
        return self.rows[1:]


def faults(rows: Iterable[Row]) -> list[ServiceFault]:
    """Return unmet verdicts by what caused them, the gravest fault first, and of those what breaks most."""
    groups: list[tuple[set[Hashable], list[Row]]] = []
    for row in rows:
        keys, joined = set(_causes(row)), [row]
        for group in [group for group in groups if group[0] & keys]:
            groups.remove(group)
            keys, joined = keys | group[0], [*group[1], *joined]
        groups.append((keys, joined))
    found = [ServiceFault(tuple(sorted(joined, key=_place))) for _, joined in groups]
    return sorted(found, key=lambda fault: (_gravity(fault.worst), -len(fault.rows), _place(fault.worst)))


def _causes(row: Row) -> Iterator[Hashable]:
    """Yield what verdicts of one cause share: what came, wherever it came, one member, or the status of one reply."""
    if row["reading"] in (Label.CONFORMS, Label.ERRORED) or not row["evidence"]:
        yield id(row)
        return
    whose = row["provider"], row["subject"], row.get("against")
    place = row["evidence"][0]
    seen = _OF_ONE_REPLY.sub("", _LACKING.sub("", _OF_MANY.sub("", row["received"]))).removesuffix(
        f" at {place['pointer']}"
    )
    yield *whose, seen.strip(_QUOTES), place["pointer"]
    if place["pointer"]:
        yield *whose, row["contract"], place["probe"], place["exchange"], place["pointer"]
    status = _STATUS.match(row["received"])
    if status is not None:
        yield *whose, status[1], row["contract"], place["probe"], place["exchange"]


def _gravity(row: Row) -> tuple[bool, int, int]:
    """The service before its document, what breaks a client before what does not."""
    return row["subject"] == "document", -(Label(row["reading"]).harm or 0), _LEVELS.index(row["level"])


def _place(row: Row) -> tuple[Any, ...]:
    """The same order in whatever order the tests ran."""
    return _gravity(row), row["contract"], row["requirement"]


def names(rows: Sequence[Row]) -> list[str]:
    """Return the names of some verdicts' requirements, with the contracts where they are of several."""
    several = len({row["contract"] for row in rows}) > 1
    return [f"{row['contract']}#{row['requirement']}" if several else row["requirement"] for row in rows]


def named(requirements: Sequence[str]) -> str:
    """Return some names, or how many they are."""
    few = len(requirements) <= _MOST_NAMED
    return ", ".join(requirements) if few else f"{len(requirements)} requirements"
