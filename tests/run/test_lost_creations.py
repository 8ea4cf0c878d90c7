"""A creation whose answer broke off is looked up by what is left of its task's id, and followed like any other."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.run.test_resume import Service, lines
from tests.support.breaking_proxy import Break, breaking, says
from tests.support.processes import KEYS
from tests.support.rawserver import Asked
from tests.support.small_provider import ID, TASK_SCHEMA, a_body, answers, operation, verdicts, write
from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Reply
from vidconform.ledger.creation_lines import Created, read_creations
from vidconform.ledger.salvaged_ids import salvaged_id

JSON = "HTTP/1.1 200 OK|Content-Type: application/json"
LOCATED = "Location: /v1/videos/{task_id}"


class Broken(Service):
    """A service behind a proxy that breaks the answers to creations, and that may have forgotten what it made."""

    def __init__(self) -> None:
        super().__init__()
        self.address = ""
        self.breaks: Break | None = None
        self.forgets = False
        self.reads = 0

    def change(self, reply: ReplyContext) -> None:
        super().change(reply)
        if reply.role == "retrieve":
            self.reads += 1
            if self.forgets:
                reply.status, reply.body = 404, {"error": {"code": "not_found", "message": "no such task"}}

    def bring(self, folder: Path | None, probe: str = "create", ended: bool = True, **options: object) -> Evidence:
        self.emulator = Running(self.address, self.emulator.server_state)
        return super().bring(folder, probe, ended, **options)

    def contract(self, folder: Path) -> Contract:
        session = self.run(folder)
        session.close()
        return next(contract for contract in session.contracts if contract.id == "octopusx/videos")


@pytest.fixture
def service() -> Iterator[Broken]:
    found = Broken()
    with (
        running("octopusx", environ=KEYS, change=lambda reply: found.change(reply)) as found.emulator,
        breaking(found.emulator.url, lambda: found.breaks) as found.address,
    ):
        yield found


def first_part(body: bytes) -> bytes:
    """Return the part of a body up to a little after the task's id."""
    return body[: body.index(b'"id":') + 70]


def id_in(body: bytes) -> bytes:
    return str(json.loads(body)["id"]).encode()


def up_to_the_id(body: bytes) -> bytes:
    task_id = json.dumps(json.loads(body)["id"]).encode()
    return body[: body.index(task_id) + len(task_id)]


def only(folder: Path) -> Created:
    (creation,) = read_creations(folder / "creations.jsonl").values()
    return creation


