"""A history of runs judged again, spread over processes; what changed in nothing is not judged again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vidconform.catalogue.brought import Brought, bring
from vidconform.catalogue.bundle_files import EVIDENCE, RESULTS
from vidconform.catalogue.checking import check_claims
from vidconform.catalogue.earlier_runs import EarlierRun
from vidconform.catalogue.judged_again import JudgedAgain, Rejudging, write_results
from vidconform.catalogue.moves import Move, moves
from vidconform.errors import FAULT_OF_OURS, ResultsRefused, VidconformError, with_code
from vidconform.report import REJUDGED, REJUDGED_FORMAT, Run, read_rejudged, read_run
from vidconform.run import kept_from_processes, process_pool
from vidconform.text import told_fault

# Enough that handing them over costs nothing, few enough that no process ends long before the others.
AT_ONCE = 8

Before = Callable[[Path], Run | None]
"""What gives the run that a folder holds, as it was judged first."""


@dataclass(frozen=True)
class JudgedAnew:
    """What came of one: `problem` is why it could not be judged, `is_new` that it was judged in this call."""

    day: str = ""
    is_new: bool = False
    exchanges: int = 0
    moved: tuple[Move, ...] = ()
    problem: str = ""


def judge_nights(nights: Sequence[EarlierRun], providers: Sequence[str], jobs: int) -> Iterator[JudgedAnew]:
    """Yield what becomes of each run, in their order."""
    jobs = min(jobs, max(1, len(nights) // AT_ONCE))
    if jobs == 1:
        yield from map(partial(judge_night, Rejudging(providers, os.environ)), nights)
        return
    with process_pool(jobs, _begin, (providers,)) as pool:
        with kept_from_processes():
            judged = pool.map(_judge_here, nights, chunksize=AT_ONCE)
        yield from judged


_OF_PROCESS: list[Rejudging] = []


def _begin(providers: Sequence[str]) -> None:
    _OF_PROCESS[:] = [Rejudging(providers, os.environ)]


def _judge_here(night: EarlierRun) -> JudgedAnew:
    return judge_night(_OF_PROCESS[0], night)


def judge_night(rejudging: Rejudging, night: EarlierRun) -> JudgedAnew:
    """Judge a run again unless nothing that its verdicts follow from changed; what cannot be judged says why."""
    if isinstance(night.folder, Path) and isinstance(night.output, Path) and not night.is_bundle:
        return _or_problem(night, partial(_judge, rejudging, night.folder, night.output, _before))
    return _or_problem(night, partial(_judge_brought, rejudging, night))


def _judge_brought(rejudging: Rejudging, night: EarlierRun) -> JudgedAnew:
    with TemporaryDirectory() as folder:
        brought = bring(night, Path(folder))
        before = _before_of(brought, rejudging)
        judged = _or_problem(night, partial(_judge, rejudging, brought.run, brought.output, before))
        if judged.is_new:
            brought.take_back()
    return replace(judged, problem=brought.named(judged.problem))


def _before_of(brought: Brought, rejudging: Rejudging) -> Before:
    if brought.manifest is None:
        return _before
    return partial(check_claims, brought.night.folder, brought.manifest, rejudging.guard)


def _before(run: Path) -> Run | None:
    """Return what a run came to when it was judged first."""
    return read_run(run / RESULTS) if (run / RESULTS).is_file() else None


def _judge(rejudging: Rejudging, run: Path, output: Path, before: Before) -> JudgedAnew:
    contents = [_sha256(run / file) for file in (EVIDENCE, RESULTS)]
    known = _known(output)
    if known is not None and _is_current(known, output, lambda ids: rejudging.key(ids, *contents)):
        moved = tuple(Move(**one) for one in known["moved"])
        return JudgedAnew(known["day"], exchanges=known["exchanges"], moved=moved)
    return _judged(rejudging, run, output, before(run), contents)


def _or_problem(night: EarlierRun, judge: Callable[[], JudgedAnew]) -> JudgedAnew:
    try:
        return judge()
    except VidconformError as problem:
        return JudgedAnew(problem=str(problem))
    except OSError as error:
        # A full disk names no file.
        return JudgedAnew(problem=f"{error.filename or night.output}: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001 - one night that trips what judges must not cost all the others
        return JudgedAnew(problem=f"{night.folder}: {with_code(told_fault(error), FAULT_OF_OURS)}")


def _known(output: Path) -> dict[str, Any] | None:
    """Return what an earlier call found; what cannot be read any more is found again."""
    with suppress(ResultsRefused):
        return read_rejudged(output)
    return None


def _is_current(known: Mapping[str, Any], output: Path, key: Callable[[Sequence[str]], str]) -> bool:
    """Whether nothing changed since, and the results are those that were written: two may have written at once."""
    return known.get("results") == _sha256(output / RESULTS) and known["key"] == key(known["contracts"])


def _judged(rejudging: Rejudging, run: Path, output: Path, old: Run | None, contents: Sequence[str]) -> JudgedAnew:
    again = rejudging.judge(run, old)
    # Without it no earlier judgement stands for results that were cut off in writing.
    (output / REJUDGED).unlink(missing_ok=True)
    write_results(output, again, old, rejudging.guard)
    moved, day = tuple(moves(old, again)), (old.started_at.isoformat() if old is not None else again.began)[:10]
    contracts = sorted(again.today)
    hashes = {"key": rejudging.key(contracts, *contents), "results": _sha256(output / RESULTS)}
    told = {**hashes, "day": day, "contracts": contracts, **_facts(again, old)}
    line = {"format": REJUDGED_FORMAT, **told, "moved": [asdict(move) for move in moved]}
    rejudging.guard.write(output / REJUDGED, json.dumps(line, ensure_ascii=True) + "\n")
    return JudgedAnew(day, True, again.exchanges, moved)


def _facts(again: JudgedAgain, old: Run | None) -> dict[str, Any]:
    return {"version": old.version if old is not None else "", "exchanges": again.exchanges}


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dated(judged: Iterable[JudgedAnew]) -> Iterator[tuple[str, Move]]:
    """Yield the moves of some runs, each with the day of its run."""
    return ((one.day, move) for one in judged for move in one.moved)
