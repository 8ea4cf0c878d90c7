"""Reads YAML as the values of JSON, event by event: the tree that a loader makes first takes thirty times the file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import IO, Any

from vidconform.contracts.bounded_reading import DEEPEST, TOO_DEEP, check_integer

# What is no text begins with one of these, and holds no space but in a date, which is a text here (YAML 1.1,
# language-independent types; without what merges, for that needs an alias).
_FIRST = frozenset("~yYnNtTfFoO+-.0123456789")
_SHARED = 64
_COLLECTIONS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def decode_yaml(text: str | IO[bytes]) -> Any:
    """Return the value of a YAML text without aliases: dates as they are spelled, bytes as their base64.

    A file is read piece by piece. Raises ValueError, and yaml.YAMLError for what is no YAML.
    """
    import yaml

    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    values = [_value(events, event, 0) for event in events if not _is_frame(event)]
    if len(values) > 1:
        raise ValueError("more than one document stands in it")
    return values[0] if values else None


def _is_frame(event: Any) -> bool:
    import yaml

    return isinstance(
        event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentStartEvent | yaml.DocumentEndEvent
    )


def _value(events: Iterator[Any], event: Any, level: int) -> Any:
    """Return the value that begins with an event."""
    import yaml

    if level > DEEPEST:
        raise ValueError(TOO_DEEP)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if getattr(event, "tag", None) not in _COLLECTIONS:
        raise ValueError(
            f"could not determine a constructor for the tag {event.tag} at line {event.start_mark.line + 1}"
        )
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(events, inner, level + 1) for inner in _until(events, yaml.SequenceEndEvent)]
    if isinstance(event, yaml.MappingStartEvent):
        return dict(_members(events, level + 1))
    place = f"line {event.start_mark.line + 1}"
    raise ValueError(f"the alias *{str(event.anchor)[:40]} at {place}: write out what it stands for")


def _members(events: Iterator[Any], level: int) -> Iterator[tuple[Any, Any]]:
    import yaml

    for event in _until(events, yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise ValueError(f"the name of a member at line {event.start_mark.line + 1} is no scalar")
        yield _scalar(event), _value(events, next(events), level)


def _until(events: Iterator[Any], end: type) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _scalar(event: Any) -> Any:
    if event.implicit[0]:
        return _plain(event.value)
    if event.tag and event.tag != "!":
        return _read(f"!<{event.tag}> {json.dumps(event.value, ensure_ascii=False)}")
    # A recording says the same in each of its exchanges.
    return sys.intern(event.value) if len(event.value) <= _SHARED else event.value


# The same few words and codes stand in each exchange of a recording.
@lru_cache(maxsize=4096)
def _plain(value: str) -> Any:
    if value and (value[0] not in _FIRST or any(character.isspace() for character in value)):
        return value
    found = _read(value)
    return value if isinstance(found, dict | list) else found


def _read(scalar: str) -> Any:
    """Return the value of a scalar by itself."""
    import yaml

    # As a member: three hyphens at the beginning of a line would begin a document.
    (value,) = yaml.load(f"- {scalar}", Loader=_loader())  # noqa: S506 - a safe loader
    check_integer(value)
    return value


@cache
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Reads what JSON has a form for."""

    Loader.add_constructor("tag:yaml.org,2002:binary", lambda _, node: {"base64": "".join(node.value.split())})
    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    return Loader
