"""A live run as users start it, against the emulators: what it asks, what it costs, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support.processes import KEYS, PROVIDERS, Run, copy_of, environment, judge, judge_inside, live, validator
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.locations import data_folder

pytest_plugins = ["pytester"]

MOST_REQUESTS = {"octopusx": 100, "gptge": 40, "opeai": 40, "chainhub": 40, "openai": 80}
CREATING = ("octopusx", "openai")
PATIENCE = 120.0
CRASH = """
import os
from vidconform.laws import requires

@requires("success-word")
def test_the_end_of_the_process(task):
    if task.all[0].exchange.origin != "documented":
        os._exit(3)
"""


@dataclass
class Counted:
    """A run against an emulator of its own, and what the emulator saw of it."""

    run: Run
    requests: int
    creations: int


Served = Callable[[str], Counted]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Return what runs a provider live, once, with all the tasks that its emulator knows."""

    @cache
    def run(provider: str) -> Counted:
        with running(provider, environ=KEYS) as emulator:
            done = judge(tmp_path_factory.mktemp(provider), *live(emulator), "-W", "error", **KEYS)
            return Counted(done, emulator.requests, emulator.creations)

    return run


@pytest.fixture
def octopusx() -> Iterator[Running]:
    with running("octopusx", environ=KEYS) as emulator:
        yield emulator


@pytest.mark.sampled(len(PROVIDERS))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_keeps_its_documents_is_green(provider: str, served: Served) -> None:
    run = served(provider).run
    assert run.code == 0, run.ran()
    service = {row["outcome"] for key, row in run.verdicts.items() if key[2] == "service" and row["level"] != "MAY"}
    assert "met" in service
    assert service <= {"met", "unseen"}
    assert run.err == ""


@pytest.mark.sampled(len(PROVIDERS))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_run_costs_little_and_tells_what_it_cost(provider: str, served: Served) -> None:
    counted = served(provider)
    assert 0 < counted.requests <= MOST_REQUESTS[provider]
    assert counted.creations == (2 if provider in CREATING else 0)
    assert counted.run.end["cost"] == {provider: {"requests": counted.requests, "creations": counted.creations}}
    assert f"sent: {provider} {counted.requests} requests and {counted.creations} creations" in counted.run.out


@pytest.mark.sampled(len(PROVIDERS))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_header_says_where_requests_go_and_what_they_may_cost(provider: str, served: Served) -> None:
    cost = "at most 2 paid creations in this run" if provider in CREATING else "nothing is created"
    url = served(provider).run.lines[1]["base_url"]
    assert f"vidconform: {provider}: live, {url}, {cost}\n" in served(provider).run.out


