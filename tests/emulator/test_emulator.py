"""The emulator keeps the five documents, over real HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from vidconform.contracts.provider import known_providers
from vidconform.emulator.emulator_options import AddressUnavailable, NoEmulator
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running, serve

BEARER = {"Authorization": "Bearer good"}
NO_KEYS: dict[str, str] = {}
QUERY, GPTGE = (
    "sora-2:task_01k9008rhbefnt3rb1g9szxdwr",
    "video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5",
)
OPEAI, CHAINHUB = "video_690d9b52e2b081908a05ded32cbfc629", "sora-2:task_01k81e7r1mf0qtvp3ett3mr4jm"
SENT = {"model": "sora-2", "prompt": "a kite", "seconds": "10", "size": "720x1280"}
NOT_FOUND = {"error": {"message": "video not found", "type": "NotFound", "param": "", "code": "ResourceNotFound"}}
HOSTILE = [
    "'\"",
    "%",
    "100%25",
    "\x00\x01\x1f\r\n",
    "x" * 2000,
    "vidéo_日本\U0001f600",
    "a/b",
    "../..",
    "/",
    "{}",
    "?id=x",
    "#",
    ";--",
    " ",
]


def lives(url: str, times: int = 8, headers: dict[str, str] = BEARER) -> list[dict[str, Any]]:
    with httpx.Client(headers=headers) as client:
        return [client.get(url).raise_for_status().json() for _ in range(times)]


def statuses(bodies: list[dict[str, Any]]) -> list[str]:
    words = [body["status"] for body in bodies]
    return [word for at, word in enumerate(words) if at == 0 or words[at - 1] != word]


@pytest.fixture
def octopusx() -> Iterator[Running]:
    with running("octopusx", environ=NO_KEYS) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def untouched() -> Iterator[Running]:
    with running("octopusx", environ=NO_KEYS) as emulator:
        yield emulator


@pytest.fixture
def client(octopusx: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=octopusx.url, headers=BEARER) as client:
        yield client


def finished(client: httpx.Client) -> dict[str, Any]:
    body: dict[str, Any] = client.post("/v1/videos", json=SENT).json()
    while body["status"] != "completed":
        body = client.get(f"/v1/videos/{body['id']}").json()
    return body


def test_query_shows_the_document_s_example_first(client: httpx.Client) -> None:
    asked = {"prompt": "make animate", "model": "sora-2", "images": [], "aspect_ratio": "9:16"}
    assert client.get("/v1/video/query", params={"id": QUERY}).json() == {
        "id": QUERY,
        "object": "video",
        "model": "sora-2",
        "status": "pending",
        "progress": "0",
        "created_at": 1762010621,
        "size": "large",
        "status_update_time": 1762010621323,
        "detail": {"input": asked},
    }


def test_query_lives_through_every_running_word_and_then_has_a_video(octopusx: Running) -> None:
    bodies = lives(f"{octopusx.url}/v1/video/query?id={QUERY}")
    assert statuses(bodies) == ["pending", "queued", "processing", "completed"]
    assert all(("video_url" in body) == (body["status"] == "completed") for body in bodies)
    assert bodies[-1] == bodies[-2]
    video = httpx.get(bodies[-1]["video_url"])
    assert video.content[4:8] == b"ftyp"
    assert video.headers["content-type"] == "video/mp4"


def test_status_update_time_changes_exactly_when_the_status_does(octopusx: Running) -> None:
    seen = {(b["status"], b["status_update_time"]) for b in lives(f"{octopusx.url}/v1/video/query?id={QUERY}")}
    assert len(seen) == len({status for status, _ in seen}) == len({at for _, at in seen}) == 4


def test_a_colon_in_a_query_id_may_be_raw_or_encoded(client: httpx.Client) -> None:
    for id in (QUERY, QUERY.replace(":", "%3A")):
        assert client.get(f"/v1/video/query?id={id}").json()["id"] == QUERY


def test_query_without_an_id_is_400(client: httpx.Client) -> None:
    for url in ("/v1/video/query", "/v1/video/query?id="):
        reply = client.get(url)
        assert reply.status_code == 400
        assert reply.json()["error"]["param"] == "id"


def test_the_two_id_spaces_of_octopusx_do_not_see_each_other(octopusx: Running, client: httpx.Client) -> None:
    assert client.get(f"/v1/videos/{QUERY}").status_code == 404
    for id in octopusx.task_ids["videos"]:
        assert client.get("/v1/video/query", params={"id": id}).status_code == 404


@pytest.mark.parametrize(
    ("provider", "url", "words"),
    [
        ("octopusx", "/v1/videos/video_abc123", ["queued", "in_progress", "completed"]),
        ("gptge", f"/v1/videos/{GPTGE}", ["queued", "in_progress", "completed"]),
        (
            "opeai",
            f"/v1/videos/{OPEAI}",
            ["NOT_START", "SUBMITTED", "QUEUED", "IN_PROGRESS", "SUCCESS"],
        ),
        ("chainhub", f"/v1/videos/{CHAINHUB}", ["pending", "completed"]),
    ],
)
def test_the_first_known_task_lives_its_whole_life_and_stays(provider: str, url: str, words: list[str]) -> None:
    with running(provider, environ=NO_KEYS) as emulator:
        bodies = lives(emulator.url + url)
    assert statuses(bodies) == words
    assert bodies[-1] == bodies[-2]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("provider", "contract", "url", "words"),
    [
        ("octopusx", "query", "/v1/video/query?id=", {"completed", "failed", "cancelled"}),
        ("octopusx", "videos", "/v1/videos/", {"completed", "failed"}),
        ("gptge", "videos", "/v1/videos/", {"completed", "failed"}),
        ("opeai", "videos", "/v1/videos/", {"SUCCESS", "FAILURE"}),
        ("chainhub", "videos", "/v1/videos/", {"completed", "failed"}),
    ],
)
def test_the_known_tasks_end_in_every_way(provider: str, contract: str, url: str, words: set[str]) -> None:
    with running(provider, environ=NO_KEYS) as emulator:
        ids = emulator.task_ids[contract]
        ends = [lives(emulator.url + url + id)[-1] for id in ids]
    assert {end["status"] for end in ends} == words
    assert [end["id"] for end in ends] == ids


def test_gptge_ends_with_the_document_s_example() -> None:
    with running("gptge", environ=NO_KEYS) as emulator:
        assert lives(f"{emulator.url}/v1/videos/{GPTGE}")[-1] == {
            "id": GPTGE,
            "object": "video",
            "created_at": 1760592434,
            "status": "completed",
            "completed_at": 1760592506,
            "error": None,
            "expires_at": 1760596106,
            "model": "sora-2",
            "progress": 100,
            "remixed_from_video_id": None,
            "seconds": "4",
            "size": "720x1280",
        }


def test_chainhub_passes_through_both_examples_with_the_required_fields() -> None:
    required = {"id", "status", "video_url", "enhanced_prompt", "status_update_time"}
    pending_id = "sora-2:task_01k6x15vhrff09dkkqjrzwhm60"
    with running("chainhub", environ=NO_KEYS) as emulator:
        pending = lives(f"{emulator.url}/v1/videos/{pending_id}", 1)[0]
        done = lives(f"{emulator.url}/v1/videos/video_5c6a605a-30c0-4a6a-9dbd-d1d6cfdd9980", 1)[0]
        assert httpx.get(done["video_url"]).content[4:8] == b"ftyp"
    assert required <= pending.keys()
    assert required <= done.keys()
    assert pending["video_url"] is None
    assert pending["status_update_time"] == 1759763621142
    assert len(pending["detail"]["pending_info"]) == 36
    assert pending["detail"]["pending_info"]["created_at"] == "2025-10-06T15:10:26.875729Z"
    assert (done["created_at"], done["completed_at"], done["seconds"]) == (1761622232, 1761622385, "10")


def test_opeai_answers_an_unknown_id_with_the_documented_envelope_on_both_routes() -> None:
    with running("opeai", environ=NO_KEYS) as emulator:
        for route in ("v1", "api"):
            reply = httpx.get(f"{emulator.url}/{route}/videos/video_unknown", headers=BEARER)
            assert (reply.status_code, reply.json()) == (404, NOT_FOUND)


def test_opeai_s_routes_ask_for_their_own_credentials_and_show_one_task() -> None:
    keys = {"OPEAI_API_KEY": "k", "OPEAI_TOKEN": "t", "OPEAI_ADMIN_TOKEN": "a"}
    asked = [
        ("v1", {"Authorization": "Bearer k"}),
        ("api", {"token": "t"}),
        ("api", {"Authorization": "bearer a"}),
    ]
    refused = [
        ("v1", {"token": "t"}),
        ("v1", {"Authorization": "Bearer t"}),
        ("api", {"Authorization": "Bearer k"}),
        ("api", {"token": "k"}),
        ("api", {}),
        ("api", {"token": "", "Authorization": "Bearer a"}),
    ]
    with running("opeai", environ=keys) as emulator:
        url = f"{emulator.url}/{{}}/videos/{OPEAI}"
        read = [httpx.get(url.format(at), headers=sent).json() for at, sent in asked]
        assert [body["status"] for body in read] == ["NOT_START", "SUBMITTED", "QUEUED"]
        assert {httpx.get(url.format(at), headers=sent).status_code for at, sent in refused} == {401}


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Authorization": "good"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer vidconform-wrong-key"},
    ],
)
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", f"/v1/video/query?id={QUERY}"),
        ("GET", "/v1/videos/video_abc123"),
        ("GET", "/v1/videos/video_abc123/content"),
        ("POST", "/v1/videos"),
        ("POST", "/v1/videos/video_abc123/remix"),
    ],
)
def test_a_missing_or_wrong_key_is_401(untouched: Running, method: str, url: str, sent: dict[str, str]) -> None:
    reply = httpx.request(method, untouched.url + url, headers=sent)
    assert reply.status_code == 401
    assert reply.json()["error"].keys() == {"message", "type", "param", "code"}


def test_a_key_in_the_environment_is_the_only_one_accepted() -> None:
    with running("gptge", environ={"GPTGE_API_KEY": "sécret"}) as emulator:
        url = f"{emulator.url}/v1/videos/{GPTGE}"
        sent = {b"authorization": "Bearer sécret".encode()}
        assert httpx.get(url, headers=sent).status_code == 200
        assert httpx.get(url, headers=BEARER).status_code == 401


def test_a_created_task_echoes_what_was_sent_and_is_completed_at_the_fourth_read(
    octopusx: Running, client: httpx.Client
) -> None:
    created = client.post("/v1/videos", json=SENT | {"image": None, "metadata": {"a": 1}, "video_id": "x"}).json()
    assert re.fullmatch("video_[0-9a-f]{32}", created["id"])
    assert created["task_id"] == created["id"]
    assert (created["status"], created["progress"]) == ("queued", 0)
    assert (created["model"], created["seconds"], created["size"]) == ("sora-2", "10", "720x1280")
    assert abs(created["created_at"] - time.time()) < 60
    bodies = lives(f"{octopusx.url}/v1/videos/{created['id']}")
    assert [body["status"] for body in bodies].index("completed") == 3
    assert all(("video_url" in body) == (body["status"] == "completed") for body in bodies)
    assert not any("error" in body for body in bodies)
    assert octopusx.creations == 1


def test_an_error_is_shown_only_on_a_failed_video(octopusx: Running) -> None:
    failed_id = octopusx.task_ids["videos"][-1]
    for body in lives(f"{octopusx.url}/v1/videos/{failed_id}"):
        assert ("error" in body) == (body["status"] == "failed")
    assert body["error"].keys() == {"code", "message"}


BAD_BODIES: list[Any] = [
    {"prompt": "a kite"},
    {"model": "sora-2"},
    SENT | {"model": None},
    SENT | {"model": ""},
    SENT | {"prompt": None},
    SENT | {"prompt": ""},
    SENT | {"prompt": ["a"]},
    SENT | {"model": 1},
    SENT | {"seconds": 5},
    SENT | {"size": {}},
    SENT | {"image": True},
    SENT | {"metadata": []},
    SENT | {"metadata": "x"},
    [],
    None,
    "x",
    7,
]
BAD_BYTES = [b"", b"{", b"\xff", b'{"model": NaN}', b"[" * 100_000, b"9" * 5_000, b"model=sora-2"]


@pytest.mark.sampled(7)
@pytest.mark.parametrize("body", [*(json.dumps(body).encode() for body in BAD_BODIES), *BAD_BYTES])
def test_a_bad_body_is_400_and_creates_nothing(untouched: Running, body: bytes) -> None:
    reply = httpx.post(f"{untouched.url}/v1/videos", content=body, headers=BEARER)
    assert reply.status_code == 400
    assert reply.json()["error"].keys() == {"message", "type", "param", "code"}
    assert untouched.creations == 0


def test_a_lone_surrogate_and_a_huge_body_are_no_fault_of_the_emulator(client: httpx.Client) -> None:
    odd = rb'{"model": "sora-2", "prompt": "\ud800", "size": "\ud800"}'
    assert client.post("/v1/videos", content=odd).json()["size"] == "\ud800"
    assert client.post("/v1/videos", content=b" " * 3_000_000).status_code == 413


def test_content_is_a_video_once_completed_and_refused_before(client: httpx.Client) -> None:
    created = client.post("/v1/videos", json=SENT).json()
    early = client.get(f"/v1/videos/{created['id']}/content")
    assert (early.status_code, early.json()["error"]["code"]) == (400, "task_not_completed")
    reply = client.get(finished(client)["video_url"])
    assert (reply.status_code, reply.headers["content-type"]) == (200, "video/mp4")
    assert reply.content[4:8] == b"ftyp"
    assert 300 < len(reply.content) < 1000
    assert client.get("/v1/videos/video_unknown/content").status_code == 404


def test_a_remix_has_a_new_id_and_a_life_of_its_own(octopusx: Running, client: httpx.Client) -> None:
    source = finished(client)
    remixed = client.post(f"/v1/videos/{source['id']}/remix", json={"prompt": "at night"}).json()
    assert remixed["id"] != source["id"]
    assert (remixed["status"], remixed["seconds"]) == ("queued", "10")
    assert lives(f"{octopusx.url}/v1/videos/{remixed['id']}")[-1]["status"] == "completed"
    assert octopusx.creations == 2


def test_a_remix_is_refused_without_source_prompt_or_video(client: httpx.Client) -> None:
    source = finished(client)["id"]
    young = client.post("/v1/videos", json=SENT).json()["id"]
    prompt = {"prompt": "at night"}
    tries = [("video_unknown", prompt), (source, {}), (source, {"prompt": 1}), (young, prompt)]
    codes = [client.post(f"/v1/videos/{id}/remix", json=body).status_code for id, body in tries]
    assert codes == [404, 400, 400, 400]


def test_a_task_is_private_to_the_key_that_created_it(client: httpx.Client) -> None:
    url = f"/v1/videos/{finished(client)['id']}"
    for part in ("", "/content"):
        assert client.get(url + part, headers={"Authorization": "Bearer other"}).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["octopusx", "gptge", "opeai", "chainhub"])
def test_a_route_or_method_that_does_not_exist_is_json(provider: str) -> None:
    with running(provider, environ=NO_KEYS) as emulator:
        for url in ("/", "/v1", "/v1/videos/", "/v1/videos/a/b/c", "/files/none.mp4"):
            reply = httpx.get(emulator.url + url)
            assert (reply.status_code, list(reply.json())) == (404, ["error"])
        reply = httpx.put(f"{emulator.url}/v1/videos/x")
    assert (reply.status_code, reply.headers["allow"], list(reply.json())) == (405, "GET", ["error"])
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers.get_list("server") == ["vidconform-emulator"]


def test_head_does_not_move_a_task(client: httpx.Client) -> None:
    assert client.head("/v1/videos/video_abc123").status_code == 405
    assert client.get("/v1/videos").headers["allow"] == "POST"
    assert client.get("/v1/videos/video_abc123").json()["status"] == "queued"


@pytest.mark.parametrize("provider", ["octopusx", "gptge", "opeai", "chainhub"])
def test_a_hostile_id_is_refused_as_json(provider: str) -> None:
    urls = [
        "/v1/videos/{}",
        "/api/videos/{}",
        "/v1/video/query?id={}",
        "/v1/videos/{}/content",
        "/files/{}.mp4",
    ]
    with running(provider, environ=NO_KEYS) as emulator, httpx.Client(headers=BEARER) as client:
        for id in [httpx.QueryParams({"": each}).__str__()[1:].replace("+", "%20") for each in HOSTILE] + [
            "%ff",
            "%",
        ]:
            for url in urls:
                reply = client.get(emulator.url + url.format(id))
                assert 400 <= reply.status_code < 500, (url, id)
                assert list(reply.json()) == ["error"]


def test_bytes_that_are_no_http_are_refused_as_json(octopusx: Running) -> None:
    host, port = octopusx.url[7:].split(":")
    with socket.create_connection((host, int(port)), 5) as raw:
        raw.sendall("GET /v1/videos/é HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        answer = raw.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"server: vidconform-emulator" in answer.lower()
    assert list(json.loads(answer.partition(b"\r\n\r\n")[2])) == ["error"]


def test_an_odd_host_header_does_not_reach_the_video_url(client: httpx.Client, octopusx: Running) -> None:
    for _ in range(5):
        body = client.get("/v1/video/query", params={"id": QUERY}, headers={"host": 'a"b/c'}).json()
    assert body["video_url"].startswith(octopusx.url)


def test_created_ids_repeat_with_the_seed() -> None:
    made = []
    for seed in (1, 1, 2):
        with running("octopusx", environ=NO_KEYS, seed=seed) as emulator:
            urls = [f"{emulator.url}/v1/videos"] * 2
            made.append([httpx.post(url, json=SENT, headers=BEARER).json()["id"] for url in urls])
    assert made[0] == made[1] != made[2]
    assert len({*made[0], *made[2]}) == 4


def test_a_life_may_advance_with_time_instead_of_reads() -> None:
    told = []
    for seconds in (600.0, 0.05):
        with running("octopusx", environ=NO_KEYS, advance="second", step_seconds=seconds) as emulator:
            url = f"{emulator.url}/v1/videos/video_abc123"
            lives(url, 1)
            time.sleep(0.2)
            told.append(statuses(lives(url, 4)))
    assert told == [["queued"], ["completed"]]


def test_requests_and_creations_are_counted_and_the_counting_is_not(octopusx: Running, client: httpx.Client) -> None:
    client.post("/v1/videos", json=SENT)
    client.get("/nowhere")
    for _ in range(2):
        assert client.get("/__emulator__/counts").json() == {"requests": 2, "creations": 1}
    assert (octopusx.requests, octopusx.creations) == (2, 1)


def test_a_change_sees_the_role_and_may_alter_everything() -> None:
    seen: list[tuple[str, str, str, str | None, int]] = []

    def change(reply: ReplyContext) -> None:
        seen.append((reply.contract, reply.role, reply.route, reply.asked, reply.status))
        reply.status, reply.body, reply.headers["content-type"] = 418, b"{broken", "text/html"

    with running("octopusx", environ=NO_KEYS, change=change) as emulator:
        reply = httpx.get(f"{emulator.url}/v1/video/query?id={QUERY}", headers=BEARER)
        httpx.get(f"{emulator.url}/nowhere")
    assert (reply.status_code, reply.text, reply.headers["content-type"]) == (418, "{broken", "text/html")
    assert seen == [("query", "retrieve", "/v1/video/query", QUERY, 200), ("", "", "", None, 404)]


def test_a_change_may_grant_what_was_refused() -> None:
    def change(reply: ReplyContext) -> None:
        while reply.grant() and reply.status >= 400:
            pass

    with running("octopusx", environ=NO_KEYS, change=change) as emulator:
        created = httpx.post(f"{emulator.url}/v1/videos", json={"prompt": "a kite"})
        assert (created.status_code, created.json()["model"]) == (200, "sora-2")
        content = httpx.get(f"{emulator.url}/v1/videos/{created.json()['id']}/content")
    assert (content.status_code, content.content[4:8]) == (200, b"ftyp")


def test_a_wrong_name_or_a_busy_port_is_an_error_with_fields(octopusx: Running) -> None:
    port = int(octopusx.url.rpartition(":")[2])
    with pytest.raises(AddressUnavailable, match="in use") as busy:
        serve("gptge", port=port)
    assert (busy.value.host, busy.value.port) == ("127.0.0.1", port)
    with pytest.raises(NoEmulator, match=", ".join(known_providers())), running("nobody"):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_url_first_and_ends_cleanly(number: signal.Signals) -> None:
    script = "from vidconform.emulator import serve; serve('opeai')"
    environ = os.environ | {"OPEAI_API_KEY": "sk-never-shown"}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert httpx.get(url, timeout=60).status_code == 404
        process.send_signal(number)
        assert process.wait(60) == 0
        printed, complaints = process.stdout.read(), process.stderr.read()
    assert complaints == ""
    assert f"--task-id=videos={OPEAI}" in printed
    assert "OPEAI_TOKEN" in printed
    assert "sk-never-shown" not in printed


def test_importing_the_emulator_imports_no_server() -> None:
    script = "import sys, vidconform.emulator; sys.exit(bool({'starlette', 'uvicorn', 'h11'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
