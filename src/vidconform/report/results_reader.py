"""Reads results.jsonl back: whole, truncated and said so, or refused with one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json, read_lines
from vidconform.errors import ResultsRefused
from vidconform.report.results_writer import FORMAT, SCHEMA
from vidconform.report.run_model import EMULATED, JudgedProvider, Run, Spent, VerdictRow, moment
from vidconform.text import visible
from vidconform.verdicts import Label, Pointer

NAME = "results.jsonl"

_LINE = FileFormat(SCHEMA)
# Far above what a run writes; a file from elsewhere may hold anything.
_LONGEST = 4_000
_LONGEST_LINE = 16 * 1024 * 1024


def find_results(given: Iterable[str | Path]) -> list[Path]:
    """Return the results files that are meant: a file itself, or every results.jsonl below a folder."""
    found: list[Path] = []
    for one in map(Path, given):
        files = sorted(one.rglob(NAME)) if one.is_dir() else [one]
        if not files:
            raise ResultsRefused(one, f"holds no {NAME}")
        found += files
    return list(dict.fromkeys(file.resolve() for file in found))


def read_run(path: Path, taken: Callable[[Run, dict[str, Any]], bool] = lambda run, line: False) -> Run:
    """Return the run of a file; what `taken` says that it took of its verdicts is not kept; raises ResultsRefused."""
    lines = _lines(path)
    run = _start(path, next(lines, None))
    total, held = None, 0
    for number, line in lines:
        if run.finished_at is not None:
            raise ResultsRefused(path, f"line {number} comes after the end of the run")
        if line["kind"] == "verdict":
            held += 1
            _keep(run, line, taken)
        else:
            total = _take(path, number, run, line)
    if total is not None and total != held:
        raise ResultsRefused(path, f"its end counts {total} verdicts, but it holds {held}")
    return run


def started_at(path: Path) -> str:
    """Return when a run began, from its first line alone; raises ResultsRefused."""
    return _start(path, next(_lines(path), None)).started_at.isoformat()


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines with their numbers; a last line without its newline is one that was cut in writing."""
    if path.exists() and not path.is_file():
        raise ResultsRefused(path, "is no regular file")
    try:
        for number, text in enumerate(read_lines(path, _LONGEST_LINE), 1):
            if text.endswith("\n"):
                yield number, _checked(path, number, text)
    except OSError as error:
        raise ResultsRefused(path, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise ResultsRefused(path, f"cannot be read: {error}") from error


def _checked(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        line = decode_plain_json(text)
    except ValueError as error:
        raise ResultsRefused(path, f"line {number} is no JSON: {error}") from error
    try:
        _LINE.check(line)
    except ValueError as problem:
        raise ResultsRefused(path, f"line {number} is not {FORMAT}: {visible(str(problem), 200)}") from problem
    found: dict[str, Any] = line
    return found


def _start(path: Path, first: tuple[int, dict[str, Any]] | None) -> Run:
    if first is None:
        raise ResultsRefused(path, "is empty")
    _, line = first
    if line["kind"] != "run":
        raise ResultsRefused(path, f"begins with a {line['kind']} line instead of the run's")
    started = moment(line["started_at"])
    if started is None:
        raise ResultsRefused(path, f"started_at {visible(line['started_at'], 60)} is no time")
    return Run(path, line["version"], line["mode"], started, judging=line.get("judging", ""))


def _keep(run: Run, line: dict[str, Any], taken: Callable[[Run, dict[str, Any]], bool]) -> None:
    # What a client would notice is no promise of the provider's, and no part of the report on it.
    if "client" in line:
        run.client_lines.append(line)
        return
    if any(place["origin"] == EMULATED for place in line["evidence"]):
        run.emulated.add(line["provider"])
    if not taken(run, line):
        run.lines.append(line)


def _take(path: Path, number: int, run: Run, line: dict[str, Any]) -> int | None:
    """Add what is no verdict to the run; return the number of verdicts that an end line counts."""
    kind = line["kind"]
    if kind == "foreign":
        run.foreign.append(line)
    elif kind == "provider":
        run.served[line["provider"]] = _served(line)
    elif kind == "end":
        run.finished_at, run.exit = moment(line["finished_at"]), line["exit"]
        if run.finished_at is None:
            raise ResultsRefused(path, f"line {number}: finished_at is no time")
        run.answered, run.remedies = line.get("answered", ()), line.get("remedies", ())
        run.cost = {name: Spent(cost["requests"], cost["creations"]) for name, cost in line["cost"].items()}
        return int(line["verdicts"])
    else:
        raise ResultsRefused(path, f"line {number} begins a second run")
    return None


def row_of(line: dict[str, Any]) -> VerdictRow:
    """Return a verdict from its line; the words that stand in thousands of rows are kept once."""
    return VerdictRow(
        provider=_once(line["provider"]),
        contract=_once(line["contract"]),
        requirement=_once(line["requirement"]),
        level=_once(line["level"]),
        subject=_once(line["subject"]),
        outcome=_once(line["outcome"]),
        label=Label(line["reading"]),
        statement=_once(line["statement"]),
        source=_once(line["source"]),
        expected=_once(line["expected"]),
        received=_once(line["received"]),
        observations=line["observations"],
        evidence=tuple(Pointer(**place) for place in line["evidence"]),
        request=line.get("request", ""),
        concern=_once(line.get("concern") or "other"),
        decided_by=_once(line.get("decided_by", "")),
        deviation=line.get("deviation"),
        partial=line.get("partial", False),
        routes=tuple(map(_once, line.get("routes", ()))),
    )


def _once(text: str) -> str:
    return sys.intern(text[:_LONGEST])


def _served(line: dict[str, Any]) -> JudgedProvider:
    name = line["provider"]
    contracts, editions = tuple(line["contracts"]), {e["contract"]: e for e in line.get("editions", ())}
    price, held_to = line.get("creation_price"), line.get("held_to", {})
    return JudgedProvider(name, line.get("title") or name, line["base_url"], contracts, price, editions, held_to)
