"""The tasks that exist from the start and the lives they lead: the contract's words, or its `emulator.toml`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from vidconform.contracts import Contract, StatusWord, fits, read_toml
from vidconform.emulator.tasks import KnownTask, Life, Step
from vidconform.errors import DataFileProblem

Keeps = Callable[[StatusWord], bool]

_BEGUN = 1_760_000_000
_CUSTOMARY: dict[str, list[StatusWord]] = {
    "waiting": ["queued"],
    "running": ["in_progress"],
    "succeeded": ["completed"],
}


def _described(contract: Contract) -> dict[str, Any]:
    path = contract.folder / "emulator.toml"
    return read_toml(path, "emulator") if path.is_file() else {}


def known_tasks(contract: Contract) -> tuple[KnownTask, ...]:
    """Return the tasks of a contract that exist before anyone asks."""
    lives = {name: _life(steps) for name, steps in _described(contract).get("lives", {}).items()}
    rows = _described(contract).get("tasks", [])
    if rows:
        return tuple(KnownTask(row["id"], _named(contract, lives, row["life"]), row["created_at"]) for row in rows)
    sets = _word_sets(contract)
    made = [life for keeps in sets for life in (whole_life(contract, keeps), *_other_ends(contract, keeps)) if life]
    return tuple(
        KnownTask(id, life, _BEGUN + 100 * at) for at, (id, life) in enumerate(zip(_ids(contract), made, strict=False))
    )


def _named(contract: Contract, lives: dict[str, Life], name: str) -> Life:
    if name not in lives:
        path = contract.folder / "emulator.toml"
        raise DataFileProblem(path, f"there is no life {name!r}; there are: {', '.join(lives) or 'none'}")
    return lives[name]


def created_life(contract: Contract) -> Life:
    """Return the life of a task that is created; its creation shows the first state already."""
    steps = _described(contract).get("lives", {}).get("created")
    whole = whole_life(contract, _word_sets(contract)[0])
    return _life(steps) if steps else (whole[0], *whole)


def _life(steps: list[list[Any]]) -> Life:
    return tuple(Step(*step) for step in steps)


def _word_sets(contract: Contract) -> list[Keeps]:
    """Return what tells the words of one set, for each that a task keeps to; all words where it may use any."""
    sets = contract.task.word_sets if "status-words-of-one-set" in contract.requirements else []
    return [validator.is_valid for validator in sets] or [_any_word]


def _any_word(word: StatusWord) -> bool:
    return True


def whole_life(contract: Contract, keeps: Keeps = _any_word) -> Life:
    """Return the life through every word of a document to its success; the running ones are seen twice."""
    words = _words(contract, keeps)
    running = words["running"] or words["waiting"][-1:]
    waits = [(word, 0) for word in words["waiting"]]
    return _timed([*waits, *((word, share) for word in running for share in (30, 80)), (words["succeeded"][0], 100)])


def _other_ends(contract: Contract, keeps: Keeps) -> Iterator[Life]:
    """Yield a life that fails and one that is cancelled, where the document has words for them."""
    words = _words(contract, keeps)
    begun = [*((word, 0) for word in words["waiting"]), *((word, 30) for word in words["running"])]
    yield from (_timed([*begun, (word, 30)]) for word in words["failed"][:1])
    yield from (_timed([*begun[:1], (word, 0)]) for word in words["cancelled"][:1])


def cancelled_word(contract: Contract) -> StatusWord:
    """Return the word of a task that was cancelled."""
    return next(iter(_words(contract, _any_word)["cancelled"]), "cancelled")


def _words(contract: Contract, keeps: Keeps) -> dict[str, list[StatusWord]]:
    own: dict[str, list[StatusWord]] = {
        phase: [] for phase in ("waiting", "running", "succeeded", "failed", "cancelled")
    }
    for word, phase in ((word, phase) for word, phase in contract.task.phases.items() if keeps(word)):
        own.setdefault(phase, []).append(word)
    missing = ["succeeded"] if own["waiting"] or own["running"] else list(_CUSTOMARY)
    return own | {phase: own[phase] or _CUSTOMARY[phase] for phase in missing}


def _timed(states: list[tuple[StatusWord, int]]) -> Life:
    since = {word: 4_000 * at + 323 for at, word in enumerate(dict.fromkeys(word for word, _ in states))}
    return tuple(Step(word, share, since[word]) for word, share in states)


def _ids(contract: Contract) -> Iterator[str]:
    """Yield ids of the document's shape, the one that it shows first."""
    shown = [operation.id_example for operation in contract.operations if operation.id_example]
    yield from shown[:1]
    for number in range(100):
        if (made := id_like(contract, hashlib.sha256(f"{contract.name}:{number}".encode()).hexdigest())) not in shown:
            yield made


def id_like(contract: Contract, digits: str) -> str:
    """Return an id of the contract's first shape made of hexadecimal digits."""
    if not contract.id_space_names:
        return f"video_{digits[:32]}"
    space = contract.provider.id_spaces[contract.id_space_names[0]]
    made = list(space.unknown)
    # From its end, so that what all ids begin with stays; no more than makes it an id of its own.
    for place, digit in zip(
        reversed([at for at, sign in enumerate(made) if sign.isalnum()]), digits[:32], strict=False
    ):
        tried = [*made[:place], digit, *made[place + 1 :]]
        made = tried if fits(space.pattern, "".join(tried)) else made
    return "".join(made)
