"""Reads files within bounds: a kilobyte of YAML may stand for gigabytes, and a name for a device without an end."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from vidconform.contracts.json_values import members_of

LARGEST = 64 * 1024 * 1024
"""Bytes of a file, or of a line in one; a run writes far less."""

DEEPEST = 64
"""Levels of tables and arrays; whoever walks a value by recursion relies on it."""

_LONGEST_INTEGER = 1024
# Digits of which no number has more bits.
_SHORT_INTEGER = 300


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


def open_bounded(path: Path) -> IO[bytes]:
    """Open a regular file to be read piece by piece; raises OSError, ValueError."""
    check_regular(path)
    if path.stat().st_size > LARGEST:
        raise ValueError(f"larger than the {LARGEST >> 20} MiB that are read")
    return path.open("rb")


def read_lines(path: Path, longest: int = LARGEST, errors: str = "strict") -> Iterator[str]:
    """Yield the lines of a regular file in UTF-8, with their ends; `errors` as for bytes.decode.

    Raises OSError, ValueError.
    """
    check_regular(path)
    with path.open("rb") as file:
        yield from lines_within(file, longest, errors)


def lines_within(file: IO[bytes], longest: int = LARGEST, errors: str = "strict") -> Iterator[str]:
    """Yield the lines of an open file in UTF-8, with their ends; raises OSError, ValueError."""
    while line := file.readline(longest + 1):
        if len(line) > longest:
            raise ValueError(f"a line is longer than the {longest >> 20} MiB that are read")
        yield line.decode("utf-8", errors)


def check_regular(path: Path) -> None:
    """Raise ValueError for a pipe or a device, which may have no end, or never begin; raises OSError."""
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ValueError("not a regular file but a pipe, a socket or a device")


def decode_plain_json(text: str) -> Any:
    """Return the value of a JSON text within the bounds; raises ValueError."""
    try:
        value = _DECODER.decode(text)
        # Most lines are short, and walking a value is dear.
        return value if text.count("{") + text.count("[") <= DEEPEST else bounded(value)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error


TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def check_integer(value: Any) -> None:
    """Raise ValueError for an integer without an end."""
    if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER:
        raise ValueError("an integer is too long for any number that JSON is read with")


def _integer(text: str) -> int:
    value = int(text)
    if len(text) > _SHORT_INTEGER:
        check_integer(value)
    return value


_DECODER = json.JSONDecoder(parse_int=_integer)


def bounded(value: Any) -> Any:
    """Return a value of tables and arrays that is not too deep and has no integer too long; raises ValueError."""
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [member for node in level for member in members_of(node)]
        for node in level:
            check_integer(node)
        if not level:
            return value
    raise ValueError(TOO_DEEP)
