"""A service that answers 200 to everything: what its body refuses is refused, and no refusal counts as a creation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.live_cases import cases
from tests.support.rawserver import Asked
from tests.support.small_provider import service
from vidconform.ledger.creation_lines import read_creations
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

LOCK = str(Path(__file__).parents[1] / "providers" / "lock")
KEY = "sk-lock-4Qm81xNvT7"
Said = tuple[int, Any]
Bend = Callable[["Locks", Asked], Said | None]


def told(code: int, text: str, **more: Any) -> Said:
    return 200, {**more, "outcome": {"code": code, "text": text}}


@dataclass
class Locks:
    """Opens gates as its document says, unless `bend` says something else; written without a look at any emulator."""

    bend: Bend = lambda *_: None
    opened: dict[str, int] = field(default_factory=dict)
    creations: int = 0

    def says(self, asked: Asked) -> Said:
        bent = self.bend(self, asked)
        if bent is not None:
            return bent
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return told(1004, "login failed: the key is not valid")
        return self.open(asked) if asked.method == "POST" else self.read(asked)

    def open(self, asked: Asked) -> Said:
        body = json.loads(asked.body)
        if body.get("model") != "G-1" or not isinstance(body.get("prompt"), str):
            return told(2013, "invalid params", number="")
        self.creations += 1
        number = str(424010985738629 + self.creations)
        self.opened[number] = 0
        return told(0, "success", number=number)

    def read(self, asked: Asked) -> Said:
        (number,) = parse_qs(urlsplit(asked.target).query).get("number", [""])
        if number not in self.opened:
            return told(2044, "no such gate", number="")
        self.opened[number] += 1
        state = ["Queueing", "Processing"][self.opened[number] - 1 :][:1] or ["Success"]
        more = {"file": "https://files.lock.example/1.mp4"} if state == ["Success"] else {}
        return told(0, "success", number=number, state=state[0], **more)


def run(folder: Path, bend: Bend = lambda *_: None, **options: Any) -> tuple[dict[str, str], Locks, list[Any]]:
    """Return the outcome of each row with its words, the service, and the creations that were written down."""
    locks = Locks(bend)
    with service(locks.says) as server:
        chosen = RunOptions(
            [LOCK], live=True, provider_url=server.url, report=folder / "report", **{"fuzz": 25, **options}
        )
        session = prepare(chosen, {"LOCK_API_KEY": KEY, "XDG_STATE_HOME": str(folder)})
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
    words = {one.requirement.id: f"{one.outcome.value}: {one.received}" for one in found}
    return words, locks, list(read_creations(folder / "report" / "creations.jsonl").values())


def unmet(words: dict[str, str]) -> set[str]:
    return {row for row, said in words.items() if said.startswith("unmet")}


def created(asked: Asked) -> bool:
    return asked.method == "POST" and b"G-1" in asked.body and b"prompt" in asked.body


def test_a_right_service_keeps_all_and_makes_one_task(tmp_path: Path) -> None:
    words, locks, creations = run(tmp_path)
    assert {said.partition(":")[0] for said in words.values()} == {"met"}
    assert locks.creations == 1
    assert [one.state for one in creations].count("finished") == 1
    assert {one.state for one in creations} == {"finished", "nothing"}


def as_401(locks: Locks, asked: Asked) -> Said | None:
    right = asked.headers.get("authorization") == f"Bearer {KEY}"
    return None if right else (401, {"outcome": {"code": 1004, "text": "no"}})


def unknown_as(code: int) -> Bend:
    def bend(locks: Locks, asked: Asked) -> Said | None:
        number = parse_qs(urlsplit(asked.target).query).get("number", [""])[0]
        is_right = asked.headers.get("authorization") == f"Bearer {KEY}"
        unknown = asked.method == "GET" and number not in locks.opened and is_right
        return told(code, "oh", number="") if unknown else None

    return bend


def opens_without_a_prompt(locks: Locks, asked: Asked) -> Said | None:
    if asked.method == "POST" and b"prompt" not in asked.body and b"G-1" in asked.body:
        locks.creations += 1
        return told(0, "success", number="424010985739999")
    return None


def without_outcome(locks: Locks, asked: Asked) -> Said | None:
    if asked.method != "GET" or asked.headers.get("authorization") != f"Bearer {KEY}":
        return None
    status, body = locks.read(asked)
    return (status, {k: v for k, v in body.items() if k != "outcome"}) if "state" in body else (status, body)


FAULTS: dict[str, tuple[Bend, set[str]]] = {
    "a real 401": (as_401, {"refusals-come-with-success"}),
    "another code for an unknown gate": (unknown_as(2013), {"unknown-gate-has-its-code", "unknown-task-status-code"}),
    "an unknown gate is served": (
        unknown_as(0),
        {"unknown-gate-has-its-code", "unknown-task-is-refused", "unknown-task-status-code"},
    ),
    "no outcome": (without_outcome, {"outcome-present"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_told_by_its_rows(name: str, tmp_path: Path) -> None:
    bend, rows = FAULTS[name]
    words, locks, _ = run(tmp_path, bend, fuzz=0)
    assert unmet(words) <= rows
    assert unmet(words) & rows
    assert locks.creations <= 1


def test_what_is_told_has_both_codes(tmp_path: Path) -> None:
    words, _, _ = run(tmp_path, unknown_as(2013), fuzz=0)
    assert "200 (by its body 400) application/json" in words["unknown-gate-has-its-code"]


def test_a_creation_that_had_to_be_refused_and_was_not_is_an_accident(tmp_path: Path) -> None:
    words, locks, creations = run(tmp_path, opens_without_a_prompt)
    assert "create-without-prompt-is-refused" in unmet(words)
    assert locks.creations == 2
    assert [one.state for one in creations].count("accepted") == 1


@pytest.mark.parametrize(("code", "cause"), [(1008, "the quota or the balance"), (1002, "too many requests")])
def test_a_body_that_tells_of_the_account_is_no_fault_of_the_service(code: int, cause: str, tmp_path: Path) -> None:
    words, locks, creations = run(
        tmp_path, lambda _, asked: told(code, "sorry", number="") if created(asked) else None, fuzz=0
    )
    assert unmet(words) == set()
    assert cause in words["create-route"]
    assert words["create-route"].startswith("inconclusive")
    assert locks.creations == 0
    assert {one.state for one in creations} <= {"nothing"}


def test_a_refusal_that_names_a_task_may_have_made_it(tmp_path: Path) -> None:
    def both(locks: Locks, asked: Asked) -> Said | None:
        return told(2013, "invalid params", number=locks.open(asked)[1]["number"]) if created(asked) else None

    _, locks, creations = run(tmp_path, both, fuzz=0)
    assert [one.task_id for one in creations if one.state == "created"] == list(locks.opened)[:1]
    assert locks.creations == 1