@pytest.mark.sampled(len(PROVIDERS))
@pytest.mark.parametrize("provider", PROVIDERS)
def test_live_results_keep_their_schema_line_by_line(provider: str, served: Served) -> None:
    run = served(provider).run
    assert [error.message for line in run.lines for error in validator().iter_errors(line)] == []
    assert [line["kind"] for line in run.lines[:2]] == ["run", "provider"]
    assert run.lines[0]["mode"] == "live"
    assert (run.end["kind"], run.end["verdicts"], run.end["exit"]) == ("end", len(run.verdicts), 0)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_workers_send_not_one_request_more(octopusx: Running, served: Served, tmp_path: Path) -> None:
    run = judge(tmp_path, *live(octopusx), "-n", "2", **KEYS)
    alone = served("octopusx")
    assert run.code == 0, run.ran()
    assert "2 workers" in run.out
    assert (octopusx.requests, octopusx.creations) == (alone.requests, alone.creations)
    assert run.end["cost"] == {"octopusx": {"requests": octopusx.requests, "creations": octopusx.creations}}
    assert {k: v["outcome"] for k, v in run.verdicts.items()} == {
        k: v["outcome"] for k, v in alone.run.verdicts.items()
    }
    assert [error.message for line in run.lines for error in validator().iter_errors(line)] == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_without_a_task_the_run_is_not_whole_and_says_what_to_pass(
    octopusx: Running, pytester: pytest.Pytester
) -> None:
    run = judge_inside(pytester, *live(octopusx, tasks=False), **KEYS)
    assert (run.code, run.end["exit"]) == (6, 6), run.ran()
    read = {key[1]: row for key, row in run.verdicts.items() if key[0] == "octopusx/query" and key[2] == "service"}
    # A stranger and an odd request are refused without a task, too.
    assert {id for id, row in read.items() if row["reading"] != "unseen"} <= {id for id in read if "refus" in id}
    assert read["progress-type"]["expected"] == "a known task; pass --task-id=query=ID"
    assert (
        "incomplete: octopusx/query: not one documented success was seen; "
        "pass --task-id=query=ID of a task that the key in OCTOPUSX_API_KEY can read\n"
    ) in run.out
    assert "requirements: needs a known task or a finished task; pass --task-id=query=ID\n" in run.out
    assert "incomplete: octopusx/videos" not in run.out


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_key_that_nobody_accepts_leaves_the_run_inconclusive(octopusx: Running, pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *live(octopusx), **{**KEYS, "OCTOPUSX_API_KEY": "sk-of-somebody-else"})
    assert (run.code, run.end["exit"]) == (6, 6), run.ran()
    assert octopusx.creations == 0
    assert run.verdicts["octopusx/query", "retrieve-accepts-key", "service"]["reading"] == "inconclusive"
    assert not [row for row in run.verdicts.values() if row["reading"] in ("fails", "deviates", "errored")]
    assert (
        "incomplete: octopusx/query: not one documented success was seen, only the status code 401; "
        "pass a key in OCTOPUSX_API_KEY that the service accepts\n"
    ) in run.out


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_task_of_somebody_else_leaves_the_run_incomplete(octopusx: Running, pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *live(octopusx, tasks=False), "--task-id=query=sora-2:task_01nobodys", **KEYS)
    assert run.code == 6, run.ran()
    assert "octopusx/query: not one documented success was seen, only the status code 404; pass --task-id=query=ID" in (
        run.out
    )


@pytest.mark.slow
def test_a_service_that_is_not_there_leaves_the_run_inconclusive(pytester: pytest.Pytester) -> None:
    with running("gptge", environ={}) as emulator:
        arguments = live(emulator)
    run = judge_inside(pytester, *arguments, **KEYS)
    assert run.code == 6, run.ran()
    assert {row["reading"] for key, row in run.verdicts.items() if key[2] == "service"} == {"inconclusive"}
    assert re.search(r"^incomplete: gptge/videos: GET /\S+ got no answer: connection refused", run.out, re.MULTILINE)
    assert "pass --task-id" not in run.out


@pytest.mark.slow
@pytest.mark.exhaustive
def test_no_creation_means_not_one_post(pytester: pytest.Pytester) -> None:
    methods: Counter[str] = Counter()

    def count(reply: ReplyContext) -> None:
        methods[reply.method] += 1

    with running("octopusx", environ=KEYS, change=count) as emulator:
        run = judge_inside(pytester, *live(emulator), "--max-creations=0", **KEYS)
    assert run.code == 0, run.ran()
    assert methods["GET"] > 0
    assert methods["POST"] == 0
    assert "octopusx: live" in run.out
    assert ", nothing is created\n" in run.out
    assert " more than --max-creations=0 allows; pass --max-creations=1 for some, 3 for all\n" in run.out


@pytest.mark.slow
def test_an_address_may_come_from_the_environment(pytester: pytest.Pytester) -> None:
    with running("gptge", environ=KEYS) as emulator:
        arguments = [argument for argument in live(emulator) if not argument.startswith("--provider-url")]
        run = judge_inside(pytester, *arguments, **KEYS, GPTGE_BASE_URL=f"{emulator.url}/")
        assert run.code == 0, run.ran()
        assert run.lines[1]["base_url"] == emulator.url
        assert run.end["cost"]["gptge"]["requests"] == emulator.requests > 0


@pytest.mark.slow
def test_a_live_run_writes_no_cassette(pytester: pytest.Pytester, tmp_path: Path) -> None:
    provider = copy_of("gptge", tmp_path, cassettes=False)
    with running("gptge", environ=KEYS) as emulator:
        run = judge_inside(pytester, *live(emulator)[1:], f"--provider={provider}", **KEYS)
    assert run.code == 0, run.ran()
    assert {file.name for file in tmp_path.rglob("*.yaml")} == {"openapi.yaml"}


