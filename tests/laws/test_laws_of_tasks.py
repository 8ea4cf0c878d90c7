"""The laws about a task's life, one by one: what holds, what breaks, and what shows nothing of it."""

from __future__ import annotations

from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest

from tests.support.reply_views import BY_ID, BY_NAME, ends, field_of, received, view
from vidconform.contracts.contract import Contract
from vidconform.laws.law import BrokenLaw, Unseen
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Subject, Task

VIDEOS, QUERY, GPTGE = BY_ID["octopusx/videos"], BY_ID["octopusx/query"], BY_ID["gptge/videos"]
CHAINHUB, OPEAI, OPENAI = BY_ID["chainhub/videos"], BY_ID["opeai/videos"], BY_ID["openai/videos"]
SENT = {"model": "sora-2", "prompt": "a cat", "seconds": "5", "size": "1280x720"}
NOON = 1_762_000_000
ORDER = "a_time_is_not_before_what_it_follows"


def reads(contract: Contract, *bodies: dict[str, Any]) -> list[ReplyView]:
    return [view(contract, {"id": "video_1", **body}, asked="video_1") for body in bodies]


def task(contract: Contract, *bodies: dict[str, Any]) -> Task:
    return Task(contract, reads(contract, *bodies))


def created(body: dict[str, Any], *later: dict[str, Any], code: int = 200, sent: Any = SENT) -> Task:
    first = view(VIDEOS, {"id": "video_1", **body}, code, role="create", step="create", sent=sent)
    return Task(VIDEOS, [first, *reads(VIDEOS, *later)])


def statuses(contract: Contract, *words: str) -> Task:
    return task(contract, *({"status": word} for word in words))


# --- status


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["completed", "completed"], "held"), (["failed", "failed", "failed"], "held"),
        (["queued", "completed"], "unseen"), (["completed"], "unseen"), (["queued", "queued"], "unseen"),
        (["completed", "queued"], "broken"), (["completed", "failed"], "broken"),
        (["completed", "completed", "queued"], "broken"), (["failed", "completed", "failed"], "broken"),
        (["completed", "queued", "queued"], "broken"),
    ],
)  # fmt: skip
def test_a_finished_task_stays_finished(words: list[str], end: str) -> None:
    assert ends("a_finished_task_stays_finished", statuses(VIDEOS, *words)) == end


def test_only_reads_after_the_end_count_as_seen() -> None:
    life = statuses(VIDEOS, "queued", "completed", "completed")
    assert ends("a_finished_task_stays_finished", life) == "held"
    assert life.observed == life.all[2:]


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["queued", "queued", "in_progress", "completed"], "held"), (["queued", "failed"], "held"),
        (["in_progress", "queued"], "broken"), (["queued", "in_progress", "queued"], "broken"),
        (["in_progress", "odd", "queued"], "broken"), (["queued"], "unseen"),
        (["completed", "queued"], "unseen"), (["queued", "odd"], "unseen"), (["failed", "completed"], "unseen"),
    ],
)  # fmt: skip
def test_the_status_moves_forward_until_the_end(words: list[str], end: str) -> None:
    assert ends("the_status_moves_forward", statuses(VIDEOS, *words)) == end


@pytest.mark.parametrize("words", [["queued", "pending", "processing"], ["pending", "queued", "pending"]])
def test_words_of_one_phase_are_equal(words: list[str]) -> None:
    assert ends("the_status_moves_forward", statuses(QUERY, *words)) == "held"


@pytest.mark.parametrize("words", [["SUBMITTED", "NOT_START"], ["QUEUED", "SUBMITTED"], ["IN_PROGRESS", "QUEUED"]])
def test_words_of_an_ordered_phase_are_not(words: list[str]) -> None:
    assert ends("the_status_moves_forward", statuses(OPEAI, *words)) == "broken"
    assert ends("the_status_moves_forward", statuses(OPEAI, *reversed(words))) == "held"


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["failed", "completed"], "unseen"),
        (["completed", "failed"], "broken"),
        (["error", "SUCCESS", "queued"], "broken"),
    ],
)
def test_an_end_that_the_document_has_no_word_for_is_none(words: list[str], end: str) -> None:
    assert ends("a_finished_task_stays_finished", statuses(GPTGE, *words)) == end


