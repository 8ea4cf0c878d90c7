"""Faults that are made from a contract alone: each operation has its own, and each is caught by its requirement."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from vidconform.contracts.data_files import read_toml
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.server import running
from vidconform.emulator.vices import vices_of
from vidconform.emulator.vices.operators import OPERATORS
from vidconform.locations import data_folder
from vidconform.proof.matrix import run_in_processes, run_matrix
from vidconform.proof.score import score
from vidconform.proof.score_summary import why_incomplete
from vidconform.proof.trial import FAULTLESS, NULL_VENDOR, WALL, Trial, service_cases
from vidconform.run.bindings import all_laws

STUDIO = str(Path(__file__).parents[1] / "providers" / "studio")
STAND_INS = (FAULTLESS, NULL_VENDOR, WALL)
CUSTOMARY = read_toml(data_folder("specs") / "customary-vices.toml", "vices")["vices"]
# Of the document itself, which no service can break.
OF_A_DOCUMENT = {
    "required-fields-in-examples", "openapi-get-without-body", "openapi-types-exist", "examples-match-schema-types",
    "openapi-authorization-agrees", "sample-members-are-documented", "time-units-agree",
    "openapi-content-types-agree", "example-id-is-the-one-asked", "openapi-ignored-headers",
}  # fmt: skip

# A vice for each kind of law about lists, deletions, cancellations, variants, remixes, echoes and stated refusals.
OF_STUDIO = {
    "create-as-404": "create-route",
    "create-with-another-success": "create-status-code",
    "creates-without-prompt": "create-without-prompt-is-refused",
    "list-as-404": "list-route",
    "lists-need-a-key": "list-needs-no-key",
    "list-without-tasks": "list-contains-the-task",
    "list-ignores-its-limit": "list-honours-limit",
    "list-ignores-its-cursor": "list-honours-cursor",
    "jobs-missing-when-list": "list-jobs-present",
    "cancel-as-404": "cancel-route",
    "cancelled-tasks-go-on": "cancelled-task-ends",
    "cancels-what-has-ended": "late-cancel-is-refused",
    "cancels-what-has-ended-in-secret": "late-cancel-changes-nothing",
    "accepted-missing": "receipt-number-present",
    "long-job-is-refused-as-409": "long-job-is-refused",
    "long-job-is-refused-with-another-reason": "long-job-is-refused",
    "unknown-job-has-its-reason-with-another-code": "unknown-job-has-its-reason",
    "malformed-number-is-refused-as-409": "malformed-number-is-refused",
    "wrong-key-status-code-as-403": "wrong-key-status-code",
    "unknown-id-with-another-refusal": "unknown-task-status-code",
    "goes-back-to-the-queue": "status-moves-forward",
}
OF_OPENAI = {
    "body-without-members-status-code-as-409": "body-without-members-status-code",
    "completed-at-before-creation": "completed-after-created",
    "content-as-json": "content-variants-differ",
    "deleted-as-null-when-deletion": "deletion-says-so",
    "delete-as-404": "delete-route",
    "deletes-any-id": "unknown-deletion-is-refused",
    "deletion-of-another-id": "deletion-names-the-task",
    "deletion-with-another-success": "delete-status-code",
    "echoes-another-model": "model-is-echoed",
    "echoes-another-seconds": "seconds-is-echoed",
    "echoes-another-size": "size-is-echoed",
    "first-id-as-number-when-list": "list-first-id-type",
    "has-more-missing-when-list": "list-has-more-present",
    "list-ignores-its-order": "list-honours-order",
    "list-tells-the-opposite-of-more": "list-tells-has-more",
    "list-with-another-success": "list-status-code",
    "list-with-other-ends": "list-ends-are-named",
    "lists-deleted-tasks": "deleted-task-leaves-the-list",
    "lists-for-any-key": "list-with-wrong-key-is-refused",
    "lists-without-key": "list-without-key-is-refused",
    "one-content-for-all-variants": "content-variants-differ",
    "one-id-for-all-creations": "tasks-have-ids-of-their-own",
    "refuses-forms": "create-accepts-form",
    "refuses-the-key-for-lists": "list-accepts-key",
    "remix-as-404": "remix-route",
    "remix-of-another-source": "remix-names-its-source",
    "remix-with-another-success": "remix-status-code",
    "serves-deleted-tasks": "deleted-task-is-gone",
    "variants-as-404": "content-variants-are-served",
    "variants-as-octets": "content-variants-media-types",
}


def trials_of(provider: str, vices: dict[str, str]) -> dict[str, Trial]:
    return {
        trial.name: trial for trial in run_in_processes([(provider, name) for name in (*STAND_INS, *vices)], forms=())
    }


def strays(trials: dict[str, Trial]) -> list[str]:
    return [line for line in why_incomplete(score(trials.values())) if "no vice breaks it" not in line]


def broken_by(trials: dict[str, Trial], vice: str) -> set[str]:
    return {requirement for _, requirement in trials[vice].broken_rows}


@pytest.fixture(scope="module")
def studio() -> dict[str, Trial]:
    return trials_of(STUDIO, OF_STUDIO)


@pytest.fixture(scope="module")
def openai() -> dict[str, Trial]:
    return trials_of("openai", OF_OPENAI)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("vice", OF_STUDIO)
def test_a_fault_is_caught_by_its_requirement(studio: dict[str, Trial], vice: str) -> None:
    assert OF_STUDIO[vice] in broken_by(studio, vice) - broken_by(studio, FAULTLESS)


@pytest.mark.slow
def test_no_fault_breaks_what_it_does_not_name(studio: dict[str, Trial]) -> None:
    assert strays(studio) == []


# Of the project's own providers `vidconform proof` says as much, which is a part of CI.
@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("vice", OF_OPENAI)
def test_a_fault_of_the_whole_api_is_caught_by_its_requirement(openai: dict[str, Trial], vice: str) -> None:
    assert OF_OPENAI[vice] in broken_by(openai, vice) - broken_by(openai, FAULTLESS)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_no_fault_of_the_whole_api_breaks_what_it_does_not_name(openai: dict[str, Trial]) -> None:
    assert strays(openai) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_proof_of_what_is_derived_is_whole() -> None:
    assert list(why_incomplete(score(run_matrix([STUDIO])))) == []


@pytest.mark.parametrize("provider", ["openai", STUDIO], ids=["openai", "studio"])
def test_every_requirement_of_a_contract_has_a_vice(provider: str) -> None:
    contracts = load_contracts(find_provider(provider))
    judged = {(case.contract.id, case.requirement.id) for contract in contracts for case in service_cases(contract)}
    felled = {(fault.contract, row) for vice in vices_of(provider) for fault in vice.faults for row in fault.breaks}
    assert felled == judged


# --- the table of what breaks laws ----------------------------------------------------------------------------------


def test_every_law_about_a_service_has_a_customary_vice() -> None:
    laws = {row for law in all_laws() for row in law.requirements} - {"x-refusals"}
    listed = {row for breaks in CUSTOMARY.values() for row in breaks}
    assert laws - listed == OF_A_DOCUMENT
    # A word is the business of a schema as well.
    assert listed - laws == {"status-vocabulary"}


def test_every_customary_vice_is_an_operator() -> None:
    vices_of("openai")
    assert set(CUSTOMARY) - set(OPERATORS) == set()


# --- what the emulator keeps of lists, cancellations and stated refusals --------------------------------------------


def test_what_a_document_states_of_refusals_is_kept_by_its_emulator() -> None:
    key = {"X-Studio-Key": "k", "X-Studio-Version": "2026-01"}
    with running(STUDIO, environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        long = client.post("/api/jobs", headers=key, data={"prompt": "A boat on a lake", "length": "11"})
        made = client.post("/api/jobs", headers=key, data={"prompt": "A boat on a lake", "length": "5"})
        unknown, malformed = (client.get(f"/api/jobs/{id}", headers=key) for id in ("job-000000", "job-000000!"))
        wrong = client.get(f"/api/jobs/{made.json()['accepted']}", headers={**key, "X-Studio-Key": "vidconform-wrong"})
    assert (long.status_code, long.json()) == (422, {"reason": "too_long"})
    assert (unknown.status_code, unknown.json()) == (404, {"reason": "no_such_job"})
    assert (malformed.status_code, malformed.json()) == (400, {"reason": "no_number"})
    assert (made.status_code, wrong.status_code) == (202, 401)


def test_a_task_that_has_ended_is_not_cancelled_and_one_that_goes_on_is() -> None:
    key = {"X-Studio-Key": "k", "X-Studio-Version": "2026-01"}
    with running(STUDIO, environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        made = client.post("/api/jobs", headers=key, data={"prompt": "A boat", "length": "5"}).json()["accepted"]
        codes = [client.post(f"/api/jobs/{made}/cancel", headers=key).status_code for _ in range(2)]
        state = client.get(f"/api/jobs/{made}", headers=key).json()["job"]["state"]
        pages = [client.get("/api/jobs", params={"page": page, "per_page": 2}).json()["jobs"] for page in (1, 2, 3)]
    assert (codes, state) == ([200, 409], "Cancelled")
    numbers = [[job["number"] for job in page] for page in pages]
    assert [len(page) for page in numbers] == [2, 2, 0]
    assert numbers[0][0] == made
    assert len({number for page in numbers for number in page}) == 4


def test_a_deleted_task_is_gone_from_its_route_and_from_the_list() -> None:
    with running("openai", environ={}) as emulator, httpx.Client(base_url=emulator.url) as client:
        client.headers["authorization"] = "Bearer k"
        id, other = emulator.task_ids["videos"]
        assert client.delete(f"/v1/videos/{id}").json() == {"id": id, "object": "video.deleted", "deleted": True}
        left = [task["id"] for task in client.get("/v1/videos").json()["data"]]
        assert (client.get(f"/v1/videos/{id}").status_code, client.delete(f"/v1/videos/{id}").status_code, left) == (
            404,
            404,
            [other],
        )
