"""Vices of lives: tasks that go back, run again, never end, or never run."""

from __future__ import annotations

from dataclasses import replace

from vidconform.emulator.tasks import KnownTask, Life, Step
from vidconform.emulator.vices.vice import vice

_WAITING = "queued"
# Milliseconds; a whole second, so that a time in seconds moves too.
_LATER = 1000


def _runs(life: Life) -> Step | None:
    """Return the first state whose word is not the one that a task begins with, or the first of one that only waits."""
    unfinished = life[:-1]
    return next((step for step in unfinished if step.progress), None) or (unfinished[-1] if unfinished else None)


@vice()
def reopens_after_completion(life: Life) -> Life:
    """A finished task runs again at its next read, and is finished once more at the one after."""
    running = _runs(life)
    if running is None:
        return life
    last = life[-1]
    again = replace(running, progress=last.progress, since_ms=last.since_ms + _LATER)
    return (*life, again, replace(last, since_ms=last.since_ms + 2 * _LATER))


@vice()
def fails_after_completion(life: Life) -> Life:
    """A completed task has failed at its next read, and is completed again at the one after."""
    last = life[-1]
    return (*life, replace(last, status="failed"), last) if last.status == "completed" else life


@vice()
def goes_back_to_the_queue(life: Life) -> Life:
    """A task that runs waits once more before it goes on."""
    running = _runs(life)
    if running is None:
        return life
    place = life.index(running) + 1
    before = [step.status for step in life[: life.index(running)] if step.status != running.status]
    if not before and not running.progress:
        return life
    word = before[-1] if before else _WAITING
    back = replace(running, status=word, since_ms=running.since_ms + _LATER)
    after = (replace(step, since_ms=step.since_ms + 2 * _LATER) for step in (running, *life[place:]))
    return (*life[:place], back, *after)


@vice(stalls=True)
def never_ends(life: Life) -> Life:
    """A task never ends."""
    return life[:-1] or (replace(life[0], status="pending", progress=0),)


@vice()
def progress_falls(life: Life) -> Life:
    """The progress of a task rises and then falls before it is whole."""
    running = _runs(life)
    if running is None:
        return life
    place = life.index(running) + 1
    higher, lower = replace(running, progress=60), replace(running, progress=30)
    return (*life[:place], higher, lower, *life[place:])


@vice()
def progress_stays_below_the_whole(life: Life) -> Life:
    """The progress of a completed task is 99 percent."""
    return tuple(replace(step, progress=min(step.progress, 99)) for step in life)


@vice()
def progress_starts_at_ten(life: Life) -> Life:
    """A task has ten percent of progress from its creation on."""
    return tuple(replace(step, progress=max(step.progress, 10)) for step in life)


@vice()
def runs_at_creation(life: Life) -> Life:
    """A task runs as soon as it is created."""
    running = _runs(life)
    return tuple(replace(step, status=running.status) if running and not step.progress else step for step in life)


@vice()
def ids_of_another_shape(known: tuple[KnownTask, ...]) -> tuple[KnownTask, ...]:
    """The tasks have ids of a shape that no document shows."""
    return tuple(replace(task, id=f"job-{number}") for number, task in enumerate(known, 1))