def test_an_unknown_state_has_no_place_in_the_order() -> None:
    assert ends("the_status_moves_forward", statuses(OPEAI, "UNKNOWN", "QUEUED", "UNKNOWN", "SUCCESS")) == "held"
    assert ends("the_status_moves_forward", statuses(OPEAI, "QUEUED", "UNKNOWN")) == "unseen"


@pytest.mark.parametrize(
    ("words", "end"),
    [(["completed"], "held"), (["SUCCESS"], "broken"), (["completed", "succeeded"], "broken"),
     (["failed", "queued"], "unseen")],
)  # fmt: skip
def test_success_has_the_documented_word(words: list[str], end: str) -> None:
    assert ends("success_has_the_documented_word", statuses(GPTGE, *words)) == end


# --- progress


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([("queued", 0), ("in_progress", 40), ("in_progress", 40), ("completed", 100)], "held"),
        ([("in_progress", 40), ("in_progress", 30)], "broken"),
        ([("in_progress", 40), ("completed", 30)], "broken"),
        ([("queued", 40), ("in_progress", 30), ("completed", 100)], "broken"),
        ([("in_progress", 40), ("failed", 0)], "unseen"),
        ([("in_progress", 40), ("failed", 0), ("in_progress", 50)], "held"),
        ([("in_progress", 40), ("completed", 100), ("in_progress", 0), ("completed", 50)], "held"),
        ([("completed", 100), ("completed", 90)], "unseen"),
        ([("in_progress", 40)], "unseen"),
    ],
)
def test_progress_never_falls_while_a_task_goes_on(steps: list[tuple[str, int]], end: str) -> None:
    life = task(VIDEOS, *({"status": word, "progress": progress} for word, progress in steps))
    assert ends("progress_never_falls", field_of("progress-never-falls", life)) == end


@pytest.mark.parametrize(("progress", "end"), [(100, "held"), (99, "broken"), (101, "broken"), (None, "unseen")])
def test_progress_is_whole_at_completion(progress: int | None, end: str) -> None:
    life = task(VIDEOS, {"status": "in_progress", "progress": 7}, {"status": "completed", "progress": progress})
    assert ends("progress_is_whole_at_completion", life) == end


@pytest.mark.parametrize(("progress", "end"), [(0, "held"), (1, "broken"), (-1, "broken"), (None, "unseen")])
def test_progress_starts_at_zero_where_the_creation_tells_it(progress: int | None, end: str) -> None:
    body = {"status": "queued", "progress": progress}
    assert ends("progress_starts_at_zero", created(body)) == end
    assert ends("progress_starts_at_zero", created(body, {"progress": 40})) == end
    assert ends("progress_starts_at_zero", created({"progress": 0}, {"progress": None})) == "held"
    assert ends("progress_starts_at_zero", created({"progress": None}, {"progress": 40})) == "unseen"
    assert ends("progress_starts_at_zero", created(body, code=400)) == "unseen"
    assert ends("progress_starts_at_zero", task(VIDEOS, body)) == "unseen"


# --- creation


@pytest.mark.parametrize(("word", "end"), [("queued", "held"), ("in_progress", "broken"), (None, "unseen")])
def test_a_created_task_waits_first(word: str | None, end: str) -> None:
    assert ends("a_created_task_waits_first", created({"status": word})) == end
    assert ends("a_created_task_waits_first", created({"status": word}, {"status": "in_progress"})) == end
    assert ends("a_created_task_waits_first", created({"status": "queued"}, {"status": None})) == "held"
    assert ends("a_created_task_waits_first", created({"status": None}, {"status": "queued"})) == "unseen"
    assert ends("a_created_task_waits_first", task(VIDEOS, {"status": word})) == "unseen"


