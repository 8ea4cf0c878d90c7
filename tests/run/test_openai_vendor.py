"""A contract of lists, deletions, variants and forms is judged against a vendor that was written apart from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import cases
from tests.support.openai_vendor import KEY, OpenAIVendor, openai_vendor
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts.verdict import Verdict

PROVIDER = "openai"
MEMBERS_OF_A_BARE_CREATION = {
    f"{member}-present"
    for member in (
        "object", "model", "progress", "created-at", "completed-at", "expires-at", "prompt", "size", "seconds",
        "source", "error",
    )
}  # fmt: skip
BROKEN = {
    "envelope-of-creation": {"error-envelope-present"},
    "bad-key-400": {"bad-key-status-code"},
    "no-object-500": {"body-without-members-status-code", "refusals-are-not-server-errors"},
    "created-202": {"create-status-code"},
    "created-bare": MEMBERS_OF_A_BARE_CREATION,
    "json-only": {"create-accepts-form"},
    "form-only": {"accepts-prompt"},
    "list-bare": {"list-is-object"},
    "list-without-has-more": {"list-has-more-present"},
    "list-ignores-limit": {"list-honours-limit"},
    "list-ignores-order": {"list-honours-order"},
    "list-ignores-after": {"list-honours-cursor"},
    "list-lacks-new": {"list-contains-the-task"},
    "delete-405": {"delete-route"},
    "delete-tells-task": {"deletion-object", "deletion-says-so-present"},
    "delete-keeps": {"deleted-task-is-gone"},
    "variant-ignored": {"content-variants-differ"},
    "failed-500": {"retrieve-route"},
    "failed-content-500": {"failed-content-is-refused", "refusals-are-not-server-errors"},
    "source-of-another": {"remix-names-its-source"},
    "same-id": {"remix-makes-new-task", "tasks-have-ids-of-their-own"},
    "seconds-number": {"create-with-mistyped-seconds-is-refused"},
    "remix-unreadable": {"created-task-can-be-read"},
    "half-an-api": {"list-route", "delete-route", "content-route", "remix-route"},
    "no-delete-route": {"delete-route"},
}


def judged(*faults: str, **options: Any) -> tuple[dict[str, Verdict], OpenAIVendor]:
    """Judge the vendor with some faults; a failed job of it is known."""
    with openai_vendor(*faults) as vendor:
        chosen = {"poll_interval": 0, "poll_timeout": 5, "fuzz": 0, "max_creations": 5, **options}
        chosen.setdefault("task_ids", [f"videos={vendor.failed()}"])
        session = prepare(RunOptions([PROVIDER], live=True, provider_url=vendor.url, **chosen), KEY)
        try:
            found = [session.judge(case) for case in cases(session) if case.subject == "service"]
        finally:
            session.close()
    return {verdict.requirement.id: verdict for verdict in found}, vendor


def faults_in(found: dict[str, Verdict]) -> set[str]:
    return {row for row, verdict in found.items() if verdict.label not in ("conforms", "unseen")}


def test_a_vendor_that_keeps_the_document_conforms_and_nothing_stays_unseen() -> None:
    found, vendor = judged()
    assert {verdict.label for verdict in found.values()} == {"conforms"}
    # The last requests are the deletion and what it left: nothing that needs the job comes after it.
    deletions = [asked.startswith("DELETE") and "dead" not in asked for asked in vendor.asked]
    deleted = deletions.index(True)
    assert [asked.partition(" ")[0] for asked in vendor.asked[deleted:]] == ["DELETE", "GET", "GET"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_is_told_by_its_own_row_and_by_nothing_else(fault: str) -> None:
    found, _ = judged(fault)
    assert faults_in(found) == BROKEN[fault]


def test_a_connection_that_is_closed_for_one_request_is_a_fault_and_hides_no_other_question() -> None:
    found, _ = judged("drops-nul", fuzz=9, max_creations=9)
    assert faults_in(found) == {"any-request-is-no-server-error"}
    told = found["any-request-is-no-server-error"].received
    assert re.fullmatch(r"a closed connection to GET /v1/videos/\S*%00, and answers to the requests beside it", told)


def test_a_refusal_that_is_known_to_make_nothing_takes_no_place_in_the_limit(tmp_path: Path) -> None:
    entry = 'requirement = "body-without-members-status-code"\nreason = "Seen."\nsince = 2026-11-01\ncreates = false\n'
    known = tmp_path / "known.toml"
    known.write_text(f"[[deviation]]\n{entry}", "utf-8")
    doubted, _ = judged("no-object-500", max_creations=2)
    assert doubted["remix-route"].label == "refused"
    found, _ = judged("no-object-500", max_creations=2, deviations=[known])
    assert found["remix-route"].label == "conforms"
    assert found["body-without-members-status-code"].known == {
        "state": "expected", "reason": "Seen.", "since": "2026-11-01", "file": "known.toml",
    }  # fmt: skip


def test_a_task_that_somebody_else_made_is_never_deleted() -> None:
    found, vendor = judged(max_creations=0)
    assert [asked for asked in vendor.asked if asked.startswith("DELETE") and "dead" not in asked] == []
    assert found["deleted-task-is-gone"].label == "unseen"


def test_a_remix_that_cannot_be_read_is_told_by_its_row_and_leaves_the_run_whole() -> None:
    with openai_vendor("remix-unreadable") as vendor:
        options = RunOptions([PROVIDER], live=True, provider_url=vendor.url, poll_interval=0, poll_timeout=5, fuzz=0)
        session = prepare(options, KEY)
        found = {case.requirement.id: session.judge(case) for case in cases(session) if case.subject == "service"}
        told = session.why_incomplete()
        session.close()
    assert found["created-task-can-be-read"].label == "fails"
    assert told == []
