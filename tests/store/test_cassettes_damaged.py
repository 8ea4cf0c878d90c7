"""Damaged cassettes: whatever happened to the file is one sentence that says where."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.recordings import AT, BASE, Own
from vidconform.errors.error_types import CassetteDamaged
from vidconform.exchange.evidence import Evidence, Gap
from vidconform.exchange.messages import Exchange, Reply
from vidconform.exchange.requests import Request
from vidconform.text import Redacted

OLD = Path(__file__).parents[1] / "formats" / "cassette-1.yaml"
JSON = (("Content-Type", "application/json"),)


def exchange(request: Request, reply: Reply) -> Exchange:
    return Exchange("poll", "retrieve", None, "key", request, reply, AT, 0.1, "live")


WHOLE = Evidence(
    "gptge/videos",
    "observe",
    (
        exchange(Request("GET", BASE, "/v1/x"), Reply(200, JSON, b'{"a": "\\u00fc"}')),
        exchange(Request("POST", BASE, "/v1/x", (), b"\xff"), Reply(404, (), b"\x00\xff")),
    ),
    (Gap("inconclusive", Redacted("a time-out")),),
    "live",
    AT,
    {"task_ids": ["video_1"], "known": None},
    kind="life",
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    return Own(tmp_path_factory.mktemp("own"))


def damaged(own: Own, change: Callable[[bytes], bytes]) -> str:
    """Return what is said of a cassette that was changed, without its path and the advice at its end."""
    own.save(WHOLE)
    own.path.write_bytes(change(own.path.read_bytes()))
    with pytest.raises(CassetteDamaged) as problem:
        own.load()
    told = str(problem.value)
    start, advice = f"{own.path}: damaged cassette, ", "; record it again with pytest --provider="
    assert told.startswith(start)
    assert advice in told
    return told.removeprefix(start).partition(advice)[0]


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda text: b"", "empty"),
    "a comment": (lambda text: b"# gone\n", "empty"),
    "half of it": (lambda text: text[: text.index(b"metadata:")], "no metadata of vidconform/cassette@2 at its end"),
    "another format": (lambda text: text.replace(b"cassette@2", b"cassette@3"), "no metadata of vidconform/cassette@2"),
    "no YAML": (lambda text: text.replace(b"metadata:", b"metadata: }"), "did not find expected node content at line "),
    "a control character": (lambda text: text.replace(b"metadata", b"meta\x01data"), "unreadable (ReaderError"),
    "no UTF-8": (lambda text: text.replace(b"metadata", b"meta\xffdata"), "not UTF-8 at byte "),
    "code": (lambda text: text + b"x: !!python/object/apply:os.getcwd []\n", "could not determine a constructor for"),
    "a text": (lambda text: b"hello", "expected interactions and metadata"),
    "a deep nest": (lambda text: b"[" * 900 + b"]" * 900, "nested deeper than 64 levels"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_says_what_is_wrong(damage: str, own: Own) -> None:
    change, told = DAMAGES[damage]
    assert damaged(own, change).startswith(told)


GONE = object()
# A place in the file, what is put there, and what is said.
WRONG: list[tuple[str, Any, str]] = [
    ("interactions", GONE, "interactions is missing"),
    ("interactions", {}, "interactions: expected an array, found an object"),
    ("interactions.1", None, "interactions[1]: expected an object, found 'None'"),
    ("interactions.0.request", GONE, "interactions[0]: request is missing"),
    ("interactions.0.request.uri", 7, "interactions[0].request.uri: expected a string, found '7'"),
    ("interactions.0.request.body", [], "interactions[0].request.body: expected null or a string or an object, found"),
    ("interactions.1.response.status", 404, "interactions[1].response.status: expected an object, found '404'"),
    ("interactions.1.response.status.code", "404", "interactions[1].response.status.code: expected an integer"),
    ("interactions.1.response.status.code", True, "interactions[1].response.status.code: expected an integer"),
    ("interactions.1.response.status.code", 0, "interactions[1].response.status.code: 0 is less than the minimum"),
    ("interactions.0.response.body.string", GONE, "interactions[0].response.body: string is missing"),
    (
        "interactions.0.response.body.string",
        None,
        "interactions[0].response.body.string: expected a string or an object",
    ),
    ("interactions.0.response.body.string", {}, "interactions[0].response.body.string: base64 is missing"),
    ("interactions.0.response.headers.X", "x", "interactions[0].response.headers.X: expected an array, found 'x'"),
    ("interactions.0.response.headers.X", ["x", 7], "interactions[0].response.headers.X[1]: expected a string"),
    ("interactions.0.response.headers.7", ["x"], "holds what JSON has no form for: Dict key must be str"),
    ("metadata", [], "no metadata of vidconform/cassette@2 at its end"),
    ("metadata.origin", GONE, "metadata: origin is missing"),
    ("metadata.origin", "vendor", "metadata.origin: expected one of live, recorded, emulated, documented, found"),
    ("metadata.recorded_at", 7, "metadata.recorded_at: expected a string, found '7'"),
    ("metadata.exchanges", GONE, "metadata: exchanges is missing"),
    ("metadata.exchanges", [], "metadata.exchanges: 0 entries for 2 interactions"),
    ("metadata.exchanges.1.at", 7, "metadata.exchanges[1].at: expected a string, found '7'"),
    ("metadata.exchanges.1.colour", 7, "metadata.exchanges[1]: unknown key 'colour'; the valid keys are step, role"),
    ("metadata.exchanges.1.reply", {"hop": []}, "metadata.exchanges[1].reply: unknown key 'hop'; the valid keys are"),
    ("metadata.gaps.0", "x", "metadata.gaps[0]: expected an object, found 'x'"),
    ("metadata.gaps.0.kind", "lost", "metadata.gaps[0].kind: expected one of unseen, inconclusive, refused, found"),
    ("metadata.gaps.0.sentence", GONE, "metadata.gaps[0]: sentence is missing"),
    ("metadata.notes", None, "metadata.notes: expected an object, found 'None'"),
    ("metadata.notes.task_ids", "video_1", "metadata.notes.task_ids: expected an array, found 'video_1'"),
    ("metadata.notes.known", ["video_1"], "metadata.notes.known: expected null or a string, found an array"),
    ("metadata.base_url", 7, "metadata.base_url: expected a string, found '7'"),
]
WRONG_OF_THE_FIRST = [
    ("metadata.at", GONE, "metadata: at is missing"),
    ("metadata.at", [AT], "metadata.at: 1 entries for 2 interactions"),
    ("metadata.at", [AT] * 3, "metadata.at: 3 entries for 2 interactions"),
    ("metadata.at.1", 7, "metadata.at[1]: expected a string, found '7'"),
    ("metadata.cut", "x", "metadata.cut: expected an array, found 'x'"),
]


def put(text: bytes, place: str, value: Any) -> bytes:
    *path, last = [int(key) if key.isdigit() else key for key in place.split(".")]
    content = node = yaml.safe_load(text)
    for key in path:
        node = node[key]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return yaml.safe_dump(content).encode()


@pytest.mark.parametrize(("place", "value", "told"), WRONG)
def test_a_wrong_value_is_told_by_its_place(place: str, value: Any, told: str, own: Own) -> None:
    assert damaged(own, lambda text: put(text, place, value)).startswith(told)


@pytest.mark.parametrize(("place", "value", "told"), WRONG_OF_THE_FIRST)
def test_so_is_one_of_the_first_format(place: str, value: Any, told: str, own: Own) -> None:
    assert damaged(own, lambda text: put(OLD.read_bytes(), place, value)).startswith(told)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_cut_or_garbled_anywhere_is_read_or_called_damaged(data: st.DataObject, own: Own) -> None:
    own.save(WHOLE)
    text = own.path.read_bytes()
    at = data.draw(st.integers(0, len(text)), label="at")
    rest = data.draw(st.sampled_from([b"", text[at + 1 :], text[at + 40 :]]), label="rest")
    own.path.write_bytes(text[:at] + data.draw(st.binary(max_size=3), label="instead") + rest)
    with suppress(CassetteDamaged):
        assert all(exchange.reply.status for exchange in own.load().exchanges)
