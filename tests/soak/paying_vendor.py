"""A vendor that remembers each task that it made and for which key: the truth that a run is held to."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.soak.front import Front, fronting
from tests.soak.plans import RunPlan
from tests.support.keyed_vendor import VendorCall, vendor
from vidconform.emulator.described import provider_named
from vidconform.emulator.emulator_options import EmulatorOptions
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.emulator.vices import find_vice

PAID = ("create", "remix")


@dataclass(frozen=True)
class Made:
    """A task that was made, by every id that was told for it, and the key that pays for it."""

    ids: frozenset[str]
    key: str
    at: float = field(default_factory=time.monotonic)


@dataclass
class PayingVendor:
    """What a vendor made, and the front before it; `miscounted` is what its own counter says beside that.

    `known` are the tasks that it has from the start, as `--task-id` takes them.
    """

    front: Front
    made: list[Made]
    known: list[str]
    miscounted: Any = None

    def made_for(self, keys: Mapping[str, str], since: int = 0) -> list[Made]:
        """Return the tasks that were made for a run's keys."""
        return [made for made in self.made[since:] if made.key in keys.values()]


@contextmanager
def paying_vendor(plan: RunPlan, key: str) -> Iterator[PayingVendor]:
    """Start the vendor of a plan and the front before it; `key` is the one that a vendor of a few lines knows."""
    paths = [o.path for o in provider_named(plan.provider).operations if o.role in PAID]
    paid = re.compile("|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in paths))
    if plan.is_emulated:
        with _emulated(plan, paid) as found:
            yield found
    else:
        with _of_a_few_lines(plan, paid, key) as found:
            yield found


@contextmanager
def _emulated(plan: RunPlan, paid: re.Pattern[str]) -> Iterator[PayingVendor]:
    made: list[Made] = []
    known: set[int] = set()
    pace: dict[str, Any] = {} if plan.step is None else {"advance": "second", "step_seconds": plan.step}
    options = EmulatorOptions(environ={}, seed=plan.number, **pace)
    if plan.vice is not None:
        options = find_vice(plan.provider, plan.vice).applied(options)

    def hear(reply: ReplyContext) -> None:
        if options.change is not None:
            options.change(reply)
        task = reply.task
        if reply.method == "POST" and task is not None and not task.known and id(task) not in known:
            known.add(id(task))
            # Who answers 4xx says that nothing was made, and is not believed to charge for it.
            key = "" if 400 <= reply.status < 500 else _key_of(reply.sent_headers)
            made.append(Made(frozenset({task.id, *_ids_in(reply.body)}), key))

    with running(
        plan.provider, environ={}, seed=plan.number, change=hear, life=options.life, known=options.known, **pace
    ) as emulator, fronting(plan, emulator.url.partition("//")[2], paid) as front:  # fmt: skip
        known_ids = [f"{name}={task_id}" for name, ids in emulator.task_ids.items() for task_id in ids]
        found = PayingVendor(front, made, known_ids)
        try:
            yield found
        finally:
            found.miscounted = emulator.creations - len(made)


def _ids_in(body: Any) -> Iterator[str]:
    """Yield each text in a body that may be the task's id."""
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in inner:
        if isinstance(value, str) and len(value) >= 8:
            yield value
        yield from _ids_in(value)


def _key_of(headers: Mapping[str, str]) -> str:
    sent = {name.lower(): value for name, value in headers.items()}
    return sent.get("token") or sent.get("authorization", "").removeprefix("Bearer ")


@contextmanager
def _of_a_few_lines(plan: RunPlan, paid: re.Pattern[str], key: str) -> Iterator[PayingVendor]:
    made: list[Made] = []

    def bend(asked: VendorCall) -> None:
        """Change nothing, and know who asks for what is made next."""

    with vendor(bend) as keyed:
        keyed.own_key = key
        known = [f"videos={task}" for task in keyed.tasks]
        keyed.tasks = _Remembered(keyed.tasks, made, key)
        with fronting(plan, keyed.url.partition("//")[2], paid) as front:
            yield PayingVendor(front, made, known, 0)


class _Remembered(list[str]):
    """Tasks of which each that is added was made for a key."""

    def __init__(self, tasks: list[str], made: list[Made], key: str) -> None:
        super().__init__(tasks)
        self._made, self._key = made, key

    def append(self, task: str) -> None:
        self._made.append(Made(frozenset({task}), self._key))
        super().append(task)
