"""Opens the files of a folder that others may write to too: no link is followed, no device and no pipe is opened."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = {
    "r": os.O_RDONLY,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "a+": os.O_RDWR | os.O_CREAT | os.O_APPEND,
}
# A pipe without a reader would be waited for. Windows has neither.
_HARMLESS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path, mode: str) -> int:
    """Return the descriptor of a regular file, opened as open() would in that mode; raises OSError for any other.

    A link in the place of a file that is written anew makes way for it.
    """
    if mode == "w" and path.is_symlink():
        path.unlink()
    try:
        descriptor = os.open(path, _FLAGS[mode] | _HARMLESS, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _not_regular(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_regular(path)
    return descriptor


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and put it there, so that it is never half of one and half of another."""
    if path.exists() and not path.is_symlink() and not path.is_file():
        raise _not_regular(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(open_regular(part, "x"), "wb") as file:
            file.write(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _not_regular(path: Path) -> OSError:
    return OSError(errno.EINVAL, "no regular file but a link, a pipe or a device", str(path))
