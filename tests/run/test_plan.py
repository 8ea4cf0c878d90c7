"""--plan says what a live run would send, sends nothing, and a live run keeps to it."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_recording import network

from tests.support.processes import EVERY_PROVIDER, KEYS, PROVIDERS, Run, copy_of, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running

pytest_plugins = ["pytester"]

ROW = re.compile(
    r"^  (?P<contract>\w+/\w+) +(?P<probe>[\w-]+) +(?P<cost>free|read|paid) +"
    r"(?P<least>\d+)(?: (?:to|or) (?P<most>\d+))?"
    r"(?:  +(?P<creations>\d)(?:, at most (?P<possible>\d))?  +\S.*)?$"
)
TOTAL = re.compile(
    r"^total: (?P<least>\d+)(?: (?:to|or) (?P<most>\d+))? requests?; "
    r"(?P<creations>\d+)(?:, at most (?P<possible>\d+))? creations?; "
)


@dataclass(frozen=True)
class Row:
    """A probe of a plan: its requests, the creations expected and those possible."""

    least: int
    most: int
    creations: int
    possible: int


def rows(run: Run) -> dict[tuple[str, str], Row]:
    found = [match for line in run.out.splitlines() if (match := ROW.match(line))]
    return {(match["contract"], match["probe"]): row_of(match) for match in found}


def total(run: Run) -> Row:
    (found,) = [match for line in run.out.splitlines() if (match := TOTAL.match(line))]
    return row_of(found)


def row_of(match: re.Match[str]) -> Row:
    least, creations = int(match["least"]), int(match["creations"] or 0)
    return Row(least, int(match["most"] or least), creations, int(match["possible"] or creations))


def plan(pytester: pytest.Pytester, *arguments: str, **variables: str) -> Run:
    run = judge_inside(pytester, *arguments, "--plan", **variables)
    assert run.code == 0, run.ran()
    return run


def sent(run: Run) -> Counter[tuple[str, str]]:
    """Return how many requests each probe of a run sent, in the order of their first."""
    lines = [json.loads(line) for line in (run.report / "evidence.jsonl").read_text("utf-8").splitlines()]
    exchanges = [line for line in lines if line["kind"] == "exchange" and line["origin"] != "documented"]
    return Counter((line["contract"], line["probe"]) for line in exchanges)


def hold(planned: Run, run: Run, emulator: Running) -> None:
    """Hold a live run to its plan: all in all, probe by probe, and in the order of the probes."""
    whole, probes, asked = total(planned), rows(planned), sent(run)
    assert whole.least <= emulator.requests <= whole.most
    assert whole.creations <= emulator.creations <= whole.possible
    assert {probe: row for probe, row in probes.items() if not row.least <= asked[probe] <= row.most} == {}
    assert set(asked) <= set(probes), "a probe that the plan does not name"
    assert [probe for probe in probes if probe in asked] == list(asked)


CREATING = ("octopusx", "openai")


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_live_run_keeps_to_its_plan(provider: str, pytester: pytest.Pytester) -> None:
    with running(provider, environ=KEYS) as emulator:
        arguments = [*live(emulator), "--fuzz=4"]
        planned = plan(pytester, *arguments, **KEYS)
        assert emulator.requests == 0
        run = judge_inside(pytester, *arguments, **KEYS)
        hold(planned, run, emulator)
    # A creation with its early content, a poll and two reads more; a remix without the content.
    assert [row.least for row in rows(planned).values() if row.creations] == [5, 4] * (provider in CREATING)
    assert total(planned).creations == (2 if provider in CREATING else 0)


PARTS = [
    (True, ("--max-creations=1",)),
    (True, ("-k", "test_content and not refused")),
    (True, ("--fuzz=12", "--fuzz-seed=7", "-k", "generated")),
    (False, ()),
    (False, ("--max-creations=0",)),
    (False, ("--max-cost=0.4",)),
    (False, ("-k", "remix")),
    (False, ("-k", "octopusx/query")),
]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(("tasks", "words"), PARTS)
def test_a_part_of_a_run_keeps_to_its_plan(tasks: bool, words: tuple[str, ...], pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        arguments = [*live(emulator, tasks), *words]
        planned = plan(pytester, *arguments, **KEYS)
        assert emulator.requests == 0
        hold(planned, judge_inside(pytester, *arguments, **KEYS), emulator)


@pytest.mark.slow
# An accident is one of those allowed, and after it none is sent that is as likely to be one. This service overlooks
# what is wrong with a body, and not what is wrong with a key or an id.
@pytest.mark.parametrize(("allowed", "made", "possible"), [(2, 2, 2), (5, 3, 5)])
@pytest.mark.exhaustive
def test_a_service_that_accepts_what_it_must_refuse_costs_no_more_than_the_plan_says(
    allowed: int, made: int, possible: int, pytester: pytest.Pytester
) -> None:
    def accept(reply: ReplyContext) -> None:
        if reply.method == "POST" and reply.status == 400 and reply.again is not None:
            again, _ = reply.again(frozenset({"body"}))
            reply.status, reply.body = again.status, again.body

    with running("octopusx", environ=KEYS, change=accept) as emulator:
        arguments = [*live(emulator), f"--max-creations={allowed}"]
        planned = plan(pytester, *arguments, **KEYS)
        judge_inside(pytester, *arguments, **KEYS)
        assert (emulator.creations, total(planned).possible) == (made, possible)
        assert emulator.requests <= total(planned).most
    assert {row.possible for probe, row in rows(planned).items() if probe[1].startswith("create-")} == {1}


@pytest.mark.slow
def test_a_given_task_that_nobody_knows_costs_no_more_than_the_plan_says(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        arguments = [
            *live(emulator, tasks=False),
            "--task-id=videos=video_nobody",
            "-k",
            "content-is-video or content-has-bytes",
        ]
        planned = plan(pytester, *arguments, **KEYS)
        hold(planned, judge_inside(pytester, *arguments, **KEYS), emulator)
        assert emulator.creations == total(planned).possible == 1
    assert total(planned).creations == 0
    assert rows(planned)["octopusx/videos", "create"].least == 0


@pytest.mark.slow
def test_a_plan_reaches_no_network(pytester: pytest.Pytester) -> None:
    with network.blocking_context(), socket.socket() as door:
        with pytest.raises(RuntimeError, match="Network is disabled"):
            door.connect(("127.0.0.1", 9))
        run = plan(pytester, "--provider=all", "--task-id=video_nobody", "--fuzz=12", **KEYS)
    assert "RuntimeError" not in run.out
    assert 12 in {row.least for (_, probe), row in rows(run).items() if probe.startswith("generated-")}


def test_a_contract_that_shows_no_creation_is_refused_before_it_is_planned(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    file = provider / "videos" / "openapi.yaml"
    file.write_text(file.read_text("utf-8").replace("            example:\n", "            encoding:\n"))
    run = judge_inside(pytester, f"--provider={provider}", "--plan", **KEYS)
    assert run.code == 4
    assert "POST /v1/videos: requestBody.content.application/json shows no object that can be sent" in run.err


def test_an_example_that_is_no_object_ends_no_plan(pytester: pytest.Pytester, tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path, cassettes=False)
    file = provider / "videos" / "openapi.yaml"
    text, count = re.subn(r"value:\n( +\S.*\n)+?(?=\S)", "value: [1]\n", file.read_text("utf-8"))
    assert count == 1
    file.write_text(text)
    found = rows(plan(pytester, f"--provider={provider}", "--task-id=video_1", **KEYS))
    assert found["gptge/videos", "observe"].least == 3
    assert found["gptge/videos", "unknown-task"] == Row(1, 1, 0, 0)


@pytest.mark.slow
def test_a_plan_needs_no_key_and_no_recording_and_writes_nothing(pytester: pytest.Pytester, tmp_path: Path) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    run = plan(pytester, f"--provider={provider}")
    assert not run.report.exists()
    assert "OCTOPUSX_API_KEY is not set; a live run of octopusx needs it\n" in run.out
    assert "octopusx, https://octopusx.ai, 0.40 USD a creation\n" in run.out
    assert run.out.count("nothing was sent") == 1
    assert "incomplete" not in run.out
    assert "is not set" not in plan(pytester, f"--provider={provider}", **KEYS).out


def test_a_creation_that_tells_its_id_in_a_place_of_its_own_is_followed_in_a_plan(pytester: pytest.Pytester) -> None:
    relay = Path(__file__).parents[1] / "providers" / "relay"
    planned = rows(plan(pytester, f"--provider={relay}"))
    assert planned["relay/jobs", "create"].least > 2
    assert planned["relay/jobs", "content"].least == 1


def test_a_task_that_stands_elsewhere_in_each_reply_is_followed_in_a_plan(pytester: pytest.Pytester) -> None:
    canal, keys = Path(__file__).parents[1] / "selfproof" / "folders" / "canal", {"CANAL_KEY": "sk-canal-1"}
    with running(str(canal), environ=keys) as emulator:
        arguments = [f"--provider={canal}", *live(emulator, tasks=False)[1:]]
        planned = rows(plan(pytester, *arguments, **keys))["canal/barges", "create"]
        asked = sent(judge_inside(pytester, *arguments, **keys))["canal/barges", "create"]
    assert 4 == planned.least <= asked <= planned.most


def test_a_list_in_the_place_of_a_task_hides_no_creation_in_a_plan(pytester: pytest.Pytester) -> None:
    planned = rows(plan(pytester, "--provider=kling", KLING_API_KEY="sk-kling-1"))
    assert planned["kling/text2video", "create"].least == planned["kling/tasks", "create"].least == 4
    assert planned["kling/text2video", "result"] == Row(0, 1, 0, 0)


@pytest.mark.slow
def test_a_plan_is_the_same_with_and_without_live(pytester: pytest.Pytester) -> None:
    found = [rows(plan(pytester, "--provider=octopusx", *words, **KEYS)) for words in ((), ("--live",))]
    assert found[0] == found[1] != {}


@pytest.mark.slow
def test_what_is_withheld_is_named_with_what_would_allow_it(pytester: pytest.Pytester) -> None:
    run = plan(pytester, "--provider=opeai", "--task-id=video_1", OPEAI_API_KEY=KEYS["OPEAI_API_KEY"])
    assert "retrieve-with-another-key: needs a credential for " in run.out
    assert ": set OPEAI_OTHER_API_KEY\n" in run.out
    assert ": set OPEAI_TOKEN\n" in run.out
    run = plan(pytester, "--provider=octopusx", "--max-creations=0", **KEYS)
    lines = [line for line in run.out.splitlines() if line.startswith("  withheld  octopusx/videos")]
    told = {line.rpartition(": needs ")[2] for line in lines}
    assert told == {
        "a known task; pass --task-id=videos=ID",
        *(f"a creation more than --max-creations=0 allows; pass --max-creations={most}" for most in (1, 2, 3)),
        "a finished task; allow a creation or pass --task-id=videos=ID of one",
    }
    assert "withheld  octopusx/query  observe: needs a known task; pass --task-id=query=ID\n" in run.out
    assert total(run).possible == 0


@pytest.mark.slow
def test_what_the_cost_forbids_is_refused_in_the_plan_too(pytester: pytest.Pytester) -> None:
    run = plan(pytester, "--provider=octopusx", "--max-cost=0.5", **KEYS)
    assert re.search(r"^  refused  octopusx/videos  .*unknown-remix.*: needs a creation for ", run.out, re.MULTILINE)
    assert (total(run).creations, total(run).possible) == (1, 1)
    assert re.search(r"^total: .*; 1 creation; 0\.40 USD$", run.out, re.MULTILINE)


@pytest.mark.slow
def test_a_price_that_nobody_wrote_down_is_not_known(pytester: pytest.Pytester, tmp_path: Path) -> None:
    provider = copy_of("octopusx", tmp_path)
    file = provider / "provider.toml"
    file.write_text(file.read_text("utf-8").replace("[price]\ncreation = 0.40\n", ""))
    run = plan(pytester, f"--provider={provider}", **KEYS)
    assert re.search(r"^total: .*; 2 creations; price not known$", run.out, re.MULTILINE)


@pytest.mark.slow
def test_a_plan_of_several_providers_has_a_total(pytester: pytest.Pytester) -> None:
    run = plan(pytester, "--provider=all", **KEYS)
    each = re.findall(r"^  \w+: (\d+)(?: (?:to|or) (\d+))? requests; (\d+)", run.out, re.MULTILINE)
    # OpenAI's own service is gone, and nothing is planned for it.
    assert len(each) == len(EVERY_PROVIDER) - 1
    whole = total(run)
    assert whole.least == sum(int(least) for least, _, _ in each)
    assert whole.most == sum(int(most or least) for least, most, _ in each)
    assert whole.creations == 2


@pytest.mark.slow
def test_workers_have_nothing_to_do_for_a_plan(pytester: pytest.Pytester) -> None:
    run = plan(pytester, "--provider=octopusx", "-n", "2", **KEYS)
    assert " workers" not in run.out
    assert total(run).creations == 2


@pytest.mark.slow
def test_a_wait_without_an_end_has_no_most(pytester: pytest.Pytester) -> None:
    with running("gptge", environ=KEYS) as emulator:
        run = plan(pytester, *live(emulator), "--poll-interval=0", **KEYS)
    assert "  read  6 or more, until --poll-timeout\n" in run.out
    run = plan(pytester, *live(emulator), "--poll-interval=5", "--poll-timeout=60", **KEYS)
    assert "  read  6 to 32\n" in run.out