def test_a_collection_alone_sends_nothing(octopusx: Running, pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, *live(octopusx), "--collect-only", "-q", **KEYS)
    assert run.code == 0
    assert "test_status.py::test_a_finished_task_stays_finished[octopusx/query-terminal-status-is-final]" in run.out
    assert octopusx.requests == 0


@pytest.mark.slow
def test_only_the_probes_that_the_selected_tests_need_are_run(pytester: pytest.Pytester) -> None:
    asked: Counter[str] = Counter()

    def note(reply: ReplyContext) -> None:
        asked[f"{reply.contract} {reply.role} {reply.method}"] += 1

    with running("octopusx", environ=KEYS, change=note) as emulator:
        run = judge_inside(pytester, *live(emulator), "-k", "octopusx/query and test_status", **KEYS)
    assert run.code == 0, run.ran()
    assert set(asked) == {"query retrieve GET"}
    assert asked.total() == run.end["cost"]["octopusx"]["requests"]


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a run in a process group of its own, so that its workers die with it."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--report={folder / 'report'}", *arguments]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(**KEYS), stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_killed_run_leaves_what_it_knew_and_said_what_it_waited_for(workers: tuple[str, ...], tmp_path: Path) -> None:
    results, out = tmp_path / "report" / "results.jsonl", tmp_path / "out"
    # A document is judged without a request, so that some verdicts fall before the wait.
    files = [str(data_folder("suites") / f"test_{name}.py") for name in ("document", "status")]
    with running("chainhub", environ=KEYS, advance="second", step_seconds=600.0) as emulator:
        with started(tmp_path, *files, *live(emulator), *workers) as process:
            until(lambda: b"waiting for" in out.read_bytes(), process)
            fallen = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
            os.killpg(process.pid, signal.SIGKILL)
            assert process.wait(PATIENCE) == -signal.SIGKILL
        task = emulator.task_ids["videos"][0]
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    assert lines == fallen
    assert [line["kind"] for line in lines[:3]] == ["run", "provider", "verdict"]
    assert {line["kind"] for line in lines[3:]} == {"verdict"}
    assert [error.message for line in lines for error in validator().iter_errors(line)] == []
    said = [line for line in out.read_text("utf-8").splitlines() if "waiting for" in line]
    assert f"chainhub/videos: waiting for {task}, '" in said[0]
    assert re.search(r", progress .+, \d+ s$", said[0])


@pytest.mark.slow
@pytest.mark.exhaustive
def test_an_interrupted_run_ends_its_results_and_tells_what_it_cost(tmp_path: Path) -> None:
    with running("gptge", environ=KEYS, advance="second", step_seconds=600.0) as emulator:
        with started(tmp_path, *live(emulator)) as process:
            until(lambda: emulator.requests > 2, process)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == pytest.ExitCode.INTERRUPTED
        sent = emulator.requests
    end = json.loads((tmp_path / "report" / "results.jsonl").read_text("utf-8").splitlines()[-1])
    assert (end["kind"], end["exit"]) == ("end", 2)
    # The last request may have been counted and never have arrived.
    assert end["cost"]["gptge"]["requests"] in (sent, sent + 1)
    assert f"sent: gptge {end['cost']['gptge']['requests']} requests" in (tmp_path / "out").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_worker_that_crashes_leaves_no_claim_about_the_cost(tmp_path: Path) -> None:
    (tmp_path / "test_crash.py").write_text(CRASH)
    with running("gptge", environ=KEYS) as emulator:
        run = judge(tmp_path, "test_crash.py", *live(emulator), "-n", "1", **KEYS)
        assert emulator.requests > 0
    assert run.code == run.end["exit"] == 1, run.ran()
    assert run.end["cost"] == {}
    assert "incomplete: a worker ended without telling what it did and what it cost\n" in run.out
    assert "; nobody knows what was sent\n" in run.out
    assert "replacing crashed worker" not in run.out, "a live run is not begun again"


def until(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, "the run ended early"
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)
