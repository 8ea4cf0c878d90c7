"""Generated requests: they find what nobody wrote down, cost nothing, stay within their bounds, and can be repeated."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.documented import acme_in
from tests.support.live_cases import Live, live
from tests.support.processes import KEYS, Run, copy_of, environment, judge
from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contract, load_contracts
from vidconform.contracts.operations import Operation
from vidconform.contracts.provider import find_provider
from vidconform.contracts.routing import is_plain, reaches
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.errors.error_types import BadOption
from vidconform.exchange.evidence import Evidence
from vidconform.laws.subject_builders import kind_of
from vidconform.probes.generated import exploration
from vidconform.probes.generated.exploration import DRAWING_PROCESSES, DrawingFailure, draw, drawing_input
from vidconform.probes.generated.generated_probes import most_of_each
from vidconform.probes.generated.invalid_bodies import aimed_bodies, must_be_refused
from vidconform.probes.generated.unknown_ids import aimed_ids
from vidconform.probes.registry import probes_of
from vidconform.run.bindings import all_laws, bindings
from vidconform.run.cases import law_cases
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.text import Redacted
from vidconform.verdicts.verdict import Outcome, ShownVerdict

# The contract of OpenAI states nothing that generated requests could show.
PROVIDERS = ("chainhub", "gptge", "octopusx", "opeai")

LAWS = [law for law in all_laws() if kind_of(law) is not None and law.__module__.endswith("test_generated")]
VIDEOS = load_contract(find_provider("octopusx"), "videos")
MEGABYTES = 5_000_000

Change = Callable[[ReplyContext], None]
Verdicts = dict[tuple[str, str], ShownVerdict]


def generated(run: Live | Session, contract: str = "") -> Verdicts:
    """Judge whatever is generated, by contract and requirement, or what is of one contract."""
    session = run if isinstance(run, Session) else run.session
    cases = [case for law in LAWS for case in law_cases(session, law)]
    found = [session.judge(case) for case in cases if contract in ("", case.contract.name)]
    return {(verdict.contract.name, verdict.requirement.id): verdict for verdict in found}


def brought(run: Live) -> list[Evidence]:
    """Return what each generated probe brings."""
    return [
        run.store.evidence(contract, probe.name)
        for contract in run.session.contracts
        for probe in probes_of(contract)
        if probe.generated is not None
    ]


@contextmanager
def fuzzed(
    provider: str, most: int, seed: int = 0, change: Change = lambda reply: None, **options: Any
) -> Iterator[Live]:
    with live(provider, change=change, options={"fuzz": most, "fuzz_seed": seed, **options}) as run:
        yield run


# --- What is found


def crashes(test: Callable[[str], bool]) -> Change:
    """Return a fault: 500 for some ids."""

    def change(reply: ReplyContext) -> None:
        if reply.asked is not None and test(reply.asked):
            reply.say({"error": "internal"}, 500)

    return change


def serves_any_video(reply: ReplyContext) -> None:
    if reply.role == "retrieve" and (reply.asked or "").startswith("video_") and reply.status == 404:
        reply.say({"id": reply.asked, "status": "completed"})


def says_html_to_long_ids(reply: ReplyContext) -> None:
    if len(reply.asked or "") > 64 and reply.status == 404:
        reply.say(b"<html><body>Not Found</body></html>", 404, "text/html")


def sent(reply: ReplyContext) -> dict[str, Any]:
    try:
        body = json.loads(reply.sent_body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def crashes_on_a_list_as_prompt(reply: ReplyContext) -> None:
    if reply.role == "create" and sent(reply).get("prompt") == []:
        reply.say({"error": "internal"}, 500)


def takes_null_as_model(reply: ReplyContext) -> None:
    if reply.role == "create" and sent(reply).get("model", "") is None and reply.check == "body":
        reply.grant()


def forgets_the_envelope(reply: ReplyContext) -> None:
    if reply.status == 404 and not (reply.asked or "").startswith("video_"):
        reply.say({"error": "video not found"}, 404)


def says_400_to_short_ids(reply: ReplyContext) -> None:
    if reply.status == 404 and len(reply.asked or "") < 20:
        reply.status = 400


NO_CRASH, REFUSED, IN_JSON = "any-request-is-no-server-error", "any-bad-request-is-refused", "any-refusal-is-json"
ENVELOPE, CODE = "any-unknown-task-keeps-the-envelope", "any-unknown-task-status-code"
QUOTE, PERCENT = crashes(lambda asked: "'" in asked), crashes(lambda asked: "%" in asked)
CONTROL = crashes(lambda asked: any(ord(c) < 32 or ord(c) == 127 for c in asked))
LONG = crashes(lambda asked: len(asked) > 200)


@dataclass(frozen=True)
class Fault:
    """A vendor made wrong: the requirements that say so, and the one request that shows it best."""

    change: Change
    provider: str
    contract: str
    breaks: set[str]
    shows: str
    most: int = 25


FAULTS = {
    "500 for a quote": Fault(QUOTE, "gptge", "videos", {NO_CRASH, REFUSED}, r"/v1/videos/%27 "),
    "500 for a percent sign": Fault(PERCENT, "opeai", "videos", {NO_CRASH, REFUSED}, r"/(v1|api)/videos/%25 "),
    "500 for a control character": Fault(CONTROL, "chainhub", "videos", {NO_CRASH, REFUSED}, r"/v1/videos/%[01].|%7F "),
    "500 for a long id": Fault(LONG, "gptge", "videos", {NO_CRASH, REFUSED}, r"/v1/videos/video_[0-9a-f]{195} "),
    "500 for a quote in a query": Fault(QUOTE, "octopusx", "query", {NO_CRASH, REFUSED}, r"\?id=%27' "),
    "200 for its own ids": Fault(serves_any_video, "gptge", "videos", {REFUSED}, r"/v1/videos/video_ "),
    "200 for ids of another space": Fault(serves_any_video, "chainhub", "videos", {REFUSED}, r"/v1/videos/video_ ", 60),
    "HTML for a long id": Fault(says_html_to_long_ids, "opeai", "videos", {IN_JSON}, r"videos/video_[0-9a-f]{59} "),
    "HTML for a long id in a query": Fault(
        says_html_to_long_ids, "octopusx", "query", {IN_JSON}, r"sora-2%3Atask_0{53}' "
    ),
    "500 for a list": Fault(
        crashes_on_a_list_as_prompt, "octopusx", "videos", {NO_CRASH, REFUSED}, r'"prompt": \[\]', 60
    ),
    "200 without a model": Fault(takes_null_as_model, "octopusx", "videos", {REFUSED}, r'"model": null', 60),
    "another envelope": Fault(forgets_the_envelope, "opeai", "videos", {ENVELOPE}, r"/videos/. ", 60),
    "another code": Fault(says_400_to_short_ids, "opeai", "videos", {CODE}, r"/v1/videos/video_.{1,13} ", 60),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("seed", [1, pytest.param(20261123, marks=pytest.mark.slow)])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_vendor_made_wrong_is_found_with_one_minimal_example(fault: Fault, seed: int) -> None:
    with fuzzed(fault.provider, fault.most, seed, fault.change) as run:
        verdicts = {row: verdict for (_, row), verdict in generated(run, fault.contract).items()}
    unmet = {row: verdict for row, verdict in verdicts.items() if verdict.outcome is Outcome.UNMET}
    assert set(unmet) == fault.breaks
    for verdict in unmet.values():
        assert re.search(fault.shows, verdict.request), verdict.request
        assert re.match(r"in [1-9][0-9]* of [0-9]+ generated requests, of which the smallest: [2-5]", verdict.received)
        # One for each route that has the fault.
        shown = [pointer.probe for pointer in verdict.evidence]
        assert all(probe.startswith("generated-") for probe in shown)
        assert len(set(shown)) == len(shown)


def test_a_thousand_failing_cases_are_one_line() -> None:
    with fuzzed("gptge", 40, change=lambda reply: reply.say({}, 500) if reply.status == 404 else None) as run:
        verdict = generated(run)["videos", NO_CRASH]
        (cases, of), requests = re.findall(r"[0-9]+", verdict.received)[:2], brought(run)[0].exchanges
    assert int(cases) > 20
    assert int(of) == len(requests) == verdict.observations
    assert len(verdict.received) < 400
    assert len(verdict.request) < 200


def test_a_fault_of_one_length_is_shrunk_to_it() -> None:
    with fuzzed("gptge", 60, 5, crashes(lambda asked: len(asked) > 300)) as run:
        shown = generated(run)["videos", NO_CRASH].request
    (asked,) = re.findall(r"/v1/videos/([^ ]+)", shown)
    # The aimed lengths around it are 257 and 513; the rest is hypothesis' work.
    assert 300 < len(asked) <= 330


def test_each_requirement_is_bound_to_generation() -> None:
    for provider in PROVIDERS:
        for contract in load_contracts(find_provider(provider)):
            rows = [row for row in contract.requirements if row.startswith("any-")]
            assert len(rows) >= 3
            for row in rows:
                (bound,) = bindings(contract, row)
                assert bound.startswith("generated:test_generated.test_")


# --- What it costs


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.slow)])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_vendor_that_keeps_its_document_is_green(provider: str, seed: int) -> None:
    with fuzzed(provider, 25, seed) as run:
        verdicts = generated(run)
        assert {key for key, verdict in verdicts.items() if verdict.outcome is not Outcome.MET} == set()
        assert len(verdicts) == sum(row.startswith("any-") for c in run.session.contracts for row in c.requirements)
        share = min(25, 60 // len(brought(run)))
        assert [len(evidence.exchanges) for evidence in brought(run)] == [share] * len(brought(run))
        assert run.emulator.creations == 0
        assert run.session.budget.spent == 0


@pytest.mark.parametrize("most", [1, 2, 9])
def test_no_more_is_sent_than_is_allowed_also_while_shrinking(most: int) -> None:
    with fuzzed("gptge", most, change=crashes(lambda asked: True)) as run:
        (evidence,) = brought(run)
        assert most / 2 < len(evidence.exchanges) == len(run.heard) <= most


@pytest.mark.parametrize(
    ("wanted", "shares"), [(0, (0, 0)), (4, (4, 4)), (25, (25, 12)), (30, (30, 12)), (31, (31, 31))]
)
def test_up_to_30_an_operation_a_provider_gets_60_in_equal_shares(wanted: int, shares: tuple[int, int]) -> None:
    one, five = (load_contracts(find_provider(name)) for name in ("gptge", "octopusx"))
    assert (most_of_each(wanted, one), most_of_each(wanted, five)) == shares


def test_nothing_is_generated_when_nothing_is_allowed() -> None:
    with fuzzed("octopusx", 0) as run:
        assert generated(run) == {}
        assert {gap.sentence for evidence in brought(run) for gap in evidence.gaps} == {
            "generated requests; pass --fuzz=25"
        }
        assert run.heard == []
        assert run.session.why_incomplete() == []


@pytest.mark.parametrize("most", [-1, -25])
def test_fewer_than_none_is_refused(most: int) -> None:
    with pytest.raises(BadOption, match=f"--fuzz={most}: expected a number of requests for each operation, 0 or more"):
        prepare(RunOptions(providers=["gptge"], fuzz=most), {})


def test_nothing_is_posted_when_nothing_may_be_created() -> None:
    with fuzzed("octopusx", 10, max_creations=0) as run:
        verdicts = generated(run)
        assert run.posts() == []
        assert verdicts["videos", REFUSED].outcome is Outcome.MET
        assert verdicts["videos", REFUSED].observations == 20


def test_one_accident_ends_the_generation_of_creations() -> None:
    def takes_anything(reply: ReplyContext) -> None:
        if reply.check == "body":
            reply.grant()

    with fuzzed("octopusx", 30, change=takes_anything, max_creations=9) as run:
        verdict = generated(run)["videos", REFUSED]
        assert verdict.outcome is Outcome.UNMET
        assert run.emulator.creations == run.session.budget.spent == 1
        assert len([heard for heard in run.posts() if heard.role == "create"]) == 1
        assert [heard for heard in run.posts() if heard.role == "remix"] == []
        assert run.session.why_incomplete() == [
            "octopusx: a creation that must be refused (generated-create) was accepted and may be charged"
        ]


@pytest.mark.slow
def test_no_known_task_is_ever_asked_for_and_no_other_key_is_sent() -> None:
    for provider in PROVIDERS:
        with fuzzed(provider, 25, 3) as run:
            evidence = brought(run)
            known = {task_id for ids in run.emulator.task_ids.values() for task_id in ids}
            assert not known & {exchange.task_id for one in evidence for _, exchange in one}
            credentials = {heard.headers.get("token") or heard.headers.get("authorization") for heard in run.heard}
            assert {str(value).removeprefix("Bearer ") for value in credentials} <= set(KEYS.values())


@pytest.mark.slow
def test_no_body_could_be_taken_for_a_creation() -> None:
    second_opinion = Draft202012Validator(VIDEOS.schemas["creation.schema.json"].source)
    with fuzzed("octopusx", 120, 4) as run:
        exchanges = run.bring("videos", "generated-create").exchanges
    decoded = [exchange.request.body and json_or_none(exchange.request.body) for exchange in exchanges]
    assert len({exchange.request.body for exchange in exchanges}) > 90
    assert len([body for body in decoded if isinstance(body, dict)]) > 40
    assert [body for body in decoded if second_opinion.is_valid(body)] == []


def json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


BODIES = {
    b'{"model": "sora-2", "prompt": "a cat"}': False,
    b'{"model": "sora-2", "prompt": ""}': False,
    b'{"model": "sora-2", "prompt": "a cat", "seconds": 5}': False,
    b'{"model": "sora-2", "prompt": "a cat", "more": 1}': False,
    # What a lenient decoder would take, it must not be tempted with.
    b'{"Model": "sora-2", "prompt": "a cat"}': False,
    b'{" model": "sora-2", "prompt": "a cat"}': False,
    b'{"model": null, "prompt": "a cat", "model": "sora-2"}': False,
    b'{"model": "sora-2", "prompt": "a cat"': False,
    b'{"model": "sora-2", "prompt": "a \xff"}': False,
    b'{"model": "sora-2", "prompt": NaN}': False,
    b'{"model": null, "prompt": "a cat"}': True,
    b'{"model": "sora-2", "prompt": []}': True,
    b'{"prompt": "a cat"}': True,
    b'{"model": "sora-2"}': True,
    b"{}": True,
    b"[]": True,
    b"null": True,
    b"": True,
    b"{": True,
    b"\xff": True,
}


@pytest.mark.parametrize(("body", "refused"), BODIES.items(), ids=[repr(body) for body in BODIES])
def test_only_what_a_document_obliges_to_refuse_is_sent(body: bytes, refused: bool) -> None:
    assert must_be_refused(VIDEOS.schemas["creation.schema.json"])(body) is refused


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("{type: object, required: [model, prompt]}", True),
        ("{type: object, properties: {prompt: {type: string}}}", True),
        ("{type: object, required: [prompt], properties: {prompt: {$ref: text.schema.json}, model: true}}", True),
        ('{type: object, required: [prompt], properties: {prompt: {type: string}, next: {$ref: "#/paths"}}}', True),
        ("{}", False),
    ],
)
def test_no_creation_is_drawn_from_a_body_that_openapi_yaml_describes_itself_or_not_at_all(
    said: str, sent: bool, tmp_path: Path
) -> None:
    folder = acme_in(tmp_path)
    page, ledger = folder / "generations" / "openapi.yaml", folder / "generations" / "requirements.toml"
    page.write_text(page.read_text("utf-8").replace("{type: object, required: [model, prompt]}", said), "utf-8")
    (folder / "generations" / "text.schema.json").write_text('{"type": "string"}', "utf-8")
    row = 'level = "MUST"\nconcern = "errors"\nstatement = "So it is."\nsource = "Errors"\n'
    ledger.write_text(f'{ledger.read_text("utf-8")}\n[[requirement]]\nid = "{REFUSED}"\n{row}', "utf-8")
    with live(str(folder), options={"fuzz": 50, "max_creations": 9}, keys={"ACME_API_KEY": "acme-key"}) as run:
        assert generated(run)["generations", REFUSED].outcome is Outcome.MET
        assert (run.emulator.creations, run.session.budget.spent) == (0, 0)
        assert sent == bool(run.posts())


def test_each_aimed_body_must_be_refused() -> None:
    create = VIDEOS.operation("create")
    assert create is not None
    bodies = aimed_bodies(VIDEOS.schemas["creation.schema.json"], create.request_example)
    assert len(bodies) > 30
    assert all(map(must_be_refused(VIDEOS.schemas["creation.schema.json"]), bodies))


@pytest.mark.slow
def test_an_id_reaches_the_vendor_as_it_was_generated() -> None:
    with fuzzed("octopusx", 80, 2) as run:
        run.bring("query", "generated-retrieve")
        run.bring("videos", "generated-retrieve")
        heard = {contract: {h.asked for h in run.heard if h.contract == contract} for contract in ("query", "videos")}
    # A byte that is no UTF-8 is shown by the emulator's framework as a character of its own.
    aimed = {task_id for task_id in aimed_ids(VIDEOS) if task_id != "\udcff"}
    assert {"'", "%", "\x00", "\n", "é", "😀", "..", "", "?", "#"} <= aimed
    assert {task_id for task_id in aimed if reaches(retrieve(VIDEOS), task_id)} <= heard["videos"]
    assert {"..", "../..", f"{run.contract('query').unknown_id}/x"} <= heard["query"]


@pytest.mark.parametrize(
    ("task_id", "plain", "routed"),
    [
        ("video_1", True, True), ("sora-2:task_1", True, True), ("0" * 200, True, True), ("0" * 201, False, True),
        ("'", False, True), ("\n", False, True), ("video_1\n", False, True), ("é", False, True), ("%", False, True),
        ("", False, False), (".", False, False), ("..", False, False), ("a/b", False, False), ("\\", False, False),
    ],
)  # fmt: skip
def test_what_a_proxy_may_answer_is_told_from_what_the_api_answers(task_id: str, plain: bool, routed: bool) -> None:
    assert is_plain(task_id) is plain
    assert reaches(retrieve(VIDEOS), task_id) is routed


def retrieve(contract: Contract) -> Operation:
    operation = contract.operation("retrieve")
    assert operation is not None
    return operation


# --- What comes between


@pytest.mark.parametrize("after", [3, 20])
def test_trouble_ends_a_probe_and_what_came_before_is_judged(after: int) -> None:
    turns: list[int] = []

    def is_busy(reply: ReplyContext) -> None:
        turns.append(1)
        if len(turns) > after:
            reply.say({}, 429)

    with fuzzed("gptge", 25, change=is_busy) as run:
        (evidence,) = brought(run)
        assert [heard.status for heard in run.heard[after:]] == [429, 429]
        assert len(evidence.exchanges) == after
        (gap,) = evidence.gaps
        assert gap.kind == "inconclusive"
        assert "was answered with 429" in gap.sentence
        assert generated(run)["videos", NO_CRASH].outcome is Outcome.MET
        assert run.session.why_incomplete() != []


def test_an_answer_of_the_moment_is_not_asked_for_again() -> None:
    """A vendor that fails at random would make hypothesis call it flaky."""
    turns: list[int] = []

    def fails_now_and_then(reply: ReplyContext) -> None:
        turns.append(1)
        if len(turns) % 3 == 0:
            reply.say({}, 500)

    with fuzzed("gptge", 60, change=fails_now_and_then) as run:
        (evidence,) = brought(run)
        verdict = generated(run)["videos", NO_CRASH]
    assert evidence.gaps == ()
    assert len({(e.request.target, e.request.headers) for _, e in evidence}) == len(evidence.exchanges)
    assert verdict.outcome is Outcome.UNMET


# --- What can be repeated


def test_the_source_touches_no_private_member_of_the_engines_and_nothing_of_the_interpreter() -> None:
    private = r"hypothesis\.internal|hypothesis\._|schemathesis\.\w*\._|_local_constants|\bgc\.|meta_path"
    sources = (Path(__file__).resolve().parents[2] / "src").rglob("*.py")
    assert [file.name for file in sources if re.search(private, file.read_text("utf-8"))] == []


def targets(seed: int) -> list[tuple[str, Any, Any]]:
    with fuzzed("octopusx", 40, seed) as run:
        found = [run.bring("query", "generated-retrieve"), run.bring("videos", "generated-create")]
    return [(e.request.target, e.request.headers, e.request.body) for one in found for _, e in one]


@pytest.mark.slow
def test_a_seed_pins_what_is_sent() -> None:
    once = targets(5)
    assert once == targets(5)
    assert once != targets(6)


LITERAL = """
import json, sys, mine
from hypothesis import Phase, given, seed, settings, strategies as st
from vidconform.probes.generated.exploration import draw as draw_requests