def test_only_the_creation_itself_counts_as_seen() -> None:
    life = created({"status": "queued", "progress": 0}, {"status": "queued", "progress": 0})
    for law in ("a_created_task_waits_first", "progress_starts_at_zero"):
        assert ends(law, life) == "held"
    assert life.observed == life.all[:1]


@pytest.mark.parametrize(
    ("codes", "end"),
    [([200], "held"), ([404], "broken"), ([200, 404], "broken"), ([500], "broken"), ([], "unseen"), ([401], "unseen"),
     ([402, 200], "held"), ([403, 404], "broken")],
)  # fmt: skip
def test_a_created_task_can_be_read(codes: list[int], end: str) -> None:
    life = created({"status": "queued"})
    life.all += [view(VIDEOS, {}, code, asked="video_1") for code in codes]
    assert ends("a_created_task_can_be_read", life) == end
    assert life.all[0] not in life.observed
    assert ends("a_created_task_can_be_read", Task(VIDEOS, life.all[1:])) == "unseen"


# --- echo


@pytest.mark.parametrize("role", ["model", "seconds", "size"])
def test_what_was_sent_comes_back(role: str) -> None:
    def told(life: Task) -> str:
        return ends("what_was_sent_comes_back", field_of(f"{role}-is-echoed", life))

    same = {role: SENT[role]}
    assert told(created(same, same)) == "held"
    assert told(created(same, {role: "7"})) == "broken"
    assert told(created({role: "7"})) == "broken"
    assert told(created({}, same)) == "held"
    assert told(created({}, {})) == "unseen"
    assert told(created(same, code=400)) == "unseen"
    assert told(created(same, sent={"prompt": "a cat"})) == "unseen"
    assert told(task(VIDEOS, same)) == "unseen"


@pytest.mark.parametrize("role", ["prompt", "model"])
def test_what_came_back_once_stays(role: str) -> None:
    def told(*bodies: dict[str, Any]) -> str:
        return ends("what_is_told_of_the_input_stays", field_of(f"input-{role}-stays", task(CHAINHUB, *bodies)))

    one, other = ({"detail": {"input": {role: f"{value} {role}"}}} for value in ("a", "another"))
    assert (told(one, one, one), told(one, other), told(one, one, other)) == ("held", "broken", "broken")
    assert told(one, {}) == "unseen"


def told_twice(requirement: str, life: Task) -> str:
    return ends("what_is_told_twice_is_the_same", field_of(requirement, life))


@pytest.mark.parametrize(("pending", "end"), [("a cat", "held"), ("a dog", "broken"), (None, "unseen")])
def test_the_pending_info_tells_the_same_prompt(pending: str | None, end: str) -> None:
    detail = {"input": {"prompt": "a cat"}, "pending_info": {"prompt": pending}}
    assert told_twice("pending-info-prompt-same-as-input", task(CHAINHUB, {"detail": detail})) == end


# --- identifiers


def test_the_id_is_the_one_asked_for() -> None:
    asked = [view(VIDEOS, {"id": told}, asked="video_1") for told in ("video_1", "video_2", None)]
    assert [ends("the_id_is_the_one_asked_for", Task(VIDEOS, [one])) for one in asked] == ["held", "broken", "unseen"]


def test_a_task_keeps_its_id() -> None:
    first, second, none = {"id": "video_1"}, {"id": "video_2"}, {"id": None}
    assert ends("a_task_keeps_its_id", task(VIDEOS, first, none, first)) == "held"
    assert ends("a_task_keeps_its_id", task(VIDEOS, first, first, second)) == "broken"
    assert ends("a_task_keeps_its_id", task(VIDEOS, first, none)) == "unseen"


