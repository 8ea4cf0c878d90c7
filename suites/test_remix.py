"""Remix: a new task from a finished one."""

from __future__ import annotations

from vidconform.laws import Subject, altered, expect, require_observed, requires


@requires("remix-makes-new-task")
def test_a_remix_is_a_task_of_its_own(remix: Subject) -> None:
    for view in require_observed((r for r in remix.all if r.has("id")), "a remix whose reply tells an id"):
        expect(view.value("id") != remix.first.asked, "a new id", remix.first.asked, view, "id")


@requires("remix-names-its-source")
def test_a_remix_names_the_task_that_it_is_made_of(remix: Subject) -> None:
    for view in require_observed((r for r in remix.all if r.has("source")), "a remix whose reply tells its source"):
        expect(view.value("source") == remix.first.asked, repr(remix.first.asked), view.raw("source"), view, "source")


test_a_remix_names_the_task_that_it_is_made_of.broken_by(altered(source="another"))


@test_a_remix_is_a_task_of_its_own.broken_by
def _(remix: Subject) -> None:
    remix.alter(id=remix.first.asked)