drawn = []

@seed(1)
@settings(max_examples=400, database=None, phases=[Phase.generate])
@given(st.text("JQXZ", max_size=20))
def draw(text):
    drawn.append(text)

def hear(request):
    heard.append(json.dumps(request))
    return "fine"

heard = []
draw()
draw_requests(json.loads(sys.argv[1]), hear)
print(mine.SECRET in drawn, any(mine.SECRET in request for request in heard), len(heard))
"""


@pytest.mark.slow
@pytest.mark.exhaustive
def test_no_literal_of_the_users_own_modules_is_drawn(tmp_path: Path) -> None:
    """One of them may be a key, and no seed would pin them; hypothesis in the same process does draw it."""
    # Of letters that no literal of ours has: of a pool with those, one of 400 draws may be another each time.
    (tmp_path / "mine.py").write_text("SECRET = 'XQJZZQXJ'\n")
    planned = json.dumps(drawing_input(VIDEOS, retrieve(VIDEOS), seed=1, most=50))
    done = subprocess.run(
        [sys.executable, "-c", LITERAL, planned], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False", "400"]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("change", [{"path": "/nowhere"}, {"openapi": "/nowhere"}, {"headers": 1}])
def test_an_engine_that_fails_says_so_and_draws_again(change: dict[str, Any]) -> None:
    create = VIDEOS.operation("create")
    assert create is not None
    planned, drawn = drawing_input(VIDEOS, create, seed=1, most=1), []

    def hear(request: dict[str, Any]) -> str:
        drawn.append(request)
        return "fine"

    with pytest.raises(DrawingFailure, match=r"\w+: "):
        draw({**planned, **change}, hear)
    assert drawn == []
    draw(planned, hear)
    assert len(drawn) == 8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contract", "role", "loads"),
    [("videos", "retrieve", False), ("query", "retrieve", True), ("videos", "create", True), ("videos", "remix", True)],
)
def test_schemathesis_is_loaded_where_a_body_or_a_query_can_break_its_schema(
    contract: str, role: str, loads: bool
) -> None:
    loaded = load_contract(find_provider("octopusx"), contract)
    operation = loaded.operation(role)
    assert operation is not None
    program = [sys.executable, "-P", "-X", "importtime", str(Path(exploration.__file__).with_name("drawing.py"))]
    said = json.dumps(drawing_input(loaded, operation, seed=1, most=1)) + '\n"enough"\n'
    done = subprocess.run(program, input=said, capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()[1:]] == [None]
    assert "hypothesis.core" in done.stderr
    assert ("schemathesis" in done.stderr) is loads


@pytest.mark.slow
def test_an_engine_whose_asker_fails_begins_anew() -> None:
    planned, process = drawing_input(VIDEOS, retrieve(VIDEOS), seed=1, most=1), DRAWING_PROCESSES.start()

    def fail(request: dict[str, Any]) -> str:
        raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        draw(planned, fail)
    assert process.status == 0
    assert DRAWING_PROCESSES.start() is not process


@pytest.mark.parametrize("said", ['"fine"', '"enough"'])
def test_an_engine_whose_asker_was_killed_ends_without_a_word(said: str) -> None:
    planned, pipe = drawing_input(VIDEOS, retrieve(VIDEOS), seed=1, most=1), subprocess.PIPE
    program = [sys.executable, "-P", str(Path(exploration.__file__).with_name("drawing.py"))]
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(json.dumps(planned) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())
        process.stdout.close()
        process.stdin.write(said + "\n")
        process.stdin.close()
        assert (process.stderr.read(), process.wait(60)) == ("", 0)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_is_recorded_is_judged_as_it_was_live(tmp_path: Path) -> None:
    """All contracts, kept and broken, some hundred exchanges."""

    def is_odd(reply: ReplyContext) -> None:
        for change in (CONTROL, says_html_to_long_ids, forgets_the_envelope, says_400_to_short_ids):
            change(reply)

    exchanges, judging = 0, 0.0
    for provider, change in [(name, is_odd) for name in PROVIDERS] + [("octopusx", lambda reply: None)]:
        folder = tmp_path / f"{provider}-{exchanges}"
        folder.mkdir()
        copied = copy_of(provider, folder)
        with live(provider, folder=copied, change=change, options={"fuzz": 40, "record_mode": "rewrite"}) as run:
            told, base_url = generated(run), run.emulator.url
            said = [bare(evidence) for evidence in brought(run)]
        recorded = prepare(RunOptions(providers=[str(copied)]), {})
        started = time.process_time()
        again = generated(recorded)
        judging += time.process_time() - started
        store = recorded.provider_runs[0].store
        found = [store.kept[key] for key in store.kept if key[1].startswith("generated-")]
        assert sorted(bare(evidence) for evidence in found) == sorted(said)
        assert {key: v.as_dict() for key, v in again.items()} == {
            key: moved(verdict, base_url, recorded.provider_runs[0].base_url) for key, verdict in told.items()
        }
        assert (Outcome.UNMET in {verdict.outcome for verdict in told.values()}) is (change is is_odd)
        exchanges += sum(len(evidence.exchanges) for evidence in found)
    assert exchanges >= 300
    assert judging < exchanges / 1000


def bare(evidence: Evidence) -> Any:
    """Return what was said on both sides, without the address."""
    return evidence.contract, evidence.probe, [
        (e.step, e.role, e.task_id, e.request.method, e.request.target, e.request.headers, e.request.body,
         e.reply.status,
         e.reply.body, e.reply.cut, e.reply.media_type, e.at)
        for _, e in evidence
    ]  # fmt: skip


def moved(verdict: ShownVerdict, base_url: str, to: str) -> dict[str, Any]:
    """Return a verdict as it reads at another address."""
    return replace(verdict, request=Redacted(verdict.request.replace(base_url, to))).as_dict()


@pytest.mark.slow
def test_a_recorded_run_loads_nothing_that_a_live_one_alone_needs() -> None:
    needed = {"hypothesis", "schemathesis", "httpx", "ssl", "urllib.request", "filelock", "email.policy"}
    script = (
        "import sys, pytest; code = pytest.main(['--provider=gptge', '-q', '-p', 'no:cacheprovider']);"
        f"print('ended', int(code), sorted({needed} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "ended 0 []"


# --- The whole run


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, int, Path]]:
    """One live run of octopusx, as a user starts it: what it printed, what it created and where it was."""
    folder = tmp_path_factory.mktemp("whole")
    with running("octopusx", environ=KEYS) as emulator:
        run = judge(folder, *whole_run(emulator), "--fuzz=25", "--fuzz-seed=99", "-W", "error", **KEYS)
        yield run, emulator.creations, folder


def whole_run(emulator: Any) -> list[str]:
    known = [f"--task-id={name}={task}" for name, ids in emulator.task_ids.items() for task in ids]
    return ["--provider=octopusx", "--live", f"--provider-url={emulator.url}", "--poll-interval=0.01", *known]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_whole_run_is_green_and_adds_few_requests(whole: tuple[Run, int, Path]) -> None:
    run, creations, folder = whole
    assert run.code == 0, run.ran()
    assert "vidconform: at most 25 generated requests an operation and 60 a provider, --fuzz-seed=99\n" in run.out
    written = [json.loads(line) for line in (folder / "report" / "evidence.jsonl").read_text("utf-8").splitlines()]
    made = [line for line in written if line["kind"] == "exchange" and line["probe"].startswith("generated-")]
    assert len(made) == 5 * 12 == 60
    assert creations == 2
    rows = {
        key[1]: row for key, row in run.verdicts.items() if key[1].startswith("any-") and key[0] == "octopusx/videos"
    }
    assert {row["reading"] for row in rows.values()} == {"conforms"}
    assert rows[NO_CRASH]["observations"] == 4 * 12
    assert rows[NO_CRASH]["decided_by"] == "generated:test_generated.test_no_request_is_too_much"


@pytest.mark.slow
def test_a_run_leaves_nothing_of_hypothesis_beside_its_report(whole: tuple[Run, int, Path]) -> None:
    assert sorted(path.name for path in whole[2].iterdir()) == ["report"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_workers_are_given_one_seed(tmp_path: Path) -> None:
    def asked(folder: Path) -> list[str]:
        written = [json.loads(line) for line in (folder / "report" / "evidence.jsonl").read_text("utf-8").splitlines()]
        made = [line for line in written if line["kind"] == "exchange" and line["probe"].startswith("generated-")]
        return [line["request"]["target"].partition("/v1")[2] for line in made]

    for name in ("many", "one"):
        (tmp_path / name).mkdir()
    with running("gptge", environ=KEYS) as emulator:
        options = ["--provider=gptge", "--live", f"--provider-url={emulator.url}", "--fuzz=25", "-k", "test_generated"]
        many = judge(tmp_path / "many", *options, "-n", "2", **KEYS)
        (seed,) = re.findall(r"--fuzz-seed=([0-9]+)", many.out)
        judge(tmp_path / "one", *options, f"--fuzz-seed={seed}", **KEYS)
    assert len(asked(tmp_path / "many")) == 25
    assert asked(tmp_path / "many") == asked(tmp_path / "one")


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="no /proc to read the peak of memory from")
def test_megabytes_of_answers_fit_into_little_memory(tmp_path: Path) -> None:
    def pads(reply: ReplyContext) -> None:
        if isinstance(reply.body, dict):
            reply.body = {**reply.body, "padding": "x" * MEGABYTES}

    script = (
        # The peak that getrusage tells is that of the process which started this one, where that is larger.
        "import re, sys, pytest; code = pytest.main(sys.argv[1:]);"
        "print('ended', int(code), re.search(r'VmHWM:\\s+([0-9]+)', open('/proc/self/status').read())[1])"
    )
    with running("gptge", environ=KEYS, change=pads) as emulator:
        options = [
            "--provider=gptge", "--live", f"--provider-url={emulator.url}", "--poll-interval=0", "--fuzz=25",
            "--report=report",
            *(f"--task-id=videos={task}" for task in emulator.task_ids["videos"]),
        ]  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", script, *options], cwd=tmp_path, env=environment(**KEYS), capture_output=True,
            text=True, check=False, timeout=300,
        )  # fmt: skip
        assert emulator.requests > 30
    _, code, kilobytes = done.stdout.splitlines()[-1].split()
    assert int(kilobytes) < 300_000, done.stdout
    assert int(code) != 0
    assert len(done.stdout) + len(done.stderr) < 100_000
    lines = (tmp_path / "report" / "results.jsonl").read_text("utf-8").splitlines()
    assert max(map(len, lines)) < 4_000


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(("options", "most"), [((), 160), (("--fuzz=4",), 120), (("--fuzz=0",), 100)])
def test_a_run_sends_few_requests_and_loads_no_engine_into_its_process(
    options: tuple[str, ...], most: int, tmp_path: Path
) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        words = [f"--task-id={name}={task}" for name, ids in emulator.task_ids.items() for task in ids] + [*options]
        script = (
            "import sys, pytest\n"
            f"code = pytest.main(['--provider=octopusx', '--live', '--provider-url={emulator.url}',"
            f" '--poll-interval=0.01', '-q', '-p', 'no:hypothesispytest', '-p', 'no:schemathesis', *{words!r}])\n"
            "print('ended', int(code), sorted({'schemathesis', 'hypothesis'} & set(sys.modules)))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, env={**os.environ, **KEYS}, capture_output=True, text=True
        )
        assert done.stdout.splitlines()[-1] == "ended 0 []", done.stdout
        assert emulator.requests <= most
        assert emulator.creations <= 2