@pytest.mark.parametrize(("told", "end"), [("video_1", "held"), ("video_2", "broken"), (None, "unseen")])
def test_both_ids_agree(told: str | None, end: str) -> None:
    assert told_twice("id-and-task-id-agree", task(VIDEOS, {"task_id": told})) == end


@pytest.mark.parametrize(
    ("whole", "bare", "end"),
    [("sora-2:task_1", "task_1", "held"), ("sora-2:a:b", "a:b", "held"), ("sora-2:task_1", "sora-2:task_1", "broken"),
     ("sora-2:task_1", ":", "broken"), ("task_1", "task_1", "unseen"), ("sora-2:task_1", None, "unseen")],
)  # fmt: skip
def test_the_detail_names_the_id_without_its_prefix(whole: str, bare: str | None, end: str) -> None:
    body = {"id": whole, "detail": {"id": bare}}
    assert ends("the_detail_names_the_id_without_its_prefix", task(CHAINHUB, body)) == end


def test_the_parts_of_a_detail_agree() -> None:
    pending = {"id": "task_1", "moderation_result": {"task_id": "task_1"}}
    body = {"status": "pending", "detail": {"id": "task_1", "status": "pending", "pending_info": pending}}
    other = {"status": "failed", "detail": {**body["detail"], "id": "task_2"}}  # type: ignore[dict-item]  # an example has it
    rows = (
        "detail-status-same-as-status", "pending-info-id-same-as-detail", "moderation-result-task-id-same-as-detail",
    )  # fmt: skip
    assert {told_twice(row, task(CHAINHUB, body)) for row in rows} == {"held"}
    assert {told_twice(row, task(CHAINHUB, other)) for row in rows} == {"broken"}
    assert {told_twice(row, task(CHAINHUB, {"status": "pending"})) for row in rows} == {"unseen"}


@pytest.mark.parametrize(("told", "end"), [("video_2", "held"), ("video_1", "broken"), (None, "unseen")])
def test_a_remix_is_a_task_of_its_own(told: str | None, end: str) -> None:
    remix = Subject(VIDEOS, [view(VIDEOS, {"id": told}, role="remix", asked="video_1")])
    assert ends("a_remix_is_a_task_of_its_own", remix) == end


# --- times


@pytest.mark.parametrize(
    ("times", "end"),
    [([NOON, NOON, NOON], "held"), ([NOON, NOON + 1], "broken"), ([NOON, NOON, NOON - 1], "broken"),
     ([NOON, None], "unseen")],
)  # fmt: skip
def test_the_creation_time_never_changes(times: list[int | None], end: str) -> None:
    assert ends("the_creation_time_never_changes", task(VIDEOS, *({"created_at": at} for at in times))) == end


def follows(requirement: str, life: Task) -> str:
    return ends(ORDER, field_of(requirement, life))


@pytest.mark.parametrize(("after", "end"), [(0, "held"), (1, "held"), (-1, "broken"), (-NOON, "unseen")])
def test_completion_and_expiry_keep_their_order(after: int, end: str) -> None:
    finished = {"created_at": NOON, "completed_at": NOON + after}
    assert follows("completed-after-created", task(GPTGE, finished)) == end
    expiring = {"completed_at": NOON, "expires_at": NOON + after}
    assert follows("expires-after-completed", task(GPTGE, expiring)) == end


@pytest.mark.parametrize(
    ("status", "completed", "end"),
    [("queued", None, "held"), ("in_progress", NOON, "broken"), ("queued", 0, "broken"), ("completed", NOON, "unseen"),
     ("odd", NOON, "unseen")],
)  # fmt: skip
def test_an_unfinished_task_has_no_completion_time(status: str, completed: int | None, end: str) -> None:
    body = {"status": status, "completed_at": completed}
    assert ends("an_unfinished_task_has_no_completion_time", task(GPTGE, body)) == end


