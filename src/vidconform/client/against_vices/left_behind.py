"""What a client leaves: its standard output and its files, what our doing changes from run to run made alike."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vidconform.text import excerpt

_LARGEST = 16 << 20
_SHOWN = 60

Parts = Mapping[str, bytes]
"""What was left, by name: `stdout`, and `file NAME` for each file."""


def parts_of(out: Path, folder: Path, url: str) -> dict[str, bytes]:
    """Return what a client left on its standard output and below its folder, its emulator's address made neutral."""
    alike = _Alike(folder, urlsplit(url).netloc)
    files = {f"file {alike.name(path)}": alike.content(path) for path in _files(folder)}
    return {"stdout": alike.content(out), **files}


def _files(folder: Path) -> Iterator[Path]:
    for above, _, names in os.walk(folder):
        yield from (Path(above) / name for name in sorted(names))


@dataclass(frozen=True)
class _Alike:
    folder: Path
    host: str

    def name(self, path: Path) -> str:
        return self._neutral(os.fsencode(path.relative_to(self.folder))).decode("utf-8", "replace")

    def content(self, path: Path) -> bytes:
        try:
            return self._content(path)
        except OSError as error:
            return f"cannot be read: {error.strerror}".encode()

    def _content(self, path: Path) -> bytes:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe would wait for whoever writes to it.
            return os.fsencode(os.readlink(path)) if path.is_symlink() else b"no regular file"
        if status.st_size <= _LARGEST:
            return self._neutral(path.read_bytes())
        with path.open("rb") as file:
            return f"{status.st_size} bytes, SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}".encode()

    def _neutral(self, content: bytes) -> bytes:
        for spelled in (self.host, self.host.replace(":", "%3A"), self.host.replace(":", "%3a")):
            content = content.replace(spelled.encode(), b"emulator")
        return content.replace(os.fsencode(self.folder), b"folder")


@dataclass(frozen=True)
class SteadyParts:
    """What two runs against the faultless emulator left alike, which is all that another run is held to.

    `unsteady` are the parts that differ: with the numbers of the lines, where these are all that differs.
    """

    expected: Parts
    unsteady: Mapping[str, frozenset[int] | None]

    @property
    def is_comparable(self) -> bool:
        """Whether anything steady was left at all."""
        return any(content and self.unsteady.get(name, ()) is not None for name, content in self.expected.items())

    def differences(self, received: Parts) -> list[str]:
        """Say where another run left something else."""
        found = [self._difference(name, received) for name in self.expected]
        # Names that vary by themselves say nothing.
        more = [] if None in self.unsteady.values() else [name for name in received if name not in self.expected]
        return [*filter(None, found), *(f"{name}: written as well, {_shown(received[name])}" for name in more)]

    def remarks(self) -> list[str]:
        """Say what cannot be compared."""
        varying = [name if lines is None else f"{name} {_lines(lines)}" for name, lines in self.unsteady.items()]
        says = [f"the client tells another thing at each run, so that this is not compared: {', '.join(varying)}"]
        nothing = [] if self.is_comparable else ["the client leaves nothing that could be compared"]
        return [*(says if varying else []), *nothing]

    def _difference(self, name: str, received: Parts) -> str:
        left_out = self.unsteady.get(name, frozenset())
        if left_out is None:
            return ""
        if name not in received:
            return f"{name}: not written"
        before, after = self.expected[name], received[name]
        return "" if _without(before, left_out) == _without(after, left_out) else f"{name}{_first(before, after)}"


def steady(first: Parts, second: Parts) -> SteadyParts:
    """Return what two runs left alike."""
    differing = {name: _varying(first.get(name), second.get(name)) for name in {**first, **second}}
    return SteadyParts(first, {name: lines for name, lines in differing.items() if lines != frozenset()})


def _varying(first: bytes | None, second: bytes | None) -> frozenset[int] | None:
    """Return the numbers of the lines that differ; None, where more than that does."""
    if first == second:
        return frozenset()
    if first is None or second is None or b"\0" in first:
        return None
    pairs = list(zip(before := first.splitlines(), after := second.splitlines(), strict=False))
    numbers = frozenset(number for number, (one, other) in enumerate(pairs, 1) if one != other)
    return numbers if len(before) == len(after) and len(numbers) < len(pairs) else None


def _without(content: bytes, left_out: frozenset[int]) -> bytes | list[bytes]:
    if not left_out:
        return content
    return [b"" if number in left_out else line for number, line in enumerate(content.splitlines(), 1)]


def _first(before: bytes, after: bytes) -> str:
    """Say how two contents differ, by their first line that does."""
    if b"\0" in before + after:
        return f": {_shown(after)} instead of {_shown(before)}"
    old, new = before.splitlines(), after.splitlines()
    at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    if at is None:
        return f": {len(new)} lines instead of {len(old)}"
    return f" line {at + 1}: {_shown(new[at])} instead of {_shown(old[at])}"


def _shown(content: bytes) -> str:
    if b"\0" in content:
        return f"{len(content)} bytes (SHA-256 {hashlib.sha256(content).hexdigest()[:12]})"
    return repr(excerpt(content, _SHOWN)) if content else "nothing"


def _lines(numbers: frozenset[int]) -> str:
    return f"line {', '.join(map(str, sorted(numbers)))}"
