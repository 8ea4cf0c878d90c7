"""What a law is given to look at: a task's replies in order, and whom a refusal is about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.reply_views import BY_ID, view
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Creation, Published, Refused, Subject, Task

VIDEOS = BY_ID["octopusx/videos"]
SENT = {"model": "sora-2", "prompt": "a cat", "seconds": "5"}
WORDS = ("queued", "in_progress", "in_progress", "completed", "completed")


def read(status: str, code: int = 200, **body: Any) -> ReplyView:
    return view(VIDEOS, {"id": "video_1", "status": status, **body}, code, asked="video_1")


def created(code: int = 200, sent: Any = SENT) -> ReplyView:
    return view(VIDEOS, {"id": "video_1", "status": "queued"}, code, role="create", step="create", sent=sent)


@pytest.fixture
def task() -> Task:
    return Task(VIDEOS, [read(word) for word in WORDS])


def test_a_life_is_told_by_its_phases(task: Task) -> None:
    assert task.unfinished() == task.all[:3]
    assert task.succeeded() == task.all[3:]
    assert task.since_finished() == task.all[3:]
    assert Task(VIDEOS, task.all[:3]).since_finished() == []


def test_a_life_goes_on_after_its_end_where_a_vendor_lets_it() -> None:
    task = Task(VIDEOS, [read(word) for word in ("failed", "queued", "completed")])
    assert task.since_finished() == task.all


def test_readings_are_those_in_which_the_fields_are_well_formed(task: Task) -> None:
    task.all[1:3] = [read("in_progress", progress=40), read("in_progress", progress="forty")]
    assert task.views("progress") == task.all[1:2]
    assert task.unfinished("progress") == task.all[1:2]
    assert task.succeeded("progress") == []
    task.append(progress=100)
    assert task.succeeded("progress") == task.all[-1:]
    assert list(task.pairs("progress")) == [(task.all[1], task.all[-1])]


def test_each_later_reading_is_held_against_the_first(task: Task) -> None:
    first, second, third = task.all[:3]
    assert Task(VIDEOS, [first, second, third]).against_first("id") == [(first, second), (first, third)]
    assert Task(VIDEOS, [first]).against_first("id") == []


def test_a_read_is_neither_a_creation_nor_without_an_id(task: Task) -> None:
    remixed = view(VIDEOS, {"id": "video_2"}, role="remix", asked="video_1", sent={"prompt": "a dog"})
    life = Task(VIDEOS, [created(), remixed, view(VIDEOS, {"id": "video_1"}), *task.all])
    assert life.reads("id") == task.all


def test_a_life_that_starts_with_a_served_creation_is_ours() -> None:
    assert Task(VIDEOS, [created(), read("queued", 404)]).was_created
    assert not Task(VIDEOS, [created(400), read("queued")]).was_created
    assert not Task(VIDEOS, [read("queued"), created()]).was_created
    assert not Task(VIDEOS, [created(sent=b"")]).was_created
    assert not Task(VIDEOS, []).was_created


def test_a_counterexample_changes_the_first_reading_or_the_one_it_names(task: Task) -> None:
    task.alter(status="failed")
    task.alter(-1, status="failed")
    assert [one.status for one in task.all] == ["failed", *WORDS[1:4], "failed"]
    task.append(status="queued", id="video_2")
    assert [(one.status, one.value("id")) for one in task.all[-2:]] == [("failed", "video_1"), ("queued", "video_2")]
    assert len(task.all) == len(WORDS) + 1


def test_what_was_looked_at_is_what_counts(task: Task) -> None:
    task.all[2].observe()
    assert task.observed == [task.all[2]]
    assert task.first is task.all[0]


@pytest.mark.parametrize(
    ("told", "blamed"),
    [
        ("seconds must be 4, 8 or 12", True),
        ("invalid request", True),
        ("the prompt is too long", False),
        ("prompt or seconds is wrong", True),
        ("size is wrong, which was not sent", True),
        ("no such promptness", True),
        ("", True),
    ],
)
def test_a_refusal_is_for_a_member_that_it_names_or_where_it_names_none(told: str, blamed: bool) -> None:
    refused = view(VIDEOS, {"error": told}, 400, role="create", sent=SENT)
    creation = Creation(VIDEOS, [refused])
    creation.member = "seconds"
    assert creation.may_be_about(refused) is blamed


@pytest.mark.parametrize(
    ("asked", "credential", "tells"),
    [
        ("video_1", "none", True),
        (VIDEOS.unknown_id, "key", True),
        (VIDEOS.unknown_id, "none", False),
        (VIDEOS.unknown_id, "wrong", False),
        (None, "none", True),
    ],
)
def test_a_stranger_who_asks_for_a_task_that_is_not_there_may_be_refused_for_either(
    asked: str | None, credential: str, tells: bool
) -> None:
    refused = Refused(VIDEOS, [view(VIDEOS, {}, 401, asked=asked, credential=credential)])
    assert refused.tells is tells


def test_no_credential_counts_as_accepted_before_it_was_seen_so() -> None:
    assert Subject(VIDEOS, []).accepted is False


def test_a_published_document_has_its_operations_and_examples() -> None:
    structure = {"paths": {"/a": {"get": {"id": 1}, "post": {"id": 2}}, "/b": {"get": {"id": 3}}}}
    examples = [read("queued")]
    published = Published(VIDEOS, structure, examples)
    assert [operation["id"] for operation in published.operations()] == [1, 2, 3]
    assert published.all == examples
    assert isinstance(published, Subject)


def test_of_a_refusal_nothing_is_known_before_a_task_was_served() -> None:
    assert Refused(VIDEOS, []).accepted is False
