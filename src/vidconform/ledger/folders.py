"""Where the creations of a run are written down, and the locks that keep two runs from writing the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vidconform.errors import BadOption

# As much as a run writes at the least; a full disk takes no file of this size.
_ROOM = 256 * 1024


def state_folder() -> Path:
    """Return the user's folder for what outlives a run (XDG Base Directory Specification); raises BadOption."""
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative path is invalid there and ignored; of a relative home, each folder would have a ledger of its own.
    return (given if given.is_absolute() else _home() / ".local" / "state") / "vidconform"


def _home() -> Path:
    """Return the user's home; a container may run as somebody who was given none."""
    try:
        found = Path(os.environ["HOME"]) if "HOME" in os.environ else Path.home()
    except RuntimeError:
        found = Path()
    if not found.is_absolute():
        expected = "an absolute folder to write creations down in, for there is no home; or pass --report=DIR"
        raise BadOption("XDG_STATE_HOME", os.environ.get("XDG_STATE_HOME", ""), expected)
    return found


def check_room(option: str, folder: Path, advice: str = "") -> None:
    """Raise BadOption for a folder that what a run pays for could not be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadOption(option, str(folder), f"a folder to write to ({error.strerror}){advice}") from error


@contextmanager
def hold_folder(folder: Path, option: str = "--report") -> Iterator[None]:
    """Hold the folder of an option for one run; raises BadOption where another one holds it, or it cannot be held."""
    from filelock import FileLock, Timeout

    path = folder / ".lock"
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        expected = "a folder that no other run is writing to; wait for its end or pass another one"
        raise BadOption(option, str(folder), expected) from None
    except OSError as error:
        raise BadOption(option, str(folder), f"a folder to lock; its .lock is no file ({error.strerror})") from error
    try:
        yield
    finally:
        # A folder is left as it was found, should nothing be judged.
        path.unlink(missing_ok=True)
        lock.release()
