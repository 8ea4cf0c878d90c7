"""Live runs inside this process, against an emulator whose every request is remembered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes import KEYS
from vidconform.contracts.contract import Contract
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.requests import Request
from vidconform.laws.law import Law
from vidconform.run.bindings import all_laws
from vidconform.run.cases import law_cases, schema_cases
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.store.evidence_store import Store
from vidconform.transport.classification import ReceivedReply
from vidconform.transport.live import Transport
from vidconform.verdicts.case import Case

Change = Callable[[ReplyContext], None]


@dataclass(frozen=True)
class Heard:
    """One request as the emulator saw it; `status` is what it answered."""

    contract: str
    role: str
    method: str
    asked: str | None
    headers: dict[str, str]
    body: bytes
    status: int


@dataclass
class Live:
    """A live run of one provider."""

    emulator: Running
    session: Session
    heard: list[Heard]
    told: list[str]

    @property
    def store(self) -> Store:
        """The evidence of the provider."""
        return self.session.provider_runs[0].store

    def contract(self, name: str) -> Contract:
        """Return a contract by its name inside the provider."""
        return next(contract for contract in self.session.contracts if contract.name == name)

    def bring(self, contract: str, probe: str) -> Evidence:
        """Return what a probe brings."""
        return self.store.evidence(self.contract(contract), probe)

    def posts(self) -> list[Heard]:
        """Return the requests that a provider may charge for."""
        return [heard for heard in self.heard if heard.method == "POST"]


@contextmanager
def live(
    provider: str,
    task_ids: Sequence[str] | None = None,
    *,
    change: Change = lambda reply: None,
    keys: Mapping[str, str] = KEYS,
    options: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    **behaviour: Any,
) -> Iterator[Live]:
    """Run an emulator and prepare a live run against it, with all known ids; `options` are those of the run.

    `folder` is a copy of the provider, for a run that records.
    """
    heard: list[Heard] = []
    told: list[str] = []

    def hear(reply: ReplyContext) -> None:
        change(reply)
        sent = {name.lower(): value for name, value in reply.sent_headers.items()}
        heard.append(Heard(reply.contract, reply.role, reply.method, reply.asked, sent, reply.sent_body, reply.status))

    with running(provider, change=hear, environ=KEYS, **behaviour) as emulator:
        known = [f"{name}={id}" for name, ids in emulator.task_ids.items() for id in ids]
        chosen = {"poll_interval": 0, "poll_timeout": 20, "fuzz": 0, **(options or {})}
        given = known if task_ids is None else task_ids
        named = [str(folder or provider)]
        run = RunOptions(providers=named, live=True, provider_url=emulator.url, task_ids=given, **chosen)
        session = prepare(run, keys, told.append)
        try:
            yield Live(emulator, session, heard, told)
        finally:
            session.close()


def cases(session: Session) -> list[Case]:
    """Return every case of a run, wanted as a whole run of the suites wants them."""
    found = list(schema_cases(session))
    for law in all_laws():
        found += law_cases(session, law)
    for case in found:
        session.want(case)
    return found


def law_of(requirement: str) -> Law:
    """Return the law that decides a requirement."""
    return next(law for law in all_laws() if requirement in law.requirements)


@dataclass
class Scripted(Transport):
    """A transport that answers by what is asked: the first pattern that fits all of `METHOD target`.

    An answer is a Reply, an exception to be raised, or a list of answers of which the last one stays.
    """

    answers: dict[str, Any]
    is_replay: bool = False
    sent: list[str] = field(default_factory=list)

    def send(self, request: Request) -> ReceivedReply:
        """Return the answer to a request, or raise it."""
        asked = str(request)
        self.sent.append(asked)
        answer = next(answer for pattern, answer in self.answers.items() if re.fullmatch(pattern, asked))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return ReceivedReply.of(request, answer, "2026-11-23T00:00:00.000+00:00", "live")
