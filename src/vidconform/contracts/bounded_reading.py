"""Reads files within bounds: a kilobyte of YAML may stand for gigabytes, and a name for a device without an end."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024 * 1024
"""Bytes of a file, or of a line in one; a run writes far less."""

DEEPEST = 64
"""Levels of tables and arrays; whoever walks a value by recursion relies on it."""

_LONGEST_INTEGER = 1024
# A star or an ampersand in other places is text. What is found is then looked for by the parser itself.
_ALIAS = re.compile(r"(?:\A|[\s\[{,])\*\S")


def read_text(path: Path, largest: int = LARGEST) -> str:
    """Return the text of a regular file, without the mark that editors of Windows put before it.

    Raises OSError, ValueError.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"larger than the {largest >> 20} MiB that are read")
    return content.decode("utf-8-sig")


def read_lines(path: Path, longest: int = LARGEST) -> Iterator[str]:
    """Yield the lines of a regular file in UTF-8, with their ends; raises OSError, ValueError."""
    check_regular(path)
    with path.open("rb") as file:
        while line := file.readline(longest + 1):
            if len(line) > longest:
                raise ValueError(f"a line is longer than the {longest >> 20} MiB that are read")
            yield line.decode("utf-8")


def check_regular(path: Path) -> None:
    """Raise ValueError for a pipe or a device, which may have no end, or never begin; raises OSError."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ValueError("not a regular file but a pipe, a socket or a device")


def decode_plain_json(text: str) -> Any:
    """Return the value of a JSON text within the bounds; raises ValueError."""
    try:
        return bounded(json.loads(text))
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def decode_yaml(text: str, loader: Any = None) -> Any:
    """Return the value of a YAML text without aliases; raises ValueError, and yaml.YAMLError for what is no YAML."""
    import yaml

    usual = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if _ALIAS.search(text):
            _refuse_aliases(yaml.parse(text, Loader=usual))
        return bounded(yaml.load(text, Loader=loader or usual))  # noqa: S506 - a safe loader
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def _refuse_aliases(events: Any) -> None:
    import yaml

    for event in events:
        if isinstance(event, yaml.AliasEvent):
            place = f"line {event.start_mark.line + 1}"  # type: ignore[union-attr]
            raise ValueError(f"the alias *{str(event.anchor)[:40]} at {place}: write out what it stands for")


def bounded(value: Any) -> Any:
    """Return a value of tables and arrays that is not too deep and has no integer too long; raises ValueError."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [member for node in level for member in _members(node)]
        if any(isinstance(node, int) and node.bit_length() > _LONGEST_INTEGER for node in level):
            raise ValueError("an integer is too long for any number that JSON is read with")
        if not level:
            return value
    raise ValueError(_TOO_DEEP)


def _members(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
