"""Remix: a new task from a finished one."""

from __future__ import annotations

from vidconform.laws import Remixed, expect, requires, shown


@requires("remix-makes-new-task")
def test_a_remix_is_a_task_of_its_own(remix: Remixed) -> None:
    for reading in shown((r for r in remix.all if r.has("id")), "a remix whose reply tells an id"):
        expect(reading.value("id") != remix.source, "a new id", remix.source, reading, "id")


@test_a_remix_is_a_task_of_its_own.broken_by
def _(remix: Remixed) -> None:
    remix.alter(id=remix.source)
