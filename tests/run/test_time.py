"""A run ends in bounded time; a provider that hangs or answers late holds up neither the others nor what is paid."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import cases
from tests.support.processes import KEYS, PROVIDERS, QUICK, Run, copy_of, environment, judge_inside, live
from tests.support.rawserver import serving
from tests.support.vendors import silent
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.ledger.creation_lines import read_creations
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session

pytest_plugins = ["pytester"]

# Longer than any run of these lasts; what hangs is let go when it is over.
PATIENCE = 120.0
FREE = (*QUICK, "--max-creations=0", "-k", "refused")
LIFE = ("-k", "octopusx/videos and (creation or status)")


def after(seconds: float, method: str) -> Callable[[ReplyContext], None]:
    """Return what keeps replies to requests of one method back."""

    def wait(reply: ReplyContext) -> None:
        if reply.method == method:
            time.sleep(seconds)

    return wait


def addresses(urls: Mapping[str, str]) -> dict[str, str]:
    return {f"{name.upper()}_BASE_URL": url for name, url in urls.items()}


# --- Answers that come just before the time-out


@pytest.mark.slow
def test_a_vendor_whose_reads_take_most_of_their_time_out_is_asked_a_few_times(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, change=after(0.9, "GET")) as emulator:
        done = judge_inside(pytester, *live(emulator), "--request-timeout=2.4", "--max-creations=0", **KEYS)
    assert done.code == 6, done.ran()
    assert emulator.requests <= 2 * 3
    assert re.search(r"the reads of octopusx/videos took (0\.9|[12]\b)", done.out)
    # What came is judged all the same.
    assert "conforms" in done.labels().values()


@pytest.mark.slow
def test_a_vendor_whose_creations_take_their_time_is_judged_whole(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, change=after(0.9, "POST")) as emulator:
        done = judge_inside(pytester, *live(emulator, tasks=False), "--request-timeout=2.4", *LIFE, **KEYS)
    assert done.code == 0, done.ran()
    assert emulator.creations == 2


# --- The bound of a run


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_stops_when_its_seconds_are_used_up_and_keeps_what_was_paid_for(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, advance="second", step_seconds=30.0) as emulator:
        asked = [*live(emulator, tasks=False), *LIFE]
        done = judge_inside(pytester, *asked, "--run-timeout=2", **KEYS)
        assert done.code == 6, done.ran()
        (created,) = read_creations(done.report / "creations.jsonl").values()
        assert (created.state, emulator.creations) == ("created", 1)
        assert f"task {created.task_id} was still" in done.out
        assert "when --run-timeout=2 was used up; raise it" in done.out
        assert f"unfinished: octopusx/videos create, task {created.task_id}" in done.out
        again = judge_inside(pytester, *asked, "--run-timeout=2", "--resume", **KEYS)
    assert (again.code, emulator.creations) == (6, 1), again.ran()


@pytest.mark.slow
def test_what_there_is_no_time_for_is_not_asked(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, change=after(0.3, "GET")) as emulator:
        done = judge_inside(pytester, *live(emulator), "--run-timeout=1", "--max-creations=0", **KEYS)
    assert done.code == 6, done.ran()
    assert "not sent: --run-timeout=1 is used up" in done.out
    assert emulator.requests <= 5


@pytest.mark.slow
def test_a_read_is_no_longer_waited_for_than_the_run_lasts(pytester: pytest.Pytester) -> None:
    with serving(silent) as server:
        words = ["--provider=octopusx", "--live", f"--provider-url={server.url}", *QUICK, "--max-creations=0"]
        done = judge_inside(pytester, *words, "--run-timeout=1", "--request-timeout=15", **KEYS)
    assert done.code == 6, done.ran()
    assert "got no answer before --run-timeout=1 was used up" in done.out
    assert len(server.asked) == 1


@pytest.mark.slow
def test_a_creation_that_was_sent_is_waited_for_beyond_the_end_of_the_run(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS, change=after(1.5, "POST")) as emulator:
        done = judge_inside(pytester, *live(emulator, tasks=False), "--run-timeout=1", *LIFE, **KEYS)
    (created,) = read_creations(done.report / "creations.jsonl").values()
    assert (done.code, created.state, emulator.creations) == (6, "created", 1), done.ran()


@pytest.mark.slow
def test_a_plan_says_how_long_a_provider_is_asked(pytester: pytest.Pytester) -> None:
    words = ["--provider=octopusx", "--plan", "--poll-timeout=100", "--poll-interval=5", "--request-timeout=10"]
    done = judge_inside(pytester, *words, *LIFE, "--fuzz=0", **KEYS)
    # Some requests at a second each, two tasks with two reads after each, and twice what a request may take.
    said = next(line for line in done.out.splitlines() if "asked for at most" in line)
    assert 240 < int(said.split()[5]) < 260, said
    chosen = judge_inside(pytester, *words, *LIFE, "--run-timeout=7", **KEYS)
    assert "octopusx: asked for at most 7 s" in chosen.out


# --- Several providers


@contextmanager
def emulated(*names: str) -> Iterator[dict[str, Running]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(running(name, environ=KEYS)) for name in names}


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("hanging", ["chainhub", "octopusx"])
def test_a_provider_that_hangs_holds_up_none(hanging: str, pytester: pytest.Pytester) -> None:
    with emulated(*(name for name in PROVIDERS if name != hanging)) as others:
        alone = judge_inside(
            pytester, *(f"--provider={name}" for name in others), "--live", *FREE,
            **KEYS, **addresses({name: other.url for name, other in others.items()}),
        )  # fmt: skip
        whole = {name: cost["requests"] for name, cost in alone.end["cost"].items()}
        were_done: list[bool] = []

        def hang(connection: socket.socket) -> None:
            """Hold the first request until all others have been asked all that they are asked."""
            end = time.monotonic() + PATIENCE / 2
            while not (are_done := all(others[name].requests == 2 * whole[name] for name in others)):
                if time.monotonic() > end:
                    break
                time.sleep(0.02)
            were_done.append(are_done)

        with serving(hang) as server:
            urls = {name: other.url for name, other in others.items()} | {hanging: server.url}
            done = judge_inside(
                pytester, "--provider=all", "--live", *FREE, f"--request-timeout={PATIENCE:g}",
                **KEYS, **addresses(urls),
            )  # fmt: skip
    assert done.code == 6, done.ran()
    assert were_done[0]
    assert [key for key in done.verdicts if not key[0].startswith(hanging)] == list(alone.verdicts)


@contextmanager
def three_of_a_kind(folder: Path) -> Iterator[tuple[list[str], dict[str, Running], dict[str, str]]]:
    """Serve three providers that create; return what names them, their emulators and the environment."""
    names = ["first", "second", "third"]
    for name in names:
        (folder / name).mkdir()
        copied = copy_of("octopusx", folder / name)
        toml = (copied / "provider.toml").read_text().replace('name = "octopusx"', f'name = "{name}"')
        (copied / "provider.toml").write_text(toml)
    with ExitStack() as stack:
        served = {name: stack.enter_context(running("octopusx", environ=KEYS)) for name in names}
        environ = KEYS | addresses({name: one.url for name, one in served.items()})
        yield [str(folder / name / "my-octopusx") for name in names], served, environ


def brought(session: Session) -> dict[tuple[str, str], list[str]]:
    """Return how each probe was answered, and what it was not sent for; ids are others each time.

    Optional members are asked last of all, which is before the next provider or after it.
    """
    kept = {key: evidence for one in session.provider_runs for key, evidence in one.store.kept.items()}
    return {
        key: [
            *(f"{exchange.request.method} {exchange.reply.status}" for exchange in evidence.exchanges),
            *(gap.sentence for gap in evidence.gaps),
        ]
        for key, evidence in kept.items()
        if not key[1].startswith("create-with-mistyped-") or key[1].endswith(("-model", "-prompt"))
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "limit", [{"max_creations": n} for n in (0, 1, 2, 3, 5, 99)] + [{"max_creations": 9, "max_cost": 1.0}]
)
def test_side_by_side_each_provider_gets_the_places_that_it_gets_in_turn(
    limit: dict[str, float], tmp_path: Path
) -> None:
    found = []
    for is_at_once in (False, True):
        folder = tmp_path / str(is_at_once)
        folder.mkdir()
        with three_of_a_kind(folder) as (providers, served, environ):
            chosen: dict[str, Any] = {"poll_interval": 0, "fuzz": 0, "report": folder / "report", **limit}
            session = prepare(RunOptions(providers, live=True, **chosen), environ)
            wanted = cases(session)
            if is_at_once:
                session.begin(wanted)
            for case in wanted:
                session.bring(case)
            session.close()
            made = {name: one.creations for name, one in served.items()}
            assert {name: cost["creations"] for name, cost in session.costs().items()} == made
        found.append((made, brought(session)))
    assert found[1] == found[0]
    assert sum(found[0][0].values()) <= limit["max_creations"]


# --- A run that is ended while a provider hangs


@contextmanager
def hanging_beside(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Running, threading.Event]]:
    """Run two providers, one of which hangs until the event; wait until the other has been paid."""
    let_go = threading.Event()

    def hang(connection: socket.socket) -> None:
        let_go.wait(PATIENCE)

    with (
        running("octopusx", environ=KEYS, advance="second", step_seconds=PATIENCE) as emulator,
        serving(hang) as server,
    ):
        urls = addresses({"octopusx": emulator.url, "chainhub": server.url})
        command = [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "vidconform.plugin",
            "-p", "pytest_recording.plugin", "--provider=chainhub", "--provider=octopusx", "--live", *QUICK,
            f"--request-timeout={PATIENCE:g}", f"--report={folder / 'report'}",
        ]  # fmt: skip
        environ = environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **KEYS, **urls)
        with (folder / "out").open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out)
        try:
            end = time.monotonic() + PATIENCE
            while not (emulator.requests > 3 and server.asked) and time.monotonic() < end and process.poll() is None:
                time.sleep(0.02)
            yield process, emulator, let_go
        finally:
            let_go.set()
            with suppress(ProcessLookupError):
                process.kill()
            process.wait(PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_in_which_a_provider_hangs(number: signal.Signals, tmp_path: Path) -> None:
    with hanging_beside(tmp_path) as (process, emulator, let_go):
        process.send_signal(number)
        process.wait(PATIENCE / 2)
        # It ended with its question open.
        assert not let_go.is_set()
        said, sent = (tmp_path / "out").read_text(), emulator.requests
    (created,) = read_creations(tmp_path / "report" / "creations.jsonl").values()
    assert process.returncode == 2, said
    assert (created.state, emulator.creations, emulator.requests) == ("created", 1, sent)
    assert f"unfinished: octopusx/videos create, task {created.task_id}" in said
    done = Run(2, said, "", tmp_path / "report")
    assert done.end["kind"] == "end"
    assert (done.report / "report.html").exists()
    assert "Traceback" not in said
    assert "Exception in thread" not in said


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("words", [("--timeout=3",), ("-n2",), ("--reruns=1",), ("--count=2",), ("--forked",)])
def test_no_plugin_multiplies_what_is_asked_side_by_side(words: tuple[str, ...], tmp_path: Path) -> None:
    plugins = {"--timeout": "pytest_timeout", "-n2": "xdist.plugin", "--reruns": "pytest_rerunfailures"}
    plugins |= {"--count": "pytest_repeat", "--forked": "pytest_forked"}
    name = plugins[words[0].partition("=")[0]]
    pytest.importorskip(name)
    if name == "pytest_forked" and pytest.version_tuple >= (9, 1):
        pytest.skip("pytest-forked cannot hand over the reports of pytest 9.1 and later")
    asked: Counter[str] = Counter()

    def hear(reply: ReplyContext) -> None:
        asked[reply.role] += reply.method == "POST" and reply.status == 200

    second = running("opeai", environ=KEYS)
    with running("octopusx", environ=KEYS, advance="second", step_seconds=1.5, change=hear) as first, second as other:
        loaded = ["-p", "vidconform.plugin", "-p", "pytest_recording.plugin", "-p", name]
        command = [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *loaded, "--provider=octopusx",
            "--provider=opeai", "--live", *QUICK, f"--report={tmp_path / 'report'}", *words,
            "--poll-interval=0.3", "-k", "creation or remix or refused",
        ]  # fmt: skip
        urls = addresses({"octopusx": first.url, "opeai": other.url})
        environ = environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", **KEYS, **urls)
        ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    done = Run(ran.returncode, ran.stdout, ran.stderr, tmp_path / "report")
    assert +asked == {"create": 1, "remix": 1}, done.ran()
    sent = {name: cost["requests"] for name, cost in done.end["cost"].items()}
    assert sent == {"octopusx": first.requests, "opeai": other.requests}
    assert "errored" not in {row["outcome"] for row in done.verdicts.values()}
