"""What a run says of creations: which it goes on with, and which it leaves to the next run or to the user."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from vidconform.errors import DataFileProblem
from vidconform.evidence import NAME_OF_CREATIONS, Created, Creations, read_creations
from vidconform.probes.causes import one_line

Lines = list[str]

_UNKNOWN = ("sent", "lost")


def at_start(creations: Creations | None, resumes: bool, addresses: Collection[tuple[str, str]]) -> Lines:
    """Return what is gone on with, or what could be; `addresses` are the contracts of the run, each with its own."""
    if creations is None or not (creations.left or resumes):
        return []
    if not resumes:
        return [f"vidconform: {_tasks(creations.left)} of an earlier run in {creations.path}; --resume follows them"]
    own = [c for c in creations.resumed if (c.contract, c.base_url) in addresses]
    # Of several tasks of one probe the last is followed.
    followed = {(c.contract, c.probe): c for c in own}
    if not followed:
        return [f"vidconform: nothing to resume for this run in {creations.path}, so this is an ordinary one"]
    return [f"vidconform: resumes {_named(c)}; nothing is created for {c.probe}" for c in followed.values()]


def at_end(folder: Path | None) -> Lines:
    """Return the creations in a folder whose end nobody has seen, and what to do about them."""
    if folder is None:
        return []
    try:
        known = list(read_creations(folder / NAME_OF_CREATIONS).values())
    except DataFileProblem as problem:
        return [f"unfinished: {problem}"]
    left = [c for c in known if c.state == "created"]
    return [
        *(f"unfinished: {_named(c)}; --resume --report={folder} follows it and pays nothing for it" for c in left),
        *(f"unfinished: {_lost(c)}" for c in known if c.state in _UNKNOWN),
    ]


def _named(creation: Created) -> str:
    return f"{creation.contract} {creation.probe}, task {one_line(str(creation.task_id))} sent at {creation.at}"


def _lost(creation: Created) -> str:
    sent = f"{creation.contract} {creation.probe}, a creation was sent at {creation.at}"
    return f"{sent} and came to no task that we know ({creation.cause}); it may be charged: look it up at the vendor"


def _tasks(left: Collection[Created]) -> str:
    return "1 unfinished task" if len(left) == 1 else f"{len(left)} unfinished tasks"