@pytest.mark.parametrize(("completed", "end"), [(None, "held"), (NOON, "broken")])
def test_a_creation_that_tells_an_end_hides_nothing_of_the_reads_behind_it(completed: int | None, end: str) -> None:
    told = view(OPENAI, {"id": "video_1", "status": "completed"}, role="create", step="create", sent=SENT)
    later = reads(OPENAI, {"status": "queued", "completed_at": completed})
    assert ends("an_unfinished_task_has_no_completion_time", Task(OPENAI, [told, *later])) == end


@pytest.mark.parametrize(
    ("steps", "end"), [([0, 0, 1], "held"), ([1, 0], "broken"), ([0, 2, 1], "broken"), ([0, None], "unseen")]
)
def test_the_update_time_never_goes_back(steps: list[int | None], end: str) -> None:
    bodies = ({"status_update_time": None if step is None else NOON * 1000 + step} for step in steps)
    assert ends("the_update_time_never_goes_back", task(CHAINHUB, *bodies)) == end


@pytest.mark.parametrize(
    ("milliseconds", "end"),
    [(0, "held"), (-1000, "held"), (-1001, "broken"), (1, "held"), (-1_762_000_000_000, "unseen")],
)
def test_an_update_follows_creation_but_for_rounding(milliseconds: int, end: str) -> None:
    updated = {"status_update_time": NOON * 1000 + milliseconds, "created_at": NOON}
    assert follows("update-time-not-before-creation", task(CHAINHUB, updated)) == end
    pending = {"pending_info": {"created_at": "2025-11-01T12:26:40Z"}}
    both = task(CHAINHUB, {**updated, "detail": pending})
    assert follows("update-time-not-before-pending-creation", both) == end


@pytest.mark.parametrize(("ahead", "place"), [(299, "/status_update_time"), (301, "/created_at")])
def test_a_creation_that_has_not_come_yet_is_what_is_wrong_and_no_update_before_it(ahead: int, place: str) -> None:
    told = {"status_update_time": NOON * 1000, "created_at": NOON + ahead}
    dated = view(CHAINHUB, told).altered(headers={"date": formatdate(NOON, usegmt=True)})
    rows = {id: row for id, row in CHAINHUB.requirements.items() if id != "created-at-agrees-with-clock"}
    with pytest.raises(BrokenLaw) as caught:
        BY_NAME[ORDER](field_of("update-time-not-before-creation", Task(replace(CHAINHUB, requirements=rows), [dated])))
    assert caught.value.pointer == place
    assert caught.value.received.startswith(str(told[place[1:]]))
    # Where another row is about the clock, that one tells it.
    told_apart = BrokenLaw if ahead == 299 else Unseen
    with pytest.raises(told_apart):
        BY_NAME[ORDER](field_of("update-time-not-before-creation", Task(CHAINHUB, [dated])))


@pytest.mark.parametrize(("words", "end"), [(("queued", "completed"), "held"), (("completed", "queued"), "unseen")])
def test_an_update_that_stays_after_the_end_is_told_by_the_end_alone(words: tuple[str, str], end: str) -> None:
    life = [{"status": word, "status_update_time": 1000 * NOON + 1 + at} for at, word in enumerate(words)]
    later = {"status": "completed", "status_update_time": life[-1]["status_update_time"]}
    assert ends("the_update_time_moves_with_the_status", task(CHAINHUB, *life, later)) == end


def test_a_pending_creation_that_is_no_time_shows_nothing() -> None:
    body = {"status_update_time": NOON * 1000, "detail": {"pending_info": {"created_at": "yesterday"}}}
    assert follows("update-time-not-before-pending-creation", task(CHAINHUB, body)) == "unseen"


@pytest.mark.parametrize(
    ("times", "end"),
    [
        ({"created_at": NOON, "status_update_time": NOON}, "held"),
        ({"created_at": NOON, "status_update_time": NOON * 1000}, "broken"),
        ({"created_at": NOON}, "unseen"),
        ({"status_update_time": NOON * 1000}, "unseen"),
        ({}, "unseen"),
    ],
)
def test_all_times_have_one_unit(times: dict[str, int], end: str) -> None:
    assert ends("all_times_have_one_unit", task(QUERY, times)) == end


