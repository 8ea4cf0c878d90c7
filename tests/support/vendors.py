"""Whole runs inside this process against a vendor that says one thing to everything."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from tests.support.live_cases import cases
from tests.support.processes import KEYS
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.verdicts.verdict import Outcome, Verdict

HURRY = {"poll_interval": 0, "poll_timeout": 0.5, "fuzz": 0, "request_timeout": 3.0}


def whole_run(url: str, task_ids: Sequence[str] = ("videos=video_1",), **options: Any) -> tuple[Session, list[Verdict]]:
    """Run everything that is asked of octopusx against an address, and return the verdicts on the service."""
    chosen = {**HURRY, **options}
    session = prepare(RunOptions(["octopusx"], live=True, provider_url=url, task_ids=task_ids, **chosen), KEYS)
    try:
        return session, [session.judge(case) for case in cases(session) if case.subject == "service"]
    finally:
        session.close()


def are_nobody_s(verdicts: list[Verdict]) -> bool:
    """Whether some verdicts are inconclusive and all others wait for something that the user did not pass."""
    return Outcome.INCONCLUSIVE in {verdict.outcome for verdict in verdicts} <= {Outcome.INCONCLUSIVE, Outcome.UNSEEN}


def silent(connection: socket.socket) -> None:
    """Say nothing until the other end has had enough."""
    connection.settimeout(20)
    connection.recv(1)
