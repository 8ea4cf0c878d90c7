"""One fault of a service falls by the row that is about it, and by no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.reply_views import ends, view
from vidconform.cli import main
from vidconform.contracts import find_provider, load_contracts
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.laws.subjects import Task
from vidconform.proof.trial import Trial, judged, run_trial

FOLDERS = Path(__file__).parent / "folders"
Change = Callable[[ReplyContext], None]


def trial_with(folder: str, change: Change) -> Trial:
    path = str(FOLDERS / folder)
    with running(path, environ={}, change=change) as emulator:
        return judged(path, "one fault", emulator)


def read(change: Callable[[dict[str, Any], int], object]) -> Change:
    """Return what changes a task that is served by its id; it is told how often that was read."""

    def act(reply: ReplyContext) -> None:
        if reply.role == "retrieve" and reply.status == 200 and reply.task is not None:
            change(reply.body.get("data", reply.body), reply.task.reads)

    return act


def goes_on_again(sack: dict[str, Any], reads: int) -> None:
    if sack["state"] == 1 and reads == 6:
        sack["state"] = 5


def is_ordered_again(sack: dict[str, Any], reads: int) -> None:
    sack["ordered"] += reads


def list_alone(reply: ReplyContext) -> None:
    if reply.role == "list" and reply.status == 200:
        reply.body = reply.body["results"]


def served_at_last(reply: ReplyContext) -> None:
    task = reply.task if reply.role == "retrieve" and reply.status == 200 else None
    if task is not None and task.ended is not None and task.id not in missed:
        missed.add(task.id)
        reply.status, reply.body = 404, {"code": 4004}


def made_with_another_success(reply: ReplyContext) -> None:
    if reply.role == "create" and reply.status == 200:
        reply.status = 201


def unknown_with_another_refusal(reply: ReplyContext) -> None:
    if reply.role == "retrieve" and reply.status == 404:
        reply.status = 410


missed: set[str] = set()
FAULTS: list[tuple[str, Change, set[str]]] = [
    ("quay", read(lambda ferry, _: ferry.update(id=12345)), {"id-shape"}),
    ("mill", read(lambda sack, _: sack.update(number=str(sack["number"]))), {"id-type"}),
    ("mill", read(lambda sack, _: sack.update(state=str(sack["state"]))), {"status-vocabulary"}),
    ("mill", read(lambda sack, reads: sack.update(state=sack["state"] + (reads == 2) / 2)), {"status-vocabulary"}),
    ("mill", read(goes_on_again), {"terminal-status-is-final"}),
    ("mill", read(is_ordered_again), {"created-at-never-changes"}),
    ("quay", made_with_another_success, {"create-status-code"}),
    ("quay", unknown_with_another_refusal, {"unknown-task-status-code"}),
    ("mill", list_alone, {"list-has-next"}),
    ("mill", served_at_last, set()),
]


@pytest.mark.parametrize(("folder", "change", "rows"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_one_fault_falls_by_its_row(folder: str, change: Change, rows: set[str]) -> None:
    assert {row for _, row in trial_with(folder, change).broken_rows} == rows


def test_a_creation_that_tells_no_id_is_no_whole_run() -> None:
    def without_id(reply: ReplyContext) -> None:
        if reply.role == "create" and reply.status == 200:
            reply.body = {"data": {}}

    told = " ".join(trial_with("mill", without_id).gaps)
    assert "the run's own task was never read: a creation was answered with 200 and told no id" in told


def test_the_address_of_a_task_that_no_read_tells_of_is_not_judged() -> None:
    def wrapped(reply: ReplyContext) -> None:
        if reply.role in ("retrieve", "polling") and reply.status == 200:
            reply.body = {"data": reply.body}

    with running("ofox", environ={}, change=wrapped) as emulator:
        trial = judged("ofox", "wrapped", emulator)
    assert trial.labels["ofox/videos", "polling-url-serves-the-task"] == "unseen"


def test_the_slashes_of_an_id_are_those_of_the_path_where_the_document_says_so(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS / "quay", tmp_path / "quay"))
    provider, page = folder / "provider.toml", folder / "ferries" / "openapi.yaml"
    text = provider.read_text("utf-8").replace('"^fry-', '"^berths/b1/fry-')
    provider.write_text(text.replace('"fry-', '"berths/b1/fry-'), "utf-8")
    text = page.read_text("utf-8")
    page.write_text(text.replace("name: id, in: path, ", "name: id, in: path, allowReserved: true, "), "utf-8")
    asked: list[str] = []
    with running(str(folder), environ={}, change=lambda reply: asked.append(reply.asked or "")) as emulator:
        trial = judged(str(folder), "slashes", emulator)
    assert trial.broken_rows == set()
    assert {"retrieve-route", "unknown-task-status-code"} <= {row for _, row in trial.kept}
    assert any(id.startswith("berths/b1/fry-") for id in asked)


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b"<p>wait</p>"), (200, b'"sunk"')])
def test_a_read_that_is_no_object_is_no_trouble_of_ours_where_another_member_tells_the_phase(
    status: int, body: bytes, tmp_path: Path
) -> None:
    def hides(reply: ReplyContext) -> None:
        if reply.role == "retrieve" and reply.task is not None and reply.task.reads == 2:
            reply.status, reply.body = status, body

    folder = Path(shutil.copytree(FOLDERS / "quay", tmp_path / "quay"))
    task = folder / "ferries" / "task.schema.json"
    schema = json.loads(task.read_text("utf-8"))
    schema["$defs"]["failed"] = {"x-when": {"required": ["wreck"]}}
    task.write_text(json.dumps(schema), "utf-8")
    with running(str(folder), environ={}, change=hides) as emulator:
        trial = judged(str(folder), "hidden", emulator)
    assert "errored" not in {str(label) for label in trial.labels.values()}
    assert trial.broken_rows == set()


@pytest.mark.parametrize(
    ("described", "second"),
    [
        ("name: page, in: query, x-role: page, schema: {type: integer", "2"),
        ("name: page, in: query, x-role: page, schema: {type: integer, default: 0", "1"),
        ("name: skip, in: query, x-role: offset, schema: {type: integer", "1"),
        ("name: first, in: query, x-role: offset, schema: {type: integer, default: 1", "2"),
    ],
)
def test_a_second_page_is_asked_for_by_its_number_or_by_how_many_it_leaves_out(
    described: str, second: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FOLDERS / "quay", tmp_path / "quay"))
    page = folder / "ferries" / "openapi.yaml"
    text = page.read_text("utf-8")
    page.write_text(text.replace("name: page, in: query, x-role: page, schema: {type: integer", described), "utf-8")
    name, asked = described[6:].partition(",")[0], list[dict[str, str]]()
    with running(str(folder), environ={}, change=lambda reply: asked.append(dict(reply.sent_query))) as emulator:
        trial = judged(str(folder), "pages", emulator)
    assert (trial.broken_rows, ("quay/ferries", "list-honours-cursor") in trial.kept) == (set(), True)
    assert {"size": "1", name: second} in asked
    assert {row for _, row in run_trial(str(folder), "list-ignores-its-cursor").broken_rows} == {"list-honours-cursor"}


def test_a_task_whose_states_have_no_words_stays_at_its_end(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS / "mill", tmp_path / "mill"))
    sack = folder / "sacks" / "sack.schema.json"
    schema = json.loads(sack.read_text("utf-8"))
    for phase in schema["$defs"].values():
        phase["x-when"] = {"properties": {"data": {"properties": {"state": {"enum": phase.pop("enum")}}}}}
    del schema["properties"]["state"]
    sack.write_text(json.dumps(schema), "utf-8")
    (contract,) = load_contracts(find_provider(str(folder)))
    lives = {"held": (5, 1, 1), "broken": (5, 1, 5)}
    for end, states in lives.items():
        told = ({"code": 0, "data": {"number": 1, "state": state}} for state in states)
        assert ends("a_finished_task_stays_finished", Task(contract, [view(contract, body) for body in told])) == end


def test_the_facts_of_status_words_that_are_numbers_are_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"": "succeeded     1 - ends the task", "--json": '"words": [', "--python": "words=(1,)"}
    for how, words in told.items():
        assert main(["facts", str(FOLDERS / "mill"), *filter(None, [how])]) == 0
        assert words in capsys.readouterr().out
