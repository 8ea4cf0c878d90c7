"""Folders that nobody wrote an emulator for are served, have vices, and are proven whole."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.documented import acme_in
from vidconform.cli import main
from vidconform.contracts import find_provider, load_contracts
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.emulator.vices import vices_of
from vidconform.proof.matrix import run_matrix
from vidconform.proof.score import score
from vidconform.proof.score_summary import why_incomplete
from vidconform.proof.trial import judged, run_trial

FOLDERS = Path(__file__).parent / "folders"
RELAY = Path(__file__).parents[1] / "providers" / "relay"
WHARF = RELAY.parent / "wharf"
LOCK = RELAY.parent / "lock"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return acme_in(tmp_path)


def life(url: str, headers: dict[str, str], shown: Callable[[Any], Any], reads: int = 6) -> list[Any]:
    return [shown(httpx.get(url, headers=headers).raise_for_status().json()) for _ in range(reads)]


def test_a_wrapped_task_goes_through_the_document_s_words_and_units(acme: Path) -> None:
    with running(str(acme), environ={}) as emulator:
        url = f"{emulator.url}/api/v2/generations/{emulator.task_ids['generations'][0]}"
        seen = life(url, {"Authorization": "Bearer k"}, lambda body: body["data"])
    assert [task["state"] for task in seen] == ["WAITING", "RENDERING", "RENDERING", "DONE", "DONE", "DONE"]
    assert [task["progress"] for task in seen[:4]] == [0, 0.3, 0.8, 1]
    assert [("url" in task) for task in seen[:4]] == [False, False, False, True]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", task["submitted_at"]) for task in seen)
    assert all(re.fullmatch("req-[0-9a-f]{16}", task["request_id"]) for task in seen)


def test_an_unknown_id_is_refused_with_the_documented_code_and_body(acme: Path) -> None:
    with running(str(acme), environ={}) as emulator:
        route = f"{emulator.url}/api/v2/generations"
        unknown = httpx.get(f"{route}/req-00000000deadbeef", headers={"Authorization": "Bearer k"})
        made = httpx.post(route, headers={"Authorization": "Bearer k"}, json={"model": "a", "prompt": "b"})
        without = httpx.post(route, headers={"Authorization": "Bearer k"}, json={"model": "a"})
    assert (unknown.status_code, list(unknown.json())) == (400, ["code"])
    assert (made.status_code, made.json()["data"]["state"], without.status_code) == (202, "WAITING", 400)


def test_a_key_in_a_header_percent_as_text_and_milliseconds_are_served() -> None:
    with running(str(FOLDERS / "orbit"), environ={}) as emulator:
        url = f"{emulator.url}/jobs?job={emulator.task_ids['jobs'][0]}"
        assert httpx.get(url, headers={"Authorization": "Bearer k"}).status_code == 401
        seen = life(url, {"X-Api-Key": "k"}, lambda body: body)
        refused = httpx.get(f"{emulator.url}/jobs?job=job_00000000BEEF", headers={"X-Api-Key": "k"})
    assert [task["share"] for task in seen[:4]] == ["0%", "30%", "80%", "100%"]
    assert all(task["began"] > 1_000_000_000_000 for task in seen)
    assert (refused.status_code, refused.json()) == (404, {"reason": "no such job"})


def test_a_creation_is_echoed_and_its_content_is_a_video() -> None:
    with running(str(FOLDERS / "forge"), environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["Authorization"] = "Bearer k"
        made = client.post("/films", json={"prompt": "a bell", "seconds": 9})
        route = f"/films/{made.json()['id']}"
        early = client.get(f"{route}/content").status_code
        seen = life(emulator.url + route, dict(client.headers), lambda body: body)
        video = client.get(seen[-1]["file"])
    assert (made.status_code, made.json()["seconds"], early) == (201, 9, 400)
    assert (seen[-1]["status"], video.headers["content-type"], video.content[4:8]) == ("done", "video/mp4", b"ftyp")


def test_a_task_inside_a_text_has_the_code_of_its_state_the_words_of_one_set_and_its_sums() -> None:
    with running(str(RELAY), environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["Authorization"] = "Bearer k"
        lives = [[client.get(f"/v1/jobs/{id}") for _ in range(5)] for id in emulator.task_ids["jobs"]]
        refused = client.get("/v1/jobs/job-00000000beef")
    told = [[(reply.status_code, json.loads(reply.json()["data"])) for reply in one] for one in lives]
    assert [[(code, job["state"]) for code, job in one[:4]] for one in (told[0], told[2])] == [
        [(202, "accepted"), (202, "working"), (202, "working"), (200, "ended")],
        [(202, "NOT_START"), (202, "IN_PROGRESS"), (202, "IN_PROGRESS"), (200, "SUCCESS")],
    ]
    assert [job["share"] for _, job in told[0][:4]] == [0, 0, 50, 100]
    assert told[0][3][1]["until"] == told[0][3][1]["made"] + 86400
    assert all(reply.json()["code"] == reply.status_code for reply in [*lives[0], refused])


def test_a_failed_task_tells_its_failure_and_no_other_does() -> None:
    with running(str(FOLDERS / "forge"), environ={}) as emulator:
        url = f"{emulator.url}/films/{emulator.task_ids['films'][1]}"
        seen = life(url, {"Authorization": "Bearer k"}, lambda body: body)
    assert [("failure" in task) == (task["status"] == "cracked") for task in seen] == [True] * len(seen)
    assert seen[-1]["status"] == "cracked"


def test_a_task_in_an_array_of_one_has_the_words_that_stand_in_a_file_beside() -> None:
    with running(str(FOLDERS / "canal"), environ={}) as emulator:
        number = emulator.task_ids["barges"][0]
        seen = life(f"{emulator.url}/barges?numbers={number}", {"Authorization": "Bearer k"}, lambda body: body["data"])
    assert [[one["number"] for one in barges] for barges in seen] == [[number]] * len(seen)
    assert [barges[0]["state"] for barges in seen[:4]] == ["submitted", "processing", "processing", "succeed"]


def test_customary_words_need_no_phase_and_others_are_refused_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(FOLDERS / "canal", tmp_path / "canal"))
    barge = folder / "barges" / "barge.schema.json"
    schema = json.loads(barge.read_text("utf-8"))
    words = [word for phase in schema.pop("$defs").values() for word in phase["enum"]]
    del schema["properties"]["state"]["anyOf"]
    schema["properties"]["state"]["enum"] = words
    barge.write_text(json.dumps(schema), "utf-8")
    with running(str(folder), environ={}) as emulator:
        url = f"{emulator.url}/barges?numbers={emulator.task_ids['barges'][0]}"
        seen = life(url, {"Authorization": "Bearer k"}, lambda body: body["data"][0]["state"])
    assert seen[:4] == ["submitted", "processing", "processing", "succeed"]
    barge.write_text(barge.read_text("utf-8").replace("submitted", "moored"), "utf-8")
    assert main(["list", str(folder)]) == 4
    assert "/state: the word 'moored' stands in no phase" in capsys.readouterr().err


def _quay_in(folder: Path, **phases: dict[str, Any]) -> Path:
    task = Path(shutil.copytree(FOLDERS / "quay", folder / "quay")) / "ferries" / "task.schema.json"
    schema = json.loads(task.read_text("utf-8"))
    schema["properties"]["wreck"] = {"x-role": "error", "type": "string"}
    schema["$defs"] |= phases
    task.write_text(json.dumps(schema), "utf-8")
    return folder / "quay"


def test_one_word_for_two_ends_is_told_apart_by_another_member(tmp_path: Path) -> None:
    wrecked = {"required": ["status", "wreck"], "properties": {"status": {"const": "succeeded"}}}
    (contract,) = load_contracts(find_provider(str(_quay_in(tmp_path, failed={"x-when": wrecked}))))
    told = ({"status": "succeeded"}, {"status": "succeeded", "wreck": "on a rock"}, {"status": "queued", "wreck": ""})
    assert [contract.phase_of(ferry["status"], ferry) for ferry in told] == ["succeeded", "failed", "waiting"]


def test_a_list_is_asked_by_its_body_and_goes_on_by_the_cursor_that_it_tells() -> None:
    with running(str(FOLDERS / "canal"), environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["Authorization"] = "Bearer k"
        first = client.post("/barges", json={"page": {"limit": 1}}).json()
        after = client.post("/barges", json={"page": {"limit": 1, "cursor": first["next"]}}).json()
        failed = client.post("/barges", json={"state": "failed"}).json()
        too_long = client.post("/barges", json={"page": {"limit": 501}})
    numbers = [one["number"] for page in (first, after) for one in page["barges"]]
    assert (len(set(numbers)), first["has_more"], after["has_more"], after["next"]) == (2, True, False, "")
    assert (failed["barges"], too_long.status_code) == ([], 400)


def test_numbers_are_ids_and_status_words_and_a_page_is_told_by_its_address() -> None:
    with running(str(FOLDERS / "mill"), environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["X-Mill-Key"] = "k"
        number = client.post("/sacks", json={"prompt": "rye"}).json()["data"]["number"]
        seen = life(f"{emulator.url}/sacks/{number}", dict(client.headers), lambda body: body["data"])
        first = client.get("/sacks").json()
        after = client.get(first["next"]).json()
        trial = judged(str(FOLDERS / "mill"), "mill", emulator)
    assert [sack["number"] for sack in seen] == [number] * len(seen)
    assert [sack["state"] for sack in seen[:4]] == [0, 5, 5, 1]
    assert (len(first["results"]), after["next"]) == (2, None)
    assert not {sack["number"] for sack in after["results"]} & {sack["number"] for sack in first["results"]}
    assert (trial.broken_rows, trial.gaps) == (set(), ())
    assert ("mill/sacks", "list-honours-cursor") in trial.kept


def test_a_filter_in_a_body_names_its_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(FOLDERS / "canal", tmp_path / "canal"))
    page = folder / "barges" / "openapi.yaml"
    page.write_text(page.read_text("utf-8").replace("{enum: [succeed, failed], x-role", "{type: string, x-role"))
    assert main(["list", str(folder)]) == 4
    assert "POST /barges: a list is asked by status for the values that `enum` names" in capsys.readouterr().err


def test_no_id_is_sent_as_a_cursor_where_a_page_tells_that_it_is_the_last() -> None:
    def tells_no_more(reply: ReplyContext) -> None:
        if reply.role == "list":
            cursors.append(json.loads(reply.sent_body).get("page", {}).get("cursor"))
            if "next" in reply.body:
                reply.body |= {"has_more": False, "next": ""}

    cursors: list[str | None] = []
    folder = str(FOLDERS / "canal")
    with running(folder, environ={}, change=tells_no_more) as emulator:
        trial = judged(folder, "a last page", emulator)
    assert trial.labels["canal/barges", "list-honours-cursor"] == "unseen"
    assert cursors
    assert set(cursors) == {None}


def test_a_refusal_has_its_codes_where_the_document_puts_them() -> None:
    with running(str(FOLDERS / "harbor"), environ={"HARBOR_KEY": "right"}) as emulator:
        unknown = httpx.get(f"{emulator.url}/jobs/job_00000000BEEF", headers={"Authorization": "Bearer right"})
        known = f"{emulator.url}/jobs/{emulator.task_ids['jobs'][0]}"
        stranger = httpx.get(known, headers={"Authorization": "Bearer wrong"})
    assert (unknown.status_code, unknown.json()["base_resp"]["status_code"]) == (404, 2013)
    assert unknown.json()["error"]["code"] == "no_such_job"
    assert (stranger.status_code, stranger.json()["base_resp"]["status_code"]) == (401, 1004)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("unknown-job-has-its-codes", "unknown-job-has-its-codes-with-another-base-resp-status-code"),
        ("unknown-job-has-its-codes", "unknown-job-has-its-codes-with-another-error-code"),
        ("wrong-key-has-its-code", "wrong-key-has-its-code-with-another-base-resp-status-code"),
    ],
)
def test_a_code_in_a_place_of_its_own_is_missed_by_its_row(row: str, fault: str) -> None:
    assert {name for _, name in run_trial(str(FOLDERS / "harbor"), fault).broken_rows} == {row}


def test_every_requirement_of_a_folder_has_a_vice(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("orbit", "forge", "harbor", "canal", "quay", "mill")
    for folder in (acme, *(FOLDERS / name for name in names), WHARF, LOCK):
        (ledger,) = folder.glob("*/requirements.toml")
        rows = set(re.findall(r'^id = "(.*)"', ledger.read_text("utf-8"), re.MULTILINE))
        felled = {row for vice in vices_of(str(folder)) for fault in vice.faults for row in fault.breaks}
        assert felled == rows
        assert main(["vices", str(folder)]) == 0
        assert capsys.readouterr().out


def test_a_file_of_an_emulator_that_names_no_life_is_refused(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = acme / "generations" / "emulator.toml"
    file.write_text('[[tasks]]\nid = "req-1"\nlife = "long"\ncreated_at = 1\n', "utf-8")
    assert main(["vices", str(acme)]) == 4
    assert "there is no life 'long'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "folder",
    [*(FOLDERS / name for name in ("orbit", "forge", "harbor", "canal", "quay", "mill")), WHARF, RELAY, LOCK],
    ids=lambda folder: folder.name,
)
def test_the_proof_of_a_folder_is_whole(folder: Path) -> None:
    found = score(run_matrix([str(folder)]))
    assert list(why_incomplete(found)) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_proof_of_the_documented_folder_is_whole(acme: Path) -> None:
    assert list(why_incomplete(score(run_matrix([str(acme)])))) == []
