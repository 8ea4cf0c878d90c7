"""What a run says of creations: which it goes on with, and which it leaves to the next run or to the user."""

from __future__ import annotations

from collections.abc import Collection

from vidconform.errors import DataFileProblem
from vidconform.ledger import Created, CreationsFile, read_creations
from vidconform.text import Redacted, pluralise
from vidconform.transport import one_line

Lines = list[str]


def notices_at_start(creations: CreationsFile | None, resumes: bool, addresses: Collection[tuple[str, str]]) -> Lines:
    """Return what is gone on with, or what could be; `addresses` are the contracts of the run, each with its own."""
    if creations is None:
        return []
    left = _of_run(creations, creations.left, addresses)
    if not resumes and not left:
        return []
    if not resumes:
        tasks = pluralise(len(left), "unfinished task")
        return [f"vidconform: {tasks} of an earlier run in {creations.path}; --resume follows them"]
    own = [c for c in creations.resumed if (c.contract, c.base_url) in addresses]
    # Of several tasks of one probe the last is followed.
    followed = {(c.contract, c.probe): c for c in own}
    lost = creations.losses(addresses)
    if not followed and not lost:
        return [f"vidconform: nothing to resume for this run in {creations.path}, so this is an ordinary one"]
    return [
        *(f"vidconform: resumes {_named(c)}; nothing is created for {c.probe}" for c in followed.values()),
        *(
            f"vidconform: nothing is created for {c.probe}: what became of the one sent at {c.at} is unknown"
            for c in lost
        ),
    ]


def notices_at_end(creations: CreationsFile | None, addresses: Collection[tuple[str, str]]) -> Lines:
    """Return the creations in a folder whose end nobody has seen, and what to do about them.

    Of one that was lost it is said until the user has settled it.
    """
    if creations is None:
        return []
    try:
        known = list(read_creations(creations.path).values())
    except DataFileProblem as problem:
        return [f"unfinished: {problem}"]
    left = _of_run(creations, [c for c in known if c.state == "created"], addresses)
    # Of several tasks of one probe the last is followed.
    followed = list({(c.contract, c.probe, c.base_url): c for c in left}.values())
    lost = [c for c in known if c.is_lost and (c.contract, c.base_url) in addresses]
    return [
        *(f"unfinished: {_named(c)}; {_what_follows(c, c in followed, creations, addresses)}" for c in left),
        *(f"unfinished: {_lost(c)}" for c in lost),
    ]


def _of_run(creations: CreationsFile, found: list[Created], addresses: Collection[tuple[str, str]]) -> list[Created]:
    """Return those that a run is about: all of its own folder, and of the file of all runs those of its contracts."""
    return [c for c in found if not creations.is_shared or (c.contract, c.base_url) in addresses]


def _what_follows(
    creation: Created, is_followed: bool, creations: CreationsFile, addresses: Collection[tuple[str, str]]
) -> str:
    """Say how a task can be followed from here on."""
    if not is_followed:
        return f"a later one is resumed, --task-id={creation.contract.partition('/')[2]}={creation.task_id} reads this"
    elsewhere = (creation.contract, creation.base_url) not in addresses
    is_here = creation.contract in {contract for contract, _ in addresses}
    # No provider's key is sent to the address of another.
    whose = "" if is_here else f" --provider={creation.contract.partition('/')[0]} in a run of its own, with"
    where = f" --provider-url={creation.base_url}" if elsewhere else ""
    folder = "" if creations.is_shared else f" --report={creations.path.parent}"
    return f"--resume{folder}{whose}{where} follows it and pays nothing for it; a run without --resume pays again"


def _named(creation: Created) -> str:
    # Read from a file that was written without any secret.
    task_id = one_line(Redacted(str(creation.task_id)))
    return f"{creation.contract} {creation.probe}, task {task_id} sent at {creation.at}"


def _lost(creation: Created) -> str:
    sent = f"{creation.contract} {creation.probe}, a creation was sent at {creation.at}"
    return f"{sent} and came to no task that we know ({creation.cause}); it may be charged: look it up at the vendor"
