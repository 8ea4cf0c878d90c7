"""Verdicts that moved although the evidence is the same, and why: law, schema, contract, level or evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vidconform import __version__
from vidconform.catalogue.judged_again import JudgedAgain
from vidconform.report import Run, question
from vidconform.run import judging_sha256
from vidconform.store import tells_of_loss
from vidconform.text import pluralise, visible

Line = Mapping[str, Any]

CAUSES = {
    "evidence": "the evidence is not what it was: something of it was lost, redacted or altered",
    "level": "the ledger gives the requirement another level",
    "schema": "the schema that decides it was changed",
    "contract": "another file of the contract was changed, and no law",
    "law": "the law that decides it, or what judges by it, was changed",
}


@dataclass(frozen=True)
class Move:
    """One verdict of an earlier run that reads otherwise today; `cause` is one of CAUSES, `why` tells what differs."""

    contract: str
    requirement: str
    subject: str
    was: str
    now: str
    cause: str
    why: str


def moves(old: Run | None, again: JudgedAgain) -> list[Move]:
    """Return the verdicts of a run that read otherwise today."""
    before = {question(line): line for line in old.lines} if old is not None else {}
    pairs = [(before[question(now)], now) for now in again.lines if question(now) in before]
    moved = [(was, now) for was, now in pairs if was["reading"] != now["reading"]]
    return [_move(was, now, _cause(was, now, old, again)) for was, now in moved if old is not None]


def _move(was: Line, now: Line, cause: str) -> Move:
    return Move(*question(now), was["reading"], now["reading"], cause, _why(was, now, cause))


def _cause(was: Line, now: Line, old: Run | None, again: JudgedAgain) -> str:
    """Return what moved a verdict: the first of these that differs."""
    if tells_of_loss(now["received"]):
        return "evidence"
    if was["outcome"] == now["outcome"] and was["level"] != now["level"]:
        return "level"
    contract = now["contract"]
    same_spec = again.specs.get(contract) == again.today.get(contract)
    same_code = old is not None and _is_same_code(old)
    if same_spec:
        return "evidence" if same_code else "law"
    if now["decided_by"].startswith("schema:"):
        return "schema"
    return "contract" if same_code else "law"


def _is_same_code(old: Run) -> bool:
    """Whether a run was judged by the code of today; one that does not say tells its version at least."""
    return old.judging == judging_sha256() if old.judging else old.version == __version__


def _why(was: Line, now: Line, cause: str) -> str:
    if cause == "level":
        return f"{was['level']} then, {now['level']} now"
    if cause == "evidence" and now["outcome"] != "unmet":
        return str(now["received"] or now["expected"])
    told = f"by {now['decided_by']}" + ("" if was.get("edition") == now.get("edition") else ", of another edition")
    line, when = (now, "now") if now["outcome"] == "unmet" else (was, "then")
    return f"{told}: {when} expected {line['expected']}, received {line['received']}" if line["received"] else told


@dataclass
class MovedRuns:
    """The runs in which one requirement moved in one way for one cause, given in their order."""

    move: Move
    runs: list[str]

    def line(self) -> str:
        """Return the runs as a line of the table."""
        move = self.move
        subject = " (the document itself)" if move.subject == "document" else ""
        first, last = self.runs[0], self.runs[-1]
        where = first if first == last else f"{first} .. {last}"
        named = f"{visible(move.contract)}  {visible(move.requirement)}{subject}: {move.was} -> {move.now}"
        return f"  {named}, {pluralise(len(self.runs), 'run')} ({visible(where)}): {visible(move.why, 240)}"


def by_kind(found: Iterable[tuple[str, Move]]) -> list[MovedRuns]:
    """Return moves, given with the day of their run, with those of many runs as one; sorted by cause and name."""
    kinds: dict[tuple[str, ...], MovedRuns] = {}
    for day, move in found:
        key = move.cause, move.contract, move.requirement, move.subject, move.was, move.now
        kinds.setdefault(key, MovedRuns(move, [])).runs.append(day)
    return [kinds[key] for key in sorted(kinds)]


def table(kinds: Iterable[MovedRuns]) -> list[str]:
    """Return the lines of the table: what moved, by cause."""
    kinds, lines = list(kinds), list[str]()
    for cause, meaning in CAUSES.items():
        mine = [kind for kind in kinds if kind.move.cause == cause]
        if mine:
            lines += [f"{cause} ({meaning}): {sum(len(kind.runs) for kind in mine)}", *(kind.line() for kind in mine)]
    return lines or ["no verdict moved"]
