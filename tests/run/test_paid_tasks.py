"""No paid task is lost, none is bought beyond the limit: what is unknown counts until somebody has looked it up."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.run.test_killed import PATIENCE, SUITES, slow_vendor, started, states, until
from tests.run.test_resume import Service, break_down
from tests.support.processes import KEYS, copy_of, judge, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.errors import BadOption, UsageProblem
from vidconform.ledger.creation_lines import read_creations
from vidconform.ledger.folders import hold_folder

pytest_plugins = ["pytester"]

ONE = ("-k", "octopusx/videos and test_status", "--max-creations=1")
PAGES = ("<!doctype html><title>Scheduled maintenance</title>", "<html><title>Just a moment...</title>")


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    with running("octopusx", environ=KEYS, change=lambda reply: found.change(reply)) as found.emulator:
        yield found


def show(page: str) -> Any:
    def answer(reply: ReplyContext) -> None:
        reply.status, reply.body = 200, page.encode()
        reply.headers["content-type"] = "text/html"

    return answer


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_page_beside_200_takes_a_place_in_the_limit(
    page: str,
    service: Service,
    pytester: pytest.Pytester,
) -> None:
    service.answer = show(page)  # type: ignore[method-assign]
    words = [*live(service.emulator, tasks=False), "-k", "octopusx/videos", "--max-creations=1"]
    run = judge_inside(pytester, *words, **KEYS)
    keyed = [post for post in service.posts if "authorization" in {name.lower() for name in post.sent_headers}]
    assert len(service.posts) == 1, run.ran()
    assert len(keyed) == 1
    assert run.code == 6


@pytest.mark.parametrize(
    ("status", "code", "left"), [(503, "model_not_found", 0), (502, "no_channel", 0), (503, "busy", 1)]
)
def test_a_gateway_that_found_no_model_has_made_nothing(
    status: int,
    code: str,
    left: int,
    service: Service,
    tmp_path: Path,
) -> None:
    def answer(reply: ReplyContext) -> None:
        reply.status, reply.body = status, {"error": {"code": code, "message": "no"}}

    service.answer = answer  # type: ignore[method-assign]
    session = service.run(tmp_path)
    session.provider_runs[0].store.evidence(next(c for c in session.contracts if c.id == "octopusx/videos"), "create")
    session.close()
    assert session.costs()["octopusx"]["creations"] == left


def test_a_creation_is_written_down_without_a_report_too(
    service: Service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    service.bring(None)
    kept = read_creations(tmp_path / "vidconform" / "creations.jsonl")
    assert [(c.probe, c.state) for c in kept.values()] == [("create", "finished")]
    service.bring(None, poll_timeout=1e-9)
    service.bring(None, resume=True)
    assert len(service.posts) == 2


@pytest.mark.slow
def test_a_folder_that_another_run_writes_to_is_refused(service: Service, pytester: pytest.Pytester) -> None:
    words = [*live(service.emulator, tasks=False), *ONE]
    (pytester.path / "report").mkdir()
    with hold_folder(pytester.path / "report"):
        second = judge_inside(pytester, *words, **KEYS)
    assert (second.code, service.emulator.requests) == (4, 0), second.ran()
    assert "expected a folder that no other run is writing to; wait for its end or pass another one" in second.err
    assert judge_inside(pytester, *words, **KEYS).code == 0


@pytest.mark.slow
def test_what_was_lost_takes_a_place_until_it_is_settled(
    service: Service,
    pytester: pytest.Pytester,
) -> None:
    words = [*live(service.emulator, tasks=False), *ONE]
    service.answer = break_down  # type: ignore[method-assign]
    judge_inside(pytester, *words, **KEYS)
    service.answer = lambda reply: None  # type: ignore[method-assign]
    held = judge_inside(pytester, *words, "--task-id=videos=video_abc123", **KEYS)
    assert (held.code, len(service.posts)) == (6, 1), held.ran()
    assert "pass --settle=paid or not-made" in held.out
    assert "conforms" in held.labels().values(), "what is free is read"
    settled = judge_inside(pytester, *words, "--settle=not-made", **KEYS)
    assert (settled.code, len(service.posts)) == (0, 2), settled.ran()
    assert "may be charged" not in settled.out


def test_a_line_cut_in_writing_stays_and_its_creation_is_in_doubt(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=1e-9)
    file = tmp_path / "creations.jsonl"
    whole = file.read_bytes().splitlines(keepends=True)
    cut = whole[2][:90]
    file.write_bytes(b"".join(whole[:2]) + cut)
    (creation,) = read_creations(file).values()
    assert (creation.is_lost, lines_task(whole[2]) in creation.cause) == (True, True)
    service.bring(tmp_path, max_creations=1)
    assert len(service.posts) == 1
    service.bring(tmp_path, max_creations=2)
    assert file.read_bytes().startswith(b"".join(whole[:2]) + cut + b"\n")
    assert len(service.posts) == 2


def lines_task(line: bytes) -> str:
    return str(json.loads(line)["task_id"])


@pytest.mark.slow
def test_a_recording_that_cannot_be_written_is_told_before_anything_is_sent(
    service: Service,
    pytester: pytest.Pytester,
    tmp_path: Path,
) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    (provider / "cassettes").write_text("no folder")
    words = [word for word in live(service.emulator)[1:] if word != "--live"]
    run = judge_inside(pytester, f"--provider={provider}", *words, "--record-mode=rewrite", **KEYS)
    assert run.code == 4, run.ran()
    assert "--record-mode=" in run.err
    assert service.emulator.requests == 0


@pytest.mark.parametrize("name", ["creations.jsonl", ".creations.jsonl.lock"])
@pytest.mark.parametrize("reports", [True, False])
def test_a_list_of_creations_that_cannot_be_written_is_told_before_anything_is_sent(
    name: str, reports: bool, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "vidconform"
    (folder / name).mkdir(parents=True)
    # Who cannot read the list is refused for that.
    told = (f"/{name}: is no vidconform/creations", rf" {name} can be written to \(Is a directory\) \[VC-101\]")
    with pytest.raises(UsageProblem, match="|".join(told)):
        service.bring(folder if reports else None)
    assert service.emulator.requests == 0


@pytest.mark.parametrize("home", ["", "home", None])
def test_without_a_home_a_folder_for_what_is_paid_for_has_to_be_named(
    home: str | None, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", home or "")
    if home is None:
        monkeypatch.delenv("HOME")
    with pytest.raises(BadOption, match=r"^XDG_STATE_HOME=: expected an absolute folder .* or pass --report=DIR"):
        service.bring(None)
    assert service.posts == []
    service.bring(tmp_path)
    assert len(service.posts) == 1


def nobody(number: int) -> None:
    """Know nobody, as in a container that runs as a number."""
    raise KeyError(number)


FILLING = """
import resource
import signal

