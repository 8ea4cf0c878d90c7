"""One form for an exchange in every file: what goes in comes out, and files of the formats before are read."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.exchanges import exchanges
from tests.support.recordings import AT, BASE, Own
from vidconform.contracts.file_format import FileFormat
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.exchange.codec import FORMATS as SCHEMA_FOLDER
from vidconform.exchange.codec import decode, encode
from vidconform.exchange.evidence import Evidence, Gap, RedactedEvidence
from vidconform.exchange.messages import Digest, Exchange, Hop, Reply
from vidconform.exchange.requests import Request
from vidconform.ledger.budget import Budget
from vidconform.ledger.creation_lines import read_creations
from vidconform.ledger.creations_file import CreationsFile
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.redaction.redactor import Redactor
from vidconform.report.pages.exchange_view import Body, State, read_evidence
from vidconform.store.journal import Journal
from vidconform.store.journal_lines import read_journal
from vidconform.store.replay import ReplayTransport
from vidconform.text import Redacted

FORMATS = Path(__file__).parents[1] / "formats"
SCHEMAS = SCHEMA_FOLDER
EXCHANGE = FileFormat(SCHEMAS / "exchange.schema.json")
gaps = st.builds(Gap, st.sampled_from(["unseen", "inconclusive", "refused"]), st.text(max_size=9), st.text(max_size=9))
notes = st.fixed_dictionaries({}, optional={"task_ids": st.lists(st.text(max_size=5)), "known": st.none() | st.text()})


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    return Own(tmp_path_factory.mktemp("own"))


@settings(max_examples=200, deadline=None)
@given(exchange=exchanges(BASE))
def test_an_exchange_comes_back_as_it_was(exchange: Exchange) -> None:
    value = json.loads(json.dumps(encode(exchange)))
    EXCHANGE.check(value)
    found = decode(value)
    assert (found, found.reply.elsewhere) == (exchange, exchange.reply.elsewhere)


@settings(max_examples=100, deadline=None)
@given(found=st.lists(exchanges(BASE), max_size=3), gaps=st.lists(gaps, max_size=2), notes=notes)
def test_so_does_all_that_a_cassette_and_a_journal_hold(
    found: list[Exchange], gaps: list[Gap], notes: dict[str, Any], own: Own, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = Evidence("gptge/videos", "observe", tuple(found), tuple(gaps), "live", AT, notes, kind="life")
    own.save(whole)
    cassette, folder = own.load(), tmp_path_factory.mktemp("journal")
    # A reply in a file is no longer live.
    kept = [replace(one, origin="recorded" if one.origin == "live" else one.origin) for one in found]
    assert (cassette.exchanges, cassette.gaps, cassette.metadata["notes"]) == (kept, gaps, notes)
    journal = Journal(folder)
    journal.keep(own.contract, RedactedEvidence(whole))
    journal.close()
    assert read_journal(folder) == [whole]


def test_a_body_that_was_cut_is_told_by_length_and_hash() -> None:
    reply = Reply(200, (), b"x" * 100).shortened(10)
    assert (reply.body, reply.cut, reply.read) == (b"x" * 10, True, Digest.of(b"x" * 100))
    exchange = Exchange("", "", None, "", Request("GET", "", "/"), reply, "", 0.0, "live")
    assert encode(exchange)["reply"]["kept"] == vars(Digest.of(b"x" * 10))
    assert encode(exchange)["reply"]["read"]["length"] == 100
    assert reply.shortened(10) is reply
    assert reply.shortened(5).read == reply.read


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"origin": "invented"}, "origin: expected one of live, recorded, emulated, documented, found 'invented'"),
        ({"reply": {"headers": [["a"]]}}, 'reply.headers[0]: ["a"] has less than 2 items'),
        ({"reply": {"body": {}}}, "reply.body: {} has less than 1 property"),
        ({"reply": {"body": {"text": "", "base64": ""}}}, "reply.body: "),
        ({"reply": {"body": None}}, "reply.body: expected an object, found 'None'"),
        ({"reply": {"status": "200"}}, "reply.status: expected an integer, found '200'"),
        ({"reply": {"hops": [{"url": "/"}]}}, "reply.hops[0]: "),
        ({"request": None}, "request: expected an object, found 'None'"),
    ],
)
def test_an_exchange_that_is_none_is_refused_with_the_place(change: dict[str, Any], told: str) -> None:
    whole = encode(Exchange("", "", None, "", Request("GET", "", ""), Reply(200, (), b""), "", 0.0, "live"))
    reply = whole["reply"] | change.get("reply", {})
    with pytest.raises(ValueError, match=r"^[a-z]") as problem:
        EXCHANGE.check({**whole, **change, "reply": reply})
    assert str(problem.value).startswith(told)


def test_a_body_that_is_no_base64_is_refused() -> None:
    value = encode(Exchange("", "", None, "", Request("GET", "", ""), Reply(200, (), b"\xff"), "", 0.0, "live"))
    value["reply"]["body"] = {"base64": "?"}
    with pytest.raises(ValueError, match=r"^a body is no base64: "):
        decode(value)


def test_vcrpy_reads_a_cassette(own: Own) -> None:
    hop = Hop("GET", f"{BASE}/v0/x", 302, (("Location", "/v1/x"),))
    reply = Reply(200, (("X", "1"), ("Y", "2"), ("x", "3")), b"\xff\0", hops=(hop,))
    exchange = Exchange("poll", "retrieve", None, "key", Request("GET", BASE, "/v1/x"), reply, AT, 0.1, "live")
    own.save(Evidence("gptge/videos", "observe", (exchange,), (), "live", AT, kind="life"))
    with vcr.use_cassette(str(own.path), record_mode="none") as cassette:
        (request,) = cassette.requests
        (response,) = cassette.responses_of(request)
    assert (request.method, request.uri) == ("GET", f"{BASE}/v1/x")
    assert (response["status"]["code"], response["body"]["string"]) == (200, b"\xff\0")
    assert own.load().exchanges == [replace(exchange, origin="recorded")]
    assert list(yaml.safe_load(own.path.read_text()))[-1] == "metadata"


def test_a_hop_holds_no_secret(own: Own) -> None:
    secret, operation = "sk-made-up-0123456789", own.contract.operation("retrieve")
    assert operation is not None
    sent = Request("GET", BASE, operation.target("video_1"))
    hop = Hop("GET", f"{BASE}/x?key={secret}", 302, (("Location", f"/{secret}"), ("Set-Cookie", "a=b")))
    exchange = Exchange("poll", "retrieve", "video_1", "key", sent, Reply(200, (), b"{}", hops=(hop,)), AT, 0.1, "live")
    own.save(Evidence("gptge/videos", "observe", (exchange,), (), "live", AT, kind="life"))
    setting = ProbeSettings(BASE, Pace(0, 1), {}, Redactor([secret]), Budget(0))
    context = ProbeContext(own.contract, setting, ReplayTransport(own.load()), "observe")
    asked = context.ask("poll", operation, "video_1", credential="none")
    (kept,) = setting.redactor.exchange(asked).reply.hops
    assert kept == Hop("GET", f"{BASE}/x?key=REDACTED", 302, (("Location", "/REDACTED"), ("Set-Cookie", "REDACTED")))


def test_evidence_of_the_first_format_is_read(tmp_path: Path) -> None:
    shutil.copy(FORMATS / "evidence-1.jsonl", tmp_path / "evidence.jsonl")
    found = read_evidence(tmp_path / "results.jsonl")
    assert found["octopusx/query"].gaps == [("observe", "a known task; pass --task-id=query=ID", None)]
    kept = found["octopusx/videos"].exchanges
    assert list(kept) == [("create", 0), ("create", 4), ("content", 0), ("document", 0)]
    created, video = kept["create", 0], kept["content", 0]
    assert (created.method, created.url, created.status) == ("POST", "http://127.0.0.1:8791/v1/videos", "200")
    assert created.sent_headers[-1] == ("Authorization", "Bearer REDACTED")
    assert created.state == State("queued", "waiting", 0.0)
    assert created.sent is not None
    assert (created.sent.size, created.sent.is_cut) == (151, False)
    assert (video.received.text, video.received.size, video.received.is_cut) == (None, 412, True)
    assert video.received.base64.startswith("AAAAIGZ0eXBpc29t")
    assert isinstance(video.received, Body)
    by_probe = {one.probe: one for one in read_journal(tmp_path) if one.contract == "octopusx/videos"}
    assert by_probe["create"].origin == "emulated"
    assert [exchange.step for exchange in by_probe["create"].exchanges] == ["create", "poll"]
    assert by_probe["content"].exchanges[0].reply.read == Digest(412, "")


def test_creations_of_the_first_format_are_read_and_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / "creations.jsonl"
    shutil.copy(FORMATS / "creations-1.jsonl", file)
    before = read_creations(file)
    assert [(c.probe, c.state) for c in before.values()] == [
        ("create-without-model", "nothing"),
        ("create", "finished"),
    ]
    exchange = before[19].exchange
    assert exchange is not None
    assert exchange.reply.json["id"] == before[19].task_id == "video_c88245ab0b9212c3ab06f2d11e252acf"
    creations = CreationsFile(tmp_path)
    creations.lost(creations.sent("octopusx/videos", "create", exchange.request), Redacted("a time-out"))
    creations.close(ended=True)
    assert [c.state for c in read_creations(file).values()] == ["nothing", "finished", "lost"]
    assert file.read_text().count('"format": "vidconform/creations@2"') == 1


def test_a_cassette_of_the_first_format_is_read(own: Own) -> None:
    own.path.parent.mkdir(exist_ok=True)
    shutil.copy(FORMATS / "cassette-1.yaml", own.path)
    cassette = own.load()
    created, video = cassette.exchanges
    assert created.request.url == "http://gptge.emulator.invalid/v1/videos"
    assert created.reply.header("server") == "vidconform-emulator"
    assert created.at == cassette.metadata["recorded_at"] == "2026-11-28T16:04:04.350+00:00"
    assert (len(video.reply.body), video.reply.cut, video.origin) == (120, True, "emulated")
    assert cassette.gaps[0].kind == "inconclusive"
    assert cassette.metadata["notes"] == {"known": None, "task_ids": ["video_abc123"]}
    assert ReplayTransport(cassette).send(video.request)[:3] == (video.reply, video.at, "emulated")


def test_every_contract_has_a_hash_of_its_own() -> None:
    contracts = [load_contract(find_provider("octopusx"), name) for name in ("query", "videos", "videos")]
    first, second, again = [contract.sha256 for contract in contracts]
    assert len({first, second}) == 2
    assert second == again
    assert len(first) == 64
