"""Forms in one line, a header of its own, an open list and cancellations are judged against a vendor that has them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import cases
from tests.support.studio_vendor import KEY, StudioVendor, studio_vendor
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.errors.error_types import DataFileProblem
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts.verdict import Verdict

FOLDER = str(Path(__file__).parents[1] / "providers" / "studio")
BROKEN = {
    "list-keyed": {"list-needs-no-key"},
    "page-ignored": {"list-honours-cursor"},
    "cancel-ignored": {"cancelled-task-ends"},
    "late-cancel-200": {"late-cancel-is-refused"},
    "late-cancel-acts": {"late-cancel-changes-nothing"},
    "reads-json-only": {"create-route"},
    "receipt-wrapped": {"receipt-number-present"},
    "unknown-410": {"unknown-task-status-code", "unknown-job-has-its-reason"},
    "unknown-reason": {"unknown-job-has-its-reason"},
    "malformed-404": {"malformed-number-is-refused"},
    "wrong-key-404": {"wrong-key-status-code"},
    "put-as-get": {"job-takes-no-put"},
    "put-reason": {"job-takes-no-put"},
    "long-accepted": {"long-job-is-refused"},
    "array-500": {"create-without-prompt-is-refused"},
}


def judged(*faults: str, folder: str = FOLDER, **options: Any) -> tuple[dict[str, Verdict], StudioVendor]:
    """Judge the vendor with some faults."""
    with studio_vendor(*faults) as vendor:
        chosen = {"poll_interval": 0, "poll_timeout": 5, "fuzz": 0, "max_creations": 5, **options}
        session = prepare(RunOptions([folder], live=True, provider_url=vendor.url, **chosen), KEY)
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
    return {verdict.requirement.id: verdict for verdict in found}, vendor


def test_a_vendor_that_keeps_the_document_conforms_and_nothing_stays_unseen() -> None:
    found, _ = judged()
    assert {verdict.label for verdict in found.values()} == {"conforms"}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_is_told_by_its_own_row_and_by_nothing_else(fault: str) -> None:
    found, _ = judged(fault)
    assert {row for row, verdict in found.items() if verdict.label not in ("conforms", "unseen")} == BROKEN[fault]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("{id: stranger}", "x.id: expected one of unknown, malformed, known, finished, none, found 'stranger'"),
        ("{key: wrong, status: [401]}", "x-refusals.x: unknown key 'status'; the valid keys are id, key"),
        ("{responses: [400]}", "x-refusals.x: nothing makes it differ from the documented request"),
        ("{method: DELETE}", "x-refusals.x.method: expected one of PUT, PATCH, found 'DELETE'"),
        ("{method: PUT, id: known}", "x-refusals.x.id: expected unknown, malformed or none beside a method: no task"),
        ("{query: {pages: 0}}", "x-refusals.x.query: no parameter 'pages'; the valid ones are none"),
        ("{key: wrong}", "x-refusals.x has no row in requirements.toml"),
    ],
)
def test_a_refusal_that_is_not_understood_is_refused_at_the_start(case: str, told: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "studio")
    document = folder / "jobs" / "openapi.yaml"
    text = document.read_text("utf-8")
    first = "        long-job-is-refused:"
    document.write_text(text.replace(first, f"        x: {case}\n{first}"), "utf-8")
    with pytest.raises(DataFileProblem) as problem:
        load_contracts(find_provider(str(folder)))
    assert told in problem.value.problem


def test_a_refusal_by_a_method_that_the_path_has_is_refused_at_the_start(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "studio")
    document = folder / "jobs" / "openapi.yaml"
    by_put = "put:\n      operationId: cancel\n      x-refusals: {job-takes-no-put: {method: PUT}}"
    document.write_text(document.read_text("utf-8").replace("post:\n      operationId: cancel", by_put), "utf-8")
    with pytest.raises(DataFileProblem, match=r"job-takes-no-put\.method: the document has PUT at this path"):
        load_contracts(find_provider(str(folder)))


def test_a_method_that_two_rows_ask_with_is_refused_at_the_start(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "studio")
    ledger = folder / "jobs" / "requirements.toml"
    ledger.write_text(ledger.read_text("utf-8").replace("list-contains-the-task", "wrong-method-is-refused"), "utf-8")
    with pytest.raises(DataFileProblem, match=r"job-takes-no-put\.method: wrong-method-is-refused asks with PUT as"):
        load_contracts(find_provider(str(folder)))


def test_a_refusal_of_a_creation_is_fused_and_counts_as_paid_where_it_was_accepted() -> None:
    found, vendor = judged("long-accepted", max_creations=1)
    assert found["long-job-is-refused"].label == "refused"
    assert found["long-job-is-refused"].expected.endswith("pass --max-creations=2")
    assert [asked for asked in vendor.asked if asked == "POST /api/jobs"] == ["POST /api/jobs"]


def test_a_task_that_is_given_is_never_cancelled() -> None:
    found, vendor = judged(max_creations=0, task_ids=["jobs=job-000001"])
    assert [asked for asked in vendor.asked if asked.endswith("/cancel")] == []
    assert found["late-cancel-is-refused"].label == "unseen"


ENDED = "ended-job-is-kept"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Return the folder with a row that a job which has ended is not cancelled."""
    copied = shutil.copytree(FOLDER, tmp_path / "studio")
    document, ledger = copied / "jobs" / "openapi.yaml", copied / "jobs" / "requirements.toml"
    stated = f"x-role: cancel\n      x-refusals: {{{ENDED}: {{id: finished, responses: [409]}}}}"
    document.write_text(document.read_text("utf-8").replace("x-role: cancel", stated), "utf-8")
    row = f'[[requirement]]\nid = "{ENDED}"\nlevel = "MUST"\nconcern = "cancellation"\nstatement = "It is kept."\n'
    ledger.write_text(f'{ledger.read_text("utf-8")}\n{row}source = "Jobs"\n', "utf-8")
    return str(copied)


def test_a_job_that_has_ended_is_asked_to_be_kept_where_the_run_made_it(folder: str) -> None:
    found, _ = judged(folder=folder)
    assert found[ENDED].label == "conforms"


def test_without_a_job_of_the_run_nothing_else_is_asked_in_its_place(folder: str) -> None:
    found, vendor = judged(folder=folder, max_creations=0, task_ids=["jobs=job-000001"])
    assert found[ENDED].label in ("unseen", "refused")
    assert [asked for asked in vendor.asked if asked.endswith("/cancel")] == []
