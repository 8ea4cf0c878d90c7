"""The unit of work of an engine: a few nights that one worker judges, each within a bound of time."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from vidconform.catalogue.earlier_runs import EarlierRun
from vidconform.catalogue.judged_again import Rejudging
from vidconform.catalogue.nights import JudgedAnew, judge_night
from vidconform.errors import BadOption
from vidconform.run import judging_sha256


@dataclass(frozen=True)
class Assignment:
    """What all units of one call have in common: `judging` is the SHA-256 of the code that judges.

    `call` is its id: a worker outlives it, and what it read of contracts is of that call alone.
    """

    call: str
    providers: tuple[str, ...]
    judging: str
    seconds: float


# Workers with several threads take turns: what was read of contracts is shared, and the watch is of the process.
_ONE_AT_A_TIME = Lock()


def judge_unit(given: Assignment, nights: Sequence[EarlierRun]) -> list[JudgedAnew]:
    """Judge some nights as one machine does; raises BadOption on a worker whose code is another."""
    if judging_sha256() != given.judging:
        raise BadOption("--on", None, "workers with the laws and the version of vidconform that this machine has")
    with _ONE_AT_A_TIME:
        rejudging = _rejudging(given.call, given.providers)
        return [_judged_within(given.seconds, rejudging, night) for night in nights]


@lru_cache(maxsize=1)
def _rejudging(call: str, providers: tuple[str, ...]) -> Rejudging:
    return Rejudging(providers, os.environ)


def _judged_within(seconds: float, rejudging: Rejudging, night: EarlierRun) -> JudgedAnew:
    """Judge a night; a process that is not done with it in time ends itself, whatever holds it up.

    A signal or an exception would wait for code that never returns to Python. The engine begins another process.
    """
    with Path(os.devnull).open("w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            return judge_night(rejudging, night)
        finally:
            faulthandler.cancel_dump_traceback_later()
