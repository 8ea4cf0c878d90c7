"""The official package finds in a vendor what would hurt a client, and nothing in one that conforms."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from tests.support.client_vendor import ClientVendor
from tests.support.openai_vendor import KEY, OpenAIVendor, openai_vendor
from vidconform.client.openai_sdk import OpenAILanes, client_ledger
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

pytestmark = [
    pytest.mark.skipif(find_spec("openai") is None, reason="needs the extra vidconform[sdk]"),
    pytest.mark.slow,
]

Rows = dict[str, dict[str, Any]]
SILENT = "silently wrong"
FOUND = {
    "pending": {"poll-returns-the-end": SILENT, "create-and-poll-returns-the-end": SILENT},
    "progress-text": {"create-members-have-their-types": SILENT, "retrieve-members-have-their-types": SILENT},
    "json-only": {"create-takes-a-form": "breaks", "create-and-poll-returns": "breaks"},
    "failed-500": {"failed-job-returns": "breaks"},
    "content-json": {
        "content-is-a-video": SILENT, "thumbnail-is-an-image": SILENT, "spritesheet-is-an-image": SILENT,
    },
    "created-without-id": {
        "create-tells-an-id": SILENT, "create-members-are-there": SILENT, "create-and-poll-returns": "breaks",
    },
    "page-at-creation": {"create-tells-an-id": SILENT, "create-and-poll-returns": "breaks"},
    "variant-ignored": {"thumbnail-is-an-image": SILENT, "spritesheet-is-an-image": SILENT},
    "success unknown-200": {
        "poll-success-reads-completed": SILENT, "create-and-poll-success-reads-completed": SILENT,
        "unknown-id-raises": SILENT,
    },
    "without-size unknown-plain wrong-key-200 list-bare delete-405": {
        "create-members-are-there": SILENT, "retrieve-members-are-there": SILENT,
        "unknown-id-keeps-its-code": "degraded", "wrong-key-raises": SILENT, "list-returns": "breaks",
        "delete-returns": "breaks",
    },
    "milliseconds failed-without-error unknown-400 bad-key-400 list-ignores-after delete-tells-task": {
        "retrieve-times-are-seconds": SILENT, "failed-job-tells-its-error": SILENT,
        "unknown-id-is-not-found": "degraded", "wrong-key-is-an-authentication-error": "degraded",
        "list-pages-end": "breaks", "delete-says-so": SILENT,
    },
}  # fmt: skip
"""By the faults of a vendor the rows that tell them, and nothing else does."""


def driven(*faults: str, **options: Any) -> tuple[Rows, OpenAIVendor]:
    """Drive the package against the vendor with some faults; a failed job of it is known."""
    with openai_vendor(*faults, kind=ClientVendor) as vendor:
        chosen = {"poll_interval": 0, "poll_timeout": 20, "request_timeout": 20, "max_creations": 9, **options}
        ids = [f"videos={vendor.failed()}"]
        run = RunOptions(["openai"], live=True, provider_url=vendor.url, fuzz=0, task_ids=ids, sdk=True, **chosen)
        session = prepare(run, KEY)
        try:
            lanes, (contract,) = OpenAILanes(session), session.contracts
            for probe in ("observe", "create"):
                session.store_of(contract).evidence(contract, probe)
            found = {row["requirement"]: row for row in lanes.rows()}
        finally:
            session.close()
    assert session.client_troubles == []
    return found, vendor


def disappointments(found: Rows) -> dict[str, str]:
    return {row: line["client"]["reading"] for row, line in found.items() if line["outcome"] == "unmet"}


def test_a_vendor_that_conforms_disappoints_nobody_and_every_call_is_made() -> None:
    found, _ = driven()
    assert {line["client"]["reading"] for line in found.values()} == {"as expected"}
    assert len(found) == len(client_ledger())


@pytest.mark.parametrize("faults", FOUND)
def test_each_fault_is_told_by_its_own_rows_with_their_severity(faults: str) -> None:
    found, _ = driven(*faults.split())
    assert disappointments(found) == FOUND[faults]


def test_an_unknown_id_that_is_answered_with_200_is_told_as_a_video_without_an_id() -> None:
    found, _ = driven("unknown-200", max_creations=1)
    assert found["unknown-id-raises"]["received"] == "Video(id=None, status=None)"


@pytest.mark.exhaustive
def test_a_poll_without_an_end_is_ended_at_its_deadline() -> None:
    found, _ = driven("never-ends", poll_timeout=1, request_timeout=1.5)
    assert disappointments(found) == {"poll-ends": "breaks", "create-and-poll-ends": "breaks"}
    assert found["poll-ends"]["received"].startswith("no end in 2.5 s, after ")
    assert found["create-and-poll-ends"]["received"].startswith("no end in 2.5 s, after ")


def test_what_finds_no_place_in_the_limit_is_refused_and_not_sent() -> None:
    found, vendor = driven(max_creations=1)
    refused = {line["client"]["call"] for line in found.values() if line["client"]["reading"] == "refused"}
    assert refused == {"create", "create_and_poll", "remix"}
    assert sum(asked.startswith("POST") for asked in vendor.asked) == 1


def test_a_task_that_the_package_did_not_create_is_never_deleted() -> None:
    found, vendor = driven(max_creations=1)
    assert found["delete-returns"]["client"]["reading"] == "unseen"
    assert [asked for asked in vendor.asked if asked.startswith("DELETE")] == []
