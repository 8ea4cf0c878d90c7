"""What no document promises is observed in every run and compared: told when it drifts, never a failure."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.support.processes import KEYS, judge_inside
from tests.support.processes import live as options_of
from tests.support.report_runs import NOW, verdict, write_run
from vidconform.cli import main
from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contract
from vidconform.contracts.member_pointers import documented_members
from vidconform.contracts.operations import DocumentedReply
from vidconform.contracts.provider import find_provider
from vidconform.contracts.schemas import Schema
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.errors.error_types import ResultsRefused
from vidconform.exchange.evidence import Evidence, RedactedEvidence
from vidconform.exchange.messages import Exchange, Reply
from vidconform.exchange.requests import Request
from vidconform.redaction.redactor import Redactor
from vidconform.report.merged_runs import merge_files
from vidconform.report.nightly.drift import Drift, as_text, compare, drift
from vidconform.report.nightly.observed_reader import SCHEMA, Observed, read_observed
from vidconform.report.report_model import ReportModel
from vidconform.report.results_reader import find_results
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.store.observer import Observer

pytest_plugins = ["pytester"]

VIDEOS = load_contract(find_provider("octopusx"), "videos")
TASK = {"id": "video_1", "object": "video", "model": "sora-2", "status": "queued", "progress": 0, "created_at": 17}
JSON = (("Content-Type", "application/json"), ("Date", "today"), ("X-Request-Id", "r-1"))


def _exchange(body: Any, *, status: int = 200, role: str = "retrieve", headers: Any = JSON, **more: Any) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = Reply(status, tuple(headers), content)
    request = Request("GET", "https://octopusx.example", "/v1/videos/video_1")
    return Exchange("poll", role, "video_1", "key", request, reply, NOW.isoformat(), 0.0, more.get("origin", "live"))


def _observed(
    folder: Path, *exchanges: Exchange, probe: str = "observe", redactor: Redactor | None = None
) -> dict[str, Any]:
    observer = Observer(folder, [redactor] if redactor else [])
    observer.keep(
        VIDEOS, RedactedEvidence(Evidence(VIDEOS.id, probe, exchanges, (), "live", NOW.isoformat(), kind="life"))
    )
    content: dict[str, Any] = json.loads((folder / "observed.json").read_text("utf-8"))
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(content)
    return content


def _only(folder: Path, *exchanges: Exchange, **more: Any) -> dict[str, Any]:
    """Return the only entry that some replies make."""
    (found,) = _observed(folder, *exchanges, **more)["contracts"][VIDEOS.id]
    entry: dict[str, Any] = found
    return entry


def _night(folder: Path, *exchanges: Exchange, number: int = 1, label: str = "conforms", **more: Any) -> Path:
    """Write a run with what it observed; night 1 is nine days ago."""
    run = folder / f"night-{number}"
    write_run(run, [verdict(label, contract=VIDEOS.id)], started_at=NOW - timedelta(days=10 - number))
    _observed(run, *exchanges, **more)
    return run


def _merged(folder: Path) -> ReportModel:
    return merge_files(find_results([folder]))


def _drift(old: Path, new: Path) -> list[tuple[str, str, str]]:
    found, notes = drift(_merged(old), _merged(new))
    assert notes == []
    return [(one.what, one.name, one.change) for one in found]


def _of(path: Path) -> Observed:
    found = read_observed(path / "results.jsonl")
    assert found is not None
    return found[VIDEOS.id]


# What is kept.


def test_names_and_types_are_kept_and_values_are_not(tmp_path: Path) -> None:
    body = {**TASK, "prompt": "a very private prompt", "trace": {"node": 7, "tags": ["x"]}}
    entry = _only(tmp_path, _exchange(body))
    assert entry["undocumented"] == ["/prompt", "/trace", "/trace/node", "/trace/tags"]
    assert entry["types"]["/trace/tags/*"] == ["string"]
    assert entry["headers"] == ["content-type", "x-request-id"]
    assert (entry["role"], entry["status"], entry["phase"], entry["probe"]) == ("retrieve", "2xx", "waiting", None)
    written = (tmp_path / "observed.json").read_text("utf-8")
    assert [value for value in ("private", "video_1", "r-1", "sora") if value in written] == []


def test_a_word_that_the_document_has_is_told_from_one_that_it_has_not(tmp_path: Path) -> None:
    found = _observed(tmp_path, _exchange(TASK), _exchange({**TASK, "status": "rendering"}))["contracts"][VIDEOS.id]
    assert [entry["words"] for entry in found] == [
        {"documented": ["queued"], "undocumented": []},
        {"documented": [], "undocumented": ["rendering"]},
    ]


@pytest.mark.parametrize("status", ["A cat, on a mat; it is 3:00", "x" * 50, "\u202e", ""])
def test_a_status_that_is_no_word_is_not_written_down(tmp_path: Path, status: str) -> None:
    assert _only(tmp_path, _exchange({**TASK, "status": status}))["words"]["undocumented"] == ["(not a word)"]


def test_a_name_that_is_a_key_of_its_own_stands_for_all_of_them(tmp_path: Path) -> None:
    body = {**TASK, "parts": {"part_01k74ynm13exf9ha3": {"url": ""}, "1762010621": {"url": ""}}}
    assert _only(tmp_path, _exchange(body))["undocumented"] == ["/parts", "/parts/*/url"]


def test_a_secret_that_comes_to_light_when_decoded_is_removed_before_a_name_is_cut(tmp_path: Path) -> None:
    key = "sk-octopusx-Zq-tLw-vNx"
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in key)
    body = json.dumps({**TASK, f"{'x' * 70}NAME": 1, "status": "NAME"}).replace("NAME", hidden)
    entry = _only(tmp_path, _exchange(body.encode()), redactor=Redactor([key]))
    assert entry["undocumented"] == [f"/{'x' * 70}REDACTED"]
    assert entry["words"]["undocumented"] == ["REDACTED"]
    assert "sk-octopusx" not in (tmp_path / "observed.json").read_text("utf-8")


def test_a_hostile_body_is_cut_to_what_can_be_kept(tmp_path: Path) -> None:
    wide = {**TASK, **{f"{n:05}{'x' * 200}": [[[]]] for n in range(10_000)}}
    deep: Any = "end"
    for _ in range(100):
        deep = {"d": deep}
    many = _exchange([[0]] * 20_000)
    found = _observed(tmp_path, _exchange(wide), _exchange({**TASK, "deep": deep}), many)["contracts"][VIDEOS.id]
    assert [entry["more"] for entry in found] == [True, True]
    pointers = [pointer for entry in found for pointer in entry["types"]]
    assert len(pointers) <= 2 * 300
    assert max(len(step) for pointer in pointers for step in pointer.split("/")) <= 80
    assert (tmp_path / "observed.json").stat().st_size < 100_000


def test_what_is_cut_from_two_bodies_is_not_compared(tmp_path: Path) -> None:
    wide = [{**TASK, **{f"{letter}{n}": 0 for n in range(400)}} for letter in "ab"]
    old, new = (_night(tmp_path / name, _exchange(body)) for name, body in zip(("old", "new"), wide, strict=True))
    assert _drift(old, new) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 1000, b'"text"', b"null", b"[]", b'{"a":1,"a":2}'])
def test_a_body_of_any_kind_is_observed(tmp_path: Path, body: bytes) -> None:
    assert _only(tmp_path, _exchange(body))["exchanges"] == 1


def test_what_is_another_each_night_is_left_out(tmp_path: Path) -> None:
    trouble = [_exchange(TASK, status=status) for status in (429, 500, 503)]
    assert _observed(tmp_path, *trouble)["contracts"] == {VIDEOS.id: []}
    observer = Observer(tmp_path / "generated")
    observer.keep(
        VIDEOS,
        RedactedEvidence(
            Evidence(VIDEOS.id, "generated-retrieve", (_exchange(TASK),), (), "live", "", kind="generated")
        ),
    )
    assert not (tmp_path / "generated").exists()


@pytest.mark.parametrize(("provider", "name"), [("chainhub", "videos"), ("gptge", "videos"), ("opeai", "videos")])
def test_every_member_that_a_contract_reads_by_role_is_documented(provider: str, name: str) -> None:
    contract = load_contract(find_provider(provider), name)
    named = {place.pointer for place in contract.task.fields.values()}
    assert named - documented_members(contract) == set()
    assert "/made/up" not in documented_members(contract)


def _documenting(schema: dict[str, Any], **more: Any) -> frozenset[str]:
    """Return what a contract documents that has this schema and, unless given, no operation."""
    schemas = {"task.schema.json": Schema(Path("task.schema.json"), schema, schema)}
    return documented_members(replace(VIDEOS, **{"schemas": schemas, "operations": (), **more}))


@pytest.mark.parametrize(
    ("schema", "pointers"),
    [
        ({"properties": {"a/b": {"properties": {"c~d": {}}}}}, {"/a~1b", "/a~1b/c~0d"}),
        ({"required": ["id"]}, {"/id"}),
        ({"properties": {"files": {"items": {"anyOf": [{"properties": {"url": {}}}]}}}}, {"/files", "/files/*/url"}),
        ({"x-hedged": {"allOf": [{"then": {"properties": {"size": {}}}}]}}, {"/size"}),
        ({"$ref": "#/$defs/task", "$defs": {"task": {"properties": {"id": {}}}, "none": {"required": ["b"]}}}, {"/id"}),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"properties": {n: {"$ref": "#/$defs/x"} for n in "ab"}}}}, {"/a", "/b"}),
        ({"not": {"required": ["error"]}, "additionalProperties": {"properties": {"n": {}}}}, {"/*/n"}),
    ],
)  # fmt: skip
def test_what_a_schema_names_is_documented(schema: dict[str, Any], pointers: set[str]) -> None:
    found = _documenting(schema)
    assert pointers <= found
    assert {pointer for pointer in found if not pointer.endswith("*")} - {""} == pointers


def test_what_an_example_of_the_document_shows_is_documented() -> None:
    answer = DocumentedReply(None, ("application/json",), {"one": {"result": [{"url": "x"}]}})
    operation = replace(VIDEOS.operations[0], answers={"200": answer})
    assert {"/result", "/result/*/url"} <= _documenting({}, operations=(operation,))


def test_a_folder_that_cannot_be_written_to_spoils_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    observer = Observer(tmp_path / "file")
    observer.keep(
        VIDEOS, RedactedEvidence(Evidence(VIDEOS.id, "observe", (_exchange(TASK),), (), "live", "", kind="life"))
    )


# What is compared.


def test_a_member_that_no_document_has_appears_and_vanishes(tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange(TASK))
    new = _night(tmp_path / "new", _exchange({**TASK, "trace": {"id": "x"}}))
    assert _drift(old, new) == [("member", "/trace", "appeared")]
    assert _drift(new, old) == [("member", "/trace", "vanished")]


def test_a_documented_member_that_is_not_there_tonight_is_no_drift(tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange(TASK))
    new = _night(tmp_path / "new", _exchange({name: TASK[name] for name in TASK if name != "model"}))
    assert _drift(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "change", "told"),
    [
        ([1], [1, "1"], "widened", "integer -> integer|string"),
        ([1, "1"], ["1"], "narrowed", "integer|string -> string"),
        ([1], ["1"], "changed", "integer -> string"),
        ([1], [0.5], "changed", "integer -> number"),
    ],
)
def test_a_type_widens_or_narrows(tmp_path: Path, old: list[Any], new: list[Any], change: str, told: str) -> None:
    before, after = (
        _night(tmp_path / name, *(_exchange({**TASK, "progress": value}) for value in values))
        for name, values in (("old", old), ("new", new))
    )
    found, _ = drift(_merged(before), _merged(after))
    assert as_text(found) == [
        "drift (not promised, no failure): 1",
        f"  octopusx/videos  retrieve 2xx: type of /progress {change}: {told}",
    ]


def test_a_header_whose_name_holds_a_number_is_one_header_every_night(tmp_path: Path) -> None:
    names = ("x-amz-meta-111", "X-Req-8f3a", "x-amz-meta-222", "x-req-id"), ("x-amz-meta-333", "X-Req-09bc", "x-req-id")
    told = [_only(tmp_path / some[0], _exchange(TASK, headers=[(name, "1") for name in some])) for some in names]
    assert told[0]["headers"] == told[1]["headers"] == ["x-amz-meta-*", "x-req-*", "x-req-id"]


def test_headers_media_types_and_words_are_told_by_name(tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange(TASK))
    other = (("content-type", "text/json; charset=utf-8"), ("X-Cache", "HIT"))
    new = _night(tmp_path / "new", _exchange(TASK, headers=other), _exchange({**TASK, "status": "rendering"}))
    assert _drift(old, new) == [
        ("header", "x-cache", "appeared"),
        ("header", "x-request-id", "vanished"),
        ("media type", "text/json", "appeared"),
        ("media type", "application/json", "vanished"),
        ("word", "rendering", "appeared"),
    ]


def test_a_phase_that_came_up_on_one_night_only_is_no_drift(tmp_path: Path) -> None:
    done = {**TASK, "status": "completed", "cost": 7, "progress": "100"}
    old = _night(tmp_path / "old", _exchange(TASK))
    new = _night(tmp_path / "new", _exchange(TASK), _exchange(done), _exchange(TASK, role="create"))
    assert _drift(old, new) == []
    assert _drift(new, old) == []


def test_below_a_list_that_is_empty_tonight_nothing_vanishes(tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange({**TASK, "files": [{"url": "x"}]}))
    new = _night(tmp_path / "new", _exchange({**TASK, "files": []}))
    assert _drift(old, new) == []


def test_refusals_are_compared_with_those_of_the_same_probe(tmp_path: Path) -> None:
    refusal = _exchange({"error": {"code": "no_key"}}, status=401)
    old = _night(tmp_path / "old", refusal, probe="retrieve-without-key")
    new = _night(tmp_path / "new", _exchange({"message": "?"}, status=404), probe="unknown-task")
    assert _drift(old, new) == []


def test_an_emulator_is_not_compared_with_a_vendor(tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange(TASK, origin="emulated"))
    new = _night(tmp_path / "new", _exchange({**TASK, "trace": 1, "status": "odd"}))
    assert _drift(old, new) == []
    both = _night(tmp_path / "both", _exchange(TASK), _exchange({**TASK, "status": "odd"}, origin="emulated"))
    vendor = _night(tmp_path / "vendor", _exchange(TASK))
    assert (_drift(both, vendor), _drift(vendor, both)) == ([], [])


def test_of_several_nights_the_newest_is_compared_with(tmp_path: Path) -> None:
    for number, body in enumerate([TASK, {**TASK, "trace": 1}, {**TASK, "trace": "x"}], 1):
        _night(tmp_path / "old", _exchange(body), number=number)
    new = _night(tmp_path / "new", _exchange({**TASK, "trace": "x"}), number=4)
    assert _drift(tmp_path / "old", new) == []


def test_a_night_without_an_answer_is_looked_behind(tmp_path: Path) -> None:
    traced = {**TASK, "trace": "x"}
    _night(tmp_path / "old", _exchange(traced), _exchange({**TASK, "status": "odd"}), number=1)
    _night(tmp_path / "old", number=2, label="inconclusive")
    new = _night(tmp_path / "new", _exchange(TASK), number=3)
    assert _drift(tmp_path / "old", new) == [("member", "/trace", "vanished"), ("word", "odd", "vanished")]


def test_runs_that_observed_nothing_are_named_in_a_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = _night(tmp_path / "old", _exchange(TASK))
    (old / "observed.json").unlink()
    new = _night(tmp_path / "new", _exchange({**TASK, "trace": 1}))
    assert main(["diff", "--json", str(old), str(new)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["drift"], told["notes"]) == ([], ["OLD without observed.json: drift is not told."])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: "{", "cannot be read"),
        (lambda text: text.replace('"more"', '"moer"'), "the valid keys are role, status, phase"),
        (lambda text: text.replace("observed@1", "observed@9"), "is not vidconform/observed@1"),
        (lambda text: "[" * 100_000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_observation_is_refused_with_one_sentence(
    tmp_path: Path, change: Callable[[str], str], sentence: str
) -> None:
    run = _night(tmp_path, _exchange(TASK))
    path = run / "observed.json"
    path.write_text(change(path.read_text("utf-8")))
    with pytest.raises(ResultsRefused) as refused:
        read_observed(run / "results.jsonl")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


BODIES = st.lists(
    st.fixed_dictionaries(
        {"status": st.sampled_from(["queued", "completed", "odd", "even"])},
        optional={
            "progress": st.sampled_from([0, "0", None, 0.5]),
            "trace": st.recursive(
                st.just(1), lambda inner: st.dictionaries(st.sampled_from("ab"), inner), max_leaves=4
            ),
            "list": st.lists(st.sampled_from([1, "x", {"a": 1}]), max_size=2),
        },
    ),
    min_size=1,
    max_size=4,
)
SWAPPED = {"appeared": "vanished", "vanished": "appeared", "widened": "narrowed", "narrowed": "widened"}


def _swapped(one: Drift) -> Drift:
    change = SWAPPED.get(one.change, one.change)
    return Drift(one.contract, one.role, one.status, one.what, one.name, change, one.new, one.old)


@given(BODIES, BODIES)
@settings(max_examples=60, deadline=None)
def test_a_run_does_not_drift_from_itself_and_swapped_sides_say_the_opposite(
    before: Sequence[Any], after: Sequence[Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, bodies in (("old", before), ("new", after)):
            _observed(Path(folder) / name, *(_exchange({**TASK, **body}) for body in bodies))
        old, new = _of(Path(folder) / "old"), _of(Path(folder) / "new")
    assert compare(VIDEOS.id, old, old) == []
    there, back = compare(VIDEOS.id, old, new), compare(VIDEOS.id, new, old)
    assert set(map(_swapped, there)) == set(back)


# Whole runs.


def _drifting(reply: ReplyContext) -> None:
    if reply.shows_task:
        reply.headers["X-Cache"] = "HIT"
        reply.body["trace_id"] = "01k74"
        reply.body["progress"] = str(reply.body["progress"])
        if reply.body["status"] == "in_progress":
            reply.body["status"] = "rendering"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_vendor_that_drifts_is_told_of_and_fails_nothing_by_it(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, change in (("old", None), ("new", _drifting)):
        with running("octopusx", change=change, environ=KEYS) as emulator:
            run = judge_inside(pytester, *options_of(emulator), "-k", "octopusx/videos", **KEYS)
        assert run.code == 0, run.ran()
        run.report.rename(pytester.path / name)
    capsys.readouterr()
    assert main(["diff", "--json", "old", "new"]) == 1  # the SHOULDs that it broke as well
    told = json.loads(capsys.readouterr().out)["drift"]
    retrieved = {(one["what"], one["name"], one["change"]) for one in told if one["role"] == "retrieve"}
    assert retrieved == {
        ("member", "/trace_id", "appeared"), ("header", "x-cache", "appeared"), ("word", "rendering", "appeared"),
        ("type", "/progress", "changed"),
    }  # fmt: skip
    assert {one["contract"] for one in told} == {"octopusx/videos"}
    main(["diff", "old", "new"])
    assert "drift (not promised, no failure): " in capsys.readouterr().out
    assert main(["diff", "new", "new"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nothing changed"
    _keeps_its_schema_and_secrets(pytester.path / "new" / "observed.json")


def _keeps_its_schema_and_secrets(path: Path) -> None:
    text = path.read_text("utf-8")
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(json.loads(text))
    assert [value for value in (*KEYS.values(), "airplane", "01k74") if value in text] == []


def test_a_run_that_is_cut_off_has_observed_what_came_in(tmp_path: Path) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        known = [f"videos={task}" for task in emulator.task_ids["videos"]]
        options = RunOptions(
            providers=["octopusx"], live=True, provider_url=emulator.url, task_ids=known, poll_interval=0.0,
            fuzz=0, report=tmp_path,
        )  # fmt: skip
        with closing(prepare(options, KEYS)) as session:
            session.provider_runs[0].store.evidence(_videos(session.contracts), "observe")
            entries = json.loads((tmp_path / "observed.json").read_text("utf-8"))["contracts"][VIDEOS.id]
    assert {entry["origin"] for entry in entries} == {"emulated"}
    assert {entry["phase"] for entry in entries} >= {"waiting", "running", "succeeded"}


def _videos(contracts: Sequence[Contract]) -> Contract:
    return next(contract for contract in contracts if contract.name == "videos")


def test_a_new_run_forgets_what_an_earlier_one_observed(tmp_path: Path) -> None:
    run = _night(tmp_path, _exchange(TASK))
    write_run(run, [verdict()])
    assert not (run / "observed.json").exists()


@pytest.mark.parametrize("more", [{"partial": True}, {"reading": "inconclusive", "outcome": "inconclusive"}])
def test_what_vanished_is_not_told_of_a_run_that_trouble_cut(more: dict[str, Any], tmp_path: Path) -> None:
    old = _night(tmp_path / "old", _exchange({**TASK, "trace": "x", "eta": 1}))
    new = _night(tmp_path / "new", _exchange({**TASK, "queue": 3, "eta": "soon"}, headers=JSON[:1]), number=2)
    whole = [("member", "/queue", "appeared"), ("type", "/eta", "changed")]
    lost = [("member", "/trace", "vanished"), ("header", "x-request-id", "vanished")]
    assert sorted(_drift(old, new)) == sorted([*whole, *lost])
    seen = (new / "observed.json").read_text("utf-8")
    lines = [verdict(contract=VIDEOS.id), verdict(requirement="other", contract=VIDEOS.id, **more)]
    write_run(new, lines, started_at=NOW - timedelta(days=8))
    (new / "observed.json").write_text(seen)
    assert sorted(_drift(old, new)) == sorted(whole)
