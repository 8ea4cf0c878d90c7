"""Forms in one line, a header of its own, an open list and cancellations are judged against a vendor that has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import cases
from tests.support.studio_vendor import KEY, StudioVendor, studio_vendor
from vidconform.run.options import RunOptions
from vidconform.run.session import prepare
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
    "unknown-410": {"unknown-task-status-code"},
    "array-500": {"create-without-prompt-is-refused"},
}


def judged(*faults: str, **options: Any) -> tuple[dict[str, Verdict], StudioVendor]:
    """Judge the vendor with some faults."""
    with studio_vendor(*faults) as vendor:
        chosen = {"poll_interval": 0, "poll_timeout": 5, "fuzz": 0, "max_creations": 5, **options}
        session = prepare(RunOptions([FOLDER], live=True, provider_url=vendor.url, **chosen), KEY)
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
    return {verdict.requirement.id: verdict for verdict in found}, vendor


def test_a_vendor_that_keeps_the_document_conforms_and_nothing_stays_unseen() -> None:
    found, _ = judged()
    assert {verdict.label for verdict in found.values()} == {"conforms"}


@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_is_told_by_its_own_row_and_by_nothing_else(fault: str) -> None:
    found, _ = judged(fault)
    assert {row for row, verdict in found.items() if verdict.label not in ("conforms", "unseen")} == BROKEN[fault]


def test_a_task_that_is_given_is_never_cancelled() -> None:
    found, vendor = judged(max_creations=0, task_ids=["jobs=job-000001"])
    assert [asked for asked in vendor.asked if asked.endswith("/cancel")] == []
    assert found["late-cancel-is-refused"].label == "unseen"
