"""What a contract says of operations beyond one route a task is judged against a vendor that has it all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.atlas_vendor import KEYS, AtlasVendor, atlas_vendor
from tests.support.live_cases import cases
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.vices import vices_of
from vidconform.errors.error_types import DataFileProblem
from vidconform.proof.matrix import run_matrix
from vidconform.proof.score import score
from vidconform.proof.score_summary import why_incomplete
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

FOLDER = str(Path(__file__).parents[1] / "providers" / "atlas")
BROKEN = {
    "models-keyed": {"films#models-needs-no-key"},
    "model-unlisted": {"films#documented-models-are-listed"},
    "app-unread": {"films#account-alone-opens-nothing"},
    "filter-unread": {"films#list-honours-filter"},
    "filter-forgets": {"films#list-honours-filter"},
    "polls-another": {"films#polling-url-serves-the-task", "reels#created-task-can-be-read"},
    "file-gone": {"films#result-is-playable", "reels#result-is-playable"},
    "no-result": {f"{name}#result-after-completion" for name in ("clips", "films", "reels")},
    "unknown-cancelled": {"films#unknown-cancel-is-refused"},
    "unknown-410": {"films#unknown-task-status-code"},
    "account-unread": {"films#retrieve-with-another-key-is-refused"},
    "key-unread": {"clips#retrieve-accepts-each-credential"},
    "late-cancelled": {"films#late-cancel-is-refused"},
    "queued-kept": {"films#cancel-route", "films#waiting-task-is-cancelled"},
    "cancel-unread": {"films#cancelled-task-ends", "films#waiting-task-is-cancelled"},
}


def judged(*faults: str, **options: Any) -> tuple[dict[str, Any], AtlasVendor, list[Any]]:
    """Judge the vendor with some faults, and return what it was asked as well."""
    with atlas_vendor(*faults) as vendor:
        chosen = {"poll_interval": 0, "poll_timeout": 5, "fuzz": 0, "max_creations": 6, **options}
        session = prepare(RunOptions([FOLDER], live=True, provider_url=vendor.url, **chosen), KEYS)
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
        assert vendor.server is not None
        asked = list(vendor.server.asked)
    return {f"{verdict.contract.name}#{verdict.requirement.id}": verdict for verdict in found}, vendor, asked


def unmet(found: dict[str, Any]) -> set[str]:
    return {row for row, verdict in found.items() if verdict.label not in ("conforms", "unseen")}


def test_a_vendor_that_keeps_the_document_conforms_and_nothing_stays_unseen() -> None:
    found, _, asked = judged()
    assert {row: verdict.label for row, verdict in found.items() if verdict.label != "conforms"} == {}
    # One film to follow and one to cancel, one clip, one reel: what asks by POST creates nothing.
    made = [one for one in asked if one.method == "POST" and one.target in ("/v1/films", "/v2/clips", "/v1/reels")]
    assert len(made) == 4


@pytest.mark.sampled(4)
@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_is_told_by_its_own_row_and_by_nothing_else(fault: str) -> None:
    found, _, _ = judged(fault)
    assert unmet(found) == BROKEN[fault]


def test_an_id_in_a_body_is_asked_for_in_its_place_and_the_rest_of_the_example_stays() -> None:
    _, vendor, asked = judged()
    bodies = [json.loads(one.body) for one in asked if one.target == "/v1/films/query"]
    assert {"film_ids": ["film-deadbeef"], "verbose": True} in bodies
    assert all(set(body) == {"film_ids", "verbose"} and len(body["film_ids"]) == 1 for body in bodies)
    assert {body["film_ids"][0] for body in bodies} <= {*vendor.films, "film-deadbeef"}


def test_a_read_by_post_is_repeated_as_a_read_is_and_a_creation_is_not() -> None:
    found, vendor, asked = judged("hangs-up-once")
    assert unmet(found) == set()
    assert vendor.hung_up
    repeated = [(one.target, one.body) for one in asked if one.target == "/v1/films/query"][:2]
    assert repeated[0] == repeated[1]
    assert len([one for one in asked if one.method == "POST" and one.target == "/v1/films"]) == 2


def test_all_credentials_of_a_choice_are_sent_and_of_two_choices_the_one_that_is_set() -> None:
    _, _, asked = judged()
    of_films = [one.headers for one in asked if one.target == "/v1/films" and one.method == "POST"]
    assert all(h["x-atlas-app"] == KEYS["ATLAS_APP_TOKEN"] and h["authorization"] for h in of_films)
    del_token = {name: key for name, key in KEYS.items() if name != "ATLAS_CLIPS_TOKEN"}
    with atlas_vendor() as vendor:
        options = RunOptions([FOLDER], live=True, provider_url=vendor.url, poll_interval=0, fuzz=0)
        session = prepare(options, del_token)
        contract = next(one for one in session.contracts if one.name == "clips")
        found = [session.judge(c) for c in cases(session) if c.contract is contract and c.subject == "service"]
        session.close()
    labels = {verdict.requirement.id: verdict.label for verdict in found}
    assert labels.pop("retrieve-accepts-each-credential") == "unseen"
    assert set(labels.values()) == {"conforms"}


def test_a_polling_address_elsewhere_is_not_asked_and_says_so() -> None:
    found, _, asked = judged("polls-elsewhere")
    assert unmet(found) == set()
    assert "no other host is asked" in found["films#polling-url-serves-the-task"].expected
    assert found["reels#created-task-can-be-read"].label == "unseen"
    assert not [one for one in asked if one.target.startswith("/poll")]


def test_a_credential_that_opens_nothing_at_all_is_nobodys_verdict() -> None:
    with atlas_vendor() as vendor:
        options = RunOptions([FOLDER], live=True, provider_url=vendor.url, poll_interval=0, fuzz=0)
        session = prepare(options, {**KEYS, "ATLAS_CLIPS_TOKEN": "ct-expired+gT6/vC1yLq"})
        rows = [c for c in cases(session) if c.requirement.id == "retrieve-accepts-each-credential"]
        (verdict,) = [session.judge(case) for case in rows]
        session.close()
    assert verdict.label != "fails"


@pytest.mark.slow
def test_the_other_credential_hides_no_expired_one() -> None:
    with atlas_vendor() as vendor:
        options = RunOptions([FOLDER], live=True, provider_url=vendor.url, poll_interval=0, fuzz=0)
        session = prepare(options, {**KEYS, "ATLAS_API_KEY": "ak-expired+gT6/vC1yLq"})
        rows = [c for c in cases(session) if c.requirement.id == "retrieve-accepts-each-credential"]
        (verdict,) = [session.judge(case) for case in rows]
        session.close()
    assert verdict.label == "inconclusive"
    assert "the credential account itself seems to be refused" in verdict.received


def test_what_is_given_is_never_cancelled_not_even_by_a_stranger() -> None:
    _, _, asked = judged(max_creations=0, task_ids=["films=film-00000001"])
    cancelled = {one.target.split("/")[3] for one in asked if one.target.endswith("/cancel")}
    assert cancelled == {"film-deadbeef"}


CHANGES = [
    ("schema: {enum: [queued, done, cancelled]}", "schema: {type: string}", "asked by status for the values that"),
    ("x-role: status,", "x-role: state,", "x-role: expected one of id, limit"),
    ("x-role: models", "x-role: modules", "paths./v1/models.get.x-role: expected one of create"),
    ("items: {type: string, x-role: id}", "items: {type: string}", "no parameter has `x-role: id`"),
    ("key: app, ", "key: application, ", "unknown word 'application'; the valid ones are key, none, wrong"),
    ("name: X-Atlas-App, x-variable: ATLAS_APP_TOKEN", "name: X-Atlas-App", "no x-variable at the security scheme app"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGES)
def test_what_is_not_understood_is_refused(old: str, new: str, told: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "atlas")
    document = folder / "films" / "openapi.yaml"
    text = document.read_text("utf-8")
    assert old in text
    document.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(DataFileProblem) as problem:
        load_contracts(find_provider(str(folder)))
    assert told in problem.value.problem


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("../movies/task.schema.json", "no such file"),
        ("../../atlas/films/task.schema.json", "nothing is fetched"),
        ("../clips/task.schema.json", "leads back to itself"),
    ],
)
def test_a_schema_of_another_contract_stays_inside_the_provider_s_folder(
    reference: str, told: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "atlas")
    (folder / "clips" / "task.schema.json").write_text(json.dumps({"$ref": reference}), "utf-8")
    with pytest.raises(DataFileProblem) as problem:
        load_contracts(find_provider(str(folder)))
    assert told in problem.value.problem


def test_a_contract_changes_with_the_schema_that_it_shares(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "atlas")
    before = {contract.name: contract.sha256 for contract in load_contracts(find_provider(str(folder)))}
    shared = folder / "films" / "words.schema.json"
    shared.write_text(shared.read_text("utf-8").replace('"string"', '["string", "null"]'), "utf-8")
    after = {contract.name: contract.sha256 for contract in load_contracts(find_provider(str(folder)))}
    assert {name for name, sha in after.items() if sha != before[name]} == {"clips", "films", "reels"}


def test_every_row_has_a_vice() -> None:
    rows = {f"{c.id}#{row}" for c in load_contracts(find_provider(FOLDER)) for row in c.requirements}
    assert {
        f"{fault.contract}#{row}" for vice in vices_of(FOLDER) for fault in vice.faults for row in fault.breaks
    } == rows


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_proof_of_the_folder_is_whole() -> None:
    assert list(why_incomplete(score(run_matrix([FOLDER])))) == []