BROKEN = {
    "its connection closes in the middle": says(f"{JSON}|Content-Length: {{length}}", first_part),
    "its connection is reset in the middle": says(f"{JSON}|Content-Length: {{length}}", first_part, reset=True),
    "its connection closes right behind the id": says(f"{JSON}|Content-Length: {{length}}", up_to_the_id),
    "its Content-Length is too small": says(f"{JSON}|Content-Length: 70", first_part),
    "its end is that of the connection": says(f"{JSON}|Connection: close", first_part),
    "its last chunk is missing": says(
        f"{JSON}|Transfer-Encoding: chunked", lambda body: b"%x\r\n%s\r\n" % (len(first_part(body)), first_part(body))
    ),
    "its gzip ends too soon": says(
        f"{JSON}|Content-Encoding: gzip|Content-Length: {{length}}",
        lambda body: gzip.compress(body, 0)[: len(first_part(body)) + 15],
    ),
    "its body is in an envelope": says(f"{JSON}|Connection: close", lambda body: b'{"data":' + body + b"}"),
    "its Location alone tells": says(f"HTTP/1.1 201 Created|{LOCATED}|Content-Length: 0", lambda body: b""),
    "its redirect tells": says(f"HTTP/1.1 303 See Other|{LOCATED}|Content-Length: 0", lambda body: b""),
    "its Location tells before the end": says(f"{JSON}|{LOCATED}|Content-Length: {{length}}", lambda body: b"{"),
    "an escaped word and a bracket stand before the id": says(
        f"{JSON}|Content-Length: 900", lambda body: b'{"prompt":"a caf\\u00e9 \\"[","id":"%s","obj' % id_in(body)
    ),
    "it ends within an escape": says(
        f"{JSON}|Content-Length: 900", lambda body: b'{"id":"%s","prompt":"a caf\\' % id_in(body)
    ),
    "its body is an event": says(
        "HTTP/1.1 200 OK|Content-Type: text/event-stream|Connection: close",
        lambda body: b"event: created\ndata: %s\n\ndata: [DONE]\n\n" % body,
    ),
    "a warning stands before its body": says(
        f"{JSON}|Connection: close", lambda body: b"<b>Warning</b>: old {x} in <b>a.php</b><br>\n" + body
    ),
    "a comment stands behind its body": says(f"{JSON}|Connection: close", lambda body: body + b"<!-- 0.3 s -->"),
    "its body is UTF-16": says(f"{JSON}|Connection: close", lambda body: body.decode().encode("utf-16")),
    "its body begins with a byte order mark": says(f"{JSON}|Connection: close", lambda body: b"\xef\xbb\xbf" + body),
    "its body is no strict JSON": says(f"{JSON}|Connection: close", lambda body: b'{"cost":NaN,"a":"\n",' + body[1:]),
    "a text holds its task": says(
        f"{JSON}|Connection: close", lambda body: json.dumps({"data": body.decode()}).encode()
    ),
    "its id has a customary name": says(
        f"{JSON}|Connection: close", lambda body: b'{"code":0,"data":{"taskId":"%s"}}' % id_in(body)
    ),
    "its Content-Location alone tells": says(f"HTTP/1.1 201 Created|Content-{LOCATED}", lambda body: b""),
    "its Operation-Location alone tells": says(
        f"HTTP/1.1 202 Accepted|Operation-{LOCATED}?api-version=1|Content-Length: 0", lambda body: b""
    ),
    "its server fails afterwards": says("HTTP/1.1 500 Oops|Connection: close", first_part),
    "its gateway fails afterwards": says("HTTP/1.1 504 Late|Connection: close", first_part),
}


@pytest.mark.sampled(12)
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_creation_is_found_by_what_is_left_of_its_answer(broken: Break, service: Broken, tmp_path: Path) -> None:
    service.breaks = broken
    service.bring(tmp_path)
    found = only(tmp_path)
    assert (found.state, found.task_id) == ("created", lines(tmp_path)[2]["task_id"])
    assert service.reads == 1
    service.breaks = None
    followed = service.bring(tmp_path, resume=True)
    assert len(service.posts) == 1, "what was found is followed and not paid for again"
    assert {exchange.task_id for exchange in followed.exchanges} == {found.task_id}
    assert only(tmp_path).state == "finished"


@pytest.mark.parametrize(("spans", "task_id"), [(True, "berths/b1/video_1"), (False, None)])
def test_a_location_tells_an_id_with_slashes_where_the_document_has_them(
    spans: bool, task_id: str | None, tmp_path: Path
) -> None:
    place = ID | {"allowReserved": spans}
    paths = {
        "/v1/{id}": {"get": {**operation("retrieve", answers(("200", "task.schema.json"))), "parameters": [place]}}
    }
    (contract,) = load_contracts(find_provider(str(write(tmp_path, paths, {}, {}))))
    reply = Reply(201, (("Location", "/v1/berths/b1/video_1"),), b"")
    assert salvaged_id(contract, reply, "https://api.example.com/v1/videos") == task_id


def test_a_task_whose_status_is_a_number_is_found_by_it_too(tmp_path: Path) -> None:
    status = {"x-role": "status", "type": "integer", "x-requirement": "status-type"}
    words = {"waiting": {"enum": [1]}, "succeeded": {"enum": [2]}}
    schema = {"properties": {**TASK_SCHEMA["properties"], "status": status}, "$defs": words}
    told = answers(("200", "task.schema.json"))
    paths = {
        "/videos": {"post": operation("create", told, requestBody=a_body(example={"prompt": "a cat"}))},
        "/videos/{id}": {"get": operation("retrieve", told)},
    }

    def service(asked: Asked) -> tuple[int, Any]:
        # The creation is cut, and a read does not tell the id again.
        return (200, b'{"id": "video_7", "sta') if asked.method == "POST" else (200, {"status": 2})

    small = write(tmp_path, paths, {"task.schema.json": schema}, {})
    verdicts(small, service, task_ids=[], max_creations=1, report=tmp_path)
    assert (only(tmp_path).state, only(tmp_path).task_id) == ("created", "video_7")


