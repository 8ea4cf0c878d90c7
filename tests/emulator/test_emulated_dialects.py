"""Emulators of documents that list tasks bare and models whole, take files, bill seconds and have pictures alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.server import running
from vidconform.emulator.vices import find_vice

KEY = {"Authorization": "Bearer good"}


def got(provider: str, path: str) -> httpx.Response:
    with running(provider, environ={}) as emulator:
        return httpx.get(f"{emulator.url}{path}", headers=KEY)


def test_a_model_is_listed_as_the_document_shows_one_with_all_that_its_schema_asks_for() -> None:
    (model,) = got("openrouter", "/api/v1/videos/models").json()["data"]
    assert (model["id"], model["pricing_skus"]) == ("google/veo-3.1", {"generate": "0.50"})
    assert {"upscale_factor", "creativity"} <= set(model)


def test_a_listed_task_has_no_wrapper_and_a_single_one_has() -> None:
    with running("minimax", environ={}) as emulator:
        listed = httpx.get(f"{emulator.url}/v2/query/video_generation", headers=KEY).json()["items"]
        path = f"/v2/query/video_generation/{listed[0]['id']}"
        assert httpx.get(f"{emulator.url}{path}", headers=KEY).json()["task"]["id"] == listed[0]["id"]


@pytest.mark.parametrize(("model", "status"), [("doubao-seedance-1-5-pro", 400), ("doubao-seedance-2-0-mini", 200)])
def test_a_file_in_a_form_is_refused_where_the_document_says_so(model: str, status: int) -> None:
    create = load_contracts(find_provider("cometapi"))[0].operation("create")
    assert create is not None
    sent = {**create.request_example, "model": model}
    with running("cometapi", environ={}) as emulator:
        files = {"input_reference": ("picture.png", b"\x89PNG", "image/png")}
        assert httpx.post(f"{emulator.url}/v1/videos", headers=KEY, data=sent, files=files).status_code == status


def test_the_seconds_that_were_asked_for_are_billed_whatever_the_request_calls_them() -> None:
    body: Any = {"model": "bytedance/seedance-2.5", "prompt": "A dog", "duration": 7}
    with running("ofox", environ={}) as emulator:
        address = httpx.post(f"{emulator.url}/v1/videos", headers=KEY, json=body).json()["polling_url"]
        told = [httpx.get(address, headers=KEY).json() for _ in range(8)]
    assert told[-1]["status"] == "completed"
    assert told[-1]["usage"]["video_seconds"] == 7
    assert told[-1]["mirror_urls"] == told[-1]["unsigned_urls"]


@pytest.mark.parametrize("variant", ["thumbnail", "spritesheet"])
def test_where_the_video_is_no_variant_each_of_them_is_a_picture(variant: str) -> None:
    with running("poe", environ={}) as emulator:
        task = f"{emulator.url}/v1/videos/{emulator.task_ids['videos'][0]}"
        for _ in range(8):
            httpx.get(task, headers=KEY)
        video, picture = (httpx.get(f"{task}/content{query}", headers=KEY) for query in ("", f"?variant={variant}"))
    assert (video.headers["content-type"], picture.headers["content-type"]) == ("video/mp4", "image/webp")


def test_an_address_without_its_host_is_a_fault_of_its_own() -> None:
    (fault,) = find_vice("openrouter", "polling-url-as-path").faults
    assert fault.breaks == {"polling-url-is-absolute"}


def test_a_page_of_html_comes_with_the_status_code_of_the_document() -> None:
    unknown = load_contracts(find_provider("cometapi"))[0].unknown_id
    with running("cometapi", environ={}, vice="unknown-id-as-html") as emulator:
        reply = httpx.get(f"{emulator.url}/v1/videos/{unknown}", headers=KEY)
    assert (reply.status_code, reply.headers["content-type"]) == (400, "text/html")