def test_three_times_have_one_unit_as_well() -> None:
    times = {"created_at": NOON, "completed_at": NOON + 1, "status_update_time": NOON * 1000}
    assert ends("all_times_have_one_unit", task(CHAINHUB, times)) == "broken"
    said = received("all_times_have_one_unit", task(CHAINHUB, times))
    assert said == "created in seconds, completed in seconds, updated in milliseconds"


# --- two routes


def test_both_routes_tell_the_same_task() -> None:
    one, other, less = (
        {"model": "sora-2", "created_at": NOON},
        {"model": "sora-2", "created_at": NOON + 1},
        {"model": None},
    )
    assert ends("both_routes_tell_the_same_task", task(OPEAI, one, other, one)) == "held"
    assert ends("both_routes_tell_the_same_task", task(OPEAI, one, one, other)) == "broken"
    assert ends("both_routes_tell_the_same_task", task(OPEAI, other, one, one)) == "broken"
    assert ends("both_routes_tell_the_same_task", task(OPEAI, one, less)) == "held"
    nothing = Task(OPEAI, [view(OPEAI, {"id": "video_1"}), view(OPEAI, {"model": "sora-2"})])
    assert ends("both_routes_tell_the_same_task", nothing) == "unseen"


@pytest.mark.parametrize(
    ("first", "second", "later", "end"),
    [
        ("SUCCESS", "IN_PROGRESS", True, "broken"), ("SUCCESS", "SUCCESS", True, "held"),
        ("FAILURE", "SUCCESS", True, "broken"), ("IN_PROGRESS", "SUCCESS", True, "held"),
        ("SUCCESS", "IN_PROGRESS", False, "held"), ("UNKNOWN", "QUEUED", True, "held"),
    ],
)  # fmt: skip
def test_a_task_that_is_finished_is_so_on_the_route_read_later(first: str, second: str, later: bool, end: str) -> None:
    life = statuses(OPEAI, "QUEUED", first, second)
    for place, at in enumerate(("10:00", "10:01", "10:02") if later else ("10:00", "10:01", "09:59")):
        object.__setattr__(life.all[place].exchange, "at", f"2026-11-28T{at}:00.000+00:00")
    assert ends("both_routes_tell_the_same_task", life) == end


@pytest.mark.parametrize("member", ["prompt", "size"])
def test_both_routes_tell_what_was_asked_for_of_a_finished_task(member: str) -> None:
    for word, end in (("SUCCESS", "broken"), ("IN_PROGRESS", "held")):
        life = task(OPEAI, {"status": word, member: "one"}, {"status": word, member: "another"})
        object.__setattr__(life.all[1].exchange, "at", "2026-11-28T10:00:01.000+00:00")
        object.__setattr__(life.all[0].exchange, "at", "2026-11-28T10:00:00.000+00:00")
        assert ends("both_routes_tell_the_same_task", life) == end


def test_a_first_route_that_goes_back_on_its_word_is_not_held_against_the_second() -> None:
    for words, end in (
        (("SUCCESS", "IN_PROGRESS", "IN_PROGRESS"), "held"),
        (("SUCCESS", "IN_PROGRESS", "QUEUED"), "held"),
        (("SUCCESS", "SUCCESS", "QUEUED"), "broken"),
    ):
        life = statuses(OPEAI, *words)
        for place, one in enumerate(life.all):
            object.__setattr__(one.exchange, "at", f"2026-11-28T10:00:0{place}.000+00:00")
        assert ends("both_routes_tell_the_same_task", life) == end


def test_of_two_reads_in_the_same_moment_none_is_the_later() -> None:
    for words in (("QUEUED", "SUCCESS", "IN_PROGRESS"), ("SUCCESS", "IN_PROGRESS")):
        assert ends("both_routes_tell_the_same_task", statuses(OPEAI, *words)) == "held"
