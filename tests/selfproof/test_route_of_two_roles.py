"""One DELETE cancels a task that waits and deletes one that has ended: both are judged, and no stranger's is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.live_cases import Heard, Live, cases, live
from vidconform.contracts import find_provider, load_contracts
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.emulator.tasks import Life
from vidconform.errors import DataFileProblem
from vidconform.proof.trial import run_trial

WHARF = Path(__file__).parents[1] / "providers" / "wharf"
KEYS = {"WHARF_KEY": "sk-local-7Qx2Vb9Tn4"}
OF_A_CANCELLATION = {
    "cancel-route", "cancel-status-code", "waiting-task-is-cancelled", "cancelled-task-ends", "cancelled-task-is-kept",
    "repeated-cancel-is-refused", "cancellation-id-type", "cancellation-says-so", "cancellation-says-something",
}  # fmt: skip


def labels(run: Live) -> dict[str, str]:
    """Judge a run on all its rows."""
    found = [run.session.judge(case) for case in cases(run.session) if case.subject == "service"]
    return {verdict.requirement.id: verdict.label for verdict in found}


def deletions(run: Live) -> list[Heard]:
    return [heard for heard in run.heard if heard.method == "DELETE"]


def told(change: Callable[[ReplyContext], None], **options: object) -> set[str]:
    """Return the rows that fall by a change of replies."""
    with live(str(WHARF), change=change, keys=KEYS, options=options) as run:
        return {row for row, label in labels(run).items() if label not in ("conforms", "unseen")}


def test_the_state_of_a_task_says_what_a_deletion_of_it_is() -> None:
    with running(str(WHARF), environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["Authorization"] = "Bearer k"

        def ordered(reads: int) -> str:
            route = f"/clips/{client.post('/clips', json={'prompt': 'A crane turns'}).json()['id']}"
            for _ in range(reads):
                client.get(route)
            return route

        waiting, loading, sailed = ordered(1), ordered(2), ordered(6)
        answers = [client.delete(route) for route in (waiting, waiting, loading, sailed, sailed)]
        states = [client.get(route).json().get("state") for route in (waiting, loading)]
        gone = client.get(sailed).status_code
    assert [reply.status_code for reply in answers] == [200, 409, 409, 200, 404]
    assert [answers[at].json()["done"] for at in (0, 3)] == ["called off", "removed"]
    assert (states, gone) == (["called off", "loading"], 404)


def test_two_creations_show_all_of_both_roles() -> None:
    with live(str(WHARF), keys=KEYS, options={"max_creations": 2}) as run:
        assert set(labels(run).values()) == {"conforms"}
        assert run.emulator.creations == 2


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("vice", "rows"),
    [
        ("deletes-what-it-cancels", {"cancelled-task-is-kept", "cancellation-says-so"}),
        ("cancelled-tasks-go-on", {"cancelled-task-ends", "waiting-task-is-cancelled"}),
        ("cancels-what-has-ended", {"repeated-cancel-is-refused"}),
        ("delete-as-404", {"delete-route"}),
        ("serves-deleted-tasks", {"deleted-task-is-gone"}),
    ],
)
def test_each_fault_of_a_shared_route_is_told_by_its_own_rows(vice: str, rows: set[str]) -> None:
    assert {row for _, row in run_trial(str(WHARF), vice).broken_rows} == rows


def says(role: str, word: str) -> Callable[[ReplyContext], None]:
    def change(reply: ReplyContext) -> None:
        if reply.role == role and reply.status == 200:
            reply.body["done"] = word

    return change


def refuses_to_delete(reply: ReplyContext) -> None:
    if reply.role == "delete" and reply.status == 200:
        reply.refuse(409, "it has ended", "ended")


def test_a_cancellation_that_says_deleted_a_deletion_that_says_cancelled_and_a_refused_one_are_told() -> None:
    assert told(says("cancel", "removed")) == {"cancellation-says-so"}
    assert told(says("delete", "called off")) == {"deletion-says-so"}
    assert told(refuses_to_delete) == {"delete-route"}


def test_no_task_but_those_that_the_run_made_is_asked_to_be_deleted() -> None:
    with live(str(WHARF), keys=KEYS, options={"max_creations": 2}) as run:
        labels(run)
        given, unknown = run.emulator.task_ids["clips"], run.contract("clips").unknown_id
        asked = [heard.asked for heard in deletions(run) if heard.asked != unknown]
    assert (len(asked), len(set(asked)), set(asked) & set(given)) == (3, 2, set())


@pytest.mark.parametrize(("limit", "own"), [(0, []), (1, ["delete"])])
def test_what_the_limit_has_no_place_for_is_not_asked_of_another_task(limit: int, own: list[str]) -> None:
    with live(str(WHARF), keys=KEYS, options={"max_creations": limit}) as run:
        found, unknown = labels(run), run.contract("clips").unknown_id
        assert [heard.role for heard in deletions(run) if heard.asked != unknown] == own
    assert {found[row] for row in OF_A_CANCELLATION} <= {"unseen", "refused"}


def begins_late(contract: str, life: Life) -> Life:
    return life[2:]


def test_a_task_that_waits_no_longer_is_not_asked_to_be_cancelled() -> None:
    with live(str(WHARF), keys=KEYS, options={"max_creations": 2}, life=begins_late) as run:
        found = labels(run)
        assert [heard.role for heard in deletions(run) if heard.status == 200] == ["delete"]
    assert {found[row] for row in OF_A_CANCELLATION} == {"unseen"}
    assert found["delete-route"] == "conforms"


ALSO = "      x-also:\n        cancel:\n          responses:"
LATE = '[[requirement]]\nid = "late-cancel-is-refused"\nlevel = "MUST"\nconcern = "cancellation"\nstatement = "Late."\n'


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("x-role: delete", "x-role: second-retrieve", "x-role: expected delete beside x-also, found 'second-retrieve'"),
        ("        cancel:\n", "        remix:\n", "x-also: unknown key 'remix'; the valid keys are cancel"),
        (
            "          responses:\n",
            "          answers:\n",
            "x-also.cancel: unknown key 'answers'; the valid keys are responses",
        ),
        (
            ALSO,
            "      x-also:\n        cancel:\n          x-refusals: {}\n          responses:",
            "x-also.cancel: unknown key 'x-refusals'; the valid keys are responses",
        ),
        ("$ref: cancelled.schema.json", "x-requirement: cancel-route", "x-also.cancel.responses.200.content"),
        ("$ref: cancelled.schema.json", "$ref: calledoff.schema.json", "$ref 'calledoff.schema.json' is no file"),
    ],
)
def test_a_second_role_that_is_not_understood_is_refused_with_its_place(
    written: str, instead: str, problem: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(WHARF, tmp_path / "wharf")
    document = folder / "clips" / "openapi.yaml"
    text = document.read_text("utf-8")
    assert written in text
    document.write_text(text.replace(written, instead, 1), "utf-8")
    with pytest.raises(DataFileProblem) as raised:
        load_contracts(find_provider(str(folder)))
    assert raised.value.problem.startswith(("DELETE /clips/{clip}: ", "paths./clips/{clip}.delete."))
    assert problem in raised.value.problem


@pytest.mark.parametrize("untestable", [False, True])
def test_a_row_that_a_shared_route_answers_as_a_deletion_is_refused_unless_it_says_why(
    untestable: bool, tmp_path: Path
) -> None:
    folder = shutil.copytree(WHARF, tmp_path / "wharf")
    ledger = folder / "clips" / "requirements.toml"
    why = 'untestable = "It is deleted."\n' if untestable else ""
    ledger.write_text(f'{ledger.read_text("utf-8")}\n{LATE}source = "The page"\n{why}', "utf-8")
    if untestable:
        assert load_contracts(find_provider(str(folder)))
        return
    with pytest.raises(DataFileProblem) as raised:
        load_contracts(find_provider(str(folder)))
    assert raised.value.problem == (
        "DELETE /clips/{clip}: x-also.cancel: the row late-cancel-is-refused asks for what this route answers as "
        "delete: leave it out, or say `untestable`"
    )
