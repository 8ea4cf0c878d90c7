"""The official package driven against the recordings that come with the project, by a replay over real HTTP."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest

from vidconform.client.openai_sdk import OpenAILanes
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare

pytestmark = pytest.mark.skipif(find_spec("openai") is None, reason="needs the extra vidconform[sdk]")

SILENT = "silently wrong"
FOUND = {
    "octopusx": {
        "create-takes-a-form": "breaks", "create-and-poll-returns": "breaks",
        "thumbnail-is-an-image": SILENT, "spritesheet-is-an-image": SILENT,
    },
    "opeai": {
        "poll-returns-the-end": SILENT, "retrieve-members-are-there": SILENT, "failed-job-tells-its-error": SILENT,
    },
    "chainhub": {"poll-returns-the-end": SILENT, "failed-job-tells-its-error": SILENT},
    "gptge": {},
    "openai": {},
}  # fmt: skip


@cache
def replayed(provider: str) -> Mapping[str, Any]:
    session = prepare(RunOptions([provider], sdk=True), {})
    found = {row["requirement"]: row for row in OpenAILanes(session).rows()}
    assert session.client_troubles == []
    return found


@pytest.mark.parametrize("provider", FOUND)
def test_what_a_client_would_notice_of_each_provider_is_told_by_name(provider: str) -> None:
    unmet = {id: row["client"]["reading"] for id, row in replayed(provider).items() if row["outcome"] == "unmet"}
    assert unmet == FOUND[provider]


def test_an_unfinished_task_that_a_poll_returns_is_told_in_the_words_of_the_document() -> None:
    told = replayed("opeai")["poll-returns-the-end"]["received"]
    assert told == "status 'NOT_START', which its document takes for waiting, without a word"


def test_a_route_that_no_document_names_is_never_called_missing() -> None:
    row = replayed("chainhub")["list-returns"]
    assert row["client"]["reading"] == "not documented"
    assert row["expected"] == "GET /videos, which no document of the provider names"


def test_what_the_recording_has_no_reply_to_is_not_recorded() -> None:
    row = replayed("aimock")["delete-returns"]
    assert (row["client"]["reading"], row["outcome"]) == ("not recorded", "unseen")


def test_a_creation_that_the_package_is_told_to_make_and_poll_is_answered_by_what_it_was_told_before() -> None:
    row = replayed("openai")["create-and-poll-returns-the-end"]
    assert (row["client"]["reading"], row["evidence"][0]["probe"]) == ("as expected", "openai-sdk")


def test_each_finding_points_at_the_reply_that_it_was_read_from() -> None:
    (sight,) = replayed("opeai")["poll-returns-the-end"]["evidence"]
    assert (sight["probe"], sight["origin"]) == ("observe", "emulated")


def test_the_package_is_never_loaded_into_this_process() -> None:
    replayed("opeai")
    assert "openai" not in sys.modules
