"""Cassettes: what is written is read again, byte for byte; what is damaged says where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import copy_of

from vidconform.contracts import Contract, find_provider, load_contract
from vidconform.errors import CassetteDamaged, CassetteMissing, CassetteStale
from vidconform.evidence import Cassette, Evidence, Gap, cassette_path, load_cassette, save_cassette
from vidconform.evidence.replay import ReplayTransport
from vidconform.probes import Exchange, Headers, Reply, Request, Trouble, Withheld

BASE = "https://vendor.example/prefix"
AT = "2026-11-23T01:02:03.456+00:00"


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A contract outside the project, whose cassettes lie beside it."""
    return load_contract(find_provider(str(copy_of("gptge", tmp_path_factory.mktemp("own")))), "videos")


def exchange(request: Request, reply: Reply, at: str = AT, origin: str = "live") -> Exchange:
    return Exchange("poll", "retrieve", None, "key", request, reply, at, 0.1, origin)


def evidence_of(*exchanges: Exchange, origin: str = "live", **facts: Any) -> Evidence:
    return Evidence("gptge/videos", "observe", exchanges, facts.pop("gaps", ()), origin, AT, **facts)


def saved(contract: Contract, evidence: Evidence, base_url: str = BASE) -> Cassette:
    assert save_cassette(contract, evidence, base_url) == cassette_path(contract, "observe")
    return load_cassette(contract, "observe")


