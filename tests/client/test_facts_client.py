"""A client that knows the facts alone comes to a video wherever a document leads to one, and says why elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.documented import acme_in
from tests.support.facts_client import FactsClient, NotDocumented
from vidconform.client.facts.facts_document import facts_document
from vidconform.client.facts.judged_evidence import Judged
from vidconform.contracts import known_providers
from vidconform.emulator import Running, running
from vidconform.laws import why_no_video
from vidconform.run import contracts_named

TESTS = Path(__file__).parents[1]
FOLDERS = [
    str(file.parent)
    for place in (TESTS / "providers", TESTS / "selfproof" / "folders")
    for file in sorted(place.glob("*/provider.toml"))
]

# What no document of these says, each by what the client then lacks.
SILENT = {
    "gptge/videos": "what 'queued' means", "opeai/videos": "where the video is", "orbit/jobs": "where the video is",
    "studio/jobs": "where the video is", "wharf/clips": "where the video is", "harbor/jobs": "where the video is",
    "canal/barges": "where the video is", "quay/ferries": "where the video is",
    "mill/sacks": "where the video is",
}  # fmt: skip


@cache
def documented(provider: str) -> dict[str, Any]:
    """Return the facts of a provider as its documents alone tell them."""
    return facts_document(contracts_named([provider]), Judged(None))


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


def clients(facts: dict[str, Any], emulator: Running, http: httpx.Client) -> list[tuple[FactsClient, str | None]]:
    """Return a client for each contract of a provider, with a known task where none can be created."""
    found: list[tuple[FactsClient, str | None]] = []
    for contract in facts["contracts"]:
        told = [one["credentials"]["value"] or {"choices": []} for one in contract["operations"]]
        schemes = [scheme for one in told for choice in one["choices"] for scheme in choice]
        keys = {name: f"sk-{name.lower()}" for name in (scheme["variable"] for scheme in schemes) if name}
        creates = any(one["role"] == "create" for one in contract["operations"])
        known = None if creates else emulator.task_ids[contract["contract"].partition("/")[2]][0]
        found.append((FactsClient(contract, emulator.url, keys, http, sleep=briefly), known))
    return found


def briefly(seconds: float) -> None:
    """Wait like a client, of an emulator that needs no quarter of a minute."""
    time.sleep(min(seconds, 0.02))


@pytest.mark.sampled(7)
@pytest.mark.parametrize("provider", [*known_providers(), *FOLDERS], ids=lambda named: Path(named).name)
def test_the_client_reaches_a_video_or_says_what_is_not_documented(provider: str, http: httpx.Client) -> None:
    facts = documented(provider)
    with running(provider, environ={}) as emulator:
        for client, known in clients(facts, emulator, http):
            name = client.contract["contract"]
            if name in SILENT:
                with pytest.raises(NotDocumented, match=SILENT[name]):
                    client.video(known)
            else:
                assert why_no_video(client.video(known), cut=False) is None, name


def test_what_is_silent_has_neither_a_place_for_its_video_nor_a_route() -> None:
    told = [one for named in (*known_providers(), *FOLDERS) for one in documented(named)["contracts"]]
    leads = {one["contract"]: "content" not in one["not_documented"] or bool(results(one)) for one in told}
    assert {name for name, leads_to_one in leads.items() if not leads_to_one} == set(SILENT)


def test_words_that_stand_in_a_file_beside_are_told_with_that_file() -> None:
    canal = next(named for named in FOLDERS if Path(named).name == "canal")
    (barges,) = documented(canal)["contracts"]
    (read,) = (one for one in barges["operations"] if one["role"] == "retrieve")
    told = read["replies"][0]["words"]["phases"]
    assert told["waiting"]["value"]["words"] == ["submitted"]
    assert told["waiting"]["place"] == "barges/barge.schema.json $defs/waiting"


def results(contract: dict[str, Any]) -> list[Any]:
    replies = [reply for one in contract["operations"] if one["role"] == "retrieve" for reply in one["replies"]]
    return [told for one in replies if (told := one["fields"].get("result", {}).get("value")) is not None]


def test_the_folder_of_the_documentation_leads_to_a_video(tmp_path: Path, http: httpx.Client) -> None:
    acme_in(tmp_path)
    facts = documented(str(tmp_path / "acme"))
    with running(str(tmp_path / "acme"), environ={}) as emulator:
        ((client, known),) = clients(facts, emulator, http)
        assert why_no_video(client.video(known), cut=False) is None
        assert emulator.creations == 1


def test_a_task_that_failed_is_told_with_its_error_and_not_waited_for(http: httpx.Client) -> None:
    with running("openai", environ={}) as emulator:
        ((client, _),) = clients(documented("openai"), emulator, http)
        failed = next(id for id in emulator.task_ids["videos"] if ends_as(client, id) == "failed")
        with pytest.raises(RuntimeError, match=r"failed: .*generation_failed"):
            client.video(failed)


def ends_as(client: FactsClient, task_id: str) -> str:
    words = (str(reply.json()["status"]) for reply in client.reads(task_id))
    return next(word for word in words if word in ("completed", "failed"))


@pytest.mark.parametrize("vice", ["content-as-json", "content-as-502", "video-url-as-null"])
def test_a_service_that_departs_from_its_document_gives_no_video(vice: str, http: httpx.Client) -> None:
    facts = documented("octopusx")
    with running("octopusx", vice=vice, environ={}) as emulator:
        query, videos = clients(facts, emulator, http)
        client, known = query if vice == "video-url-as-null" else videos
        with pytest.raises((NotDocumented, httpx.HTTPStatusError)):
            client.video(known)
