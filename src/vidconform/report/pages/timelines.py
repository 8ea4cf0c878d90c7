"""The life of a task drawn: its polls in time, the status as bands, the progress as a line, broken laws as marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vidconform.report.pages.exchange_view import Kept
from vidconform.report.run_model import moment
from vidconform.text import pluralise

WIDTH, LEFT, RIGHT = 800, 8, 8
TOP, BOTTOM = 92.0, 52.0
_MOST_POLLS = 400
_MARK = 13.0


@dataclass
class Band:
    """A stretch in which the status word stayed the same."""

    status: str
    phase: str
    x: float
    width: float = 0.0
    polls: int = 1


@dataclass(frozen=True)
class Mark:
    """Where something was broken: at a poll, or at the one before what else was asked of the task.

    `cell` is where it is told.
    """

    x: float
    requirement: str
    cell: str


@dataclass
class Timeline:
    """One task's polls; `seconds` is None where their times say nothing."""

    task_id: str
    origin: str
    polls: list[tuple[float, Kept]]
    bands: list[Band]
    line: str
    seconds: float | None
    marks: list[Mark] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What the timeline shows, in words."""
        return ", then ".join(f"{band.status} ({pluralise(band.polls, 'poll')})" for band in self.bands)


def timelines(exchanges: Iterable[Kept], broken: Mapping[tuple[str, int], list[tuple[str, str]]]) -> list[Timeline]:
    """Return a timeline a task; `broken` names requirement and cell for each exchange that breaks something.

    A task that was read once is drawn where it broke something.
    """
    tasks: dict[str, list[Kept]] = {}
    faulty: dict[str, list[Kept]] = {}
    for kept in exchanges:
        if kept.state is not None and kept.task_id and kept.role.endswith("retrieve") and kept.origin != "documented":
            tasks.setdefault(kept.task_id, []).append(kept)
        if kept.task_id and kept.key in broken:
            faulty.setdefault(kept.task_id, []).append(kept)
    shown = {task_id: polls for task_id, polls in tasks.items() if len(polls) > 1 or task_id in faulty}
    return [_timeline(one, polls[:_MOST_POLLS], faulty.get(one, []), broken) for one, polls in shown.items()]


def _timeline(
    task_id: str, polls: list[Kept], faulty: list[Kept], broken: Mapping[tuple[str, int], list[tuple[str, str]]]
) -> Timeline:
    times = [moment(kept.at) for kept in polls]
    known = [time for time in times if time is not None]
    span = (max(known) - min(known)).total_seconds() if len(known) == len(polls) else 0.0
    places = _places(known, span) if span > 0 else _evenly(len(polls))
    placed = sorted(zip(places, polls, strict=True), key=lambda pair: pair[0])
    drawn = Timeline(task_id, polls[0].origin, placed, _bands(placed), _line(placed), span if span > 0 else None)
    for kept in faulty:
        for requirement, cell in broken[kept.key]:
            drawn.marks.append(Mark(_beside(_x_of(kept, placed), drawn.marks), requirement, cell))
    return drawn


def _x_of(kept: Kept, placed: list[tuple[float, Kept]]) -> float:
    """Return where a poll stands, and for anything else the poll before it."""
    own = [x for x, poll in placed if poll is kept]
    before = [x for x, poll in placed if poll.at <= kept.at]
    return (own or before[-1:] or [placed[0][0]])[0]


def _beside(x: float, marks: list[Mark]) -> float:
    """Return a place at which a mark hides no other."""
    taken = {mark.x for mark in marks}
    while x in taken:
        x = round(x + _MARK if x + _MARK < WIDTH else x - 0.5, 1)
    return x


def _places(times: list[datetime], span: float) -> list[float]:
    return [round(LEFT + (WIDTH - LEFT - RIGHT) * (time - min(times)).total_seconds() / span, 1) for time in times]


def _evenly(count: int) -> list[float]:
    return [round(LEFT + (WIDTH - LEFT - RIGHT) * i / max(count - 1, 1), 1) for i in range(count)]


def _bands(placed: list[tuple[float, Kept]]) -> list[Band]:
    bands: list[Band] = []
    for x, kept in placed:
        assert kept.state is not None
        if bands and bands[-1].status == kept.state.status:
            bands[-1].polls += 1
        else:
            bands.append(Band(kept.state.status, kept.state.phase or "unknown", x))
    for band, end in zip(bands, [*(band.x for band in bands[1:]), float(WIDTH)], strict=True):
        band.width = round(max(end - band.x, 2.0), 1)
    return bands


def _line(placed: list[tuple[float, Kept]]) -> str:
    """Return the points of the progress, those that say a number."""
    return " ".join(
        f"{x},{round(TOP - (TOP - BOTTOM) * kept.state.progress / 100, 1)}"
        for x, kept in placed
        if kept.state is not None and kept.state.progress is not None
    )
