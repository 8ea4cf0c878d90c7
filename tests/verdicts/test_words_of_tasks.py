"""What a folder can say of a task's words and members, over real HTTP: each is kept, and what breaks it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.rawserver import Asked
from tests.support.small_provider import Says, Tree, a_body, answers, operation, verdicts, write

WORDS: Tree = {"waiting": {"enum": ["queued"]}, "succeeded": {"enum": ["completed"]}, "failed": {"enum": ["failed"]}}
BODY = a_body(example={"model": "m", "prompt": "p"})
VIDEO = {"id": "video_1", "status": "completed", "url": "https://cdn.example/1.mp4"}
ID = {"x-role": "id", "type": "string", "x-requirement": "id-type"}


def member(row: str, **more: Any) -> Tree:
    return {**more, "x-requirement": row}


def judged(folder: Path, files: Tree, rows: list[str], says: Says, reads: Tree | None = None) -> dict[str, str]:
    """Judge a vendor of one contract, whose tasks are read, and created where it has a creation.schema.json."""
    paths: Tree = {"/v1/videos/{id}": {"get": operation("retrieve", reads or answers(("200", "task.schema.json")))}}
    if creates := "creation.schema.json" in files:
        made = operation("create", answers(("201", "creation.schema.json")), requestBody=BODY)
        paths["/v1/videos"] = {"post": made}
    own = write(folder, paths, files, dict.fromkeys(rows, "MUST"))
    options: Tree = {"task_ids": [], "max_creations": 1} if creates else {}
    found, _ = verdicts(own, says, **options)
    return {row: verdict.label for row, verdict in found.items() if row in (*rows, "id-type", "status-type")}


def one_after_the_other(*told: Any, made: Any = None) -> Says:
    """Return a vendor that answers a creation, and reads with these bodies, the last one for ever."""
    reads: list[Asked] = []

    def says(asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST":
            return 201, made
        reads.append(asked)
        return 200, told[min(len(reads), len(told)) - 1]

    return says


def failing(found: dict[str, str]) -> set[str]:
    return {row for row, label in found.items() if label == "fails"}


def status(**more: Any) -> Tree:
    return {"x-role": "status", "type": "string", "x-requirement": "status-type", **more}


INSIDE: Tree = {
    "properties": {
        "code": member("code-type", type="integer"),
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "properties": {
                    "id": ID,
                    "status": status(),
                    "url": {"x-role": "result", "type": "string", "x-requirement": "url-type"},
                },
                "allOf": [
                    {"required": ["status"], "x-requirement": "status-present"},
                    {
                        "if": {
                            "type": "object",
                            "required": ["status"],
                            "properties": {"status": {"$ref": "#/$defs/succeeded"}},
                        },
                        "then": {"allOf": [{"required": ["url"], "x-requirement": "url-at-the-end"}]},
                    },
                ],
            },
            "x-requirement": "data-is-json",
        },
    },
    "$defs": WORDS,
}
INSIDE_ROWS = ["code-type", "data-is-json", "status-present", "url-type", "url-at-the-end", "id-same-as-asked",
               "terminal-status-is-final"]  # fmt: skip


def wrapped(**changed: Any) -> Tree:
    return {"code": 0, "data": json.dumps({**VIDEO, **changed})}


def test_a_task_inside_a_text_is_followed_to_its_end(tmp_path: Path) -> None:
    says = one_after_the_other(wrapped(status="queued"), wrapped())
    assert set(judged(tmp_path, {"task.schema.json": INSIDE}, INSIDE_ROWS, says).values()) == {"conforms"}


@pytest.mark.parametrize(
    ("told", "row"),
    [
        ({"code": 0, "data": "{'id': 'video_1'}"}, "data-is-json"),
        ({"code": 0, "data": '{"id": NaN}'}, "data-is-json"),
        ({"code": 0, "data": VIDEO}, "data-is-json"),
        (wrapped(status=7), "status-type"),
        (wrapped(url=7), "url-type"),
        (wrapped(id="video_2"), "id-same-as-asked"),
        (wrapped(status="queued"), "terminal-status-is-final"),
        ({"code": 0, "data": json.dumps({"id": "video_1", "status": "completed"})}, "url-at-the-end"),
        ({"code": 0, "data": json.dumps({"id": "video_1"})}, "status-present"),
    ],
)
def test_a_fault_inside_a_text_is_told_by_its_own_row(told: Tree, row: str, tmp_path: Path) -> None:
    says = one_after_the_other(wrapped(), told)
    assert failing(judged(tmp_path, {"task.schema.json": INSIDE}, INSIDE_ROWS, says)) == {row}


TWO_SETS: Tree = {
    "properties": {
        "id": ID,
        "status": status(anyOf=[{"$ref": "#/$defs/ours"}, {"$ref": "#/$defs/upstream"}]),
    },
    "$defs": {
        "ours": {"enum": ["queued", "completed", "failed"]},
        "upstream": {"enum": ["NOT_START", "SUCCESS", "failed"]},
        "waiting": {"enum": ["queued", "NOT_START"]},
        "succeeded": {"enum": ["completed", "SUCCESS"]},
        "failed": {"enum": ["failed"]},
    },
}


def lives(folder: Path, schema: Tree, *words: str, rows: tuple[str, ...]) -> dict[str, str]:
    says = one_after_the_other(*({"id": "video_1", "status": word} for word in words))
    return judged(folder, {"task.schema.json": schema}, list(rows), says)


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (["queued", "completed"], None),
        (["NOT_START", "SUCCESS"], None),
        (["NOT_START", "failed"], None),
        (["queued", "SUCCESS"], "status-words-of-one-set"),
        (["NOT_START", "completed"], "status-words-of-one-set"),
        (["queued", "done"], "status-type"),
    ],
)
def test_a_task_may_use_either_set_of_words_and_does_not_mix_them(
    words: list[str], row: str | None, tmp_path: Path
) -> None:
    found = lives(tmp_path, TWO_SETS, *words, rows=("status-words-of-one-set",))
    assert failing(found) == ({row} if row else set())
    assert (found["status-words-of-one-set"] == "conforms") == (row is None)


MADE: Tree = {
    "properties": {"id": ID, "status": status(enum=["success"])},
    "$defs": {"waiting": {"enum": ["success"]}},
}
READ: Tree = {
    "properties": {"id": ID, "status": status(enum=["WAITING", "success", "broken"])},
    "$defs": {"waiting": {"enum": ["WAITING"]}, "succeeded": {"enum": ["success"]}, "failed": {"enum": ["broken"]}},
}
MADE_ROWS = ["creation-starts-waiting", "status-moves-forward", "terminal-status-is-final"]


@pytest.mark.parametrize(
    ("made", "reads", "row"),
    [
        ("success", ["WAITING", "success"], None),
        ("WAITING", ["WAITING", "success"], "status-type"),
        ("success", ["success", "WAITING", "success"], "terminal-status-is-final"),
        ("success", ["queued", "success"], "status-type"),
    ],
)
def test_a_creation_may_have_words_of_its_own_and_one_word_another_meaning_there(
    made: str, reads: list[str], row: str | None, tmp_path: Path
) -> None:
    told = [{"id": "video_1", "status": word} for word in reads]
    says = one_after_the_other(*told, made={"id": "video_1", "status": made})
    found = judged(tmp_path, {"task.schema.json": READ, "creation.schema.json": MADE}, MADE_ROWS, says)
    assert failing(found) == ({row} if row else set())
    if row is None:
        assert set(found.values()) == {"conforms"}


def in_any_case(flag: Tree) -> Tree:
    return {
        "properties": {"id": ID, "status": status(anyOf=[{"$ref": f"#/$defs/{phase}"} for phase in WORDS])},
        "$defs": {
            "waiting": {"enum": ["Submitted"], **flag},
            "succeeded": {"enum": ["All-Done (1)"], **flag},
            "failed": {"enum": ["failed"]},
        },
    }


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("flag", "words", "rows"),
    [
        ({}, ["Submitted", "All-Done (1)"], set()),
        ({}, ["submitted", "All-Done (1)"], {"status-type"}),
        ({"x-any-case": True}, ["SUBMITTED", "all-done (1)", "ALL-DONE (1)"], set()),
        ({"x-any-case": True}, ["SUBMITTED", "all-done"], {"status-type"}),
        ({"x-any-case": True}, ["all-done (1)", "SUBMITTED"], {"terminal-status-is-final"}),
        ({"x-any-case": True}, ["SUBMITTED", "FAILED"], {"status-type"}),
    ],
)
def test_words_are_compared_exactly_unless_the_document_says_that_case_does_not_matter(
    flag: Tree, words: list[str], rows: set[str], tmp_path: Path
) -> None:
    found = lives(tmp_path, in_any_case(flag), *words, rows=("terminal-status-is-final",))
    assert failing(found) == rows


SUMS: Tree = {
    "properties": {
        "id": ID,
        "status": status(),
        "created": {"x-role": "created", "x-unit": "seconds", "type": "integer", "x-requirement": "created-type"},
        "expires": {"x-sum": ["created", 86400], "x-requirement": "expires-in-a-day"},
        "made": {"type": "string", "x-requirement": "made-type"},
        "gone": {"x-nullable": True, "x-sum": ["made", 3600], "x-requirement": "gone-in-an-hour"},
        "cost": {"properties": {"total": {"x-sum": ["video", "sound", 0.1], "x-requirement": "total-adds-up"}}},
    },
    "$defs": WORDS,
}
ADDED: Tree = {
    "id": "video_1", "status": "completed", "created": 1760000000, "expires": 1760086400,
    "made": "2026-01-01T10:00:00Z", "gone": "2026-01-01T12:00:00+01:00",
    "cost": {"video": 0.1, "sound": 0.2, "total": 0.4},
}  # fmt: skip
SUM_ROWS = ["created-type", "expires-in-a-day", "made-type", "gone-in-an-hour", "total-adds-up"]


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({}, None),
        ({"expires": 1760086401}, "expires-in-a-day"),
        ({"gone": "2026-01-01T12:00:00Z"}, "gone-in-an-hour"),
        ({"cost": {"video": 0.1, "sound": 0.2, "total": 0.3}}, "total-adds-up"),
    ],
)
def test_a_member_is_the_sum_of_those_beside_it(changed: Tree, row: str | None, tmp_path: Path) -> None:
    found = judged(tmp_path, {"task.schema.json": SUMS}, SUM_ROWS, one_after_the_other({**ADDED, **changed}))
    assert failing(found) == ({row} if row else set())
    assert row or set(found.values()) == {"conforms"}


@pytest.mark.parametrize("expires", [None, "soon", True])
def test_what_cannot_be_added_up_is_unseen(expires: Any, tmp_path: Path) -> None:
    says = one_after_the_other({**ADDED, "expires": expires, "cost": {"total": 3}})
    found = judged(tmp_path, {"task.schema.json": SUMS}, SUM_ROWS, says)
    assert (found["expires-in-a-day"], found["total-adds-up"]) == ("unseen", "unseen")