import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_600, 2_600))
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_loses_no_paid_task(tmp_path: Path) -> None:
    (tmp_path / "filling.py").write_text(FILLING)
    folder = tmp_path / "full"
    # The output has a file of its own, for which no room is left either.
    with slow_vendor() as vendor:
        done = judge(
            tmp_path,
            *live(vendor.emulator, tasks=False),
            "-k",
            SUITES,
            f"--report={folder}",
            "-s",
            "-p",
            "filling",
            **KEYS,
        )
    assert done.code == 6, done.ran()
    assert "Traceback" not in done.out + done.err
    assert "cannot be written to its end: File too large [VC-602]" in done.out
    written = (folder / "creations.jsonl").read_text("utf-8")
    assert vendor.paid
    assert [task_id for _, task_id in vendor.paid if task_id not in written + done.out] == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_as_an_interrupt_does(number: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "ended"
    with slow_vendor(step=PATIENCE) as vendor, started(vendor, folder) as process:
        until(lambda: (folder / "creations.jsonl").exists() and states(folder) == {"created"}, process)
        process.send_signal(number)
        assert process.wait(PATIENCE) == pytest.ExitCode.INTERRUPTED
    ((_, task_id),) = vendor.paid
    said = folder.with_suffix(".out").read_text("utf-8")
    assert f"unfinished: octopusx/videos create, task {task_id} sent at " in said
    assert json.loads((folder / "results.jsonl").read_text().splitlines()[-1])["kind"] == "end"
    assert (folder / "report.html").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "pause", "more"),
    [
        (signal.SIGINT, 1.0, ()),
        (signal.SIGTERM, 1.0, ()),
        (signal.SIGINT, 60.0, ()),
        (signal.SIGINT, 1.0, ("-p", "xdist", "-n2")),
    ],
)
def test_a_signal_waits_a_moment_for_the_answer_to_a_creation(
    number: signal.Signals, pause: float, more: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "ended"
    with slow_vendor(pause, PATIENCE) as vendor, started(vendor, folder, *more, start_new_session=True) as process:
        until(lambda: bool(vendor.paid), process)
        # As a terminal does it.
        os.killpg(process.pid, number)
        assert process.wait(PATIENCE) == pytest.ExitCode.INTERRUPTED
        vendor.go_on.set()
    ((_, task_id),) = vendor.paid
    (creation,) = read_creations(folder / "creations.jsonl").values()
    if pause < 3:
        assert (creation.state, creation.task_id) == ("created", task_id)
        assert f"unfinished: octopusx/videos create, task {task_id} " in folder.with_suffix(".out").read_text("utf-8")
    else:
        assert creation.is_lost


ENDING = """
import os
import signal

def pytest_sessionfinish():
    os.kill(os.getpid(), signal.{})
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_report_is_written_takes_nothing_of_it(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "ending.py").write_text(ENDING.format(number.name))
    with running("octopusx", environ=KEYS) as emulator:
        done = judge(tmp_path, *live(emulator, tasks=False), *ONE, "-p", "ending", **KEYS)
    assert done.code == 0, done.ran()
    assert done.end["exit"] == 0
    assert (done.report / "report.html").exists()
    assert "Traceback" not in done.ran()


DROPPING = """
import os
import signal

class Taken:
    def __del__(self):
        os.kill(os.getpid(), signal.{})

def pytest_runtest_logstart(nodeid):
    if "second" not in globals():
        globals()["second"] = Taken()
        del globals()["second"]
        globals()["second"] = None
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_python_drops_ends_a_run_all_the_same(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "dropping.py").write_text(DROPPING.format(number.name))
    with running("octopusx", environ=KEYS) as emulator:
        words = (*live(emulator, tasks=False), *ONE, "-p", "dropping", "-W", "ignore")
        done = judge(tmp_path, *words, **KEYS)
    assert done.code == pytest.ExitCode.INTERRUPTED, done.ran()
    assert done.end["kind"] == "end"


NOWHERE = """
import os
import signal
from types import FunctionType

def kill():
    os.kill(os.getpid(), signal.{})

nowhere = FunctionType(kill.__code__.replace(co_linetable=b""), globals())

def pytest_runtest_logstart(nodeid):
    nowhere()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_where_no_line_is_ends_a_run_that_shows_whole_traces(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "ending.py").write_text(NOWHERE.format(number.name))
    with running("octopusx", environ=KEYS) as emulator:
        done = judge(tmp_path, *live(emulator, tasks=False), *ONE, "-p", "ending", "--full-trace", **KEYS)
    assert done.code == pytest.ExitCode.INTERRUPTED, done.ran()
    assert done.end["kind"] == "end"


LATE = """
import os
import signal

def pytest_configure(config):
    config.add_cleanup(lambda: os.kill(os.getpid(), signal.SIGTERM))
"""


@pytest.mark.slow
def test_a_signal_at_the_very_end_takes_nothing_of_what_was_told(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(LATE)
    with running("octopusx", environ=KEYS) as emulator:
        done = judge(tmp_path, *live(emulator, tasks=False), *ONE, "-p", "late", **KEYS)
    assert done.code == -signal.SIGTERM
    assert "sent: octopusx" in done.out
    assert done.out.rstrip().endswith("=")