def by_name(headers: Headers) -> dict[str, list[str]]:
    """Return what headers say: the order of different names has no meaning (RFC 9110 section 5.3)."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return found


tokens = st.text("abcXYZ-09", min_size=1, max_size=6)
texts = st.text(st.characters(max_codepoint=255), max_size=12)
bodies = st.binary(max_size=60) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.encode)
replies = st.builds(
    Reply, st.integers(100, 999), st.lists(st.tuples(tokens, texts), max_size=5).map(tuple), bodies, st.booleans()
)
requests = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "PUT"]),
    st.just(BASE),
    st.text("abc%2F?=&;.~", max_size=12).map(lambda text: f"/v1/{text}"),
    st.just((("Accept", "application/json"),)),
    st.none() | bodies,
)
exchanges = st.lists(st.builds(exchange, requests, replies, st.sampled_from([AT, "2026-01-01T00:00:00+00:00"])), max_size=4)


@settings(max_examples=150, deadline=None)
@given(exchanges=exchanges)
def test_whatever_was_exchanged_is_replayed_as_it_was(exchanges: list[Exchange], contract: Contract) -> None:
    transport = ReplayTransport(saved(contract, evidence_of(*exchanges)))
    for sent in exchanges:
        reply, at, origin = transport.send(sent.request)
        assert (reply.status, reply.body, reply.cut) == (sent.reply.status, sent.reply.body, sent.reply.cut)
        assert by_name(reply.headers) == by_name(sent.reply.headers)
        assert {name: reply.header(name) for name, _ in reply.headers} == {
            name: sent.reply.header(name) for name, _ in reply.headers
        }
        assert (at, origin) == (sent.at, "recorded")


notes = st.fixed_dictionaries({}, optional={"task_ids": st.lists(texts), "known": st.none() | texts, "finished": texts})
gaps = st.lists(st.builds(Gap, st.sampled_from(["unseen", "inconclusive"]), texts), max_size=3).map(tuple)


@settings(max_examples=100, deadline=None)
@given(notes=notes, gaps=gaps)
def test_notes_and_gaps_are_kept(notes: dict[str, Any], gaps: tuple[Gap, ...], contract: Contract) -> None:
    cassette = saved(contract, evidence_of(notes=notes, gaps=gaps))
    assert (cassette.metadata["notes"], tuple(cassette.gaps)) == (notes, gaps)


@pytest.mark.parametrize(("origin", "replayed"), [("live", "recorded"), ("emulated", "emulated"), ("recorded", "recorded")])
def test_origin_and_date_are_kept(origin: str, replayed: str, contract: Contract) -> None:
    request = Request("GET", BASE, "/v1/x")
    cassette = saved(contract, evidence_of(exchange(request, Reply(200, (), b"{}")), origin=origin))
    assert (cassette.metadata["origin"], cassette.metadata["recorded_at"]) == (origin, AT)
    assert ReplayTransport(cassette).send(request)[1:] == (AT, replayed)


def test_the_address_of_an_emulator_is_replaced_by_a_name_that_says_so(contract: Contract) -> None:
    here = "http://127.0.0.1:8123"
    reply = Reply(200, (("Location", f"{here}/a"),), f'{{"video_url": "{here}/files/x.mp4"}}'.encode())
    sent = exchange(Request("GET", here, "/v1/x"), reply, origin="emulated")
    cassette = saved(contract, evidence_of(sent, origin="emulated"), here)
    replayed, _, _ = ReplayTransport(cassette).send(Request("GET", "https://api.gpt.ge", "/v1/x"))
    assert replayed.json == {"video_url": "http://gptge.emulator.invalid/files/x.mp4"}
    assert replayed.header("location") == "http://gptge.emulator.invalid/a"
    assert "127.0.0.1" not in cassette_path(contract, "observe").read_text("utf-8")


@pytest.mark.parametrize("prefix", ["", "/prefix", "/a/b"])
def test_a_recording_made_behind_a_prefix_is_found_again(prefix: str, contract: Contract) -> None:
    base_url = f"https://vendor.example{prefix}"
    sent = exchange(Request("GET", base_url, "/v1/x?id=a%3Ab"), Reply(200, (), b"{}"))
    transport = ReplayTransport(saved(contract, evidence_of(sent), base_url))
    assert transport.send(Request("GET", "https://elsewhere.example", "/v1/x?id=a%3Ab"))[0].status == 200


def test_equal_requests_are_answered_in_their_order_and_others_in_any(contract: Contract) -> None:
    a, b = Request("GET", BASE, "/a"), Request("GET", BASE, "/b")
    recorded = [(a, b"a1"), (b, b"b1"), (a, b"a2"), (b, b"b2")]
    transport = ReplayTransport(saved(contract, evidence_of(*(exchange(r, Reply(200, (), body)) for r, body in recorded))))
    assert [transport.send(request)[0].body for request in (b, b, a, a)] == [b"b1", b"b2", b"a1", b"a2"]


STRANGERS = [
    Request("GET", BASE, "/v1/y"),
    Request("PUT", BASE, "/v1/x"),
    Request("GET", BASE, "/v1/x", (), b"{}"),
    Request("GET", BASE, "/v1/x?"),
]


@pytest.mark.parametrize("request_", STRANGERS, ids=str)
def test_a_request_that_the_cassette_lacks_makes_it_stale(request_: Request, contract: Contract) -> None:
    known = Request("GET", BASE, "/v1/x")
    cassette = saved(contract, evidence_of(exchange(known, Reply(200, (), b"{}"))))
    with pytest.raises(CassetteStale) as stale:
        ReplayTransport(cassette).send(request_)
    assert str(stale.value) == f"{cassette.path}: the cassette holds no answer left to {request_}; record it again"
    transport = ReplayTransport(cassette)
    transport.send(known)
    with pytest.raises(CassetteStale):
        transport.send(known)


def test_what_ended_the_recorded_probe_ends_its_replay(contract: Contract) -> None:
    gaps = (Gap("inconclusive", "the first"), Gap("inconclusive", "the second"), Gap("unseen", "the third"))
    transport = ReplayTransport(saved(contract, evidence_of(gaps=gaps)))
    for kind, sentence in ((Trouble, "the first"), (Trouble, "the second"), (Withheld, "the third"), (CassetteStale, "")):
        with pytest.raises(kind, match=sentence):
            transport.send(Request("GET", BASE, "/v1/x"))


def test_a_missing_cassette_says_how_to_record_it(contract: Contract) -> None:
    path = cassette_path(contract, "observe")
    path.unlink(missing_ok=True)
    with pytest.raises(CassetteMissing, match=f"^{path}: no such cassette; record it with pytest --provider="):
        load_cassette(contract, "observe")


WHOLE = evidence_of(
    exchange(Request("GET", BASE, "/v1/x"), Reply(200, (("Content-Type", "application/json"),), b'{"a": "\\u00fc"}')),
    exchange(Request("POST", BASE, "/v1/x", (), b"\xff"), Reply(404, (), b"\x00\xff")),
    gaps=(Gap("inconclusive", "a time-out"),),
    notes={"task_ids": ["video_1"], "known": None},
)


def damaged(contract: Contract, change: Callable[[bytes], bytes]) -> str:
    """Return what is said of a cassette that was changed, without its path and the advice at its end."""
    saved(contract, WHOLE)
    path = cassette_path(contract, "observe")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CassetteDamaged) as problem:
        load_cassette(contract, "observe")
    told = str(problem.value)
    start, advice = f"{path}: damaged cassette, ", "; record it again with pytest --provider="
    assert told.startswith(start)
    assert advice in told
    return told.removeprefix(start).partition(advice)[0]


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda text: b"", "empty"),
    "a comment": (lambda text: b"# gone\n", "empty"),
    "half of it": (lambda text: text[: text.index(b"metadata:")], "no metadata of vidconform/cassette@1 at its end"),
    "another format": (lambda text: text.replace(b"cassette@1", b"cassette@2"), "no metadata of vidconform/cassette@1"),
    "no YAML": (lambda text: text.replace(b"metadata:", b"metadata: }"), "did not find expected node content at line "),
    "a control character": (lambda text: text.replace(b"metadata", b"meta\x01data"), "control characters are not allowed"),
    "no UTF-8": (lambda text: text.replace(b"metadata", b"meta\xffdata"), "not UTF-8 at byte "),
    "a tag of Python's": (lambda text: text + b"x: !!python/object/apply:os.getcwd []\n", "could not determine a constructor"),
    "a text": (lambda text: b"hello", "the file: expected a mapping, found 'hello'"),
    "a deep nest": (lambda text: b"[" * 20_000, "unreadable (RecursionError"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_says_what_is_wrong(damage: str, contract: Contract) -> None:
    change, told = DAMAGES[damage]
    assert damaged(contract, change).startswith(told)


GONE = object()
# A path into the file, what is put there, and what is said.
WRONG: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("interactions",), GONE, "the file: interactions is missing"),
    (("interactions",), {}, "interactions: expected a list, found '{}'"),
    (("interactions", 1), None, "interactions[1]: expected a mapping, found 'None'"),
    (("interactions", 0, "request"), GONE, "interactions[0]: request is missing"),
    (("interactions", 0, "request", "uri"), 7, "interactions[0].request.uri: expected a text, found '7'"),
    (("interactions", 0, "request", "body"), [], "interactions[0].request.body: expected a text or bytes or nothing, found '[]'"),
    (("interactions", 1, "response", "status"), 404, "interactions[1].response.status: expected a mapping, found '404'"),
    (("interactions", 1, "response", "status", "code"), "404", "interactions[1].response.status.code: expected a number, found '404'"),
    (("interactions", 1, "response", "status", "code"), True, "interactions[1].response.status.code: expected a number, found 'True'"),
    (("interactions", 0, "response", "body", "string"), GONE, "interactions[0].response.body: string is missing"),
    (("interactions", 0, "response", "body", "string"), None, "interactions[0].response.body.string: expected a text or bytes"),
    (("interactions", 0, "response", "headers", "Content-Type"), "text/html", "interactions[0].response.headers.Content-Type: expected a list"),
    (("interactions", 0, "response", "headers", "Content-Type", 0), 7, "interactions[0].response.headers.Content-Type[0]: expected a text"),
    (("interactions", 0, "response", "headers", 7), ["x"], "interactions[0].response.headers: expected a text, found '7'"),
    (("metadata",), [], "no metadata of vidconform/cassette@1 at its end"),
    (("metadata", "origin"), GONE, "metadata: origin is missing"),
    (("metadata", "origin"), "vendor", "metadata.origin: expected one of live, recorded, emulated, documented, found 'vendor'"),
    (("metadata", "recorded_at"), 7, "metadata.recorded_at: expected a text, found '7'"),
    (("metadata", "at"), GONE, "metadata: at is missing"),
    (("metadata", "at"), [AT], "metadata.at: expected 2 times, one for each interaction, found 1"),
    (("metadata", "at", 1), 7, "metadata.at[1]: expected a text, found '7'"),
    (("metadata", "gaps", 0), "x", "metadata.gaps[0]: expected a mapping, found 'x'"),
    (("metadata", "gaps", 0, "kind"), "lost", "metadata.gaps[0].kind: expected unseen or inconclusive, found 'lost'"),
    (("metadata", "gaps", 0, "sentence"), GONE, "metadata.gaps[0]: sentence is missing"),
    (("metadata", "notes"), None, "metadata.notes: expected a mapping, found 'None'"),
    (("metadata", "notes", "task_ids"), "video_1", "metadata.notes.task_ids: expected a list, found 'video_1'"),
    (("metadata", "notes", "known"), ["video_1"], "metadata.notes.known: expected a text or nothing"),
    (("metadata", "base_url"), 7, "metadata.base_url: expected a text, found '7'"),
    (("metadata", "cut"), "x", "metadata.cut: expected a list, found 'x'"),
]  # fmt: skip


def put(text: bytes, path: tuple[str | int, ...], value: Any) -> bytes:
    content = node = yaml.safe_load(text)
    for key in path[:-1]:
        node = node[key]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return yaml.safe_dump(content).encode()


@pytest.mark.parametrize(("path", "value", "told"), WRONG)
def test_a_wrong_value_is_told_by_its_place(path: tuple[str | int, ...], value: Any, told: str, contract: Contract) -> None:
    assert damaged(contract, lambda text: put(text, path, value)).startswith(told)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_cut_or_garbled_anywhere_is_read_or_called_damaged(data: st.DataObject, contract: Contract) -> None:
    saved(contract, WHOLE)
    path = cassette_path(contract, "observe")
    text = path.read_bytes()
    at = data.draw(st.integers(0, len(text)), label="at")
    rest = data.draw(st.sampled_from([b"", text[at + 1 :], text[at + 40 :]]), label="rest")
    path.write_bytes(text[:at] + data.draw(st.binary(max_size=3), label="instead") + rest)
    try:
        assert len(load_cassette(contract, "observe").interactions) == 2
    except CassetteDamaged as damage:
        assert Path(damage.path) == path  # noqa: PT017 - either is right
        assert damage.problem  # noqa: PT017 - either is right
