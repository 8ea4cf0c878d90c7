"""Processes that get a part of a core each, by a control group of Linux (version 1 or 2) for each of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_GROUPS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
# In microseconds: often enough that nobody waits long for the next part.
_PERIOD = 20_000


def can_be_bounded() -> bool:
    """Whether this user may make control groups that bound the CPU."""
    return os.access(_root(), os.W_OK)


@contextmanager
def part_of_a_core(name: str, share: float) -> Iterator[tuple[str, ...]]:
    """Give what begins a program that has a share of a core, with all that it starts; it ends before this is left."""
    folder = _root() / f"vidconform-{os.getpid()}-{name}"
    folder.mkdir()
    try:
        _bound(folder, round(_PERIOD * share))
        yield "sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$@"', "sh"
    finally:
        folder.rmdir()


def _root() -> Path:
    return next((group for group in _GROUPS if (group / "cgroup.procs").is_file()), Path("/sys/fs/cgroup"))


def _bound(folder: Path, quota: int) -> None:
    if (folder / "cpu.max").exists():
        (folder / "cpu.max").write_text(f"{quota} {_PERIOD}", "ascii")
    else:
        (folder / "cpu.cfs_period_us").write_text(str(_PERIOD), "ascii")
        (folder / "cpu.cfs_quota_us").write_text(str(quota), "ascii")
