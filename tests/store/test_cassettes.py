"""Cassettes: what is written is read again, byte for byte; what is damaged says where."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.exchanges import exchanges, words
from tests.support.recordings import AT, BASE, Own
from vidconform.errors.error_types import CassetteMissing
from vidconform.errors.run_errors import CassetteStale
from vidconform.exchange.evidence import Evidence, Gap
from vidconform.exchange.messages import Exchange, Reply
from vidconform.exchange.requests import Request
from vidconform.store.cassettes import Cassette
from vidconform.store.replay import ReplayTransport
from vidconform.text import Redacted
from vidconform.transport.failures import NotSent, ProbeFailure


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    return Own(tmp_path_factory.mktemp("own"))


def exchange(request: Request, reply: Reply, at: str = AT, origin: str = "live") -> Exchange:
    return Exchange("poll", "retrieve", None, "key", request, reply, at, 0.1, origin)


def evidence_of(*exchanges: Exchange, origin: str = "live", **facts: Any) -> Evidence:
    return Evidence("gptge/videos", "observe", exchanges, facts.pop("gaps", ()), origin, AT, kind="life", **facts)


def saved(own: Own, evidence: Evidence, base_url: str = BASE) -> Cassette:
    own.save(evidence, base_url)
    return own.load()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(exchanges=st.lists(exchanges(BASE), max_size=4))
def test_whatever_was_exchanged_is_replayed_as_it_was(exchanges: list[Exchange], own: Own) -> None:
    transport = ReplayTransport(saved(own, evidence_of(*exchanges)))
    for sent in exchanges:
        assert transport.send(sent.request)[:3] == (sent.reply, sent.at, "recorded")


lists = {name: st.lists(words) for name in ("near", "near_keys", "task_ids")}
notes = st.fixed_dictionaries({}, optional={**lists, "known": st.none() | words, "finished": words})
gaps = st.lists(st.builds(Gap, st.sampled_from(["unseen", "inconclusive"]), words), max_size=3).map(tuple)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(notes=notes, gaps=gaps)
def test_notes_and_gaps_are_kept(notes: dict[str, Any], gaps: tuple[Gap, ...], own: Own) -> None:
    cassette = saved(own, evidence_of(notes=notes, gaps=gaps))
    assert (cassette.metadata["notes"], tuple(cassette.gaps)) == (notes, gaps)


@pytest.mark.parametrize(("origin", "replayed"), [("live", "recorded"), ("emulated", "emulated")])
def test_origin_and_date_are_kept(origin: str, replayed: str, own: Own) -> None:
    request = Request("GET", BASE, "/v1/x")
    cassette = saved(own, evidence_of(exchange(request, Reply(200, (), b"{}")), origin=origin))
    kept = "recorded" if origin == "live" else origin
    assert (cassette.metadata["origin"], cassette.metadata["recorded_at"]) == (kept, AT)
    assert ReplayTransport(cassette).send(request)[1:3] == (AT, replayed)


def test_the_address_of_an_emulator_is_replaced_by_a_name_that_says_so(own: Own) -> None:
    here = "http://127.0.0.1:8123"
    reply = Reply(200, (("Location", f"{here}/a"),), f'{{"video_url": "{here}/files/x.mp4"}}'.encode())
    sent = exchange(Request("GET", here, "/v1/x"), reply, origin="emulated")
    cassette = saved(own, evidence_of(sent, origin="emulated"), here)
    replayed, *_ = ReplayTransport(cassette).send(Request("GET", "https://api.gpt.ge", "/v1/x"))
    assert replayed.json == {"video_url": "http://gptge.emulator.invalid/files/x.mp4"}
    assert replayed.header("location") == "http://gptge.emulator.invalid/a"
    assert "127.0.0.1" not in own.path.read_text("utf-8")


@pytest.mark.parametrize("prefix", ["", "/prefix", "/a/b"])
def test_a_recording_made_behind_a_prefix_is_found_again(prefix: str, own: Own) -> None:
    base_url = f"https://vendor.example{prefix}"
    sent = exchange(Request("GET", base_url, "/v1/x?id=a%3Ab"), Reply(200, (), b"{}"))
    transport = ReplayTransport(saved(own, evidence_of(sent), base_url))
    assert transport.send(Request("GET", "https://elsewhere.example", "/v1/x?id=a%3Ab"))[0].status == 200


def test_equal_requests_are_answered_in_their_order_and_others_in_any(own: Own) -> None:
    a, b = Request("GET", BASE, "/a"), Request("GET", BASE, "/b")
    recorded = [(a, b"a1"), (b, b"b1"), (a, b"a2"), (b, b"b2")]
    evidence = evidence_of(*(exchange(request, Reply(200, (), body)) for request, body in recorded))
    transport = ReplayTransport(saved(own, evidence))
    assert [transport.send(request)[0].body for request in (b, b, a, a)] == [b"b1", b"b2", b"a1", b"a2"]


STRANGERS = [
    Request("GET", BASE, "/v1/y"),
    Request("PUT", BASE, "/v1/x"),
    Request("GET", BASE, "/v1/x", (), b"{}"),
    Request("GET", BASE, "/v1/x?"),
]


@pytest.mark.parametrize("request_", STRANGERS, ids=str)
def test_a_request_that_the_cassette_lacks_makes_it_stale(request_: Request, own: Own) -> None:
    known = Request("GET", BASE, "/v1/x")
    cassette = saved(own, evidence_of(exchange(known, Reply(200, (), b"{}"))))
    with pytest.raises(CassetteStale) as stale:
        ReplayTransport(cassette).send(request_)
    lacking = f"the cassette holds no answer left to {request_}"
    assert str(stale.value) == f"{cassette.path}: {lacking}; record it again [VC-403]"
    transport = ReplayTransport(cassette)
    transport.send(known)
    with pytest.raises(CassetteStale):
        transport.send(known)


def test_what_ended_the_recorded_probe_ends_its_replay(own: Own) -> None:
    gaps = (
        Gap("inconclusive", Redacted("the first")),
        Gap("inconclusive", Redacted("the second")),
        Gap("unseen", Redacted("the third")),
    )
    transport = ReplayTransport(saved(own, evidence_of(gaps=gaps)))
    ends: list[Exception] = []
    for _ in range(4):
        with pytest.raises((ProbeFailure, NotSent, CassetteStale)) as end:
            transport.send(Request("GET", BASE, "/v1/x"))
        ends.append(end.value)
    assert ends[:3] == [ProbeFailure("the first"), ProbeFailure("the second"), NotSent("the third")]
    assert isinstance(ends[3], CassetteStale)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_recording_that_is_written_piece_by_piece_is_one_document(count: int, own: Own) -> None:
    request, headers = Request("GET", BASE, "/v1/x"), (("X-Long", "a word " * 30), ("X-Lines", "one: 'two'"))
    said = [exchange(request, Reply(200, headers, f"{number}\n".encode() * 40)) for number in range(count)]
    own.save(evidence_of(*said, notes={"task_ids": ["x"]}))
    text = own.path.read_text("utf-8")
    assert yaml.safe_dump(yaml.safe_load(text), sort_keys=False) == text
    assert len(own.load().exchanges) == count


def test_a_missing_cassette_says_how_to_record_it(own: Own) -> None:
    own.path.unlink(missing_ok=True)
    with pytest.raises(CassetteMissing, match=f"^{own.path}: no such cassette; record it with pytest --provider="):
        own.load()
