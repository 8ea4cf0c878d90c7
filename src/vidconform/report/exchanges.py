"""Reads evidence.jsonl back: the exchanges and gaps of a run by contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.evidence.journal import FORMAT, NAME


@dataclass(frozen=True)
class Body:
    """What is kept of a body; `size` is that of the whole."""

    text: str | None
    base64: str
    size: int
    is_cut: bool


@dataclass(frozen=True)
class State:
    """What a reply says of its task's life."""

    status: str
    phase: str | None
    progress: float | None


@dataclass(frozen=True)
class Kept:
    """One exchange as kept."""

    contract: str
    probe: str
    index: int
    step: str
    role: str
    task_id: str | None
    origin: str
    at: str
    elapsed: float
    method: str
    url: str
    sent_headers: tuple[tuple[str, str], ...]
    sent: Body | None
    status: int
    headers: tuple[tuple[str, str], ...]
    received: Body
    state: State | None

    @property
    def key(self) -> tuple[str, int]:
        """What a verdict points with."""
        return self.probe, self.index


@dataclass
class Journalled:
    """The exchanges and gaps of one contract in one run."""

    exchanges: dict[tuple[str, int], Kept] = field(default_factory=dict)
    gaps: list[tuple[str, str]] = field(default_factory=list)


def read_evidence(results: Path) -> dict[str, Journalled]:
    """Return the evidence beside a results file by contract; empty where there is none, without what cannot be read."""
    found: dict[str, Journalled] = {}
    for line in _lines(results.parent / NAME):
        try:
            _take(found, line)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return found


def _lines(path: Path) -> Iterator[Any]:
    """Yield the lines of a file that says it is ours; a killed run leaves the last one cut."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, text in enumerate(file):
            try:
                line = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if number == 0 and (not isinstance(line, dict) or line.get("format") != FORMAT):
                return
            yield line


def _take(found: dict[str, Journalled], line: Any) -> None:
    if line["kind"] == "exchange":
        kept = _kept(line)
        found.setdefault(kept.contract, Journalled()).exchanges[kept.key] = kept
    elif line["kind"] == "gap":
        found.setdefault(str(line["contract"]), Journalled()).gaps.append((str(line["probe"]), str(line["sentence"])))


def _kept(line: Any) -> Kept:
    request, reply = line["request"], line["reply"]
    return Kept(
        contract=str(line["contract"]),
        probe=str(line["probe"]),
        index=int(line["index"]),
        step=str(line["step"]),
        role=str(line["role"]),
        task_id=None if line["task_id"] is None else str(line["task_id"]),
        origin=str(line["origin"]),
        at=str(line["at"]),
        elapsed=float(line["elapsed"]),
        method=str(request["method"]),
        url=str(request["url"]),
        sent_headers=_headers(request["headers"]),
        sent=None if request["body"] is None else _body(request["body"]),
        status=int(reply["status"]),
        headers=_headers(reply["headers"]),
        received=_body(reply["body"]),
        state=_state(line.get("state")),
    )


def _headers(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in pairs)


def _body(body: Any) -> Body:
    return Body(body.get("text"), str(body.get("base64", "")), int(body["size"]), bool(body["cut"]))


def _state(state: Any) -> State | None:
    return None if state is None else State(str(state["status"]), state["phase"], percent(state["progress"]))


def percent(progress: Any) -> float | None:
    """Return progress as a number from 0 to 100, whatever a vendor calls it; None where it says nothing."""
    if isinstance(progress, bool) or progress is None:
        return None
    try:
        number = float(str(progress).strip().removesuffix("%"))
    except ValueError:
        return None
    if isinstance(progress, float) and 0 < number < 1:
        number *= 100
    return min(max(number, 0.0), 100.0) if number == number else None
