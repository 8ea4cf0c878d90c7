"""Gather once, judge many times: each probe runs at most once, in one order where it costs, also when it failed."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.live_cases import Live, Scripted, live
from tests.support.processes import KEYS, copy_of
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import Pace, find_provider
from vidconform.emulator.replies import ReplyContext
from vidconform.errors.run_errors import CassetteStale
from vidconform.exchange.messages import EMULATOR_SERVER, Reply
from vidconform.ledger.budget import Budget
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.probes.registry import PROBES, probes_of
from vidconform.redaction.redactor import Redactor
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.store.evidence_store import Store
from vidconform.store.sources import LiveSource
from vidconform.transport.failures import ProbeFailure

OCTOPUSX = load_contract(find_provider("octopusx"), "videos")


def store_over(transport: Scripted, task_ids: list[str] | None = None) -> Store:
    setting = ProbeSettings("http://x.invalid", Pace(0, 1), KEYS, Redactor([]), Budget(2))
    return Store(LiveSource(setting, transport, {"videos": task_ids or []}))


def test_a_probe_runs_once_whoever_asks_for_it() -> None:
    with live("gptge") as run:
        first = run.bring("videos", "observe")
        sent = run.emulator.requests
        assert run.bring("videos", "observe") is first
        assert run.emulator.requests == sent


def test_a_recording_that_does_not_answer_says_so_to_each_who_asks(tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path)
    (file,) = folder.rglob("cassettes/videos/unknown-task.yaml")
    file.write_text(file.read_text("utf-8").replace("/v1/videos/", "/v1/others/"), "utf-8")
    with closing(prepare(RunOptions(providers=[str(folder)]), {})) as session:
        (run,) = session.provider_runs
        for _ in range(2):
            with pytest.raises(CassetteStale, match="record it again"):
                run.store.source.gather(run.contracts[0], "unknown-task", lambda name: None)


def test_a_probe_that_got_no_answer_is_not_run_again() -> None:
    transport = Scripted({".*": ProbeFailure("no answer")})
    store = store_over(transport)
    assert store.evidence(OCTOPUSX, "create").is_cut
    assert store.evidence(OCTOPUSX, "create").is_cut
    assert len(transport.sent) == 1


@pytest.mark.parametrize("fault", [RuntimeError("a bug of ours"), CassetteStale(Path("x.yaml"), "POST /v1/videos")])
def test_a_probe_that_broke_is_not_run_again_and_says_the_same_to_all(fault: Exception) -> None:
    transport = Scripted({".*": fault})
    store = store_over(transport)
    for _ in range(3):
        with pytest.raises(type(fault)) as raised:
            store.evidence(OCTOPUSX, "create")
        assert raised.value is fault
    assert len(transport.sent) == 1


def test_a_probe_that_broke_does_not_break_those_after_it() -> None:
    transport = Scripted({"POST /v1/videos": RuntimeError("a bug of ours"), "POST .*": Reply(404, (), b"")})
    store = store_over(transport)
    store.wanted = {(OCTOPUSX.id, "create-without-model"), (OCTOPUSX.id, "unknown-remix")}
    assert len(store.evidence(OCTOPUSX, "unknown-remix").exchanges) == 1
    with pytest.raises(RuntimeError):
        store.evidence(OCTOPUSX, "create-without-model")
    assert len(transport.sent) == 2


def paid_order(run: Live) -> list[str]:
    """Return the paid probes in the order in which they were sent."""
    paid = [found for found in run.store.kept.values() if PROBES[found.probe].cost == "paid" and found.exchanges]
    times = [found.exchanges[0].at for found in paid]
    assert times == sorted(times)
    return [found.probe for found in paid]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_paid_probes_run_in_the_order_of_the_registry_whatever_is_asked_for_first(seed: int) -> None:
    with live("octopusx", options={"max_creations": 3}) as run:
        probes = [(contract, probe.name) for contract in run.session.contracts for probe in probes_of(contract)]
        run.store.wanted = {(contract.id, name) for contract, name in probes}
        for contract, name in random.Random(seed).sample(probes, len(probes)):
            run.store.evidence(contract, name)
        paid = [probe for probe in probes_of(run.contract("videos")) if probe.cost == "paid"]
        assert paid_order(run) == [probe.name for probe in paid if probe.generated is None]
        assert len(run.posts()) == len(paid_order(run))
        assert run.emulator.creations == 2


def test_what_is_wanted_is_gathered_in_turn_and_nothing_else() -> None:
    with live("octopusx", []) as run:
        run.store.wanted = {("octopusx/videos", "create-without-prompt"), ("octopusx/videos", "create")}
        run.bring("videos", "create-without-prompt")
        assert [probe for _, probe in run.store.kept] == ["create", "create-without-prompt"]


def test_a_given_task_saves_the_creation_of_one() -> None:
    with live("octopusx") as run:
        for probe in ("content", "content-without-key", "retrieve-without-key"):
            assert run.bring("videos", probe).notes.popitem()[1] == "video_abc123"
        assert run.posts() == []


def test_without_a_given_task_the_created_one_serves_all() -> None:
    with live("octopusx", []) as run:
        run.store.wanted.add(("octopusx/videos", "create"))
        finished = run.bring("videos", "content").exchanges[0].task_id
        known = run.bring("videos", "retrieve-without-key").exchanges[0].task_id
        assert finished == known == run.bring("videos", "create").exchanges[0].reply.json["id"]
        assert run.emulator.creations == 1


def test_nothing_is_created_only_to_ask_for_it_without_a_key() -> None:
    with live("octopusx", []) as run:
        evidence = run.bring("videos", "retrieve-without-key")
        assert evidence.exchanges[0].task_id == run.contract("videos").unknown_id
        assert run.posts() == []


def test_a_given_task_that_is_not_served_is_not_taken_for_a_known_one() -> None:
    with live("gptge", ["video_none"]) as run:
        assert run.bring("videos", "retrieve-without-key").exchanges[0].task_id == run.contract("videos").unknown_id


def test_a_task_that_failed_is_not_taken_for_a_finished_one() -> None:
    with live("octopusx", ["videos=video_fa11ed00fa11ed00fa11ed00fa11ed00"], options={"max_creations": 0}) as run:
        (gap,) = run.bring("videos", "content").gaps
        assert gap.sentence == (
            "a task that has succeeded; of this run's, video_fa11ed00fa11ed00fa11ed00fa11ed00 is 'failed'"
        )


def test_what_lacks_a_finished_task_for_trouble_with_it_is_cut_by_the_same_trouble() -> None:
    store = store_over(
        Scripted({"GET /v1/videos/.*": ProbeFailure("no answer"), ".*": ProbeFailure("nor here")}), ["video_a"]
    )
    (gap,) = store.evidence(OCTOPUSX, "content").gaps
    assert (gap.kind, gap.sentence) == ("inconclusive", "no answer")


def test_the_first_task_that_is_served_is_the_known_one() -> None:
    def change(reply: ReplyContext) -> None:
        if reply.asked == "video_abc123":
            reply.refuse(404, "gone", "gone")

    with live("octopusx", change=change) as run:
        second = run.emulator.task_ids["videos"][1]
        assert run.bring("videos", "retrieve-without-key").exchanges[0].task_id == second


@pytest.mark.parametrize("emulated", [0, 1, 2])
def test_evidence_of_which_one_reply_is_the_emulator_s_is_not_the_vendor_s(emulated: int) -> None:
    server = [("server", EMULATOR_SERVER)]
    task = b'{"id": "video_1", "status": "%s"}'
    said = [
        Reply(200, (("content-type", "application/json"), *(server if number == emulated else ())), task % status)
        for number, status in enumerate((b"queued", b"in_progress", b"completed"))
    ]
    evidence = store_over(Scripted({".*": said}), ["video_1"]).evidence(OCTOPUSX, "observe")
    assert {exchange.origin for exchange in evidence.exchanges} >= {"live"}
    assert evidence.origin == "emulated"
