"""Each probe sends what it says, and no more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.support.live_cases import Heard, Live, Scripted, live
from tests.support.processes import KEYS
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.contracts.schemas import FINISHED
from vidconform.emulator.replies import ReplyContext
from vidconform.exchange.evidence import Evidence, Gap
from vidconform.exchange.messages import Reply
from vidconform.ledger.budget import Budget
from vidconform.probes.credentials import WRONG_KEY
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.probes.registry import PROBES, probes_of
from vidconform.redaction.redactor import Redactor
from vidconform.store.gathering import gather
from vidconform.text import Redacted

KEY = f"Bearer {KEYS['OCTOPUSX_API_KEY']}"
WRONG = f"Bearer {WRONG_KEY}"


@pytest.fixture(scope="module")
def octopusx() -> Iterator[Live]:
    with live("octopusx") as run:
        yield run


@pytest.fixture(scope="module")
def opeai() -> Iterator[Live]:
    with live("opeai") as run:
        yield run


def heard_of(run: Live, contract: str, probe: str) -> tuple[Evidence, list[Heard]]:
    """Return what a probe brings, once all the others that it leans on have run, and what the emulator heard."""
    for earlier in ("observe", "create"):
        if earlier in {each.name for each in probes_of(run.contract(contract))} and earlier != probe:
            run.bring(contract, earlier)
    before = len(run.heard)
    return run.bring(contract, probe), run.heard[before:]


# probe: method, role, whose task, credential, what happens to the document's example body
REFUSALS = {
    "unknown-task": ("GET", "retrieve", "unknown", KEY),
    "retrieve-without-key": ("GET", "retrieve", "known", None),
    "retrieve-with-wrong-key": ("GET", "retrieve", "known", WRONG),
    "wrong-method": ("PUT", "", "unknown", KEY),
    "create-without-model": ("POST", "create", None, KEY),
    "create-without-prompt": ("POST", "create", None, KEY),
    "create-with-mistyped-model": ("POST", "create", None, KEY),
    "create-with-mistyped-prompt": ("POST", "create", None, KEY),
    "create-with-mistyped-seconds": ("POST", "create", None, KEY),
    "create-with-mistyped-size": ("POST", "create", None, KEY),
    "create-with-mistyped-image": ("POST", "create", None, KEY),
    "create-with-mistyped-metadata": ("POST", "create", None, KEY),
    "create-without-key": ("POST", "create", None, None),
    "create-with-wrong-key": ("POST", "create", None, WRONG),
    "unknown-content": ("GET", "content", "unknown", KEY),
    "content-without-key": ("GET", "content", "finished", None),
    "content-with-wrong-key": ("GET", "content", "finished", WRONG),
    "unknown-remix": ("POST", "remix", "unknown", KEY),
    "remix-without-prompt": ("POST", "remix", "finished", KEY),
    "remix-without-key": ("POST", "remix", "finished", None),
    "remix-with-wrong-key": ("POST", "remix", "finished", WRONG),
}


def test_the_table_below_names_every_probe_that_must_be_refused(octopusx: Live) -> None:
    applicable = probes_of(octopusx.contract("videos"))
    # What a failed task has is asked for only where one is known: tests/laws/test_results.py.
    asked = {probe.name for probe in applicable if probe.refusal is not None} - {"failed-content"}
    assert asked == set(REFUSALS)


@pytest.mark.parametrize("probe", REFUSALS)
def test_a_probe_that_must_be_refused_sends_one_request(probe: str, octopusx: Live) -> None:
    method, role, whose, credential = REFUSALS[probe]
    evidence, (heard, *near) = heard_of(octopusx, "videos", probe)
    known = octopusx.emulator.task_ids["videos"][0]
    target = {"unknown": octopusx.contract("videos").unknown_id, "known": known, "finished": known, None: None}[whose]
    assert (heard.method, heard.role, heard.asked) == (method, role, target)
    assert heard.headers.get("authorization") == credential
    # A free read is asked for with four keys near the right one as well.
    assert [heard.status for heard in near] == ([401] * 4 if probe == "retrieve-with-wrong-key" else [])
    assert len(evidence.exchanges) == 1 + len(near)
    assert evidence.exchanges[0].step == probe
    assert evidence.exchanges[0].reply.is_refusal


def sent(octopusx: Live, probe: str) -> Any:
    (exchange,) = octopusx.bring("videos", probe).exchanges
    assert exchange.request.body is not None
    return json.loads(exchange.request.body)


@pytest.mark.parametrize("member", ["model", "prompt"])
def test_a_creation_leaves_out_one_member_and_nothing_else(member: str, octopusx: Live) -> None:
    whole = octopusx.contract("videos").operation("create")
    assert whole is not None
    body = sent(octopusx, f"create-without-{member}")
    assert whole.request_example == {**body, member: whole.request_example[member]}
    assert member not in body


@pytest.mark.parametrize(
    ("member", "kind"),
    [("model", list), ("prompt", list), ("seconds", int), ("size", list), ("image", list), ("metadata", str)],
)
def test_a_creation_mistypes_one_member_and_nothing_else(member: str, kind: type, octopusx: Live) -> None:
    whole = octopusx.contract("videos").operation("create")
    assert whole is not None
    body = sent(octopusx, f"create-with-mistyped-{member}")
    assert type(body.pop(member)) is kind
    assert body == {name: value for name, value in whole.request_example.items() if name != member}


def test_the_keyless_creation_is_whole_otherwise(octopusx: Live) -> None:
    create = octopusx.contract("videos").operation("create")
    assert create is not None
    assert sent(octopusx, "create-without-key") == sent(octopusx, "create-with-wrong-key") == create.request_example


def test_the_query_without_its_parameter_has_none(octopusx: Live) -> None:
    (exchange,) = octopusx.bring("query", "retrieve-without-id").exchanges
    assert (exchange.request.target, exchange.reply.status) == ("/v1/video/query", 400)


def test_an_id_is_escaped_in_the_target_and_arrives_whole(octopusx: Live) -> None:
    evidence = octopusx.bring("query", "observe")
    assert evidence.exchanges[0].request.target == "/v1/video/query?id=sora-2%3Atask_01k9008rhbefnt3rb1g9szxdwr"
    assert {e.task_id for e in evidence.exchanges} <= {heard.asked for heard in octopusx.heard}


@pytest.mark.parametrize("contract", ["query", "videos"])
def test_observe_reads_each_task_to_its_end_and_twice_more(contract: str, octopusx: Live) -> None:
    evidence = octopusx.bring(contract, "observe")
    asked = Counter(heard.asked for heard in octopusx.heard if heard.headers.get("authorization") == KEY)
    for task_id in octopusx.emulator.task_ids[contract]:
        seen = [exchange for exchange in evidence.exchanges if exchange.task_id == task_id]
        phases = [octopusx.contract(contract).phase(exchange.reply.json["status"]) for exchange in seen]
        assert [exchange.step for exchange in seen] == ["poll"] * (len(seen) - 2) + ["reread"] * 2
        assert [phase in FINISHED for phase in phases] == [False] * (len(seen) - 3) + [True] * 3
        assert len(seen) <= asked[task_id] <= len(seen) + 2  # content and remix
    assert evidence.notes == {"task_ids": octopusx.emulator.task_ids[contract]}
    assert evidence.gaps == ()


def test_create_follows_its_task_after_asking_for_the_content_too_early(octopusx: Live) -> None:
    evidence = octopusx.bring("videos", "create")
    steps = [exchange.step for exchange in evidence.exchanges]
    assert steps[:2] == ["create", "early-content"]
    assert steps[2:] == ["poll"] * (len(steps) - 4) + ["reread"] * 2
    assert {e.task_id for e in evidence.exchanges[1:]} == {evidence.exchanges[0].reply.json["id"]}


def test_the_finished_task_serves_content_and_remix(octopusx: Live) -> None:
    content, remix = octopusx.bring("videos", "content"), octopusx.bring("videos", "remix")
    known = octopusx.emulator.task_ids["videos"][0]
    assert [exchange.task_id for exchange in content.exchanges] == [known]
    assert (remix.exchanges[0].task_id, remix.exchanges[0].reply.status) == (known, 200)
    assert {e.task_id for e in remix.exchanges[1:]} == {remix.exchanges[0].reply.json["id"]}
    assert remix.exchanges[-1].step == "reread"
    assert content.notes == remix.notes == {"finished": known}


SECOND_ROUTE = {
    "second-route": (None, KEYS["OPEAI_TOKEN"], 200),
    "second-route-admin": (f"Bearer {KEYS['OPEAI_ADMIN_TOKEN']}", None, 200),
    "second-route-without-token": (None, None, 401),
    "second-route-with-wrong-token": (None, WRONG_KEY, 401),
    "unknown-second-route-task": (None, KEYS["OPEAI_TOKEN"], 404),
}


@pytest.mark.parametrize("probe", SECOND_ROUTE)
def test_the_second_route_is_asked_with_its_own_credentials(probe: str, opeai: Live) -> None:
    authorization, token, status = SECOND_ROUTE[probe]
    evidence, (heard, *others) = heard_of(opeai, "videos", probe)
    beside = {"second-route-admin": [404], "second-route-with-wrong-token": [401] * 4}
    assert [other.status for other in others] == beside.get(probe, [])
    assert evidence.exchanges[0].request.target.startswith("/api/videos/video_")
    assert (heard.headers.get("authorization"), heard.headers.get("token")) == (authorization, token)
    assert heard.status == evidence.exchanges[0].reply.status == status


def test_evidence_of_the_emulator_says_so(octopusx: Live) -> None:
    evidence = octopusx.bring("videos", "observe")
    assert {evidence.origin, *(exchange.origin for exchange in evidence.exchanges)} == {"emulated"}


def test_whoever_does_not_say_that_it_is_the_emulator_is_live() -> None:
    def change(reply: ReplyContext) -> None:
        reply.headers["server"] = "nginx"

    with live("gptge", change=change) as run:
        assert run.bring("videos", "unknown-task").origin == "live"


@pytest.mark.parametrize(
    ("variable", "probe"), [("OPEAI_TOKEN", "second-route"), ("OPEAI_ADMIN_TOKEN", "second-route-admin")]
)
def test_a_route_without_its_credential_is_not_asked(variable: str, probe: str) -> None:
    with live("opeai", keys={name: key for name, key in KEYS.items() if name != variable}) as run:
        evidence = run.bring("videos", probe)
    assert evidence.gaps == (Gap("unseen", Redacted(f"a credential for /api/videos/{{task_id}}: set {variable}")),)
    assert evidence.exchanges == ()


def test_nothing_is_observed_without_a_known_task() -> None:
    with live("gptge", []) as run:
        evidence = run.bring("videos", "observe")
        assert evidence.gaps == (Gap("unseen", Redacted("a known task; pass --task-id=videos=ID")),)
        assert run.heard == []


def test_a_task_that_does_not_exist_is_asked_for_three_times() -> None:
    with live("gptge", ["video_none"]) as run:
        evidence = run.bring("videos", "observe")
        assert [(heard.asked, heard.status) for heard in run.heard] == [("video_none", 404)] * 3
    assert (len(evidence.exchanges), evidence.gaps) == (3, ())


def test_a_task_that_is_found_at_the_third_read_is_followed() -> None:
    reads: Counter[str | None] = Counter()

    def change(reply: ReplyContext) -> None:
        reads[reply.asked] += 1
        if reads[reply.asked] < 3:
            reply.refuse(404, "not yet", "not_yet")

    with live("gptge", change=change) as run:
        steps = [e.step for e in run.bring("videos", "observe").exchanges]
    assert steps.count("reread") == 4
    assert steps[:3] == ["poll"] * 3


def test_a_task_that_never_ends_is_given_up_and_does_not_hide_the_others() -> None:
    stuck = "video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5"

    def change(reply: ReplyContext) -> None:
        if reply.asked == stuck:
            reply.body["status"], reply.body["progress"] = "in_progress", 99

    with live("gptge", change=change, options={"poll_timeout": 1.0, "poll_interval": 0.05}) as run:
        evidence = run.bring("videos", "observe")
        other = run.emulator.task_ids["videos"][1]
        patience = [heard for heard in run.heard if heard.asked == stuck]
    (gap,) = evidence.gaps
    assert (gap.kind, evidence.is_cut) == ("inconclusive", True)
    assert gap.sentence == f"task {stuck} was still 'in_progress' after 1 s; raise --poll-timeout"
    assert 2 <= len(patience) <= 1.0 / 0.05 + 2
    assert [e.step for e in evidence.exchanges if e.task_id == other][-2:] == ["reread", "reread"]
    assert run.told[0].startswith(f"gptge/videos: waiting for {stuck}, 'in_progress', progress 99, 0 s")


UNHURRIED = {"poll_interval": 0.05}


def test_the_poll_interval_lies_between_two_reads() -> None:
    with live("gptge", ["video_68f08296fa11ed00fa11ed00fa11ed00fa11ed00fa11ed00"], options=UNHURRIED) as run:
        times = [datetime.fromisoformat(e.at) for e in run.bring("videos", "observe").exchanges]
    assert len(times) >= 4
    assert all((later - earlier).total_seconds() >= 0.045 for earlier, later in pairwise(times))


def test_a_remix_that_answers_with_its_source_is_not_followed() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.role == "remix" and reply.status == 200:
            reply.body["id"] = reply.body["task_id"] = reply.asked

    with live("octopusx", change=change) as run:
        assert [e.step for e in run.bring("videos", "remix").exchanges] == ["remix"]


@pytest.mark.parametrize("body", [b"{}", b'{"id": null}', b'{"id": ""}', b'{"id": true}', b"[]", b'"x"', b"", b"{"])
def test_a_creation_without_an_id_is_not_followed(body: bytes) -> None:
    contract = load_contract(find_provider("octopusx"), "videos")
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor([]), Budget(1))
    transport = Scripted({"POST /v1/videos": Reply(200, (), body)})
    evidence = gather(contract, "create", setting, transport, lambda name: None)
    assert ([exchange.step for exchange in evidence.exchanges], evidence.gaps) == (["create"], ())


def test_a_creation_without_an_id_leaves_no_finished_task() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.role == "create":
            reply.body = {}

    with live("octopusx", [], change=change) as run:
        (gap,) = run.bring("videos", "content").gaps
        assert gap.sentence.endswith("a creation was answered with 200 and told no id that was asked for")


def test_every_probe_says_what_it_costs() -> None:
    paid = {name for name, probe in PROBES.items() if probe.cost == "paid"}
    assert paid == {name for name, probe in PROBES.items() if probe.role in ("create", "remix")}
    assert {probe.cost for probe in PROBES.values()} == {"free", "read", "paid"}