CLOSED = BROKEN["its connection closes in the middle"]


def test_what_is_not_there_yet_stays_in_doubt_and_is_looked_up_by_a_later_run(service: Broken, tmp_path: Path) -> None:
    service.breaks, service.forgets = CLOSED, True
    service.bring(tmp_path, max_creations=1)
    assert only(tmp_path).is_lost
    service.bring(tmp_path, max_creations=1)
    assert (only(tmp_path).is_lost, len(service.posts), service.reads) == (True, 1, 2)
    service.breaks, service.forgets = None, False
    service.bring(tmp_path, max_creations=1)
    kept = read_creations(tmp_path / "creations.jsonl")
    assert [creation.state for creation in kept.values()] == ["created", "finished"], "its place is free again"


def test_an_id_in_another_answer_is_no_task(service: Broken, tmp_path: Path) -> None:
    whole = b'{"id":"video_of_nobody","object":"video"'
    service.breaks = says(f"{JSON}|Content-Length: 900", lambda body: whole)
    service.bring(tmp_path)
    assert (only(tmp_path).is_lost, only(tmp_path).task_id) == (True, "video_of_nobody")


def test_an_answer_that_broke_off_before_its_id_leaves_nothing_to_look_up(service: Broken, tmp_path: Path) -> None:
    service.breaks = says(f"{JSON}|Content-Length: {{length}}", lambda body: b'{"id":"video_ab')
    service.bring(tmp_path)
    assert (only(tmp_path).is_lost, only(tmp_path).task_id, service.reads) == (True, None, 0)


def test_an_id_that_is_a_number_is_left_too(service: Broken, tmp_path: Path) -> None:
    service.breaks = says(f"{JSON}|Connection: close", lambda body: b'{"code":0,"data":{"task":{"id":123}}}')
    service.bring(tmp_path)
    assert (only(tmp_path).is_lost, only(tmp_path).task_id, service.reads) == (True, "123", 1)


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        ('{"id":"of a request","data":{"task_id":"video_1"}}', "of a request"),
        ('{"request":{"id":"of a request"},"id":"video_1"}', "video_1"),
        ('{"jobId":"video_2","data":{"items":[{"id":"video_1"}]}}', "video_1"),
        ('{"video":"id","kind":["id"],"id', None),
        ('{"id":12', None),
        ('{"id":12}', "12"),
        ("id: video_1", None),
    ],
)
def test_of_several_ids_the_one_nearest_to_the_documented_place_is_looked_up(
    body: str, task_id: str | None, service: Broken, tmp_path: Path
) -> None:
    contract = service.contract(tmp_path)
    assert salvaged_id(contract, Reply(200, (), body.encode()), "https://api.example.com/v1/videos") == task_id


@pytest.mark.parametrize("piece", ['"\\"', '{"a":', "1", '"', '{"a":"{', '"a" '])
def test_an_answer_made_to_be_slow_is_looked_through_in_time(piece: str, service: Broken, tmp_path: Path) -> None:
    contract, body = service.contract(tmp_path), (piece * 65_536).encode()
    started = time.process_time()
    assert salvaged_id(contract, Reply(200, (), body), "https://api.example.com/v1/videos") is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("location", "task_id"),
    [
        ("/v1/videos/video_1", "video_1"),
        ("https://api.example.com/gate/v1/videos/video_1?x=1", "video_1"),
        ("videos/video%201", "video 1"),
        ("/v1/videos/video_1/content", "video_1"),
        ("/login?next=/v1/videos", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_location_tells_the_id_where_it_leads_to_a_task(
    location: str, task_id: str | None, service: Broken, tmp_path: Path
) -> None:
    reply = Reply(201, (("Location", location),), b"")
    assert salvaged_id(service.contract(tmp_path), reply, "https://api.example.com/v1/videos") == task_id
