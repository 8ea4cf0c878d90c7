"""What the emulator of a contract answers to each of its operations: replies to try a fault on before it is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from typing import Any

from starlette.datastructures import Headers

from vidconform.contracts import Contract, Operation, RefusalCase, written
from vidconform.emulator.answering import answer
from vidconform.emulator.emulator_options import EmulatorOptions
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server_state import OTHER_KEY, WRONG_KEY, Call, EmulatedProvider, ServerState
from vidconform.emulator.tasks import KnownTask

_KEYS = {"key": "k", "wrong": WRONG_KEY, "another": OTHER_KEY}


class Sampling:
    """One emulator of a contract, asked without a server."""

    def __init__(
        self, provider: EmulatedProvider, contract: Contract, known: tuple[KnownTask, ...] | None = None
    ) -> None:
        chosen = None if known is None else lambda name, own: known
        self.contract = contract
        self.state = ServerState(provider, EmulatorOptions(environ={}, known=chosen))
        self.known = self.state.known[contract.name]

    def served(self) -> Iterator[ReplyContext]:
        """Yield what is answered to what is asked rightly: each state of each task, then every other operation."""
        for task in self.known:
            # Once more, as one that has ended is read again.
            for _ in (*task.life, None):
                yield from self._ask("retrieve", task.id)
        finished = self.known[0].id
        yield from self._ask("second-retrieve", finished)
        yield from self._ask("content", finished)
        yield from self._ask("list", None)
        yield from self._ask("models", None)
        made = list(self._ask("create", None))
        yield from made
        yield from self._ask("remix", finished)
        for reply in made:
            yield from self._ask("cancel", reply.task.id if reply.task else None)
        yield from self._ask("delete", finished)

    def refused(self) -> Iterator[ReplyContext]:
        """Yield what is answered to an id that no task has, and to whoever has no key."""
        for operation in (one for one in self.contract.operations if not one.shares):
            if operation.id_parameter is not None:
                yield from self._ask(operation.role, self.contract.unknown_id)
            yield from self._ask(operation.role, self.known[0].id if operation.id_parameter else None, key="none")

    def stated(self) -> Iterator[tuple[RefusalCase, ReplyContext]]:
        """Yield each refusal that the document states with the reply to its request."""
        ids = {"unknown": self.contract.unknown_id, "malformed": self.contract.malformed_id, "none": None}
        list(self.served())
        for case in self.contract.refusals.values():
            operation = self.contract.operation(case.role)
            body = case.changed(operation.request_example) if operation is not None else None
            for reply in self._ask(case.role, ids.get(case.id, self.known[0].id), case.key, body, case):
                yield case, reply

    def _ask(
        self, role: str, asked: str | None, key: str = "key", body: Any = None, case: RefusalCase | None = None
    ) -> Iterator[ReplyContext]:
        operation = self.contract.operation(role)
        own = (self.contract.name, (operation.shares if operation is not None else "") or role)
        emulated = next((one for one in self.state.provider.operations if (one.contract, one.role) == own), None)
        if operation is None or emulated is None:
            return
        sent = json.dumps(operation.request_example or {} if body is None else body).encode()
        if case is not None:
            operation = operation.asked_as(case)
        query = {name: written(value) for name, value in operation.query.items()} if case is not None else {}
        call = Call(
            self.state, self.contract.name, {}, query, Headers(_headers(operation, key)), sent, "http://emulator.example",
            asked, operation.method,
        )  # fmt: skip
        reply = answer(emulated, call)
        yield replace(reply, task=copy(reply.task))


def _headers(operation: Operation, key: str) -> dict[str, str]:
    """Return the headers of a call with one kind of key, or with one of the credentials alone, by its scheme's name."""
    schemes = operation.choices[0] if operation.choices and key != "none" else ()
    sent = [scheme for scheme in schemes if key in _KEYS or scheme.name == key]
    return {
        "content-type": "application/json",
        **{name: written(value) for name, value in operation.headers.items()},
        **{scheme.header: f"{scheme.prefix} {_KEYS.get(key, 'k')}" for scheme in sent},
    }
